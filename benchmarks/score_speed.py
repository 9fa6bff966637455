"""How fast `syncline score` is and how its memory grows: 1080p with tracking, with tracks kept, 10 s and 10 min."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.material import clip, looped_clip
from benchmarks.memory import PeakMeter
from benchmarks.part import Part
from benchmarks.report import table

PLATE = "ls1"  # 1080x1920, 25 pictures a second
SECONDS = 60
LONG_PLATE = "german_news_de"  # 512x512, 25 pictures a second: ten minutes of it are tracked in two
SHORT_S, MIDDLE_S, LONG_S = 10, 60, 600
ASKED_COLD = 3.0  # times real time
ASKED_KEPT = 50.0
# From a minute to ten; sounds under 15 s are listened to without a process of its own, so that 10 s need less than any
# longer clip. Landmarks lie in files, the sound of ten minutes is 38 MB.
ASKED_GROWTH_MB = 100.0
# What a second run of a process costs that has scored before, in this process: the library's own speed.
WARM = """
import json, sys, time
from syncline import ScoreOptions, score
options = ScoreOptions()
score(sys.argv[2], options=options)
begun = time.perf_counter(), time.process_time()
score(sys.argv[1], options=options)
print(json.dumps([time.perf_counter() - begun[0], time.process_time() - begun[1]]))
"""


@dataclass(frozen=True)
class Run:
    """One run of the command: wall seconds, processor seconds of it and its children, peak memory of all of them."""

    seconds: float
    cpu_seconds: float
    megabytes: float
    document: dict[str, Any]


def score(video: Path, cache: Path) -> Run:
    """Run `syncline score` in a process of its own and measure it from outside."""
    command = [sys.executable, "-m", "syncline", "score", str(video), "--json"]
    before, begun = os.times(), time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
        child = subprocess.Popen(command, stdout=out, stderr=told, env=os.environ | {"SYNCLINE_CACHE": str(cache)})
        peak = PeakMeter(child.pid).wait()
        seconds = time.perf_counter() - begun
        child.returncode = peak.exit_code
        out.seek(0)
        told.seek(0)
        if peak.exit_code not in (0, 1):  # 1: under its gate
            raise SystemExit(f"score failed with {peak.exit_code}: {told.read().decode()[-2000:]}")
        document = json.loads(out.read())
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, spent, peak.megabytes, document)


def warm(video: Path, first: Path, cache: Path) -> tuple[float, float]:
    """Wall and processor seconds of scoring a video whose tracks are kept, in a process that has scored before."""
    environment = os.environ | {"SYNCLINE_CACHE": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", WARM, str(video), str(first)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    seconds, spent = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), float(spent)


def run() -> Part:
    """Measure and compare with what was asked."""
    rows: list[list[str]] = []
    missed: list[str] = []
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="syncline-score-") as name:
        cache = Path(name)
        video = looped_clip(clip(f"{PLATE}.mp4"), SECONDS)
        first = score(video, cache)
        _row(rows, figures, "1080p, nothing kept, the whole command", SECONDS, first, f"{ASKED_COLD:g}")
        again = score(video, cache)
        _row(rows, figures, "1080p, tracks kept, the whole command with its start", SECONDS, again, "")
        lengths = (SHORT_S, MIDDLE_S, LONG_S)
        short, middle, long = (looped_clip(clip(f"{LONG_PLATE}.mp4"), length) for length in lengths)
        peaks = []
        for length, path in zip(lengths, (short, middle, long), strict=True):
            found = score(path, cache)
            _row(rows, figures, f"{length} s of 512², nothing kept", length, found, "")
            peaks.append(found.megabytes)
        for label, path, seconds in (("1080p", video, SECONDS), (f"{LONG_S} s of 512²", long, LONG_S)):
            wall, spent = warm(path, short, cache)
            found = Run(wall, spent, float("nan"), {})
            _row(rows, figures, f"{label}, tracks kept, in Python", seconds, found, f"{ASKED_KEPT:g}")
            if seconds / wall < ASKED_KEPT:
                missed.append(f"{label}, tracks kept: {seconds / wall:.0f}× real time, asked {ASKED_KEPT:g}×")
    if SECONDS / first.seconds < ASKED_COLD:
        missed.insert(0, f"1080p: {SECONDS / first.seconds:.2f}× real time, asked {ASKED_COLD:g}×")
    growth = peaks[2] - peaks[1]
    figures["growth_mb"] = round(growth, 1)
    if growth > ASKED_GROWTH_MB:
        missed.append(f"memory grows by {growth:.0f} MB from {MIDDLE_S} to {LONG_S} s, asked {ASKED_GROWTH_MB:g} MB")
    heads = ["run", "asked, × real time", "reached", "s", "processor s", "peak MB, all processes"]
    body = (
        f"{table(heads, rows)}\n\n"
        f"Memory from {MIDDLE_S} s to {LONG_S} s: asked at most {ASKED_GROWTH_MB:g} MB more, reached {growth:.0f}. "
        "A clip longer than 30 s is looked at for its picture in 4 s of every 16; `--every-picture` looks at all of it."
    )
    return Part("Speed and memory of scoring", body, tuple(missed), figures)


def _row(rows: list[list[str]], figures: dict[str, Any], label: str, seconds: int, found: Run, asked: str) -> None:
    speed = seconds / found.seconds
    memory = "–" if found.megabytes != found.megabytes else f"{found.megabytes:.0f}"
    rows.append([label, asked or "–", f"{speed:.2f}", f"{found.seconds:.1f}", f"{found.cpu_seconds:.1f}", memory])
    figures[label] = {"times_real_time": round(speed, 2), "cpu_seconds": round(found.cpu_seconds, 2)}
    print(*rows[-1], sep=" | ", flush=True)
