"""`syncline score`: say how well a mouth on screen follows the sound, of one video or of a folder of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import syncline
from syncline.cli.console import Face, Force, Json, Language, NoCache, Quiet, Report, given_text, listening, tell
from syncline.errors import InputError, printable


def score(
    video: Annotated[
        Path, typer.Argument(metavar="VIDEO|FOLDER", help="A clip in which somebody speaks, or a folder of them.")
    ],
    audio: Annotated[Path | None, typer.Option(help="The sound to hold it against; else the clip's own.")] = None,
    transcript: Annotated[
        str | None, typer.Option(metavar="TEXT|FILE", help="What is said; the mouth's shapes are judged with it.")
    ] = None,
    language: Language = None,
    face: Face = "auto",
    against: Annotated[
        Path | None, typer.Option(metavar="ORIGINAL", help="What the clip was made from: its picture is compared.")
    ] = None,
    gate: Annotated[
        str | None, typer.Option(metavar="broadcast|web|strict|FILE.toml", help="What the figures are held against.")
    ] = None,
    syncnet: Annotated[
        Path | None, typer.Option(metavar="WEIGHTS", help="Also LSE-D, LSE-C and offset by these SyncNet weights.")
    ] = None,
    every_picture: Annotated[
        bool, typer.Option("--every-picture", help="Look at every picture of a long clip, not at 4 s of every 16.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="OUT.csv", help="Of a folder: write the table there.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", help="Of a folder: files at once, one a core.")] = None,
    report: Report = None,
    force: Force = False,
    no_cache: NoCache = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Say how well the mouth in VIDEO follows the sound, and what it costs the picture.

    Exit code 1: under the gate; 6: no face is seen or nobody is heard, so that there is no score.
    """
    options = syncline.ScoreOptions(
        transcript=given_text(transcript),
        language=language,
        face=face,
        against=against,
        gate=gate,
        syncnet=syncnet,
        every_picture=every_picture,
        cache=not no_cache,
    )
    if video.is_dir():
        return _folder(video, audio, options, csv, jobs, report, force, as_json, quiet)
    for given, name in ((csv, "--csv"), (jobs, "--jobs")):
        if given is not None:
            raise InputError(f"{name} is for a folder of videos, and this is none", file=video)
    if report is not None:
        syncline.check_report_folder(report, force=force)
    with listening(quiet=quiet or as_json) as on_event:
        verdict = syncline.score(video, audio, options=options, on_event=on_event)
        if report is not None:
            found, cue, original = verdict.score, verdict.cue, verdict.original
            syncline.write_score_report(
                video, found, report, cue=cue, original=original, force=force, on_event=on_event
            )
    lines = [f"{printable(video)}: {verdict.grade}", *(f"  {line}" for line in verdict.score.summary)]
    tell(verdict.score.to_json(), lines, as_json=as_json, quiet=quiet)
    return verdict.score.exit_code


def _folder(
    folder: Path,
    audio: Path | None,
    options: syncline.ScoreOptions,
    csv: Path | None,
    jobs: int | None,
    report: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    if audio is not None:
        raise InputError("--audio is for one video, and this is a folder", file=folder)
    with listening(quiet=quiet or as_json) as on_event:
        scores = syncline.score_folder(
            folder, options=options, csv_path=csv, report=report, processes=jobs, force=force, on_event=on_event
        )
    tell(scores.document(), scores.summary, as_json=as_json, quiet=quiet)
    return scores.exit_code
