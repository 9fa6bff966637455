"""`python -m benchmarks grid`: can the dubs of the GRID speaker be read from the lips?

Builds actors from the training part, dubs 40 held-out pairs (plate A, sentence B) through the façade, tracks the
written files afresh and reads their words with the lip-reader of `training/lipreader.py`. Needs the extra `neural`.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import syncline
from benchmarks.grid_dub import CASES, Bench, Case
from benchmarks.grid_measure import Likeness, Measures, closed_below, closure_minima, measure, opening
from benchmarks.grid_report import Figures, body, missed, summary
from benchmarks.grid_split import RATE, SLOTS, Sentence, split
from benchmarks.grid_track import Seen, see
from benchmarks.material import DATA, REPORTS, WORK
from benchmarks.report import Report

if TYPE_CHECKING:
    from benchmarks.lipreading import LipReader

QUICK_CASES, QUICK_PAIRS = ("twenty", "plate"), 6


@dataclass(frozen=True)
class Judge:
    """Reads and measures videos; knows what closed lips are from the training part."""

    bench: Bench
    reader: LipReader
    closed: float

    def real(self, name: str) -> Seen:
        """A real clip, tracked once and kept."""
        return see(self.bench.clip(name), self.bench.work / "seen")

    def own_offset(self, name: str) -> float:
        """Frames that a real clip's picture is late against its sound, 0 where that cannot be told."""
        offset = syncline.score(self.bench.clip(name)).score.figures["offset"].value
        return 0.0 if offset is None else RATE * offset / 1000

    def __call__(self, seen: Seen, sentence: Sentence) -> Measures:
        """Judge what is seen as a video of `sentence`."""
        right = self.reader.correct(seen.crops, sentence.intervals, sentence.words)
        return measure(seen, self.real(sentence.name), sentence, list(right), self.own_offset(sentence.name))

    def failed(self, sentence: Sentence) -> Measures:
        """What a dub that was not made is worth: no word, no closure, no likeness."""
        nothing = tuple(np.inf for _ in closure_minima(np.zeros(1000), sentence))
        return Measures((False,) * len(SLOTS), nothing, Likeness(np.inf, 0.0, 0.0), np.nan)


def make_judge(bench: Bench, weights: Path | None) -> Judge:
    """Load the lip-reader and learn the closure threshold from the real clips of the training part.

    They are encoded once more for it, as every dub is: encoding alone moves the tracker's lips by 0.1 to 0.3 % IOD.
    """
    import torch

    from benchmarks.lipreading import load_reader

    torch.set_num_threads(1)
    reader = load_reader(weights)
    tracks = ((opening(see(bench.encoded(name), bench.work / "seen").landmarks), name) for name in bench.split.train)
    return Judge(bench, reader, closed_below((track, bench.sentence(name)) for track, name in tracks))


def baselines(judge: Judge, pairs: Sequence[tuple[str, str]]) -> Figures:
    """Figures of B's own video (the ceiling), the same encoded once more, and the untouched plate A (the floor)."""
    bench, kept = judge.bench, judge.bench.work / "seen"
    sentences = [bench.sentence(b) for _, b in pairs]
    views = {
        "real": [judge.real(b) for _, b in pairs],
        "encoded": [see(bench.encoded(b), kept) for _, b in pairs],
        "undubbed": [judge.real(a) for a, _ in pairs],
    }
    return {
        key: summary(sentences, [judge(*each) for each in zip(seen, sentences, strict=True)], judge.closed)
        for key, seen in views.items()
    }


def run_case(judge: Judge, case: Case, pairs: Sequence[tuple[str, str]]) -> Figures:
    """Build the case's actor, dub all pairs, judge them."""
    source, started = source_version(), time.perf_counter()
    actor = judge.bench.actor(case)
    built = time.perf_counter()
    figures = judge_case(judge, case, pairs, lambda plate, line: judge.bench.dub(case, actor, plate, line))
    return figures | {
        "footage_clips": len(case.footage([judge.bench.sentence(name) for name in judge.bench.split.train])),
        "build_seconds": round(built - started, 1),
        "dub_seconds": round(time.perf_counter() - built, 1),
        "date": str(datetime.date.today()),
        "source": source,
    }


