"""Signs of life: blinks, head, brows; seeds and frame rates."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.engines.portrait.head import PITCH
from syncline.engines.portrait.life import BLINK_GAP_S, CLOSING_S, TURN_DEGREES, Life, alive, blink_times, lids


def speech(seconds: float) -> np.ndarray:
    """Noise in syllables, four a second, with pauses."""
    time = np.arange(int(16_000 * seconds)) / 16_000
    syllables = (0.6 + 0.4 * np.sin(2 * np.pi * 2.5 * time)) * (np.sin(2 * np.pi * 0.3 * time) > -0.5)
    return (0.2 * (0.03 + syllables) * np.random.default_rng(1).normal(size=len(time))).astype(np.float32)


@pytest.fixture(scope="module")
def minute() -> Life:
    return alive(np.arange(0, 60, 0.04), speech(60), 3)


def test_blinks_come_two_to_eight_seconds_apart() -> None:
    for seed in range(20):
        blinks = blink_times(300.0, np.random.default_rng(seed))
        gaps = np.diff(blinks[:, 0])
        assert gaps.min() >= BLINK_GAP_S[0]
        assert gaps.max() <= BLINK_GAP_S[1]
        assert blinks[0, 0] < 3.0


def test_lids_close_faster_than_they_open() -> None:
    blinks = blink_times(300.0, np.random.default_rng(5))
    closing, opening = blinks[:, 1] - blinks[:, 0], blinks[:, 2] - blinks[:, 1]
    assert closing.min() >= CLOSING_S[0]
    assert closing.max() <= CLOSING_S[1]
    assert (opening > closing).all()


def test_a_blink_shuts_the_eye_wholly_and_opens_it_again() -> None:
    blinks = np.array([[1.0, 1.12, 1.4]])
    times = np.arange(0.0, 2.0, 0.005)
    shut = lids(times, blinks)
    assert shut.max() == pytest.approx(1.0, abs=0.01)
    assert not shut[times < 1.0].any()
    assert not shut[times > 1.41].any()


def test_the_same_seed_gives_the_same_life(minute: Life) -> None:
    again = alive(np.arange(0, 60, 0.04), speech(60), 3)
    np.testing.assert_array_equal(minute.head, again.head)
    np.testing.assert_array_equal(minute.blink, again.blink)
    other = alive(np.arange(0, 60, 0.04), speech(60), 4)
    assert np.abs(other.head - minute.head).max() > 0.005


def test_the_frame_rate_changes_nothing(minute: Life) -> None:
    finer = alive(np.arange(0, 60, 0.02)[:-1], speech(60), 3)
    np.testing.assert_allclose(finer.head[::2], minute.head, atol=1e-5)


def test_no_turn_exceeds_four_degrees_and_heads_do_move(minute: Life) -> None:
    turns = np.degrees(np.abs(minute.head[:, :3]))
    assert turns.max() <= TURN_DEGREES
    assert turns.max(axis=0).min() > 0.5


def test_motion_starts_from_the_still(minute: Life) -> None:
    assert not minute.head[0].any()
    assert minute.brow[0] == 0.0
    assert minute.blink[0] == 0.0


def test_stress_moves_head_and_brows_more_than_silence(minute: Life) -> None:
    silent = alive(np.arange(0, 60, 0.04), np.zeros(60 * 16_000, np.float32), 3)
    assert not silent.brow.any()
    assert minute.brow.max() > 0.005
    nods = np.degrees(minute.head[:, PITCH] - silent.head[:, PITCH])
    assert nods.max() > 0.6


def test_no_pictures_are_no_error() -> None:
    assert len(alive(np.zeros(0), np.zeros(0, np.float32), 0).blink) == 0
