"""Flicker, told from movement: what is left of a picture when its two neighbours have been moved on to it.

Two neighbours that agree with each other and not with the picture between them are a flicker; in real speech they
differ from each other twice as much as their mean differs from what lies between.
Source of the flow: T. Kroeger, R. Timofte, D. Dai, L. Van Gool, Fast optical flow using dense inverse search, 2016.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.quality.facepatch import PX_PER_IOD, SIZE, TOP, FacePatch, Grey

Numbers = npt.NDArray[np.float64]

# Rows and columns of the patch about the mouth.
ROWS: Final = slice(round((0.30 - TOP) * PX_PER_IOD), round((1.30 - TOP) * PX_PER_IOD))
COLUMNS: Final = slice(SIZE[0] // 2 - 60, SIZE[0] // 2 + 60)
EVERY: Final = 2  # pictures: a flicker shows at every second picture as well

_FLOOR: Final = 0.15  # grey levels: a plate that does not move at all has no ratio


class Trembling:
    """Looks at three neighbouring patches at a time; belongs to one thread."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        height, width = ROWS.stop - ROWS.start, COLUMNS.stop - COLUMNS.start
        grid = np.mgrid[0:height, 0:width].astype(np.float32)
        self._x, self._y = grid[1], grid[0]
        self._last: list[FacePatch] = []
        self._calls = 0

    def add(self, patch: FacePatch) -> Numbers | None:
        """Take the next patch; (2,) residue and difference of the mouth in the picture before, grey levels, or None."""
        self._last = [*self._last[-2:], patch]
        self._calls += 1
        if len(self._last) < 3 or self._calls % EVERY:
            return None
        mouth = self._last[1].mouth[ROWS, COLUMNS]
        if not mouth.any():
            return None
        a, b, c = (np.ascontiguousarray(each.grey[ROWS, COLUMNS]) for each in self._last)
        return _left(self._moved(a, b), b, self._moved(c, b), mouth)

    def restart(self) -> None:
        """What follows does not continue what went before."""
        self._last = []

    def _moved(self, picture: Grey, target: Grey) -> Grey:
        flow = self._flow.calc(target, picture, None)
        moved = cv2.remap(picture, self._x + flow[..., 0], self._y + flow[..., 1], cv2.INTER_LINEAR)
        return np.asarray(moved, np.uint8)


def ratio(levels: Numbers) -> float:
    """Residue against difference: 0.45 to 0.55 in real speech, about 1 where takes alternate."""
    return float(levels[0] / (levels[1] + _FLOOR))


def _left(a: Grey, b: Grey, c: Grey, area: npt.NDArray[np.bool_]) -> Numbers:
    first, middle, last = (np.asarray(each[area], np.float32) for each in (a, b, c))
    return np.array([np.abs(middle - (first + last) / 2).mean(), np.abs(last - first).mean()], np.float64)
