"""Steadier landmarks that keep plosives, and short gaps bridged."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.face.mouth import opening_and_width
from syncline.face.topology import CHIN, LIPS, OUTER_EYE_CORNERS
from syncline.media.arrays import stretches
from syncline.media.samples import release

Floats = npt.NDArray[np.float32]

HALF_WINDOW: Final = 2  # frames each side: a window of 5
DEGREE: Final = 2
BLOCK: Final = 512  # frames smoothed at once
BRIDGE_SECONDS: Final = 0.2  # a gap up to this long is interpolated
# The tracker's own noise in the opening is 0.4-0.8 % of the IOD (rms over clips). What smoothing takes away beyond
# that is motion: from the first value on the lips lean back to what was measured, at the second they are what it was.
NOISE_IOD: Final = 0.008
MOTION_IOD: Final = 0.016
_MOVERS: Final = tuple(sorted({*LIPS, *CHIN}))


def smooth(landmarks: npt.NDArray[Any], times: npt.NDArray[np.float64]) -> Floats:
    """Local quadratic fit over five frames (Savitzky-Golay for even times, right for uneven ones too).

    landmarks : (T, N, 3) pixels, NaN where there is no face; N = 478. times : (T,) seconds, rising.
    Each run without NaN is smoothed alone. A fit over five frames halves a closure of the lips that lasts one frame;
    so where it changes the opening or the width by more than the tracker's noise, lips and chin keep what was measured.
    Source: A. Savitzky, M. Golay, Analytical Chemistry 36 (1964); FINDINGS for window and degree.
    """
    result = np.array(landmarks, np.float32)
    smooth_in_place(result, times)
    return result


def smooth_in_place(landmarks: Floats, times: npt.NDArray[np.float64]) -> None:
    """`smooth` without a second copy of a whole clip's landmarks."""
    for start, stop in runs(_seen(landmarks)):
        if stop - start > 2 * HALF_WINDOW:
            _smooth_run(landmarks[start:stop], times[start:stop])


def _smooth_run(run: Floats, times: npt.NDArray[np.float64]) -> None:
    """Smooth a run without NaN in place, a block at a time: a whole clip's landmarks are not held several times."""
    count, before = len(run), run[:0].copy()
    for start in range(0, count, BLOCK):
        stop = min(count, start + BLOCK)
        # Each block sees the frames beside it; at the run's ends the fit takes the nearest five.
        low, high = max(0, min(start - HALF_WINDOW, count - 2 * HALF_WINDOW - 1)), min(count, stop + HALF_WINDOW)
        high = max(high, min(count, low + 2 * HALF_WINDOW + 1))
        raw = np.concatenate([before[len(before) - (start - low) :], run[start:high]])
        before = run[max(0, stop - 2 * HALF_WINDOW) : stop].copy()
        soft = _fit(raw, times[low:high])
        _keep_fast_lips(soft, raw)
        run[start:stop] = soft[start - low : stop - low]
        release(run)


def bridge(landmarks: Floats, times: npt.NDArray[np.float64], walls: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Fill gaps of at most `BRIDGE_SECONDS` in place by straight lines; returns the frames filled (T,) bool.

    walls : frames across whose start nothing is bridged (scene cuts).
    """
    filled = np.zeros(len(landmarks), bool)
    for start, stop in runs(~_seen(landmarks)):
        if start == 0 or stop == len(landmarks) or times[stop] - times[start - 1] > BRIDGE_SECONDS + _frame(times):
            continue
        if any(start <= wall <= stop for wall in walls):
            continue
        share = (times[start:stop] - times[start - 1]) / (times[stop] - times[start - 1])
        before, after = landmarks[start - 1], landmarks[stop]
        landmarks[start:stop] = before + share[:, None, None].astype(np.float32) * (after - before)
        filled[start:stop] = True
    return filled


def runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The runs of True as (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _seen(landmarks: Floats) -> npt.NDArray[np.bool_]:
    """(T,) bool: frames with a face."""
    return np.concatenate(
        [np.zeros(0, np.bool_), *(np.isfinite(landmarks[part, 0, 0]) for part in stretches(landmarks))]
    )


def _frame(times: npt.NDArray[np.float64]) -> float:
    """The usual time between two frames, seconds."""
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def _fit(run: Floats, times: npt.NDArray[np.float64]) -> Floats:
    """Value at each frame of the quadratic through the five frames around it (at the ends: the nearest five)."""
    count = len(run)
    width = 2 * HALF_WINDOW + 1
    first = np.clip(np.arange(count) - HALF_WINDOW, 0, count - width)
    members = first[:, None] + np.arange(width)[None, :]
    offsets = times[members] - times[:, None]
    spread = np.maximum(np.abs(offsets).max(axis=1, keepdims=True), 1e-9)
    powers = (offsets / spread)[:, :, None] ** np.arange(DEGREE + 1)
    weights = np.linalg.pinv(powers)[:, 0, :].astype(np.float32)  # (T, 5): the fit's value at the frame itself
    result = np.zeros_like(run)
    for step in range(width):
        result += weights[:, step, None, None] * run[members[:, step]]
    return result


def _keep_fast_lips(soft: Floats, raw: Floats) -> None:
    """Give lips and chin of `soft` back to `raw` where smoothing took away more than noise, in place."""
    left, right = OUTER_EYE_CORNERS
    iod = np.linalg.norm(raw[:, right] - raw[:, left], axis=1)
    taken = (
        np.max([np.abs(a - b) for a, b in zip(opening_and_width(soft), opening_and_width(raw), strict=True)], axis=0)
        / iod
    )
    share = np.clip((taken - NOISE_IOD) / (MOTION_IOD - NOISE_IOD), 0.0, 1.0)[:, None, None].astype(np.float32)
    movers = list(_MOVERS)
    soft[:, movers] += share * (raw[:, movers] - soft[:, movers])
