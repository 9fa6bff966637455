"""Smooth warps: exact where they should be, quiet where nothing can be fitted."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.render import warp


def test_an_affine_map_is_reproduced_everywhere() -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 200, (30, 2)).astype(np.float32)
    matrix, shift = np.float32([[1.1, 0.2], [-0.1, 0.9]]), np.float32([5, -7])
    where = rng.uniform(-50, 250, (40, 2)).astype(np.float32)
    for ridge in (0.0, 0.05):
        found = warp.fit_displacement(points, points @ matrix + shift, where, 100.0, ridge)
        assert np.abs(found - (where @ matrix + shift)).max() < 0.01


def test_control_points_are_met_without_a_ridge_and_smoothed_with_one() -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform(0, 200, (30, 2)).astype(np.float32)
    values = rng.normal(0, 3, (30, 2)).astype(np.float32)
    assert np.abs(warp.fit_displacement(points, values, points, 100.0) - values).max() < 0.02
    smooth = warp.fit_displacement(points, values, points, 100.0, 0.5)
    assert smooth.std() < 0.8 * values.std()


def test_points_that_cannot_be_solved_give_their_mean() -> None:
    points = np.zeros((5, 2), np.float32)
    found = warp.fit_displacement(points, np.full((5, 2), 3.0, np.float32), points + 9, 100.0)
    assert np.allclose(found, 3.0)


@pytest.mark.parametrize("box", [(0, 0, 40, 30), (13, 7, 94, 55), (5, 5, 8, 7)])
def test_a_grid_carries_a_linear_field_to_every_pixel(box: tuple[int, int, int, int]) -> None:
    grid = warp.Grid(box, 6)
    places = grid.enlarge(grid.nodes())
    assert places.shape == (box[3] - box[1], box[2] - box[0], 2)
    assert np.abs(places - warp.pixel_places(box)).max() < 1e-3


def test_sampling_at_whole_pixels_copies_them() -> None:
    picture = np.random.default_rng(3).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    assert np.array_equal(warp.sample(picture, warp.pixel_places((0, 0, 30, 20))), picture)
    moved = warp.sample(picture, warp.pixel_places((4, 2, 10, 10)))
    assert np.array_equal(moved, picture[2:10, 4:10])
