"""Means over a few seconds at a time, and the worst of them: a fault of two seconds shows in an hour of film."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.quality.looks import Worst

WINDOW_S: Final = 4.0  # long enough for a mean that holds, short enough for a passage to be found
LEAST: Final = 0.4  # of a window: a shorter rest at the end is not judged by itself

Numbers = npt.NDArray[Any]
Reduce = Callable[..., float | None]


class Windows:
    """Sums arrays over windows of time; memory does not grow.

    figure : the figure of one window from the means of its arrays, None where it says nothing.
    low : whether small figures are the bad ones. need : additions that a figure rests on at least.
    """

    def __init__(self, figure: Reduce, *, low: bool, need: int, seconds: float = WINDOW_S) -> None:
        self._figure, self._low, self._need, self._seconds = figure, low, need, seconds
        self._start: float | None = None
        self._last = 0.0
        self._sums: list[Numbers] = []
        self._count = 0
        self._worst: tuple[float, float] | None = None  # figure, middle of its window

    def add(self, time: float, *arrays: npt.ArrayLike) -> None:
        """Add the arrays of one moment; their shapes stay the same."""
        if self._start is not None and time - self._start >= self._seconds:
            self._close()
        if self._start is None:
            self._start = time
            self._sums = [np.zeros(np.shape(array)) for array in arrays]
        for total, array in zip(self._sums, arrays, strict=True):
            total += array
        self._last = time
        self._count += 1

    def result(self) -> Worst:
        """The worst window so far and its middle; the open one counts where it is long enough or the only one."""
        worst = self._worst
        if self._start is not None and (worst is None or self._last - self._start >= LEAST * self._seconds):
            worst = self._worse(self._now())
        return Worst(None) if worst is None else Worst(round(worst[0], 4), round(worst[1], 3))

    def _now(self) -> tuple[float, float] | None:
        if self._start is None or self._count < self._need:
            return None
        value = self._figure(*(total / self._count for total in self._sums))
        if value is None or not math.isfinite(value):
            return None
        return value, (self._start + self._last) / 2

    def _worse(self, found: tuple[float, float] | None) -> tuple[float, float] | None:
        if found is None or self._worst is None:
            return self._worst if found is None else found
        return found if (found[0] < self._worst[0]) == self._low else self._worst

    def _close(self) -> None:
        self._worst = self._worse(self._now())
        self._start, self._count = None, 0
