"""What a command shows: one document on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console

from syncline.cli.progress import ProgressView
from syncline.events import Event, Fallback, Listener, Note, Progress

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite existing outputs.")]


@contextlib.contextmanager
def listening(*, quiet: bool) -> Iterator[Listener]:
    """Yield the listener that shows a run: notes as lines, stages as a progress bar with time left."""
    console = Console(file=sys.stderr, highlight=False)
    with ProgressView(console, hidden=quiet) as view:

        def show(event: Event) -> None:
            if isinstance(event, Progress):
                view.update(event)
            elif quiet:
                return
            elif isinstance(event, Fallback):
                view.say(f"instead: {event.stage}: {event.reason}")
            elif isinstance(event, Note):
                view.say(f"note: {event.stage}: {event.text}")

        yield show


def tell(document: dict[str, Any], lines: list[str], *, as_json: bool, quiet: bool) -> None:
    """Print a command's result: the document, or lines for a person, or nothing."""
    if as_json:
        print(json.dumps(document, ensure_ascii=False, allow_nan=False))
    elif not quiet:
        for line in lines:
            print(line)
