"""Where the mouth rests: silences long enough to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.motion.mouthtrack import Floats, Mask
from syncline.speech.cuesheet import CueSheet

SETTLE_S: Final = 0.15  # the mouth comes to rest this long after the last phone
ANTICIPATE_S: Final = 0.28  # and leaves rest this long before the next one: the jaw drops and breath is taken
MIN_PAUSE_S: Final = 0.50  # a shorter pause is held, a mouth that shuts and opens in it chatters


def rest_mask(cue: CueSheet, times: npt.ArrayLike) -> Mask:
    """Pictures in which nothing is said and the mouth has come to rest: (T,) bool; it rests outside the sheet too."""
    silences = [(phone.start, phone.end) for phone in cue.phones if phone.silent]
    return rest_in(silences, cue.duration, times)


def rest_between(segments: Sequence[tuple[float, float]], duration: float, times: npt.ArrayLike) -> Mask:
    """The same from stretches of speech (`speech.activity.speech_segments`), where no phones are known."""
    edges = [0.0, *(edge for segment in segments for edge in segment), duration]
    return rest_in(list(zip(edges[::2], edges[1::2], strict=True)), duration, times)


def rest_in(silences: Sequence[tuple[float, float]], duration: float, times: npt.ArrayLike) -> Mask:
    """Pictures at rest, given silences as (start, end) in seconds of a sound of `duration`."""
    moments = np.asarray(times, np.float64)
    rest = (moments < -ANTICIPATE_S) | (moments >= duration + SETTLE_S)
    for start, end in silences:
        opens, closes = start <= 0, end >= duration
        if end - start < MIN_PAUSE_S and not (opens or closes):
            continue
        low = -np.inf if opens else start + SETTLE_S
        high = np.inf if closes else end - ANTICIPATE_S
        rest |= (moments >= low) & (moments < high)
    return rest


def settled(shape: Floats, rest: Mask, at_rest: Floats, ramp: int = 2) -> Floats:
    """Shapes (T, 4) that are exactly `at_rest` (4,) within a rest, reached over `ramp` pictures on each side."""
    distance = _distance(rest)
    share = np.clip(distance / (ramp + 1), 0.0, 1.0)[:, None]
    return np.asarray(shape * (1 - share) + at_rest * share, np.float32)


def _distance(mask: Mask) -> Floats:
    """Pictures to the nearest one outside the mask (0 outside); the line's own ends do not count as outside."""
    index = np.arange(len(mask), dtype=np.float32)
    outside = np.where(mask, -np.inf, index)
    before = index - np.maximum.accumulate(outside)
    after = np.minimum.accumulate(np.where(mask, np.inf, index)[::-1])[::-1] - index
    return np.where(mask, np.minimum(before, after), 0.0).astype(np.float32)
