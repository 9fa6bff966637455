"""Areas of the face."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from painted_face import face_shape, one_pose
from syncline.render import mask


def landmarks(scale: float = 90.0) -> np.ndarray:
    return one_pose(scale).to_image(face_shape())[0]


@pytest.mark.parametrize("feather", [2.0, 6.0, 20.0])
def test_a_feathered_mask_is_one_inside_and_nothing_outside_its_polygon(feather: float) -> None:
    polygon = mask.drawn_area(landmarks(), 90.0, 0.02)
    box = (60, 120, 260, 300)
    alpha = mask.feathered(polygon, box, feather)
    inside = np.zeros(alpha.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(polygon - np.float32([60, 120])).astype(np.int32)], 1)
    assert alpha.min() == 0.0
    assert alpha.max() > 0.998
    assert not alpha[inside == 0].any()
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    assert alpha[depth > feather * 1.7 + 3].min() > 0.99
    # No step larger than the feather allows: an edge would show.
    assert np.abs(np.diff(alpha, axis=0)).max() < 2.2 / feather + 0.02


def test_the_drawn_area_lies_inside_the_hull_and_both_scale_with_the_face() -> None:
    for scale in (40.0, 90.0, 300.0):
        points = landmarks(scale)
        outline = mask.hull(points, scale)
        for x, y in mask.drawn_area(points, scale, 0.02):
            assert cv2.pointPolygonTest(outline.reshape(-1, 1, 2), (float(x), float(y)), False) > 0
    ratio = np.ptp(mask.hull(landmarks(180.0), 180.0), axis=0) / np.ptp(mask.hull(landmarks(90.0), 90.0), axis=0)
    assert np.allclose(ratio, 2.0, atol=0.01)


def test_bounds_stay_in_the_picture() -> None:
    polygon = np.float32([[-20, -5], [500, 10], [40, 700]])
    assert mask.bounds(polygon, 320, 240) == (0, 0, 320, 240)
