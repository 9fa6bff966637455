"""Smoothing takes noise and leaves plosives; gaps are bridged only where they are short."""

from __future__ import annotations

import numpy as np
import pytest
from face_pictures import even_times, faces_with, still_poses

from syncline.face.mouth import opening_and_width
from syncline.face.smooth import bridge, runs, smooth


def seen(opening: np.ndarray, noise: float = 0.0) -> np.ndarray:
    """Landmarks in pixels at 100 px an IOD, with noise in pixels."""
    landmarks = still_poses(len(opening)).to_image(faces_with(opening))
    return landmarks + np.random.default_rng(3).normal(0, noise, landmarks.shape).astype(np.float32)


@pytest.mark.parametrize("depth", [0.04, 0.06, 0.12, 0.3])
def test_a_closure_of_one_frame_survives(depth: float) -> None:
    opening = np.full(41, depth)
    opening[20] = 0.0
    kept = opening_and_width(smooth(seen(opening), even_times(41)))[0] / 100
    assert kept[20] < 0.005
    assert kept[19] > 0.8 * depth
    assert kept[21] > 0.8 * depth


def test_a_closure_survives_in_noise() -> None:
    opening = np.full(41, 0.08)
    opening[20] = 0.0
    kept = opening_and_width(smooth(seen(opening, 0.3), even_times(41)))[0] / 100
    assert kept[20] < 0.02


def test_noise_is_lowered() -> None:
    landmarks = seen(np.full(200, 0.05), 0.3)
    before = np.diff(landmarks[:, :, :2], 2, axis=0).std()
    after = np.diff(smooth(landmarks, even_times(200))[:, :, :2], 2, axis=0).std()
    assert after < 0.45 * before


def test_a_quadratic_in_uneven_time_is_left_alone() -> None:
    times = np.cumsum(np.random.default_rng(4).uniform(0.02, 0.07, 60))
    landmarks = seen(np.zeros(60)) + (100 * times**2 - 30 * times)[:, None, None].astype(np.float32)
    np.testing.assert_allclose(smooth(landmarks, times), landmarks, atol=0.02)


def test_gaps_stay_and_short_runs_are_left_alone() -> None:
    landmarks = seen(np.full(20, 0.1), 1.0)
    landmarks[4] = np.nan
    result = smooth(landmarks, even_times(20))
    assert np.isnan(result[4]).all()
    assert np.array_equal(result[:4], landmarks[:4])
    assert not np.array_equal(result[5:], landmarks[5:])


@pytest.mark.parametrize(
    ("gap", "wall", "bridged"), [(1, None, True), (5, None, True), (6, None, False), (3, 12, False)]
)
def test_only_short_gaps_inside_a_shot_are_bridged(gap: int, wall: int | None, bridged: bool) -> None:
    landmarks = seen(np.linspace(0, 0.3, 30))
    truth = landmarks.copy()
    landmarks[10 : 10 + gap] = np.nan
    filled = bridge(landmarks, even_times(30), () if wall is None else (wall,))
    assert filled.any() == bridged
    if bridged:
        assert np.flatnonzero(filled).tolist() == list(range(10, 10 + gap))
        np.testing.assert_allclose(landmarks, truth, atol=0.05)
    else:
        assert np.isnan(landmarks[10 : 10 + gap]).all()


def test_gaps_at_the_ends_stay() -> None:
    landmarks = seen(np.zeros(10))
    landmarks[[0, 9]] = np.nan
    assert not bridge(landmarks, even_times(10), ()).any()


def test_runs() -> None:
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert runs(np.zeros(3, bool)) == []
