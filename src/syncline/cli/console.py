"""What a command shows: one document on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import syncline
from syncline.cli.progress import ProgressView
from syncline.events import Event, Fallback, Listener, Note, Progress

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite existing outputs.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither use nor keep results of steps.")]
Language = Annotated[str | None, typer.Option(metavar="BCP47", help="Language of the sound.")]
Face = Annotated[str, typer.Option(metavar="auto|largest|speaking|N", help="Whose mouth.")]
Report = Annotated[Path | None, typer.Option(metavar="DIR", help="Also write a page to look at, DIR/index.html.")]


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


def given_text(text: str | None) -> str | Path | None:
    """A transcript as it is given on the command line: a text, or the file that holds it."""
    return None if text is None else syncline.DubOptions.text_or_file(text)


def tell(document: dict[str, Any], lines: list[str], *, as_json: bool, quiet: bool) -> None:
    """Print a command's result: the document, or lines for a person, or nothing."""
    if as_json:
        print(json.dumps(document, ensure_ascii=False, allow_nan=False))
    elif not quiet:
        for line in lines:
            print(line)
