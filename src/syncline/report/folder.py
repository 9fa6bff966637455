"""A folder of videos scored: a table, a page for each, and an index."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from syncline.errors import InputError, SynclineError, printable
from syncline.events import Artifact, Event, Fallback, Listener, Progress, silent
from syncline.media.atomic import AtomicOutput, refuse_existing
from syncline.pipeline.judge import ScoreOptions
from syncline.pipeline.many import ScoredFile, score_many, worst_exit
from syncline.quality import Figure, Score
from syncline.report.index import Row, index_page
from syncline.report.page import NAME, NO_FOLDER, check_report_folder, write_score_report
from syncline.report.subject import STAGE

SCHEMA: Final = "syncline.scores/1"
FIRST_COLUMNS: Final = ("file", "grade", "exit_code", "gate", "failed", "warned", "sentence")
# Figures that every table has, in this order; others follow by name.
USUAL: Final = ("offset", "drift", "foreign", "container", "closures")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets run where a cell begins with it
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, eq=False)
class FolderScore:
    """A scored folder, the worst file first.

    files : each with its verdict or why there is none. pages : by name, the page of a file below the report's folder.
    """

    folder: Path
    files: tuple[ScoredFile, ...]
    pages: dict[str, str]

    @property
    def exit_code(self) -> int:
        """That of the worst file."""
        return worst_exit([each.exit_code for each in self.files])

    @property
    def summary(self) -> list[str]:
        """One line a file, the worst first."""
        return [f"{grade_of(each)}: {each.name}: {sentence_of(each)}" for each in self.files]

    def document(self) -> dict[str, Any]:
        """The table as plain JSON data, schema "syncline.scores/1"."""
        return {
            "schema": SCHEMA,
            "folder": printable(self.folder),
            "exit_code": self.exit_code,
            "files": [self._entry(each) for each in self.files],
        }

    def _entry(self, each: ScoredFile) -> dict[str, Any]:
        told: dict[str, Any] = {"file": each.name, "grade": grade_of(each), "exit_code": each.exit_code}
        if each.verdict is not None:
            told["score"] = each.verdict.score.to_json(brief=True)
        if each.failure is not None:
            told["error"] = {"kind": each.failure.kind, "message": each.failure.sentence}
        if each.name in self.pages:
            told["page"] = self.pages[each.name]
        return told


def score_folder(
    folder: str | Path,
    *,
    options: ScoreOptions | None = None,
    csv_path: str | Path | None = None,
    report: str | Path | None = None,
    processes: int | None = None,
    force: bool = False,
    on_event: Listener | None = None,
) -> FolderScore:
    """Score every video of a folder and the folders below it.

    Parameters
    ----------
    options : as for `score`; a folder in `against` is searched for the original at the same place, and CLIP.txt beside
        CLIP.mp4 is its transcript.
    csv_path : where the table goes, one row a file, the worst first. report : the folder for a page of each file and
        an index. processes : at the same time; None: one a core. force : overwrite what is there.
    on_event : told of progress in files, of files without a score, and of what is written.

    Raises InputError where there is no video in the folder, or where an output is there already without `force`. A file
    that cannot be scored is a row of the table and stops nothing.
    """
    tell = on_event or silent
    given = ScoreOptions() if options is None else options
    if given.transcript is not None:
        raise InputError("a transcript is of one video: write it to CLIP.txt beside CLIP.mp4", stage=STAGE)
    if csv_path is not None:
        refuse_existing(csv_path, force=force)
    if report is not None:
        check_report_folder(report, force=force)
    pages: dict[str, str] = {}

    def keep(each: ScoredFile) -> ScoredFile:
        """Write a file's page at once, and let go of what only the page needs."""
        if each.verdict is None:
            return each
        if report is not None:
            made = _page(each, Path(report), len(pages) + 1, force, tell)
            if made is not None:
                pages[each.name] = made
        brief = each.verdict.score.model_copy(update={"measured": None})
        return replace(each, verdict=replace(each.verdict, score=brief, cue=None))

    files = score_many(Path(folder), options=given, processes=processes, on_scored=keep, on_event=tell)
    result = FolderScore(Path(folder), files, pages)
    if csv_path is not None:
        _write(Path(csv_path), table_text(result), force)
        tell(Artifact("table", str(csv_path)))
    if report is not None:
        _write_index(result, Path(report), force, tell)
    return result


