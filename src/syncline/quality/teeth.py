"""Teeth that swim: how far what shows between the lips lies, sideways, from where its two neighbours have it.

The upper teeth stand still against the nose, and neither jaw nor tongue trembles sideways from picture to picture. What
slides (a head that turns) slides on, and does not count; where a tracker trembles, the nose trembles with the teeth.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.topology import NOSE
from syncline.quality.facepatch import PX_PER_IOD, SIZE, FacePatch, Mask, filled

LEAST_AREA: Final = 50  # patch pixels: between the lips, fewer show no teeth
FARTHEST: Final = 6  # patch pixels between neighbours (0.06 IOD); larger moves are no trembling
LARGEST: Final = 0.015  # IOD: a larger way off counts as this much, so that one bad match is not a fault
NEED: Final = 16  # pictures with teeth that a mean rests on: a mouth that opens, or a tracker that errs, is a few
NOISE_PX: Final = 0.7  # Gaussian: grain is no texture


class Teeth:
    """Looks at three neighbouring patches at a time; belongs to one thread."""

    def __init__(self) -> None:
        self._last: FacePatch | None = None
        self._moved: float | None = None  # px against the nose, from the patch before the last to the last

    def add(self, patch: FacePatch) -> float | None:
        """Take the next patch; how far the one before lies off its neighbours' middle, 0..`LARGEST` IOD, or None."""
        before, moved_before = self._last, self._moved
        self._last = patch
        self._moved = None if before is None else against_nose(before, patch)
        if moved_before is None or self._moved is None:
            return None
        return min(abs(self._moved - moved_before) / 2 / PX_PER_IOD, LARGEST)

    def restart(self) -> None:
        """What follows does not continue what went before."""
        self._last = self._moved = None


def against_nose(before: FacePatch, after: FacePatch) -> float | None:
    """Patch pixels to the right by which what the lips show has moved beyond the nose; None: not to be told."""
    teeth = sideways(before, after, before.inside & after.inside)
    nose = None if teeth is None else sideways(before, after, _nose(before) & _nose(after))
    return None if teeth is None or nose is None else teeth - nose


def sideways(before: FacePatch, after: FacePatch, area: Mask) -> float | None:
    """Patch pixels to the right by which the picture within an area has moved; None where it is too small.

    area : (h, w) bool. The best match, in least squares, of all moves up to `FARTHEST`, refined by a parabola.
    """
    inner = np.asarray(cv2.erode(area.astype(np.uint8), np.ones((3, 3), np.uint8)), np.uint8)
    if cv2.countNonZero(inner) < LEAST_AREA:
        return None
    x, y, width, height = cv2.boundingRect(inner)
    far = FARTHEST
    if x < far or y < far or x + width > SIZE[0] - far or y + height > SIZE[1] - far:
        return None
    around = np.s_[y - far : y + height + far, x - far : x + width + far]
    here, there = (_smooth(each.grey[around]) for each in (before, after))
    mask = inner[y : y + height, x : x + width].astype(np.float32)
    unlike = cv2.matchTemplate(here, there[far:-far, far:-far], cv2.TM_SQDIFF, mask=mask)
    # `here` has at x what `there` has at x + move: the place of the best match says where it came from.
    row, column = np.unravel_index(int(np.argmin(unlike)), unlike.shape)
    came_from = float(column) - far + _vertex(unlike[row], int(column))
    return -came_from


def _nose(patch: FacePatch) -> Mask:
    return filled(cv2.convexHull(patch.points[list(NOSE)])) > 0


def _smooth(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(np.ascontiguousarray(grey), (0, 0), NOISE_PX), np.float32)


def _vertex(values: npt.NDArray[np.float32], lowest: int) -> float:
    """Where the parabola through a minimum and its neighbours has its vertex, -0.5..0.5 from the minimum."""
    if not 0 < lowest < len(values) - 1:
        return 0.0
    left, middle, right = (float(each) for each in values[lowest - 1 : lowest + 2])
    bend = left - 2 * middle + right
    return 0.5 * (left - right) / bend if bend > 0 else 0.0
