"""Where speech begins and ends: the edges of words that stand at a pause, refined on the sound itself.

Aligners know silence and speech, and what lies between (a breath before a word, the tail of one) goes to either. A
beginning is moved out to where the sound first stands above the pause before it; an end goes half the way to where the
voice activity ends. Against GRID's times: starts within 50 ms 61 instead of 45 %, ends 91 instead of 73 %; in noise,
where there is nothing to see, both stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncline.speech.activity import runs
from syncline.speech.features import FRAME_RATE
from syncline.speech.route import TimedWord
from syncline.speech.voice_features import FloatArray

BoolArray = npt.NDArray[np.bool_]

_PAUSE_S = 0.2  # a shorter gap between words is no pause
_OUT_FRAMES = 15  # an edge is moved by no more
_INSIDE_FRAMES = 5  # from where the word certainly sounds the search goes outwards
_AWAY_FRAMES, _PAUSE_FRAMES = 15, 100  # what lies so far from the edge, up to so far, is the pause
_FEWEST = 8  # frames of a pause that its level can be known from
_ABOVE = 2.0  # standard deviations of the pause
_TOWARDS_ACTIVITY = 0.5


@dataclass(frozen=True)
class Heard:
    """What edges are read from, at 100 Hz: band power of the sound without its noise, and voice activity."""

    power: FloatArray
    active: BoolArray


def refine_edges(words: Sequence[TimedWord], heard: Heard) -> list[TimedWord]:
    """Words in order, with the edges at pauses refined; the others as they are."""
    result = list(words)
    ends = [float(last) for _, last in runs(heard.active)]
    for number, word in enumerate(words):
        before = words[number - 1].end if number else -np.inf
        after = words[number + 1].start if number + 1 < len(words) else np.inf
        start, end = word.start, word.end
        if word.start - before >= _PAUSE_S:
            start = _onset(heard.power, word.start, before) if number else _onset(heard.power, word.start, 0.0)
        if after - word.end >= _PAUSE_S:
            end = _offset(ends, word.end, after)
        if start != word.start or end != word.end:
            result[number] = result[number].moved(start, max(end, start + 0.01))
    return result


def _onset(power: FloatArray, start: float, before: float) -> float:
    """Where the sound before `start` (s) rises above the pause since `before`; `start` where that cannot be seen."""
    at = min(round(start * FRAME_RATE), len(power) - 1)
    first = max(0, round(before * FRAME_RATE), at - _PAUSE_FRAMES)
    pause = power[first : max(first, at - _AWAY_FRAMES)]
    if len(pause) < _FEWEST or at < 0:
        return start
    low, high = max(0, at - _OUT_FRAMES - 1), min(len(power), at + _INSIDE_FRAMES + 2)
    level = _over(power[low:high], pause)
    threshold = _threshold(pause)
    frame = min(at + _INSIDE_FRAMES, len(power) - 1)
    if level[frame - low] <= threshold:
        return start
    while frame > max(first, at - _OUT_FRAMES) and level[frame - 1 - low] > threshold:
        frame -= 1
    return min(start, (frame - 0.5) / FRAME_RATE)


def _over(power: FloatArray, pause: FloatArray) -> FloatArray:
    """(n,) level over a pause: the mean over bands of log (1 + power / the pause's), over three frames."""
    level = np.log1p(power / (pause.mean(axis=0) + 1e-9)).mean(axis=1)
    return np.asarray(np.convolve(np.pad(level, 1, mode="edge"), np.full(3, 1 / 3), "valid"), np.float32)


def _threshold(pause: FloatArray) -> float:
    level = _over(pause, pause)
    return float(level.mean() + _ABOVE * level.std())


def _offset(ends: Sequence[float], end: float, after: float) -> float:
    """`end` half the way to where voice activity ends, if that is near and before the next word."""
    near = min(ends, key=lambda frame: abs(frame / FRAME_RATE - end), default=None)
    if near is None or abs(near / FRAME_RATE - end) > _OUT_FRAMES / FRAME_RATE or near / FRAME_RATE >= after:
        return end
    return end + _TOWARDS_ACTIVITY * (near / FRAME_RATE - end)
