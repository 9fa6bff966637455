"""`syncline actor`: learn a person's mouth from footage, and show what was learned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import syncline
from syncline.cli.console import Face, Force, Json, NoCache, Quiet, listening, tell
from syncline.errors import printable

app = typer.Typer(help="Learn a person's mouth from footage, and show what was learned.")


@app.command("build")
def build(
    footage: Annotated[
        list[Path],
        typer.Argument(metavar="FOOTAGE...", help="Clips of the person; CLIP.txt beside one is what it says."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="NAME.actor", help="The actor file to write.")],
    language: Annotated[str | None, typer.Option(metavar="BCP47", help="Language spoken in the footage.")] = None,
    face: Face = "auto",
    threads: Annotated[int | None, typer.Option(help="Clips looked at side by side; as cores by default.")] = None,
    no_cache: NoCache = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Learn a person from footage: mouth shapes with their sounds."""
    options = syncline.ActorOptions(language=language, face=face, threads=threads, cache=not no_cache, force=force)
    with listening(quiet=quiet or as_json) as on_event:
        report = syncline.build_actor(footage, out, options=options, on_event=on_event)
    tell(report.document(), report.lines(), as_json=as_json, quiet=quiet)


@app.command("show")
def show(
    actor: Annotated[Path, typer.Argument(help="An actor file.", metavar="NAME.actor")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="SHEET.png", help="Also write a contact sheet.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what an actor file holds: minutes, sounds covered, sounds missing."""
    report = syncline.show_actor(actor, sheet=out, force=force)
    lines = report.lines() if out is None else [*report.lines(), f"contact sheet: {printable(out)}"]
    tell(report.document(), lines, as_json=as_json, quiet=quiet)
