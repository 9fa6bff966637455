"""`python -m benchmarks speed`: seconds per second of video and peak memory of the whole command, split by step.

Each run is the command line in a process of its own. "cold" has an empty cache, "second line" dubs another line
on the same plate, "again" repeats the first line with everything cached but the drawing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.material import Line, clip, long_line, looped_clip
from benchmarks.memory import PeakMeter
from benchmarks.report import Report, table

BUDGET = {"ls1": 1.0, "german_news_de": 2.0}  # times real time, cold, on two cores
PEAK_MEMORY_MB = 1200


@dataclass(frozen=True)
class Run:
    """One run of the command: wall seconds, peak resident megabytes (see `PeakMeter`) and the timeline it wrote."""

    seconds: float
    peak_mb: float
    measured: str
    document: dict[str, Any]


def dub(plate: Path, line: Line, out: Path, cache: Path, *options: str) -> Run:
    """Run `syncline dub` in a child and measure it from outside."""
    command = [sys.executable, "-m", "syncline", "dub", str(plate), "--audio", str(line.sound)]
    command += ["--transcript", line.transcript, "--language", line.language, "-o", str(out), "--json", "--force"]
    environment = os.environ | {"SYNCLINE_CACHE": str(cache)}
    started = time.perf_counter()
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        child = subprocess.Popen([*command, *options], stdout=stdout, stderr=stderr, env=environment)
        peak = PeakMeter(child.pid).wait()
        seconds = time.perf_counter() - started
        child.returncode = peak.exit_code
        stdout.seek(0)
        stderr.seek(0)
        if child.returncode not in (0, 1):  # 1: written, but under a gate of its score
            raise SystemExit(f"dub failed with {child.returncode}: {stderr.read().decode()[-2000:]}")
        take = json.loads(stdout.read())
        document = json.loads(Path(take["timeline"]).read_text(encoding="utf-8"))
    return Run(seconds, peak.megabytes, peak.measured, document)


def steps(run: Run) -> str:
    """The split by step as one cell: "tracks 9.1 s, draw 20.3 s"."""
    return ", ".join(
        f"{timing['stage']} {timing['seconds']:.1f}{' (cached)' if timing['cached'] else ''}"
        for timing in run.document["timings"]
    )


def measure(name: str, seconds: int, folder: Path) -> list[list[str]]:
    """Dub a plate looped to `seconds` three times: cold, a second line, and the first line again."""
    plate = looped_clip(clip(f"{name}.mp4"), seconds)
    first, second = long_line(seconds), long_line(seconds - seconds // 10)
    cache, out = folder / f"cache-{name}", folder / f"{name}.mp4"
    rows = []
    for label, line in (("cold", first), ("second line, tracks cached", second), ("first line again", first)):
        run = dub(plate, line, out, cache)
        speed = seconds / run.seconds
        rows.append(
            [
                name,
                str(seconds),
                label,
                f"{run.seconds / seconds:.2f}",
                f"{speed:.2f}",
                f"{run.peak_mb:.0f}",
                run.measured,
                steps(run),
            ]
        )
        print(*rows[-1], sep=" | ", flush=True)
    shutil.rmtree(cache, ignore_errors=True)
    return rows


def main(argv: list[str]) -> int:
    """Run the benchmark; returns 1 where a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks speed", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="length of the looped plates")
    parser.add_argument("--long", type=int, default=0, help="also a run of this many seconds, for the memory's growth")
    options = parser.parse_args(argv)
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory(prefix="syncline-speed-") as name:
        folder = Path(name)
        for plate in BUDGET:
            rows += measure(plate, options.seconds, folder)
        lengths = [10] + ([options.long] if options.long else [])
        for seconds in lengths:
            rows += measure("german_news_de", seconds, folder)[:1]
    heads = ["plate", "s", "run", "s per s", "× real time", "peak MB, all processes", "peak is", "steps, s"]
    missed = [
        f"{row[0]}: {row[4]}× real time, asked {BUDGET[row[0]]}×"
        for row in rows
        if row[2] == "cold" and int(row[1]) >= 60 and float(row[4]) < BUDGET[row[0]]
    ] + [f"{row[0]}, {row[1]} s: {row[5]} MB, asked {PEAK_MEMORY_MB}" for row in rows if float(row[5]) > PEAK_MEMORY_MB]
    Report("speed", "Speed and memory").write(
        table(heads, rows), missed, {"rows": [dict(zip(heads, row, strict=True)) for row in rows]}
    )
    return 1 if missed else 0
