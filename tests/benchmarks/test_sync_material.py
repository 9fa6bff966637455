from __future__ import annotations

import numpy as np
import pytest
from benchmarks.sync_material import SENTENCES, Scatter, delayed, stranger_to, with_jump, without_linear
from training.sync_material import SyncClip

from syncline.errors import DependencyError
from syncline.quality.evidence import streams
from syncline.quality.syncmodel import VALUES, shipped_model
from syncline.speech.features import log_mel


def clip_of(sound: np.ndarray) -> SyncClip:
    times = np.arange(0, len(sound) / 16_000, 0.04)
    return SyncClip("noise", "nobody", times, np.zeros((len(times), 12), np.float32), sound, log_mel(sound))


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(1).normal(size=16_000).astype(np.float32)


def test_weights_that_were_not_trained_are_named_with_the_command_that_trains_them() -> None:
    with pytest.raises(DependencyError, match=r"without_nobody\.npz.*python -m training\.sync_matcher"):
        stranger_to("nobody")


@pytest.mark.parametrize("by", [0.02, -0.02, 0.0])
def test_a_delayed_sound_keeps_its_length_and_is_later(noise: np.ndarray, by: float) -> None:
    sound = delayed(clip_of(noise), by).sound
    assert len(sound) == len(noise)
    assert np.array_equal(sound[4000:8000], noise[4000 - round(16_000 * by) : 8000 - round(16_000 * by)])


def test_a_jump_makes_what_follows_earlier_and_leaves_what_was_before(noise: np.ndarray) -> None:
    sound = with_jump(clip_of(noise), 0.5, 0.12).sound
    assert np.array_equal(sound[:8000], noise[:8000])
    assert np.array_equal(sound[8000:], noise[8000 + 1920 :])


def test_the_slope_of_scattered_offsets_is_that_of_a_fit() -> None:
    rng = np.random.default_rng(3)
    times = np.arange(SENTENCES) * 3.0
    slopes = [100 * np.polyfit(times, rng.normal(0, 0.018, SENTENCES), 1)[0] for _ in range(2000)]
    assert Scatter.of_slope(0.018) == pytest.approx(np.std(slopes), rel=0.06)


def test_what_halves_do_not_share_is_the_error() -> None:
    assert Scatter(0.02, 0.016).error == pytest.approx(0.012)
    assert Scatter(0.01, 0.016).error == 0


def test_the_convolutional_half_hears_nothing_of_the_linear_one() -> None:
    rng = np.random.default_rng(5)
    features, bands = rng.normal(size=(100, VALUES)).astype(np.float32), rng.normal(size=(400, 40)).astype(np.float32)
    times, mask = np.arange(100) / 25, np.ones(100, np.bool_)
    model = shipped_model()
    whole, half = (streams(features, times, mask, bands, each) for each in (model, without_linear(model)))
    width = half.heard.shape[1]
    assert width < whole.heard.shape[1]
    assert np.array_equal(half.heard, whole.heard[:, -width:])
    assert half.seen == pytest.approx(2 * whole.seen[:, -width:], abs=1e-6)
