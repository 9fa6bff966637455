"""Straight, hard, upright or level edges on the skin around a mouth: the border of a pasted box.

Skin has soft edges; a border steps from one pixel to the next, along a straight line, and stays where it is.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.topology import MOUTH_CORNERS, OUTER_LIPS, OVAL
from syncline.quality.facepatch import Bgr, iod_px

Floats = npt.NDArray[np.float32]

LARGEST_IOD: Final = 200.0  # px; larger faces are averaged down, which keeps steps
LEFT, UP, DOWN = 0.72, 0.32, 0.62  # IOD about the middle of the mouth: from the nose to the chin
RUN: Final = 0.45  # IOD: shorter edges are a fold, a tooth, a hair
LARGEST_STEP: Final = 8.0  # grey levels: one bright pixel is no line
NEAR_LIPS: Final = 0.07  # IOD left out around the lips and inside the face's outline
FILLED: Final = 0.85  # of a run that has to lie on skin
BESIDE: Final = (0.28, 0.62)  # IOD from the middle of the mouth: where a box's sides lie
UNEVEN: Final = 0.04  # IOD by which one side may lie further out than the other


class LineMaps:
    """Maps of steps about one mouth, all of one size, which the first picture's face gives."""

    def __init__(self) -> None:
        self._size: tuple[int, int] | None = None  # width, height
        self._scale = 1.0
        self._unit = 0.0  # px of an IOD

    @property
    def unit(self) -> float:
        """Pixels of an IOD in the maps; 0 before the first."""
        return self._unit

    def add(self, crop: Bgr, points: npt.NDArray[Any]) -> Floats:
        """(2, h, w) float32: mean step of the run about each pixel, grey levels, along upright and along level lines.

        crop : (h, w, 3) uint8 BGR. points : (478, 2 or 3) px of it, finite.
        """
        flat = np.asarray(points, np.float64)[:, :2]
        if self._size is None:
            iod = iod_px(flat)
            self._scale = min(1.0, LARGEST_IOD / iod)
            self._unit = iod * self._scale
            self._size = (round(2 * LEFT * self._unit), round((UP + DOWN) * self._unit))
        corner = np.round(flat[list(MOUTH_CORNERS)].mean(axis=0) * self._scale - [LEFT * self._unit, UP * self._unit])
        window = self._window(crop, corner)
        mask = self._skin(flat * self._scale - corner)
        return np.stack([_steps(window, mask, round(RUN * self._unit), axis) for axis in (1, 0)])

    def _window(self, crop: Bgr, corner: npt.NDArray[np.float64]) -> Floats:
        assert self._size is not None
        (x0, y0), (width, height), scale = corner, self._size, self._scale
        left, top = int(np.floor(x0 / scale)), int(np.floor(y0 / scale))
        right, bottom = int(np.ceil((x0 + width) / scale)), int(np.ceil((y0 + height) / scale))
        inside = crop[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
        if not inside.size:
            return np.zeros((height, width), np.float32)
        around = (max(0, -top), max(0, bottom - crop.shape[0]), max(0, -left), max(0, right - crop.shape[1]))
        grey = np.asarray(cv2.cvtColor(np.ascontiguousarray(inside), cv2.COLOR_BGR2GRAY))
        grey = np.asarray(cv2.copyMakeBorder(grey, *around, cv2.BORDER_REPLICATE))
        if grey.shape != (height, width):
            grey = np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA))
        return grey.astype(np.float32)

    def _skin(self, points: npt.NDArray[np.float64]) -> Floats:
        assert self._size is not None
        width, height = self._size
        mask = np.zeros((height, width), np.uint8)
        oval = cv2.convexHull(np.round(np.clip(points[list(OVAL)], -4000, 4000)).astype(np.int32))
        cv2.fillPoly(mask, [oval], 1)
        size = 2 * round(NEAR_LIPS * self._unit / 2) + 1
        square = np.ones((size, size), np.uint8)
        mask = np.asarray(cv2.erode(mask, square, borderValue=0), np.uint8)
        lips = np.zeros_like(mask)
        cv2.fillPoly(lips, [np.round(np.clip(points[list(OUTER_LIPS)], -4000, 4000)).astype(np.int32)], 1)
        mask[cv2.dilate(lips, square) > 0] = 0
        return mask.astype(np.float32)


def excess(judged: Floats, original: Floats) -> float:
    """The strongest line that an original has not within 3 pixels, grey levels; maps are means over time."""
    near = np.ones((7, 7), np.uint8)
    return float(
        max(
            (mine - cv2.dilate(np.asarray(other, np.float64), near)).max()
            for mine, other in zip(judged, original, strict=True)
        )
    )


def paired(upright: Floats, unit: float) -> float:
    """The strongest pair of upright lines as far left as right of the mouth, the weaker of the two, grey levels.

    upright : (h, w) mean over time. unit : pixels of an IOD.
    """
    width = upright.shape[1]
    middle, reach = width // 2, max(1, round(UNEVEN * unit))
    strongest = 0.0
    for out in range(round(BESIDE[0] * unit), min(round(BESIDE[1] * unit), middle - reach)):
        right = upright[:, middle + out - reach : middle + out + reach + 1].max(axis=1)
        strongest = max(strongest, float(np.minimum(upright[:, middle - out], right).max()))
    return strongest


def _steps(window: Floats, mask: Floats, run: int, axis: int) -> Floats:
    """(h, w): size of the mean step across a line through each pixel; `axis` 1: upright lines, 0: level ones."""
    first = window[:, :1] if axis else window[:1]
    change = np.diff(window, axis=axis, prepend=first)
    # A slope steps as much before and after; an edge of one pixel does not.
    sharp = change - (np.roll(change, 2, axis) + np.roll(change, -2, axis)) / 2
    sharp = np.clip(sharp, -LARGEST_STEP, LARGEST_STEP).astype(np.float32) * mask
    size = (1, run | 1) if axis else (run | 1, 1)
    filled = cv2.boxFilter(mask, -1, size)
    mean = np.abs(np.asarray(cv2.boxFilter(sharp, -1, size))) / np.maximum(filled, FILLED)
    return np.where(filled >= FILLED, mean, 0.0).astype(np.float32)
