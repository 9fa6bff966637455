"""Frames that went through as they were, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncline.motion.mouthtrack import frame_period


@dataclass(frozen=True)
class PassedRange:
    """Neighbouring frames that passed through for the same reasons: `start`..`end` seconds, `frames` of them."""

    start: float
    end: float
    frames: int
    reasons: tuple[str, ...]


def passed_ranges(
    times: npt.ArrayLike, passed: npt.ArrayLike, reasons: Sequence[Sequence[str]] | None = None
) -> tuple[PassedRange, ...]:
    """Ranges of frames that were not drawn.

    times : (T,) seconds of the output's frames.
    passed : (T,) bool.
    reasons : for each frame the names of what stood in the way ("no_face", "yaw", "occluded"); None: not known.
    """
    moments = np.asarray(times, np.float64)
    through = np.asarray(passed, np.bool_)
    period = frame_period(moments)
    ranges: list[PassedRange] = []
    first = 0
    while first < len(through):
        if not through[first]:
            first += 1
            continue
        why = tuple(reasons[first]) if reasons is not None else ()
        last = first
        while last + 1 < len(through) and through[last + 1] and _same(reasons, last + 1, why):
            last += 1
        end = float(moments[last + 1]) if last + 1 < len(moments) else float(moments[last]) + period
        ranges.append(PassedRange(round(float(moments[first]), 4), round(end, 4), last - first + 1, why))
        first = last + 1
    return tuple(ranges)


def _same(reasons: Sequence[Sequence[str]] | None, frame: int, why: tuple[str, ...]) -> bool:
    return reasons is None or tuple(reasons[frame]) == why
