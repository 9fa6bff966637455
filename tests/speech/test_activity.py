"""Voice activity and noise reduction on speech made in code."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech.activity import denoise, runs, segments_of, speech_activity, speech_probability, speech_segments
from syncline.speech.espeak import Spoken


def spoken_edges(spoken: Spoken) -> tuple[float, float]:
    """First and last phone, half a second late because of the noise in front."""
    said = [phone.start for phone in spoken.phones if phone.ipa]
    return said[0] + 0.5, said[-1] + 0.5


def noisy(y: np.ndarray, level: float) -> np.ndarray:
    return (y + np.random.default_rng(5).standard_normal(len(y)) * level).astype(np.float32)


def test_speech_is_found_where_it_is(spoken_english: Spoken) -> None:
    segments = speech_segments(spoken_english.sound)
    start, end = spoken_edges(spoken_english)
    assert segments[0][0] == pytest.approx(start, abs=0.12)
    assert segments[-1][1] == pytest.approx(end + 0.1, abs=0.25)


def test_activity_has_a_value_each_ten_milliseconds(spoken_english: Spoken) -> None:
    activity = speech_activity(spoken_english.sound)
    probability = speech_probability(spoken_english.sound)
    assert activity.shape == probability.shape == (1 + len(spoken_english.sound) // 160,)
    assert activity.dtype == np.bool_
    assert 0 <= probability.min() <= probability.max() <= 1


def test_calls_are_independent(spoken_english: Spoken) -> None:
    first = speech_probability(spoken_english.sound)
    speech_probability(noisy(spoken_english.sound, 0.1))
    np.testing.assert_array_equal(speech_probability(spoken_english.sound), first)


def test_speech_in_noise_is_found(spoken_english: Spoken) -> None:
    y = spoken_english.sound
    level = float(np.sqrt(np.mean(y[y != 0] ** 2))) * 10 ** (-10 / 20)
    segments = speech_segments(noisy(y, level))
    start, _ = spoken_edges(spoken_english)
    assert segments[0][0] == pytest.approx(start, abs=0.25)


@pytest.mark.parametrize("level", [0.0, 0.001, 0.05])
def test_noise_is_no_speech(level: float) -> None:
    assert speech_segments(noisy(np.zeros(48_000, np.float32), level)) == []


def test_denoise_lowers_noise_and_keeps_speech(spoken_english: Spoken) -> None:
    y = spoken_english.sound
    quiet, dirty = slice(0, 6000), noisy(y, 0.01)
    clean = denoise(dirty)
    assert clean.shape == y.shape
    assert np.std(clean[quiet]) < np.std(dirty[quiet]) / 4
    loud = np.abs(y) > 0.1
    assert np.corrcoef(clean[loud], y[loud])[0, 1] > 0.98
    # Not late, not early: the cleaned sound lies on the sound.
    lags = [np.dot(clean[200 + lag : len(y) - 200 + lag], y[200:-200]) for lag in range(-3, 4)]
    assert int(np.argmax(lags)) == 3


def test_a_sound_that_needs_several_blocks_has_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    y = noisy(np.zeros(32_000, np.float32), 0.1)
    monkeypatch.setattr("syncline.speech.activity._GAIN_FLOOR", 1.0)
    monkeypatch.setattr("syncline.speech.activity._BLOCK", 40)
    np.testing.assert_allclose(denoise(y), y, atol=1e-4)  # gain 1 everywhere: what comes out is what went in


def test_short_sounds() -> None:
    for length in (0, 1, 100, 511, 2047):
        y = np.full(length, 0.1, np.float32)
        assert denoise(y).shape == (length,)
        assert speech_segments(y) == []


def test_segments_and_runs() -> None:
    mask = np.array([0, 1, 1, 0, 0, 1], bool)
    assert runs(mask) == [(1, 3), (5, 6)]
    assert segments_of(np.repeat(mask, 10), 0.6, join_s=0.1) == [(0.1, 0.3), (0.5, 0.6)]
    assert segments_of(np.repeat(mask, 10), 0.6, join_s=0.3) == [(0.1, 0.6)]


def test_bad_samples_are_refused() -> None:
    with pytest.raises(InputError):
        speech_activity(np.array([0.0, np.nan]))
