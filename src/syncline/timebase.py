"""Time as integers: ticks of a rational base. The only module that converts.

Frame rates are `Fraction`s (30000/1001, never 29.97), a `Moment` is an integer tick with its base. Seconds as floats
appear only at the edges: the command line, JSON and array arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

# Rates that cameras and standards use; a measured rate within 0.05 % of one of these is that rate.
STANDARD_RATES = tuple(
    Fraction(n, d)
    for n, d in (
        (24000, 1001),
        (24, 1),
        (25, 1),
        (30000, 1001),
        (30, 1),
        (48000, 1001),
        (48, 1),
        (50, 1),
        (60000, 1001),
        (60, 1),
        (100, 1),
        (120000, 1001),
        (120, 1),
    )
)


@dataclass(frozen=True)
class Moment:
    """An instant: `ticks` of `base` seconds each."""

    ticks: int
    base: Fraction

    @property
    def seconds(self) -> Fraction:
        """The instant in seconds, exact."""
        return self.ticks * self.base

    def rescaled(self, base: Fraction) -> Moment:
        """The nearest instant on another base."""
        return Moment(ticks_at(self.seconds, base), base)

    def __float__(self) -> float:
        return float(self.seconds)


def ticks_at(seconds: Fraction, base: Fraction) -> int:
    """Nearest tick of `base` to an exact time; halves go up, so that repeated conversion never drifts."""
    return (seconds / base + Fraction(1, 2)).__floor__()


def frame_time(index: int, rate: Fraction) -> Fraction:
    """Start of frame `index` at a constant rate, in exact seconds."""
    return index / rate


def frames_in(seconds: Fraction, rate: Fraction) -> int:
    """Number of whole frame slots that start before `seconds` at a constant rate (at least 1 for a positive time)."""
    return max(0, -((-seconds * rate).__floor__()))


def standard_rate(rate: Fraction) -> Fraction:
    """The standard rate within 0.05 % of a measured one, else the measured one with a small denominator."""
    nearest = min(STANDARD_RATES, key=lambda known: abs(known - rate))
    if abs(nearest - rate) <= nearest / 2000:
        return nearest
    return rate.limit_denominator(1001)


def as_seconds(times: Iterable[Fraction | Moment]) -> npt.NDArray[np.float64]:
    """Exact times as an array of float seconds, for arithmetic on features: (T,) float64."""
    return np.array([float(time) for time in times], dtype=np.float64)
