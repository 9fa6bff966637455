"""What the forms share: runs of phones that look alike, and smooth weights."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from syncline.speech.cuesheet import CueSheet, Phone
from syncline.speech.visemes import RATE, VISEMES, viseme_track

Key = TypeVar("Key", bound=Hashable)
FloatArray = npt.NDArray[np.float32]

_SPREAD_STEPS = (
    3.0  # standard deviation of the blend between visemes, in 10 ms steps: about 100 ms from one to the next
)
_HELD = tuple(VISEMES.index(name) for name in ("PP", "FF"))  # lips that shut or touch teeth reach their mark


def runs_of(cue: CueSheet, key: Callable[[Phone], Key]) -> list[tuple[float, float, Key]]:
    """Neighbouring phones of one key as (start, end, key) in seconds, contiguous."""
    found: list[tuple[float, float, Key]] = []
    for phone in cue.phones:
        value = key(phone)
        if found and found[-1][2] == value:
            found[-1] = (found[-1][0], phone.end, value)
        elif phone.end > phone.start:
            found.append((phone.start, phone.end, value))
    return found


def smooth_weights(cue: CueSheet) -> FloatArray:
    """Weights of the fifteen visemes at 100 Hz, blended into each other: (n, 15) float32 in 0..1, each row's sum 1.

    Closed lips and lips at the teeth keep their whole weight: a blend would leave them ajar.
    """
    hard = viseme_track(cue)
    if not len(hard):
        return hard
    reach = int(np.ceil(3 * _SPREAD_STEPS))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SPREAD_STEPS) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(hard, ((reach, reach), (0, 0)), mode="edge")
    soft = np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1)
    held = hard[:, _HELD].max(axis=1, keepdims=True)
    blend = held * hard + (1.0 - held) * soft
    return np.asarray(blend / blend.sum(axis=1, keepdims=True), np.float32)


def weights_at(cue: CueSheet, times: npt.NDArray[np.float64]) -> FloatArray:
    """`smooth_weights` at any times in seconds: (t, 15) float32."""
    steps = smooth_weights(cue)
    if not len(steps):
        silent = np.zeros((len(times), len(VISEMES)), np.float32)
        silent[:, 0] = 1.0
        return silent
    middles = (np.arange(len(steps)) + 0.5) / RATE
    return np.stack([np.interp(times, middles, column) for column in steps.T], axis=1).astype(np.float32)


def one_line(text: str) -> str:
    """Text without line breaks and control characters, white space as single spaces."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
