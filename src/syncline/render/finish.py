"""Last touches on a drawn mouth, each measured on plate and source at the same places."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from syncline.render import colour, matte
from syncline.render.layout import INNER_LIPS, LEFT_EYE, OUTER_LIPS, RIGHT_EYE, SKIN

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]


def with_plate_lips(drawn: Floats, ground: Pixels, box: Box, own: Floats, target: Floats, iod: float) -> Floats:
    """The drawn picture with lips of the plate's colour.

    Parameters
    ----------
    drawn, ground : (h, w, 3) float32 and uint8 BGR over `box`, the source and the plate there.
    own, target : (478, 3) px, the plate's landmarks as they are and as they are drawn.
    """
    factor = max(1, round(iod / 60))
    small = colour.shrink(ground, factor)
    other = colour.shrink(drawn, factor)
    size = (small.shape[1], small.shape[0])
    tint = colour.lip_tint(small, lip_ring(own, box, factor, size) > 0, other, lip_ring(target, box, factor, size) > 0)
    if not tint.any():
        return drawn
    ring = lip_ring(target, box, 1, (drawn.shape[1], drawn.shape[0])).astype(np.float32)
    soft = cv2.GaussianBlur(ring, (0, 0), max(0.5, 0.015 * iod))
    return np.asarray(drawn + soft[..., None] * tint, np.float32)


def lip_ring(landmarks: Floats, box: Box, shrink: int, size: tuple[int, int]) -> Pixels:
    """(h, w) uint8, 1 on the red of the lips, at 1/shrink of a box."""
    out = np.zeros((size[1], size[0]), np.uint8)
    corner = np.array(box[:2], np.float32)
    for ring, value in ((OUTER_LIPS, 1), (INNER_LIPS, 0)):
        places = np.round((landmarks[list(ring), :2] - corner) / shrink * 16).astype(np.int32)
        cv2.fillPoly(out, [places], value, shift=4)
    return out


def mixed(ground: Pixels, drawn: Floats, alpha: Floats) -> Pixels:
    """The drawn picture over the ground where `alpha` (h, w) is 1, the ground bit for bit where it is 0."""
    change = cv2.multiply(cv2.subtract(drawn, ground, dtype=cv2.CV_32F), cv2.merge([alpha, alpha, alpha]))
    return np.asarray(cv2.add(ground, change, dtype=cv2.CV_8U), np.uint8)


def eye_distance(landmarks: Floats) -> float:
    """Distance between the outer eye corners, px."""
    return float(np.linalg.norm(landmarks[RIGHT_EYE] - landmarks[LEFT_EYE]))


def seen_skin(ground: Pixels, drawn: Floats, skin: npt.NDArray[np.bool_], deep: Floats, iod: float) -> Floats:
    """(h, w) float32 in 0..1: 0 where plate or source show what is no skin, in the outer part of the drawn area.

    deep : (h, w) float32, 0 at the area's edge, 1 where anything may be seen (lips, teeth, beard).
    """
    factor = max(1, round(iod / 90))
    size = (ground.shape[1], ground.shape[0])
    small = colour.shrink(ground, factor)
    there = cv2.resize(skin.astype(np.float32), (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA) > 0.5
    model = matte.SkinModel.measured(small, there.astype(np.float32))
    if model is None:
        return np.ones(ground.shape[:2], np.float32)
    other = colour.shrink(drawn, factor)
    foreign = cv2.GaussianBlur(np.maximum(model.foreign(small), model.foreign(other)), (0, 0), 1.0)
    return np.asarray(1.0 - cv2.resize(foreign, size) * (1.0 - deep), np.float32)


def skin_weight(target: Floats, box: Box, iod: float, shrink: int) -> Floats:
    """Where the skin's colour is measured: discs on cheeks and chin, none on the lips."""
    x0, y0, x1, y1 = box
    out = np.zeros((max(1, (y1 - y0) // shrink), max(1, (x1 - x0) // shrink)), np.uint8)
    for x, y in (target[list(SKIN), :2] - np.array([x0, y0], np.float32)) / shrink:
        cv2.circle(out, (round(float(x)), round(float(y))), max(1, round(0.06 * iod / shrink)), 1, -1)
    ring = np.round((target[list(OUTER_LIPS), :2] - np.array([x0, y0], np.float32)) / shrink).astype(np.int32)
    cv2.fillPoly(out, [ring], 0)
    return out.astype(np.float32)
