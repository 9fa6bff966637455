"""`python -m benchmarks score`: known shifts and drifts, foreign sound, faults made on purpose, speed of scoring."""

from __future__ import annotations

from benchmarks import score_faults, score_speed, score_sync
from benchmarks.part import run_parts
from benchmarks.report import Report

PARTS = {
    "sync": score_sync.run,
    "faults": score_faults.run,
    "speed": score_speed.run,
}


def main(argv: list[str]) -> int:
    """Run all parts, or those named by `--only`; returns 1 where an aim is missed."""
    return run_parts(Report("score", "Score"), __doc__, PARTS, argv)
