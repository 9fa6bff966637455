"""Areas of the face as polygons over landmarks, and soft masks made of them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from syncline.render.layout import JAW, JAW_DRAWN, OUTER_LIPS, UPPER_EDGE

Floats = npt.NDArray[np.float32]
Box = tuple[int, int, int, int]


def hull(landmarks: Floats, iod: float, moved: Floats | None = None) -> Floats:
    """The polygon outside which nothing is ever changed.

    The contour of the face from ear to ear, pushed outwards by 0.13 IOD at the ears and 0.43 IOD below the chin (the
    neck must give way when the jaw opens), closed across the face between nose and eyes.

    moved : (478,) float32 IOD or None. Where given, the polygon is drawn only as far out as these movements of the
        contour need to die away without a fold: collar, hair and background beside a quiet jaw stay still.

    Returns
    -------
    (n, 2) float32 px
    """
    contour = landmarks[list(JAW), :2]
    centre = landmarks[list(OUTER_LIPS), :2].mean(axis=0)
    outward: Floats = contour - centre
    length = np.linalg.norm(outward, axis=1, keepdims=True)
    # 0 at the ears, 1 at the chin, by place along the contour.
    place = 1.0 - np.abs(np.linspace(-1.0, 1.0, len(JAW), dtype=np.float32))[:, None]
    bent = place * place * (3.0 - 2.0 * place)
    reach = 0.13 + 0.30 * bent
    if moved is not None:
        along = cv2.GaussianBlur(cv2.dilate(moved[list(JAW), None], np.ones((3, 1), np.uint8)), (1, 5), 1.0)
        # A movement d that ends over 2.5 d compresses the neck by 40 % at most.
        reach = np.minimum(reach, 0.07 + 2.5 * along.reshape(-1, 1))
    grown = contour + outward / np.maximum(length, 1e-3) * iod * reach
    top = landmarks[[352, 195, 123], :2]
    return np.asarray(np.concatenate([grown, top]), np.float32)


def drawn_area(landmarks: Floats, iod: float, inset: float) -> Floats:
    """The polygon inside which the source may show: cheek to chin, `inset` IOD inside the jaw, up to the nose's base.

    Returns
    -------
    (n, 2) float32 px
    """
    contour = landmarks[list(JAW_DRAWN), :2]
    centre = landmarks[list(OUTER_LIPS), :2].mean(axis=0)
    inward = centre - contour
    inward /= np.maximum(np.linalg.norm(inward, axis=1, keepdims=True), 1e-3)
    return np.asarray(np.concatenate([contour + inward * iod * inset, landmarks[list(UPPER_EDGE), :2]]), np.float32)


def fill(polygon: Floats, box: Box, shrink: int = 1) -> npt.NDArray[np.uint8]:
    """Raster of a polygon over a box, 0 or 255, at 1/shrink of its size (a pixel stands for shrink × shrink)."""
    x0, y0, x1, y1 = box
    out = np.zeros((-(-(y1 - y0) // shrink), -(-(x1 - x0) // shrink)), np.uint8)
    local = (polygon - np.array([x0, y0], np.float32) + 0.5) / shrink - 0.5
    cv2.fillPoly(out, [np.round(local * 16).astype(np.int32)], 255, shift=4)
    return out


def feathered(polygon: Floats, box: Box, feather: float) -> Floats:
    """Soft mask of a polygon: 1 deep inside, falling to exactly 0 at its edge over about `feather` px.

    Worked out at a coarser scale where the feather allows it.

    Returns
    -------
    (h, w) float32 in 0..1
    """
    x0, y0, x1, y1 = box
    shrink = max(1, int(feather / 8.0))
    solid = fill(polygon, box, shrink)
    # The ramp begins a few of these pixels inside, as far as blur and enlargement reach: 0 is met before the edge.
    depth = cv2.distanceTransform(cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_REPLICATE), cv2.DIST_L2, 3)[
        1:-1, 1:-1
    ]
    ramp = np.clip((depth - (1.5 if shrink == 1 else 4.5)) * (shrink / feather), 0.0, 1.0)
    ramp = ramp * ramp * (3.0 - 2.0 * ramp)
    if shrink > 1:
        ramp = cv2.GaussianBlur(ramp, (3, 3), 0.8)
        big = cv2.resize(ramp, (ramp.shape[1] * shrink, ramp.shape[0] * shrink), interpolation=cv2.INTER_LINEAR)
        ramp = big[: y1 - y0, : x1 - x0]
    return np.asarray(ramp, np.float32)


def bounds(polygon: Floats, width: int, height: int, margin: int = 2) -> Box:
    """The whole-pixel box around a polygon, inside a picture of this size; empty boxes have x1 <= x0 or y1 <= y0."""
    low = np.floor(polygon.min(axis=0)).astype(int) - margin
    high = np.ceil(polygon.max(axis=0)).astype(int) + margin + 1
    return max(0, int(low[0])), max(0, int(low[1])), min(width, int(high[0])), min(height, int(high[1]))


def within(inner: Box, outer: Box) -> Box:
    """The part of one box that lies in another."""
    return max(inner[0], outer[0]), max(inner[1], outer[1]), min(inner[2], outer[2]), min(inner[3], outer[3])


def part(inner: Box, outer: Box) -> tuple[slice, slice]:
    """Rows and columns of a box in an array that holds an outer one."""
    return slice(inner[1] - outer[1], inner[3] - outer[1]), slice(inner[0] - outer[0], inner[2] - outer[0])
