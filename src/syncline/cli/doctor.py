"""`syncline doctor`: find out why sync fails."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import syncline
from syncline.cli.console import Face, Force, Json, Language, NoCache, Quiet, Report, given_text, listening, tell
from syncline.errors import printable
from syncline.events import Listener

SCHEMA = "syncline.diagnoses/1"


def doctor(
    media: Annotated[list[Path], typer.Argument(metavar="MEDIA...", help="Clips, photographs or sounds.")],
    transcript: Annotated[
        str | None, typer.Option(metavar="TEXT|FILE", help="What is said, where it is known.")
    ] = None,
    language: Language = None,
    face: Face = "auto",
    report: Report = None,
    no_cache: NoCache = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Say what in MEDIA would spoil a dub, and what mends it."""
    if report is not None:
        if len(media) > 1:
            raise syncline.InputError("a page is about one clip: name one, or leave --report out")
        syncline.check_report_folder(report, force=force)
    options = syncline.ScoreOptions(
        transcript=given_text(transcript),
        language=language,
        face=face,
        cache=not no_cache,
    )
    with listening(quiet=quiet or as_json) as on_event:
        found = [syncline.diagnose(path, options=options, on_event=on_event) for path in media]
        if report is not None:
            _write_page(found[0], report, force, on_event)
    lines = [line for diagnosis in found for line in _lines(diagnosis)]
    tell({"schema": SCHEMA, "files": [each.document() for each in found]}, lines, as_json=as_json, quiet=quiet)
    return int(any(diagnosis.blocked for diagnosis in found))


def _lines(diagnosis: syncline.Diagnosis) -> list[str]:
    lines = [printable(diagnosis.path)]
    for finding in diagnosis.findings:
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        lines.append(printable(f"  {finding.severity.value}: {finding.text}{remedy}"))
    return lines if diagnosis.findings else [*lines, "  nothing to mend"]


def _write_page(diagnosis: syncline.Diagnosis, folder: Path, force: bool, on_event: Listener) -> None:
    if diagnosis.score is None:
        raise syncline.InputError("there is nothing to show: nobody is seen and heard speaking", file=diagnosis.path)
    syncline.write_score_report(
        diagnosis.path,
        diagnosis.score,
        folder,
        cue=diagnosis.cue,
        notes=tuple((each.severity.value, each.text) for each in diagnosis.findings),
        force=force,
        on_event=on_event,
    )
