"""The rate of a clip, measured from its timestamps: constant or variable, and how long it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from syncline.timebase import standard_rate

# Containers round timestamps to their tick (Matroska: 1 ms); a deviation up to this is rounding, not a variable rate.
JITTER_SECONDS = Fraction(1, 1000)
DEFAULT_RATE = Fraction(25)  # of a clip of one picture that declares none


@dataclass(frozen=True)
class Cadence:
    """`rate` in frames a second (mean where `variable`), `duration` in s with the last picture, its ticks."""

    rate: Fraction
    variable: bool
    duration: Fraction
    last_ticks: int


def measure_cadence(times: Sequence[int], base: Fraction, declared: Fraction | None, last_duration: int) -> Cadence:
    """Measure the cadence of sorted presentation times (ticks of `base`).

    A clip is constant where every time lies within a tick and a half (at least 1 ms) of a regular grid at the
    declared, a standard, or the mean rate.
    """
    if len(times) < 2 or times[-1] == times[0]:
        rate = declared or (1 / (last_duration * base) if last_duration > 0 else DEFAULT_RATE)
        ticks = last_duration if last_duration > 0 else max(1, round(1 / rate / base))
        return Cadence(rate, False, ticks * base, ticks)
    mean = Fraction(len(times) - 1) / ((times[-1] - times[0]) * base)
    for candidate in (declared, standard_rate(mean), mean):
        if candidate and _fits(times, base, candidate):
            # A rate on the grid only by rounding (Matroska's 41.708 ms) is named by the standard that fits as well.
            known = standard_rate(candidate)
            exact = known if known and _fits(times, base, known) else candidate
            return Cadence(exact, False, len(times) / exact, max(1, round(1 / exact / base)))
    typical = int(np.median(np.diff(np.asarray(times, dtype=np.int64))))
    ticks = last_duration if 0 < last_duration <= 10 * max(1, typical) else max(1, typical)
    return Cadence(mean.limit_denominator(100_000), True, (times[-1] - times[0] + ticks) * base, ticks)


def _fits(times: Sequence[int], base: Fraction, rate: Fraction) -> bool:
    allowed = max(base * Fraction(3, 2), JITTER_SECONDS)
    stamps = (np.asarray(times, dtype=np.int64) - times[0]) * float(base)
    grid = np.arange(len(times)) / float(rate)
    return bool(np.max(np.abs(stamps - grid)) <= float(allowed) + 1e-9)
