"""Features against librosa, their units, their times and bad input."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech import features


def tone(hz: float, seconds: float = 1.0, level: float = 0.5) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(int(seconds * 16_000)) / 16_000)).astype(np.float32)


def test_mel_filters_are_slaneys() -> None:
    expected = librosa.filters.mel(sr=16_000, n_fft=1024, n_mels=80).T
    np.testing.assert_allclose(features.mel_filters(80, 1024), expected, atol=1e-7)


def test_log_mel_is_librosas() -> None:
    y = np.random.default_rng(2).standard_normal(24_000).astype(np.float32) * 0.1
    expected = librosa.feature.melspectrogram(
        y=y, sr=16_000, n_fft=1024, hop_length=160, n_mels=80, center=True, pad_mode="constant", power=2.0
    )
    actual = features.log_mel(y)
    assert actual.shape == expected.T.shape == (151, 80)
    assert actual.dtype == np.float32
    np.testing.assert_allclose(actual, np.log(expected.T + 1e-10), atol=2e-3)


def test_mfcc_is_librosas() -> None:
    y = tone(300) + np.random.default_rng(3).standard_normal(16_000).astype(np.float32) * 0.01
    log_mel = np.log(
        librosa.feature.melspectrogram(
            y=y, sr=16_000, n_fft=1024, hop_length=160, n_mels=80, center=True, pad_mode="constant", power=2.0
        )
        + 1e-10
    )
    expected = librosa.feature.mfcc(S=log_mel, n_mfcc=13, dct_type=2, norm="ortho")
    np.testing.assert_allclose(features.mfcc(y), expected.T, atol=5e-3)


@pytest.mark.parametrize("samples", [0, 1, 159, 160])
def test_next_to_nothing_has_frames_and_no_error(samples: int) -> None:
    y = np.zeros(samples, np.float32)
    count = 0 if samples == 0 else 1 + samples // 160
    for values in (features.log_mel(y), features.mfcc(y), features.delta(features.mfcc(y)), features.loudness_db(y)):
        assert len(values) == count
        assert np.isfinite(values).all()


def test_log_mel_is_the_spectrum_through_the_filters() -> None:
    y = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 0.1
    actual = features.log_mel(y)
    assert actual.shape == (101, 80)
    padded = np.pad(y, 512)
    for frame in (0, 37, 100):
        window = padded[frame * 160 : frame * 160 + 1024] * np.hanning(1025)[:-1]
        power = np.abs(np.fft.rfft(window)) ** 2
        np.testing.assert_allclose(actual[frame], np.log(power @ features.mel_filters(80, 1024) + 1e-10), atol=1e-3)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    y = np.random.default_rng(0).standard_normal(8_000).astype(np.float32)
    whole = features.log_mel(y)
    monkeypatch.setattr(features, "BLOCK_FRAMES", 7)
    np.testing.assert_allclose(features.log_mel(y), whole, atol=1e-5)


def test_frame_time_is_the_centre_of_the_window() -> None:
    y = np.zeros(16_000, np.float32)
    y[8000] = 1.0  # at 0.5 s
    energy = np.exp(features.log_mel(y)).sum(axis=1)
    assert int(np.argmax(energy)) == 50


def test_mfcc_shape_and_first_coefficient_follows_level() -> None:
    quiet, loud = features.mfcc(tone(500, level=0.01)), features.mfcc(tone(500, level=0.5))
    assert quiet.shape == (101, 13)
    assert loud[50, 0] > quiet[50, 0]


def test_loudness_of_a_full_scale_sine_is_minus_three() -> None:
    level = features.loudness_db(tone(1000, level=1.0))
    assert level.shape == (101,)
    assert level[50] == pytest.approx(-3.01, abs=0.05)
    assert features.loudness_db(np.zeros(1600))[3] == pytest.approx(-100, abs=1)


def test_delta_of_a_ramp_is_its_slope() -> None:
    ramp = np.arange(20, dtype=np.float32)[:, None] * 3
    np.testing.assert_allclose(features.delta(ramp)[5:15], 3)


def test_frames_at_interpolates_and_holds_the_edges() -> None:
    rows = np.arange(10, dtype=np.float32)[:, None]
    actual = features.frames_at(rows, [0.0, 0.015, 0.05, 9.0, -1.0])
    np.testing.assert_allclose(actual[:, 0], [0, 1.5, 5, 9, 0], atol=1e-6)
    np.testing.assert_allclose(features.frames_at(rows, [0.02], 0.01)[:, 0], [3], atol=1e-6)
    np.testing.assert_allclose(features.frames_at(rows[:, 0], [0.015]), [1.5], atol=1e-6)


def test_an_empty_sound_has_no_frames() -> None:
    assert features.log_mel(np.zeros(0)).shape == (0, 80)
    assert features.loudness_db(np.zeros(0)).shape == (0,)
    with pytest.raises(InputError):
        features.frames_at(features.log_mel(np.zeros(0)), [0.0])


@pytest.mark.parametrize("bad", [np.full(100, np.nan), np.array([0.0, np.inf]), np.zeros((100, 2))])
def test_bad_sounds_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(InputError):
        features.log_mel(bad)
