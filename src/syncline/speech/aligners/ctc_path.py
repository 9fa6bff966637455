"""The best path of a text through a CTC model's probabilities (Viterbi), in memory that grows with time alone.

Between any two labels of the text, and at its ends, a blank may stand; equal neighbours need one. Source: A. Graves et
al., Connectionist temporal classification, 2006; forced alignment as in V. Pratap et al., Scaling speech technology to
1,000+ languages, 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

# Natural logs under the best path at which a state is given up; tried one after the other until the end is reached.
BEAMS: Final = (150.0, 600.0, float("inf"))
WIDEST: Final = 16_384  # states followed at a time: 8 000 labels, ten minutes of speech on either side of the best
BLOCK: Final = 1024  # frames after which the path that all states share is settled and its steps are forgotten

Floats = npt.NDArray[np.float32]
States = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LabelSpans:
    """For each of L labels its frames `first` to `end` (half open), (L,) int64, and mean probability `score` (L,)."""

    first: States
    end: States
    score: Floats


def label_spans(
    log_probs: Floats, labels: Sequence[int], blank: int = 0, beams: Sequence[float] = BEAMS
) -> LabelSpans | None:
    """Frames of each label of a text on its best path.

    Parameters
    ----------
    log_probs : (T, C) natural logarithms of probabilities.
    labels : column of each label of the text, in order; none is the blank.
    blank : column of the blank.
    beams : see `BEAMS`.

    None where no path was found: fewer frames than `frames_needed`, or a text that fits nowhere.
    """
    text = np.asarray(labels, np.int64)
    if not len(text) or len(log_probs) < frames_needed(labels):
        return None
    for beam in beams:
        path = best_path(log_probs, text, blank, beam)
        if path is not None:
            return _spans_of(path, log_probs, text)
    return None


def frames_needed(labels: Sequence[int]) -> int:
    """The fewest frames that can hold the labels: one each, and a blank between equal neighbours."""
    text = np.asarray(labels, np.int64)
    return len(text) + int((text[1:] == text[:-1]).sum())


def best_path(log_probs: Floats, text: States, blank: int, beam: float) -> States | None:
    """(T,) the state of each frame: 2k + 1 for label k, even numbers for the blanks around; None where none was found.

    States whose score falls `beam` under the best are given up; infinite: the path is exact, unless over `WIDEST`
    states would have to be followed.
    """
    columns = np.full(2 * len(text) + 1, blank, np.int64)
    columns[1::2] = text
    skips = np.zeros(len(columns), np.bool_)  # states that may follow the one before the last: no blank between
    skips[3::2] = text[1:] != text[:-1]
    total, last = len(log_probs), len(columns)
    path = np.zeros(total, np.int64)
    low, high = 0, min(2, last)
    score = log_probs[0, columns[low:high]].astype(np.float64)
    steps: list[tuple[int, npt.NDArray[np.uint8]]] = [(low, np.zeros(high - low, np.uint8))]
    settled = 0  # frames whose state is known
    for frame in range(1, total):
        wide = min(high + 2, last)
        best, moves = _advanced(score, skips[low:wide], wide - low)
        best += log_probs[frame, columns[low:wide]]
        # Two states a frame is the fastest; who cannot reach the end any more is left behind.
        behind = max(low, last - 2 - 2 * (total - 1 - frame))
        kept = _kept(best, beam, behind - low)
        if kept is None:
            return None
        first, end = kept
        score, low, high = best[first:end], low + first, low + end
        steps.append((low, moves[first:end]))
        if frame % BLOCK == 0:
            settled += _settle(path, steps, settled, low, high)
    finals = [state for state in (last - 1, last - 2) if low <= state < high]
    if not finals:
        return None
    _trace(path, steps, settled, max(finals, key=lambda state: float(score[state - low])))
    return path


def _advanced(
    score: npt.NDArray[np.float64], skips: npt.NDArray[np.bool_], width: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Scores of `width` states one frame on, before its probabilities, and by how many states each came forward."""
    size = len(score)
    ways = np.full((3, width), -np.inf)
    ways[0, :size] = score
    ways[1, 1 : size + 1] = score[: width - 1]
    ways[2, 2 : size + 2] = score[: width - 2]
    ways[2, ~skips] = -np.inf
    moves = ways.argmax(axis=0)
    return ways[moves, np.arange(width)], moves.astype(np.uint8)


def _kept(score: npt.NDArray[np.float64], beam: float, behind: int) -> tuple[int, int] | None:
    """The range of states that are followed further, None where none is left."""
    if behind >= len(score):
        return None
    best = behind + int(score[behind:].argmax())
    if score[best] == -np.inf:
        return None
    alive = np.flatnonzero(score[behind:] >= max(score[best] - beam, np.finfo(np.float64).min)) + behind
    first, end = int(alive[0]), int(alive[-1]) + 1
    if end - first > WIDEST:
        first = min(max(first, best - WIDEST // 2), end - WIDEST)
        end = first + WIDEST
    return first, end


def _settle(path: States, steps: list[tuple[int, npt.NDArray[np.uint8]]], settled: int, low: int, high: int) -> int:
    """Write the part of the path that all states followed share, forget its steps, and return its frames."""
    states = np.arange(low, high)
    for back in range(len(steps) - 1, 0, -1):
        offset, moves = steps[back]
        states = np.unique(states - moves[states - offset])
        if len(states) == 1:
            _trace(path, steps[:back], settled, int(states[0]))  # its last frame is in `states[0]` whatever comes
            del steps[:back]
            return back
    return 0


def _trace(path: States, steps: Sequence[tuple[int, npt.NDArray[np.uint8]]], start: int, state: int) -> None:
    """Fill the path of `steps`, frames from `start` on, backwards from the last frame's state."""
    for back in range(len(steps) - 1, -1, -1):
        path[start + back] = state
        offset, moves = steps[back]
        state -= int(moves[state - offset])


def _spans_of(path: States, log_probs: Floats, text: States) -> LabelSpans:
    said = np.flatnonzero(path % 2)
    owner = path[said] // 2
    first = np.full(len(text), -1, np.int64)
    end = np.zeros(len(text), np.int64)
    first[owner[::-1]] = said[::-1]
    end[owner] = said + 1
    chance = np.exp(log_probs[said, text[owner]].astype(np.float64))
    score = np.bincount(owner, chance, len(text)) / np.bincount(owner, minlength=len(text))
    return LabelSpans(first, end, score.astype(np.float32))
