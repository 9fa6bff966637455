"""`syncline score`: say how well a mouth on screen follows the sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import syncline
from syncline.cli.console import Force, Json, Quiet, listening, tell
from syncline.errors import printable


def score(
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="A clip in which somebody speaks.")],
    audio: Annotated[Path | None, typer.Option(help="The sound to hold it against; else the clip's own.")] = None,
    transcript: Annotated[
        str | None, typer.Option(metavar="TEXT|FILE", help="What is said; closures are judged with it.")
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="BCP47", help="Language of the sound.")] = None,
    face: Annotated[str, typer.Option(metavar="auto|largest|speaking|N", help="Whose mouth.")] = "auto",
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write a page about the clip to DIR/index.html.")
    ] = None,
    force: Force = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither use nor keep results of steps.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Say how well the mouth in VIDEO follows the sound."""
    options = syncline.ScoreOptions(
        transcript=None if transcript is None else syncline.DubOptions.text_or_file(transcript),
        language=language,
        face=face,
        cache=not no_cache,
    )
    if report is not None:
        syncline.check_report_folder(report, force=force)
    with listening(quiet=quiet or as_json) as on_event:
        verdict = syncline.score(video, audio, options=options, on_event=on_event)
        if report is not None:
            found, cue = verdict.score, verdict.cue
            syncline.write_score_report(video, found, report, cue=cue, force=force, on_event=on_event)
    lines = [f"{printable(video)}: {verdict.grade}", *(f"  {line}" for line in verdict.score.summary)]
    tell(verdict.score.to_json(), lines, as_json=as_json, quiet=quiet)
    return verdict.score.exit_code
