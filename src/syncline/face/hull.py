"""The face's outline in the picture: what a drawn mouth may change, and what it must not."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.topology import OUTER_EYE_CORNERS, OVAL

# Margins beyond the mesh's outline, in IOD. The mesh ends at the jaw bone's edge; a jaw that opens further than the
# plate's own moves the skin below it, and the warp's field fades out over the neck (FINDINGS, drawing, step 4).
CHIN_MARGIN: Final = 0.48
SIDE_MARGIN: Final = 0.16


def hull(
    landmarks: npt.NDArray[Any], *, side_margin: float = SIDE_MARGIN, chin_margin: float = CHIN_MARGIN
) -> npt.NDArray[np.float32]:
    """Polygon around everything a drawn face may change in one frame.

    landmarks : (478, 3) or (478, 2) pixels, finite. margins : IOD, at the ears and forehead, and below the chin.
    Returns (K, 2) float32 pixels: the convex hull of the face oval, each point moved outward from the face's middle by
    the margin, which grows from the ears to the chin.
    """
    points = np.asarray(landmarks, np.float64)[:, :2]
    left, right = (points[index] for index in OUTER_EYE_CORNERS)
    iod = float(np.linalg.norm(right - left))
    iod = max(iod, 0.3 * float(np.ptp(points[list(OVAL)], axis=0).max()))  # a profile's eye corners nearly meet
    oval = points[list(OVAL)]
    middle = oval.mean(axis=0)
    outward = oval - middle
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    top, bottom = points[10], points[152]
    down = (bottom - top) / max(float(np.linalg.norm(bottom - top)), 1e-6)
    toward_chin = np.clip(outward @ down, 0.0, 1.0)[:, None]
    moved = oval + outward * iod * (side_margin + (chin_margin - side_margin) * toward_chin)
    return np.asarray(cv2.convexHull(moved.astype(np.float32)).reshape(-1, 2), np.float32)


def hull_mask(polygon: npt.NDArray[np.float32], width: int, height: int) -> npt.NDArray[np.bool_]:
    """(height, width) bool: pixels inside the polygon or on its border."""
    mask = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(mask, np.round(polygon).astype(np.int32), 1)
    return mask.astype(bool)


def face_box(landmarks: npt.NDArray[Any], width: int, height: int) -> tuple[int, int, int, int]:
    """The hull's bounding box in whole pixels inside a picture: x0, y0, x1, y1 (x1 and y1 outside)."""
    polygon = hull(landmarks)
    low, high = np.floor(polygon.min(axis=0)).astype(int), np.ceil(polygon.max(axis=0)).astype(int) + 1
    x0, y0 = min(max(0, int(low[0])), width), min(max(0, int(low[1])), height)
    return x0, y0, max(x0, min(int(high[0]), width)), max(y0, min(int(high[1]), height))
