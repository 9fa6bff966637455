"""Tears, holes and dotted edges of a drawn mouth: isolated pixels that stand out along the lips.

Warps that fold and masks that tear leave pixels, alone or in pairs, that are lighter or darker than everything around
them. They are what is left of a picture after the union of its openings (and closings) by short straight lines: edges,
lines, corners and teeth pass those, dots do not. The still's own (grain, a highlight, a hair) are counted in the same
place and taken away. Source: P. Soille, Morphological Image Analysis, 2003, section 4.4 (parametric openings).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.topology import INNER_LIPS, OUTER_EYE_CORNERS, OUTER_LIPS

Pixels = npt.NDArray[np.uint8]

STANDS_OUT: Final = 16  # levels of luma by which a dot stands out: more than encoding leaves, less than is overlooked
LINE: Final = 3  # px: the shortest line that is none of the dots
BAND: Final = 0.035  # IOD on both sides of each edge of the lips
LARGEST_IOD: Final = 200.0  # px; larger faces are looked at smaller, as a viewer sees them


@dataclass(frozen=True)
class Tears:
    """What was counted over the pictures of a take.

    worst : the most isolated pixels in one picture beyond the still's own. mean : over all pictures.
    """

    pictures: int
    worst: int
    mean: float


class TearMeter:
    """Counts picture after picture; memory does not grow."""

    def __init__(self) -> None:
        self._pictures = self._total = self._worst = 0

    def add(self, before: Pixels, after: Pixels, landmarks: npt.NDArray[np.floating[Any]]) -> int:
        """Count one picture and return its count.

        before, after : (h, w, 3) uint8 BGR, the same part of the plate and of what was drawn.
        landmarks : (478, 2 or 3) px of these crops, of the drawn face.
        """
        count = excess(before, after, landmarks)
        self._pictures += 1
        self._total += count
        self._worst = max(self._worst, count)
        return count

    def result(self) -> Tears:
        """The figures so far."""
        return Tears(self._pictures, self._worst, self._total / max(self._pictures, 1))


def excess(before: Pixels, after: Pixels, landmarks: npt.NDArray[np.floating[Any]]) -> int:
    """Isolated pixels along the lips of one drawn picture beyond those of the plate, >= 0.

    Raises ValueError where the crops differ in size.
    """
    if before.shape != after.shape:
        raise ValueError(f"crops of {before.shape} and {after.shape} cannot be compared")
    points = np.asarray(landmarks, np.float32)[:, :2]
    left, right = (points[i] for i in OUTER_EYE_CORNERS)
    iod = float(np.linalg.norm(right - left))
    if not np.isfinite(points).all() or iod < 8.0:
        return 0
    shrink = min(1.0, LARGEST_IOD / iod)
    if shrink < 1.0:
        size = (max(1, round(before.shape[1] * shrink)), max(1, round(before.shape[0] * shrink)))
        before, after = (np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA)) for each in (before, after))
        points, iod = points * shrink, iod * shrink
    band = lip_band(points, iod, (after.shape[0], after.shape[1]))
    return max(0, isolated(after, band) - isolated(before, band))


def lip_band(points: npt.NDArray[np.float32], iod: float, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """(h, w) bool: pixels near one of the four edges of the lips."""
    band = np.zeros(shape, np.uint8)
    thickness = max(3, round(2 * BAND * iod))
    for ring in (OUTER_LIPS, INNER_LIPS):
        cv2.polylines(band, [np.round(points[list(ring)]).astype(np.int32)], True, 1, thickness)
    return band.astype(bool)


def isolated(picture: Pixels, band: npt.NDArray[np.bool_]) -> int:
    """Pixels inside a band that stand out from all that surrounds them."""
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    opened, closed = np.zeros_like(luma), np.full_like(luma, 255)
    for line in _lines(LINE):
        opened = np.maximum(opened, cv2.morphologyEx(luma, cv2.MORPH_OPEN, line))
        closed = np.minimum(closed, cv2.morphologyEx(luma, cv2.MORPH_CLOSE, line))
    dots = np.maximum(cv2.subtract(luma, opened), cv2.subtract(closed, luma)) > STANDS_OUT
    return int(np.count_nonzero(dots & band))


def _lines(length: int) -> list[npt.NDArray[np.uint8]]:
    """Lines of so many pixels: level, upright and along both diagonals."""
    level = np.zeros((length, length), np.uint8)
    level[length // 2] = 1
    slope = np.eye(length, dtype=np.uint8)
    return [level, level.T.copy(), slope, slope[::-1].copy()]
