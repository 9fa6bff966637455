"""The square the landmark model sees: cut out and mapped back to the pixel."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from face_pictures import neutral_face, picture_of, still_poses

from syncline.face.graphs import MESH_SIDE, Detection
from syncline.face.regions import Region, cut_region, overlap, region_of_detection, region_of_landmarks


@pytest.mark.parametrize(
    "region",
    [
        Region(320, 240, 192, 0.0),
        Region(320.3, 239.8, 500, 0.35),
        Region(330, 250, 900, -0.7),
        Region(300, 240, 90, 1.2),
    ],
)
def test_a_dot_is_found_where_the_map_says(region: Region) -> None:
    dot = np.array([region.x + 0.17 * region.side, region.y - 0.11 * region.side])
    image = np.zeros((480, 640, 3), np.uint8)
    rows, columns = np.mgrid[0:480, 0:640]
    blob = 255 * np.exp(-((columns - dot[0]) ** 2 + (rows - dot[1]) ** 2) / (2 * (region.side / 40) ** 2))
    image[:] = blob[:, :, None].astype(np.uint8)
    crop = cut_region(picture_of(0, image), region)
    assert crop is not None
    assert crop.rgb.shape == (MESH_SIDE, MESH_SIDE, 3)
    moments = cv2.moments(np.where(crop.rgb[:, :, 0] > 20, crop.rgb[:, :, 0], 0).astype(np.uint8))
    centre = np.array([[moments["m10"] / moments["m00"], moments["m01"] / moments["m00"], 0.0]], np.float32)
    back = crop.to_picture(centre)[0]
    np.testing.assert_allclose(back[:2], dot, atol=max(0.3, 0.002 * region.side))


def test_a_region_over_the_border_repeats_the_edge() -> None:
    image = np.full((100, 100, 3), 200, np.uint8)
    crop = cut_region(picture_of(0, image), Region(5, 5, 80, 0.2))
    assert crop is not None
    assert (crop.rgb == 200).all()


@pytest.mark.parametrize("region", [Region(-500, 50, 80, 0), Region(50, 900, 80, 0), Region(50, 50, 2, 0)])
def test_a_region_that_misses_the_picture(region: Region) -> None:
    assert cut_region(picture_of(0, np.zeros((100, 100, 3), np.uint8)), region) is None


def test_regions_turn_with_the_eyes() -> None:
    landmarks = still_poses(1).to_image(neutral_face())[0]
    level = region_of_landmarks(landmarks)
    angle = np.radians(30)
    spin = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    tilted = region_of_landmarks((landmarks @ spin.T).astype(np.float32))
    assert tilted.angle - level.angle == pytest.approx(angle, abs=1e-3)
    assert tilted.side == pytest.approx(level.side, rel=0.01)
    eyes = np.array([[40, 50], [60, 50]], np.float32)
    found = region_of_detection(Detection((30, 30, 70, 80), eyes, 0.9))
    assert (found.x, found.y, found.side, found.angle) == (50, 55, 75, 0)


def test_overlap() -> None:
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 1, 1), (2, 2, 3, 3)) == 0.0
