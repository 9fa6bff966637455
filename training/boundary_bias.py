"""Measures the table of `syncline.speech.boundary_bias`: `python -m training.boundary_bias [--every N]`.

The median error of word starts, by the kinds of phones that meet there, on GRID clips that are not in the test (see
`benchmarks.speech_material.grid_split`); shrunk by n / (n + 10) and limited to `MOST_MS`. Printed, with how much it
helps on clips that it was not measured on (five folds).
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from unittest.mock import patch

import numpy as np
from benchmarks.speech_material import Spoken, grid_clip, grid_split

from syncline.speech import align as aligning
from syncline.speech.boundary_bias import MOST_MS, meeting
from syncline.speech.route import TimedWord

_SHRINK, _FOLDS = 10.0, 5

Errors = list[tuple[tuple[str, str], float]]


def errors(spoken: Spoken) -> Errors:
    """Kinds that meet and error in ms of each word's start; nothing where a word has no time."""
    caught: list[TimedWord] = []

    def leave(words: Sequence[TimedWord]) -> list[TimedWord]:
        caught.extend(words)
        return list(words)

    with patch.object(aligning, "without_bias", leave):
        words = aligning.align(spoken.sound, spoken.transcript, spoken.language).words
    if not len(words) == len(spoken.words) == len(caught):
        return []
    result = []
    for number, (found, known) in enumerate(zip(words, spoken.words, strict=True)):
        touching = number > 0 and found.start - words[number - 1].end < 0.02
        result.append(
            (meeting(caught[number - 1] if touching else None, caught[number]), 1000 * (found.start - known.start))
        )
    return result


def table(clips: Sequence[Errors]) -> dict[tuple[str, str], float]:
    """Shrunk medians within the limit, which matters after silence: GRID's label of *lay* is often 100 ms early."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for clip in clips:
        for kinds, error in clip:
            found[kinds].append(error)
    shrunk = {kinds: float(np.median(each)) * len(each) / (len(each) + _SHRINK) for kinds, each in found.items()}
    return {
        kinds: float(np.clip(ms, -MOST_MS, MOST_MS))
        for kinds, ms in shrunk.items()
        if abs(ms) >= 2 and "m" not in kinds
    }


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="of the clips for choices, in order of their names")
    names = grid_split()[1][:: parser.parse_args(argv).every]
    clips = [found for name in names if (found := errors(grid_clip(name)))]
    for kinds, ms in sorted(table(clips).items()):
        print(*kinds, f"{ms:.0f}")
    before, after = [], []
    for fold in range(_FOLDS):
        known = table([clip for number, clip in enumerate(clips) if number % _FOLDS != fold])
        for clip in clips[fold::_FOLDS]:
            before += [abs(error) for _, error in clip]
            after += [abs(error - known.get(kinds, 0.0)) for kinds, error in clip]
    for name, values in (("as found", before), ("without bias", after)):
        within = np.mean(np.array(values) <= 50)
        print(f"{name}: median {np.median(values):.1f} ms, {100 * within:.1f} % within 50 ms, {len(values)} boundaries")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
