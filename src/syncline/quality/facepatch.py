"""A face brought to one size and place, so that pictures of it can be compared pixel by pixel.

Only the pixels around the face are touched; the cost does not follow the picture's size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.pose import CANONICAL
from syncline.face.topology import (
    INNER_LIPS,
    LEFT_EYE,
    OUTER_EYE_CORNERS,
    OUTER_LIPS,
    OVAL,
    RIGHT_EYE,
    STABLE,
)

Bgr = npt.NDArray[np.uint8]
Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

PX_PER_IOD: Final = 96  # of a patch: what a face shows at ordinary viewing size; larger ones are averaged down
LEFT, TOP, RIGHT, BOTTOM = -0.96, -0.58, 0.96, 1.50  # IOD about the middle of the eyes: brows to chin, ear to ear
SIZE: Final = (round((RIGHT - LEFT) * PX_PER_IOD), round((BOTTOM - TOP) * PX_PER_IOD))  # width, height
MIN_IOD_PX: Final = 16.0  # smaller faces show nothing that could be judged
MOUTH_REACH: Final = 0.14  # IOD around the lips: what belongs to the mouth
NOSE_TIP: Final = 4

_MODEL: Final = (CANONICAL[:, 0] + 1j * CANONICAL[:, 1]).astype(np.complex128)


def registration(points: npt.NDArray[Any]) -> npt.NDArray[np.float64] | None:
    """(2, 3) map from crop pixels to patch pixels, by the points that move with the skull alone.

    points : (478, 2 or 3) px of the crop. None where they are not finite or the face is too small.
    """
    flat = np.asarray(points, np.float64)[:, :2]
    if not np.isfinite(flat).all():
        return None
    stable = flat[list(STABLE)] @ np.array([1, 1j])
    model = _MODEL - _MODEL.mean()
    turn = (model.conj() * (stable - stable.mean())).sum() / (model.conj() * model).sum().real  # px a IOD unit
    if abs(turn) < MIN_IOD_PX:
        return None
    back = PX_PER_IOD / turn
    middle = stable.mean() - turn * _MODEL.mean()
    shift = PX_PER_IOD * complex(-LEFT, -TOP) - back * middle
    return np.array([[back.real, -back.imag, shift.real], [back.imag, back.real, shift.imag]])


@dataclass(frozen=True, eq=False)
class FacePatch:
    """One face at `PX_PER_IOD`, upright.

    bgr : `SIZE` (h, w, 3) uint8. points : (478, 2) float32 patch pixels.
    scale : patch pixels a crop pixel; over 1: the crop's face is smaller than the patch.
    """

    bgr: Bgr
    points: Floats
    scale: float

    @cached_property
    def grey(self) -> Grey:
        """(h, w) uint8 luma."""
        return np.asarray(cv2.cvtColor(self.bgr, cv2.COLOR_BGR2GRAY), np.uint8)

    @cached_property
    def mouth(self) -> Mask:
        """(h, w) bool: the lips and `MOUTH_REACH` around them."""
        return filled(self.points[list(OUTER_LIPS)], MOUTH_REACH) > 0

    @cached_property
    def lips(self) -> Mask:
        """(h, w) bool: inside the outer edge of the lips, with what the mouth shows between them."""
        return filled(self.points[list(OUTER_LIPS)], 0.02) > 0

    @cached_property
    def inside(self) -> Mask:
        """(h, w) bool: between the lips."""
        return filled(self.points[list(INNER_LIPS)]) > 0

    @cached_property
    def skin(self) -> Mask:
        """(h, w) bool: the face without its outline, eyes and lips."""
        area = filled(self.points[list(OVAL)], -0.07)
        for ring in (LEFT_EYE, RIGHT_EYE):
            area[filled(self.points[list(ring)], 0.05) > 0] = 0
        area[self.lips] = 0
        return area > 0

    @cached_property
    def upper(self) -> Mask:
        """(h, w) bool: the face above the tip of the nose, what no dub has to change."""
        area = filled(self.points[list(OVAL)], -0.03)
        area[max(0, round(float(self.points[NOSE_TIP, 1]))) :] = 0
        return area > 0

    @cached_property
    def near_mouth(self) -> Mask:
        """(h, w) bool: skin around the mouth, as far from the lips as their colour spreads in a small picture."""
        area = filled(self.points[list(OUTER_LIPS)], 0.22)
        area[filled(self.points[list(OUTER_LIPS)], 0.07) > 0] = 0
        return (area > 0) & self.skin

    @cached_property
    def upper_skin(self) -> Mask:
        """(h, w) bool: skin above the tip of the nose."""
        return self.skin & self.upper


def face_patch(crop: Bgr, points: npt.NDArray[Any], matrix: npt.NDArray[np.float64] | None = None) -> FacePatch | None:
    """Cut a face out of a crop.

    crop : (h, w, 3) uint8 BGR. points : (478, 2 or 3) px of the crop, of the face shown.
    matrix : the map to the patch (`registration`); None: of these points. None is returned where nothing can be judged.
    """
    matrix = registration(points) if matrix is None else matrix
    if matrix is None or min(crop.shape[:2]) < 8:
        return None
    flat = np.asarray(points, np.float64)[:, :2]
    if not np.isfinite(flat).all():
        return None
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    placed = (flat @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    return FacePatch(_warped(crop, matrix, scale), placed, scale)


def iod_px(points: npt.NDArray[Any]) -> float:
    """Distance of the outer eye corners in pixels."""
    flat = np.asarray(points, np.float64)[:, :2]
    return float(np.linalg.norm(flat[OUTER_EYE_CORNERS[1]] - flat[OUTER_EYE_CORNERS[0]]))


def filled(polygon: npt.NDArray[Any], grow: float = 0.0) -> npt.NDArray[np.uint8]:
    """(h, w) uint8 of patch size, 1 inside a polygon of patch pixels, grown (or shrunk) by a part of an IOD."""
    area = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    points = [np.round(np.clip(polygon, -1000.0, 1000.0) * 16).astype(np.int32)]
    cv2.fillPoly(area, points, 1, shift=4)
    if grow:
        cv2.polylines(area, points, True, int(grow > 0), round(2 * abs(grow) * PX_PER_IOD), shift=4)
    return area


def _warped(crop: Bgr, matrix: npt.NDArray[np.float64], scale: float) -> Bgr:
    """The crop at patch size; blocks of pixels of much larger faces are averaged first: nothing aliases."""
    corners = np.array([[0, 0], [SIZE[0], 0], [0, SIZE[1]], SIZE], np.float64)
    source = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    x0, y0 = np.maximum(np.floor(source.min(axis=0)).astype(int) - 2, 0)
    x1, y1 = np.minimum(np.ceil(source.max(axis=0)).astype(int) + 3, crop.shape[1::-1])
    if x1 - x0 < 2 or y1 - y0 < 2:
        return np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    block = max(1, int(1 / scale + 0.25))
    x1, y1 = x0 + max(1, (x1 - x0) // block) * block, y0 + max(1, (y1 - y0) // block) * block
    part = np.ascontiguousarray(crop[y0:y1, x0:x1])
    if block > 1:
        size = (max(1, part.shape[1] // block), max(1, part.shape[0] // block))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    # The middle of pixel 0 of the part lies (block - 1) / 2 pixels into the crop.
    used = np.column_stack(
        [matrix[:, :2] * block, matrix[:, :2] @ (np.array([x0, y0]) + (block - 1) / 2) + matrix[:, 2]]
    )
    warped = cv2.warpAffine(part, used, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)