def grade_of(each: ScoredFile) -> str:
    """ "fail", "warn" or "pass"; "none" where there is no score."""
    return "none" if each.verdict is None else each.verdict.grade


def sentence_of(each: ScoredFile) -> str:
    """Why a file stands where it stands: its worst figure in words, or why there is no score."""
    if each.verdict is None:
        return "" if each.failure is None else each.failure.sentence
    return each.verdict.score.summary[0].partition(": ")[2]


def table_text(result: FolderScore) -> str:
    """The table as CSV (RFC 4180): a value and a grade for each figure; what a spreadsheet would run is quoted."""
    scores = [each.verdict.score for each in result.files if each.verdict is not None]
    names = sorted({name for score in scores for name in score.figures} - set(USUAL))
    figures = [*USUAL, *names]
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [f"{name}{tail}" for name in figures for tail in (_unit(name, scores), "_grade")]
    writer.writerow([*FIRST_COLUMNS, *heads])
    for each in result.files:
        writer.writerow([_cell(value) for value in _cells(each, figures)])
    return out.getvalue()


def _unit(name: str, scores: list[Score]) -> str:
    unit = next((score.figures[name].unit for score in scores if name in score.figures), "")
    return "_ms" if unit == "ms" else ""


def _cells(each: ScoredFile, figures: list[str]) -> Iterator[object]:
    score = None if each.verdict is None else each.verdict.score
    found: dict[str, Figure] = {} if score is None else score.figures
    grades = [figure.grade.value for figure in found.values()]
    yield each.name
    yield grade_of(each)
    yield each.exit_code
    yield "" if score is None else score.gate
    yield "" if score is None else grades.count("fail")
    yield "" if score is None else grades.count("warn")
    yield sentence_of(each)
    for name in figures:
        figure = found.get(name)
        yield "" if figure is None or figure.value is None else figure.value
        yield "" if figure is None else figure.grade.value


def _cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _page(each: ScoredFile, report: Path, number: int, force: bool, tell: Listener) -> str | None:
    """The page of one file; None where it cannot be made, which is told and stops nothing."""
    assert each.verdict is not None
    name = f"{number:04d}-{_PLAIN.sub('-', Path(each.name).stem).strip('-.')[:60] or 'video'}"

    def quietly(event: Event) -> None:
        if not isinstance(event, Progress | Artifact):
            tell(event)

    try:
        write_score_report(
            each.video,
            each.verdict.score,
            report / name,
            cue=each.verdict.cue,
            original=each.verdict.original,
            force=force,
            on_event=quietly,
        )
    except SynclineError as error:
        tell(Fallback("report", f"{each.name} has no page: {error}"))
        return None
    return f"{name}/{NAME}"


def _write_index(result: FolderScore, report: Path, force: bool, tell: Listener) -> None:
    rows = [
        Row(
            name=each.name,
            page=result.pages.get(each.name),
            exit_code=each.exit_code,
            score=None if each.verdict is None else each.verdict.score,
            sentence=sentence_of(each),
        )
        for each in result.files
    ]
    try:
        report.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as exc:
        raise InputError(NO_FOLDER, file=report, stage=STAGE) from exc
    _write(report / NAME, index_page(printable(result.folder.name or str(result.folder)), rows), force)
    tell(Artifact("report", str(report / NAME)))


def _write(path: Path, content: str, force: bool) -> None:
    with AtomicOutput(path, force=force) as temporary:
        temporary.write_text(content, encoding="utf-8", newline="")
