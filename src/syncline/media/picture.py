"""A decoded frame kept as its own planes, so that pixels nobody touches are never converted.

Chroma is treated as centred in its cell both when it is read (bilinear) and when it is written (area average): the two
agree, so nothing shifts. All methods are pure and safe to call from several threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from syncline.media.info import ColourTags
from syncline.media.pixels import Matrix, PixelLayout, from_bgr_matrix, to_bgr_matrix, weights_of
from syncline.timebase import Moment

STRIP_ROWS = 64  # of float work at once, to stay in the processor's cache; even: strips end between chroma cells
Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the upright picture; x1 and y1 are outside
Plane = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Picture:
    """One upright frame of a plate.

    index : its number in the plate (presentation order, from 0).
    time : its presentation time, as in the file.
    width, height : upright size in pixels.
    planes : Y, Cb, Cr | Y | G, B, R; uint8 (8 bits) or uint16 (10, 12 bits); read-only, chroma subsampled as `layout`.
    """

    index: int
    time: Moment
    width: int
    height: int
    planes: tuple[Plane, ...]
    layout: PixelLayout
    colour: ColourTags

    @cached_property
    def _weights(self) -> str:
        return weights_of(self.colour.matrix, self.height)

    def clipped(self, box: Box | None) -> Box:
        """The part of a box that lies inside the picture (None: all of it); may be empty."""
        if box is None:
            return 0, 0, self.width, self.height
        x0, y0, x1, y1 = box
        x0, y0 = min(max(0, x0), self.width), min(max(0, y0), self.height)
        return x0, y0, max(x0, min(x1, self.width)), max(y0, min(y1, self.height))

    def bgr(self, box: Box | None = None) -> Bytes:
        """(h, w, 3) uint8 BGR of a box, clipped to the picture; the cost follows the box."""
        x0, y0, x1, y1 = self.clipped(box)
        if x1 <= x0 or y1 <= y0:
            return np.zeros((y1 - y0, x1 - x0, 3), np.uint8)
        first = self.planes[0][y0:y1, x0:x1]
        if self.layout.kind != "yuv":
            return self._to_colour([plane[y0:y1, x0:x1] for plane in self.planes], "bgr")
        return self._to_colour([first, *(self._chroma(plane, (x0, y0, x1, y1)) for plane in self.planes[1:])], "bgr")

    def thumbnail(self, max_side: int) -> tuple[Bytes, float]:
        """RGB (h, w, 3) uint8 with max(h, w) <= max_side, and its scale (thumbnail px / picture px).

        Planes are scaled first and converted after. A picture that is small enough keeps its size (scale 1).
        """
        scale = min(1.0, max_side / max(self.width, self.height))
        size = (max(1, round(self.width * scale)), max(1, round(self.height * scale)))
        return self._to_colour([_scaled(plane, size) for plane in self.planes], "rgb"), scale

    def with_change(self, box: Box, before: npt.NDArray[np.generic], after: npt.NDArray[np.generic]) -> Picture:
        """A copy in which the change after - before is added to the planes of a box.

        Parameters
        ----------
        box : x0, y0, x1, y1, inside the picture.
        before, after : (y1 - y0, x1 - x0, 3) BGR, uint8 or float32 on 0..255.

        Pixels where after equals before keep their samples bit for bit, and so do chroma cells all of whose pixels are
        equal. Raises ValueError where box and arrays disagree.
        """
        x0, y0, x1, y1 = box
        if self.clipped(box) != box or before.shape != (y1 - y0, x1 - x0, 3) or after.shape != before.shape:
            raise ValueError(f"box {box} of {before.shape} and {after.shape} in {self.width}x{self.height}")
        if before.size == 0:
            return self
        planes = [plane.copy() for plane in self.planes]
        top = y0
        while top < y1:
            bottom = min(y1, (top // STRIP_ROWS + 1) * STRIP_ROWS)
            rows = slice(top - y0, bottom - y0)
            delta = cv2.subtract(after[rows], before[rows], dtype=cv2.CV_32F)
            self._change(planes, (x0, top, x1, bottom), delta)
            top = bottom
        return self.replaced(planes)

    def _change(self, planes: list[Plane], box: Box, delta: Floats) -> None:
        """Add a (h, w, 3) float32 BGR change to planes in place; the box begins and ends with whole chroma rows."""
        x0, y0, x1, y1 = box
        if self.layout.kind == "rgb":
            gain = np.float32(((1 << self.layout.depth) - 1) / 255.0)
            for plane, channel in zip(planes, (1, 0, 2), strict=True):
                self._add(plane[y0:y1, x0:x1], delta[..., channel] * gain)
            return
        matrix = from_bgr_matrix(self._weights, self.layout.depth, self.colour.full_range)[:, :3]
        self._add(planes[0][y0:y1, x0:x1], cv2.transform(delta, matrix[:1]))
        if self.layout.kind == "yuv":
            self._add_chroma(planes, box, delta, matrix[1:])

    def replaced(self, planes: list[Plane]) -> Picture:
        """The same picture with other planes."""
        for plane in planes:
            plane.flags.writeable = False
        return Picture(self.index, self.time, self.width, self.height, tuple(planes), self.layout, self.colour)

    def _add(self, target: Plane, delta: Floats) -> None:
        """Add a float change to samples in place, rounded and clipped to the sample range."""
        if self.layout.depth == 8:
            target[:] = cv2.add(target, delta, dtype=cv2.CV_8U)
        else:
            total = cv2.add(target, delta, dtype=cv2.CV_16U)
            np.minimum(total, (1 << self.layout.depth) - 1, out=target)

    def _add_chroma(self, planes: list[Plane], box: Box, delta: Floats, matrix: Matrix) -> None:
        """Add the mean change of each chroma cell; pixels of a cell outside the box count as unchanged."""
        x0, y0, x1, y1 = box
        sx, sy = self.layout.shift_x, self.layout.shift_y
        cx0, cy0, cx1, cy1 = x0 >> sx, y0 >> sy, -(-x1 >> sx), -(-y1 >> sy)
        left, top = x0 - (cx0 << sx), y0 - (cy0 << sy)
        right, bottom = (cx1 << sx) - x1, (cy1 << sy) - y1
        if sx or sy:
            if left or top or right or bottom:
                at_edge = (x1 == self.width, y1 == self.height)  # half a cell at an odd edge: its one pixel is the cell
                delta = _padded(delta, top, bottom, left, right, at_edge)
            delta = cv2.resize(delta, (cx1 - cx0, cy1 - cy0), interpolation=cv2.INTER_AREA)
        change = cv2.transform(delta, matrix)
        for plane, channel in zip(planes[1:], cv2.split(change), strict=True):
            self._add(plane[cy0:cy1, cx0:cx1], channel)

    def _chroma(self, plane: Plane, box: Box) -> Plane:
        """The box of a chroma plane at full resolution; as if the whole plane had been enlarged and then cut."""
        x0, y0, x1, y1 = box
        sx, sy = self.layout.shift_x, self.layout.shift_y
        if not sx and not sy:
            return plane[y0:y1, x0:x1]
        rows, columns = plane.shape
        # One cell more on each side, where there is one, so that the box's edge is interpolated, not extended.
        cx0, cy0 = max(0, (x0 >> sx) - sx), max(0, (y0 >> sy) - sy)
        cx1, cy1 = min(columns, -(-x1 >> sx) + sx), min(rows, -(-y1 >> sy) + sy)
        size = ((cx1 - cx0) << sx, (cy1 - cy0) << sy)
        enlarged: Plane = cv2.resize(plane[cy0:cy1, cx0:cx1], size, interpolation=cv2.INTER_LINEAR)
        left, top = x0 - (cx0 << sx), y0 - (cy0 << sy)
        return enlarged[top : top + y1 - y0, left : left + x1 - x0]

    def _to_colour(self, planes: list[Plane], order: Literal["bgr", "rgb"]) -> Bytes:
        """Full-resolution planes of one size -> (h, w, 3) uint8 in that order of channels."""
        if self.layout.kind == "rgb":
            green, blue, red = planes
            channels = (blue, green, red) if order == "bgr" else (red, green, blue)
            bgr: Bytes = cv2.merge([np.ascontiguousarray(plane) for plane in channels])
            return bgr if self.layout.depth == 8 else _to_bytes(bgr * np.float32(255 / ((1 << self.layout.depth) - 1)))
        matrix = to_bgr_matrix(self._weights, self.layout.depth, self.colour.full_range)
        if self.layout.kind == "grey":
            luma = planes[0].astype(np.float32) * matrix[0, 0] + matrix[0, 1:4] @ self._neutral()
            return np.repeat(_to_bytes(luma)[..., None], 3, axis=2)
        if order == "rgb":
            matrix = np.ascontiguousarray(matrix[::-1])
        stacked: Bytes = cv2.merge([np.ascontiguousarray(plane) for plane in planes])
        if self.layout.depth == 8:
            converted: Bytes = cv2.transform(stacked, matrix)
            return converted
        exact = np.empty(stacked.shape, np.uint8)
        for top in range(0, len(exact), STRIP_ROWS):
            strip = stacked[top : top + STRIP_ROWS].astype(np.float32)
            exact[top : top + STRIP_ROWS] = _to_bytes(cv2.transform(strip, matrix))
        return exact

    def _neutral(self) -> Floats:
        """Cb, Cr of grey, and 1."""
        middle = 1 << (self.layout.depth - 1)
        return np.array([middle, middle, 1], np.float32)


def _scaled(plane: Plane, size: tuple[int, int]) -> Plane:
    """A plane at (width, height), area-averaged where it shrinks; halved first, which is twenty times as fast."""
    while plane.shape[1] >= 2 * size[0] and plane.shape[0] >= 2 * size[1] and not (plane.shape[0] | plane.shape[1]) & 1:
        plane = cv2.resize(plane, (plane.shape[1] // 2, plane.shape[0] // 2), interpolation=cv2.INTER_AREA)
    if (plane.shape[1], plane.shape[0]) == size:
        return plane
    how = cv2.INTER_AREA if plane.shape[1] > size[0] else cv2.INTER_LINEAR
    scaled: Plane = cv2.resize(plane, size, interpolation=how)
    return scaled


def _to_bytes(values: Floats) -> Bytes:
    """Rounded and clipped to 0..255, in one vectorised pass."""
    rounded: Bytes = cv2.add(values, 0.0, dtype=cv2.CV_8U)
    return rounded


def _padded(delta: Floats, top: int, bottom: int, left: int, right: int, at_edge: tuple[bool, bool]) -> Floats:
    """Fill the rest of the outer chroma cells: zero, or the edge's own change where the picture ends in half a cell."""
    x_edge, y_edge = at_edge
    if right and x_edge:
        delta = cv2.copyMakeBorder(delta, 0, 0, 0, right, cv2.BORDER_REPLICATE)
        right = 0
    if bottom and y_edge:
        delta = cv2.copyMakeBorder(delta, 0, bottom, 0, 0, cv2.BORDER_REPLICATE)
        bottom = 0
    padded: Floats = cv2.copyMakeBorder(delta, top, bottom, left, right, cv2.BORDER_CONSTANT)
    return padded
