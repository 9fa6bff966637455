"""Fits the weights of `syncline.speech.certainty`: `python -m training.boundary_certainty [--every N]`.

A logistic regression for "within 50 ms of GRID's time" on boundaries of clips that are not in the test (see
`benchmarks.speech_material.grid_split`), clean and in noise. Prints the weights and how often the sure ones are right.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import numpy.typing as npt
from benchmarks.speech_material import CONDITIONS, Spoken, boundary_errors, grid_clip, grid_split
from scipy.optimize import minimize

from syncline.speech import align as aligning
from syncline.speech.activity import speech_activity
from syncline.speech.certainty import _obstruent
from syncline.speech.cuesheet import Word
from syncline.speech.edges import refine_edges
from syncline.speech.features import FRAME_RATE, HOP
from syncline.speech.merge import merge
from syncline.speech.route import TimedWord
from syncline.speech.text import tokenise
from syncline.speech.voice_features import NOISY_DB

_NAMES = ("constant", "parted", "spread", "depth", "after pause", "before pause", "O-O", "O-S", "S-S")
_PAUSE_S = 0.2
_WITHIN_S = 0.0501
_RIDGE = 0.01
_NOISE_EVERY = 3  # clips in noise are taken so much more rarely: there are six kinds of it


def boundaries(spoken: Spoken) -> list[tuple[npt.NDArray[np.float64], bool]]:
    """What each boundary of a clip is judged by, and whether it lies within 50 ms; none where a word has no time."""
    tokens, _ = tokenise(spoken.transcript, spoken.language)
    active = speech_activity(spoken.sound)
    frames = np.flatnonzero(active)
    first, last = max(0, frames[0] - 50), min(len(active), frames[-1] + 51)
    tries = aligning.tried(spoken.sound[first * HOP : last * HOP], active[first:last], tokens, spoken.language)
    if len(tries.model) != len(tokens):
        return []
    merged = merge(tries.model, tries.voice, trust_voice=tries.irregular < 0.35, noisy=tries.depth_db < NOISY_DB)
    words = refine_edges(merged, tries.heard)
    at = first / FRAME_RATE
    found = [Word(tokens[word.token].text, word.start + at, word.end + at) for word in words]
    errors = boundary_errors(found, spoken.words)
    rows = [_row(words, number, tries.depth_db) for number in range(len(words) + 1)]
    return list(zip(rows, (np.abs(errors) <= _WITHIN_S).tolist(), strict=True))


def _row(words: list[TimedWord], number: int, depth_db: float) -> npt.NDArray[np.float64]:
    side = int(number == len(words))
    word = words[number - side]
    parted, spread = (times[side] if times else 0.3 for times in (word.parted, word.spread))
    row = [1.0, *(np.log1p(min(apart, 0.3) * 100) for apart in (parted, spread)), min(depth_db, 20.0) / 10]
    pause = number == 0 or (not side and word.start - words[number - 1].end >= _PAUSE_S)
    kinds = [pause, bool(side), False, False, False]
    if not pause and not side:
        before, after = _obstruent(words[number - 1], -1), _obstruent(word, 0)
        if (before, after) != (False, True):
            kinds[{(True, True): 2, (True, False): 3, (False, False): 4}[before, after]] = True
    return np.array([*row, *map(float, kinds)])


def fitted(rows: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Weights of the regression."""
    signs = np.where(right, -1.0, 1.0)

    def loss(weights: npt.NDArray[np.float64]) -> float:
        return float(np.logaddexp(0, signs * (rows @ weights)).sum() + _RIDGE * (weights[1:] ** 2).sum())

    return np.asarray(minimize(loss, np.zeros(rows.shape[1])).x)


def main(argv: list[str]) -> int:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=3, help="of the clips for choices, in order of their names")
    every = parser.parse_args(argv).every
    _, names = grid_split()
    seen = []
    for kind, db in CONDITIONS:
        for name in names[:: every if kind == "clean" else every * _NOISE_EVERY]:
            seen += boundaries(grid_clip(name, kind, db))
    rows, right = np.array([row for row, _ in seen]), np.array([each for _, each in seen])
    for name, weight in zip(_NAMES, fitted(rows, right), strict=True):
        print(f"{name:<13} {weight:+.2f}")
    agree = (rows[:, 1:3] < np.log1p(3.0)).all(axis=1) & (rows[:, 4:] == 0).all(axis=1) & (rows[:, 3] >= 1.6)
    share = right[agree].mean() if agree.any() else float("nan")
    print(f"sure: {agree.sum()} of {len(right)} boundaries, {100 * share:.1f} % within 50 ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
