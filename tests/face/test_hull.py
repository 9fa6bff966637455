"""The outline of what a drawn face may change."""

from __future__ import annotations

import cv2
import numpy as np
from face_pictures import still_poses

from syncline.face.hull import CHIN_MARGIN, SIDE_MARGIN, face_box, hull, hull_mask
from syncline.face.topology import OVAL


def oval_face(scale: float = 100.0) -> np.ndarray:
    """(478, 3) px: an ellipse of 0.75 x 1 IOD around (200, 150), landmarks of the oval on it, in order."""
    angles = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    shape = np.zeros((478, 3))
    shape[list(OVAL)] = np.stack([-0.75 * np.sin(angles), -np.cos(angles), 0 * angles], axis=1)
    shape[33], shape[263] = (-0.5, 0, 0), (0.5, 0, 0)
    return still_poses(1, scale).to_image(shape)[0]


def test_margins_are_as_documented() -> None:
    polygon = hull(oval_face())
    assert abs(polygon[:, 0].max() - (200 + 75 + 100 * SIDE_MARGIN)) < 8  # below the ear the margin begins to grow
    assert abs(polygon[:, 1].min() - (150 - 100 - 100 * SIDE_MARGIN)) < 2
    assert abs(polygon[:, 1].max() - (150 + 100 + 100 * CHIN_MARGIN)) < 2


def test_the_hull_is_convex_and_holds_the_face() -> None:
    landmarks = oval_face()
    polygon = hull(landmarks)
    assert cv2.isContourConvex(polygon)
    assert all(cv2.pointPolygonTest(polygon, (float(x), float(y)), False) > 0 for x, y, _ in landmarks[list(OVAL)])
    assert len(hull(landmarks[:, :2])) == len(polygon)


def test_mask_and_box_agree_and_stay_inside() -> None:
    landmarks = oval_face()
    mask = hull_mask(hull(landmarks), 400, 300)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    x0, y0, x1, y1 = face_box(landmarks, 400, 300)
    assert x0 <= columns[0] <= columns[-1] < x1
    assert y0 <= rows[0] <= rows[-1] < y1
    assert face_box(landmarks - 1000, 400, 300)[2:] == (0, 0)


def test_a_profile_keeps_a_width() -> None:
    landmarks = oval_face()
    landmarks[33] = landmarks[263]
    assert np.ptp(hull(landmarks)[:, 0]) > 155
