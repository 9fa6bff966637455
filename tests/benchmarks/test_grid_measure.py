"""Closures, offset and flicker as the judge measures them."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.grid_measure import (
    INNER_PAIRS,
    closed_below,
    closure_minima,
    flicker,
    likeness,
    opening,
)
from benchmarks.grid_split import Sentence

BIN_AT = Sentence("x", ("bin", "at"), ((10.0, 14.0), (14.0, 20.0)))


def head(gap: float, eyes: float = 100.0, frames: int = 3) -> np.ndarray:
    landmarks = np.zeros((frames, 478, 3), np.float32)
    landmarks[:, 263, 0] = eyes
    for _, lower in INNER_PAIRS:
        landmarks[:, lower, 1] = gap
    return landmarks


@pytest.mark.parametrize("size", [0.5, 1.0, 3.0])
def test_the_opening_is_in_eye_distances(size: float) -> None:
    np.testing.assert_allclose(opening(head(12 * size, 100 * size)), 0.12, rtol=1e-5)


def test_a_closure_counts_only_at_the_words_own_start() -> None:
    track = np.full(30, 0.2)
    track[9], track[20] = 0.01, 0.0
    assert closure_minima(track, BIN_AT) == [0.01]
    assert closure_minima(track, BIN_AT, bilabial=False) == [0.2]
    late = np.full(30, 0.2)
    late[13] = 0.0
    assert closure_minima(late, BIN_AT) == [0.2]


def test_nearly_all_real_closures_lie_under_the_threshold() -> None:
    rng = np.random.default_rng(0)
    tracks = [np.full(30, 0.2) for _ in range(200)]
    for track in tracks:
        track[10] = rng.uniform(0.0, 0.005)
    tracks[0][10] = 0.15  # one that the speaker left open
    limit = closed_below([(track, BIN_AT) for track in tracks])
    assert 0.0045 < limit < 0.006


@pytest.mark.parametrize("lag", [-5, -1, 0, 2, 6])
def test_the_lag_of_a_shifted_track_is_found(lag: int) -> None:
    rng = np.random.default_rng(1)
    whole = np.convolve(rng.normal(0, 1, 120), np.ones(5) / 5, "same")
    found = likeness(whole[20 - lag : 95 - lag], whole[20:95])
    assert found.lag == pytest.approx(lag, abs=0.3)
    assert found.at_lag > 0.99
    assert found.at_zero == pytest.approx(found.at_lag) if lag == 0 else found.at_zero < 0.95


def test_half_a_frame_of_lag_is_seen() -> None:
    rng = np.random.default_rng(2)
    fine = np.convolve(rng.normal(0, 1, 240), np.hanning(21), "same")
    assert likeness(fine[19:169:2], fine[20:170:2]).lag == pytest.approx(0.5, abs=0.1)


def test_a_mouth_that_never_moves_follows_nothing() -> None:
    found = likeness(np.full(75, 0.1), np.sin(np.arange(75.0)))
    assert found.at_lag == found.at_zero == 0.0


def test_a_jump_of_one_frame_flickers_and_steady_motion_does_not() -> None:
    steady = np.repeat(np.arange(60, 120, 2, dtype=np.uint8), 80 * 112 * 3).reshape(30, 80, 112, 3)
    assert flicker(steady) == 0.0
    jumping = steady.copy()
    jumping[15] += 20
    assert flicker(jumping) == pytest.approx((20 + 40 + 20) / 28, rel=1e-3)
