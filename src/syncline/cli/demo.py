"""`syncline demo`: everything once, with a page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import syncline
from syncline.cli.console import Force, Json, Quiet, listening, tell
from syncline.errors import printable

SCHEMA = "syncline.demo/1"


def demo(
    own: Annotated[
        Path | None, typer.Argument(metavar="[PLATE]", help="A clip or photograph of your own.", show_default=False)
    ] = None,
    audio: Annotated[
        Path | None,
        typer.Option("--audio", metavar="FILE", help="A sound of your own to be spoken.", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where everything goes.")] = Path("demo"),
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a photograph speak, dub what it said, and find the fault of a broken copy."""
    with listening(quiet=quiet or as_json) as on_event:
        made = syncline.demo(out, own, audio=audio, force=force, on_event=on_event)
    document = {
        "schema": SCHEMA,
        "page": printable(made.page),
        "takes": [take.document() for take in made.takes],
        "found_ms": made.found_ms,
    }
    lines = [f"{printable(take.output)}: {take.grade}, {take.seconds:.1f} s" for take in made.takes]
    found = "not found out" if made.found_ms is None else f"found {-made.found_ms:.0f} ms late"
    tell(document, [*lines, f"the broken copy: {found}", f"open {printable(made.page)}"], as_json=as_json, quiet=quiet)
