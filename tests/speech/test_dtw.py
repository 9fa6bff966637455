"""Warping finds the path that is there."""

from __future__ import annotations

import numpy as np

from syncline.speech.dtw import StepCosts, comparison_features, distances, open_ended_path, warp


def sequence(frames: int, seed: int = 0) -> np.ndarray:
    steps = np.random.default_rng(seed).standard_normal((frames // 10 + 2, 26))
    at = np.linspace(0, len(steps) - 1.001, frames)
    low = at.astype(int)
    return (steps[low] * (1 - (at - low))[:, None] + steps[low + 1] * (at - low)[:, None]).astype(np.float32)


def warp_path(spoken: np.ndarray, recorded: np.ndarray) -> np.ndarray:
    return warp(distances(spoken, recorded), StepCosts.even(len(spoken), 2.0)).place


def test_a_sound_against_itself_is_the_diagonal() -> None:
    features = sequence(80)
    np.testing.assert_array_equal(warp_path(features, features), np.arange(80))


def test_a_known_warp_is_recovered() -> None:
    features = sequence(300)
    warp = np.cumsum(1 + 0.6 * np.sin(np.arange(200) / 20))
    warp = warp / warp[-1] * 299
    slow = features[np.rint(warp).astype(int)]
    path = warp_path(slow, features)
    assert np.abs(path - warp).max() < 4
    assert np.median(np.abs(path - warp)) < 1
    assert (np.diff(path) >= 0).all()


def test_an_open_end_stops_where_the_recording_stops() -> None:
    features = sequence(300)
    path = open_ended_path(features, features[:180])
    assert abs(len(path) - 180) <= 2
    assert abs(path[100] - 100) <= 1


def test_one_frame() -> None:
    np.testing.assert_array_equal(warp_path(sequence(1), sequence(5)), [2.0])
    assert len(warp_path(sequence(5), sequence(1))) == 5


def test_features_are_normalised_and_level_does_not_matter() -> None:
    y = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 0.1
    features = comparison_features(y)
    assert features.shape == (101, 26)
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(comparison_features(y * 4), features, atol=1e-3)


def test_a_row_that_may_be_left_out_is_used_only_where_it_fits() -> None:
    features = sequence(80)
    odd = np.full((1, 26), 30.0, np.float32)
    rows = np.concatenate([features[:40], odd, features[40:]])
    steps = StepCosts.even(81, 2.0)
    steps.past[41] = 0.0
    path = warp(distances(rows, features), steps)
    assert path.visits[40] == 0
    assert np.isnan(path.place[40])
    np.testing.assert_array_equal(np.delete(path.place, 40), np.arange(80))
    pause = np.concatenate([features[:40], np.repeat(odd, 25, axis=0), features[40:]])
    steps.across[40] = 0.0
    assert warp(distances(rows, pause), steps).visits[40] == 25
