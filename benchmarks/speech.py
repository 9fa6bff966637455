"""`python -m benchmarks speech`: words, phones and visemes with times, held against what is known of them."""

from __future__ import annotations

from benchmarks import speech_boundaries, speech_doubt, speech_mouth, speech_visemes
from benchmarks.part import run_parts
from benchmarks.report import Report

PARTS = {
    "boundaries": speech_boundaries.run,
    "doubt": speech_doubt.run,
    "mouth": speech_mouth.run,
    "visemes": speech_visemes.run,
}


def main(argv: list[str]) -> int:
    """Run all parts, or those named by `--only`; returns 1 where an aim is missed."""
    return run_parts(Report("speech", "Speech"), __doc__, PARTS, argv)