def judge_case(judge: Judge, case: Case, pairs: Sequence[tuple[str, str]], dub: Callable[[str, str], Path]) -> Figures:
    """Figures of all dubs of a case; one that could not be made counts as read nowhere."""
    sentences, measures, failures = [], [], []
    for number, (plate, line) in enumerate(pairs, start=1):
        sentences.append(judge.bench.sentence(line))
        try:
            measures.append(judge(see(dub(plate, line)), sentences[-1]))
        except (syncline.SynclineError, ValueError, FileNotFoundError) as fault:
            failures.append(f"{plate}-{line}: {fault}")
            measures.append(judge.failed(sentences[-1]))
            print(f"  {failures[-1]}", flush=True)
        read = np.mean([each.right for each in measures])
        print(f"  {case.key} {number}/{len(pairs)} {plate}-{line}: {100 * read:.0f} % of words so far", flush=True)
    return summary(sentences, measures, judge.closed) | {"title": case.title, "failed": len(failures)}


def source_version() -> str:
    """A short hash of the package's code and weights: rows of a report made at different times tell by it."""
    root = Path(syncline.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".npz", ".json"):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]


def earlier_cases() -> dict[str, Figures]:
    """The cases of the report that is checked in; none where there is no report."""
    path = REPORTS / "grid.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["cases"]) if path.exists() else {}


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    keys = [case.key for case in CASES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks grid", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=keys, metavar="CASE", help=f"run these of {', '.join(keys)}")
    parser.add_argument("--pairs", type=int, help="only the first N pairs; the report is not written")
    parser.add_argument("--dev", action="store_true", help="pairs of the clips for choosing settings; no report")
    parser.add_argument(
        "--quick", action="store_true", help=f"{QUICK_PAIRS} --dev pairs, cases {', '.join(QUICK_CASES)}"
    )
    parser.add_argument("--rejudge", action="store_true", help="make no dub, judge those of the last run again")
    parser.add_argument("--reader", type=Path, help="folder of the lip-reader's weights")
    parser.add_argument("--folder", type=Path, default=DATA / "grid_s1", help="the GRID clips")
    return parser.parse_args(argv)


def pairs_of(bench: Bench, options: argparse.Namespace) -> Sequence[tuple[str, str]]:
    """The pairs (plate A, sentence B) that the options ask for."""
    pairs: Sequence[tuple[str, str]] = bench.split.pairs
    if options.dev or options.quick:
        dev = bench.split.dev
        pairs = [(dev[index], dev[(index + 13) % len(dev)]) for index in range(len(dev))]
    return pairs[: options.pairs or (QUICK_PAIRS if options.quick else None)]


def chosen(options: argparse.Namespace) -> Iterable[Case]:
    """The cases that the options ask for."""
    names = options.only or (QUICK_CASES if options.quick else [case.key for case in CASES])
    return [case for case in CASES if case.key in names]


def main(argv: Sequence[str]) -> int:
    """Run the benchmark; 1 where an aim is missed."""
    options = arguments(argv)
    os.environ.setdefault("SYNCLINE_CACHE", str(WORK / "cache"))
    bench = Bench(options.folder, WORK / "grid", split(options.folder))
    judge = make_judge(bench, options.reader)
    pairs = pairs_of(bench, options)
    whole = not (options.dev or options.quick or options.pairs)
    document = baselines(judge, pairs) | {"closed_below_iod": judge.closed, "networks": len(judge.reader.nets)}
    document["cases"] = {key: row for key, row in earlier_cases().items() if whole}
    for case in chosen(options):
        if options.rejudge:
            row = judge_case(judge, case, pairs, partial(bench.dubbed, case))
            document["cases"][case.key] = document["cases"].get(case.key, {"source": "unknown"}) | row
        else:
            document["cases"][case.key] = run_case(judge, case, pairs)
        if whole:  # a long run that is stopped has its finished cases in the report
            Report("grid", "Words read from the lips").write(body(document), missed(document), document)
    if not whole:
        print(body(document))
    return 1 if missed(document) else 0
