"""What lies behind speech: quiet, noise, chords, rooms; bad input."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech.activity import speech_activity
from syncline.speech.background import FEATURES, background, music_features, reverberation
from syncline.speech.espeak import Spoken

RNG = np.random.default_rng(5)


def chords(seconds: float) -> np.ndarray:
    """Major and minor triads of decaying partials, one each 0.6 s."""
    y = np.zeros(int(seconds * 16_000), np.float32)
    for number, root in enumerate(np.resize([220.0, 174.61, 261.63, 196.0], int(seconds / 0.6) + 1)):
        first = int(number * 0.6 * 16_000)
        t = np.arange(min(int(0.9 * 16_000), len(y) - first)) / 16_000
        for semitones in (0, 4, 7):
            hz = root * 2 ** (semitones / 12)
            tone = sum(np.sin(2 * np.pi * hz * k * t) / k**1.5 for k in range(1, 6))
            y[first : first + len(t)] += (tone * np.exp(-t / 0.5)).astype(np.float32)
    return y / y.std()


@pytest.fixture(scope="module")
def line(spoken_english: Spoken) -> np.ndarray:
    """Nine seconds: a sentence twice, with pauses, over faint noise."""
    gap = np.zeros(12_000, np.float32)
    y = np.concatenate([gap, spoken_english.sound, gap, spoken_english.sound, gap])
    return y + RNG.standard_normal(len(y)).astype(np.float32) * 1e-4


def under(line: np.ndarray, other: np.ndarray, db: float) -> np.ndarray:
    active = np.repeat(speech_activity(line), 160)[: len(line)]
    level = np.sqrt((line[: len(active)][active] ** 2).mean())
    return (line + np.resize(other, len(line)) * level * 10 ** (-db / 20)).astype(np.float32)


def test_quiet_is_clean(line: np.ndarray) -> None:
    found = background(line, speech_activity(line))
    assert found.kind == "clean"
    assert found.snr is not None
    assert found.snr > 40
    assert not found.echoing


@pytest.mark.parametrize("db", [5.0, 15.0])
def test_noise_is_noise_and_its_level_is_told(line: np.ndarray, db: float) -> None:
    y = under(line, RNG.standard_normal(len(line)), db)
    found = background(y, speech_activity(line))
    assert found.kind == "noise"
    assert found.snr == pytest.approx(db, abs=3)
    assert f"{found.snr:.0f} dB" in found.sentence


@pytest.mark.parametrize("db", [5.0, 10.0, 15.0])
def test_chords_are_music(line: np.ndarray, db: float) -> None:
    found = background(under(line, chords(9.0), db), speech_activity(line))
    assert found.kind == "music"
    assert "music" in found.sentence


def test_hum_is_no_music(line: np.ndarray) -> None:
    t = np.arange(len(line)) / 16_000
    hum = sum(np.sin(2 * np.pi * 50 * k * t + k) / k for k in (1, 2, 3, 4, 6, 8))
    assert background(under(line, hum, 15.0), speech_activity(line)).kind == "noise"


def test_longer_reverberation_is_heard_as_longer(line: np.ndarray) -> None:
    times = []
    for rt60 in (0.2, 0.5, 1.0):
        t = np.arange(int(rt60 * 16_000)) / 16_000
        tail = RNG.standard_normal(len(t)) * 10 ** (-3 * t / rt60)
        tail *= 0.7 / np.sqrt((tail**2).sum())
        tail[0] += 1
        found = reverberation(np.convolve(line, tail)[: len(line)].astype(np.float32))
        assert found is not None
        times.append(found)
    assert times[0] < times[1] < times[2]
    assert times[1] == pytest.approx(0.5, rel=0.6)


def test_features_are_finite_with_and_without_pauses(line: np.ndarray) -> None:
    for active in (speech_activity(line), np.ones(1 + len(line) // 160, bool)):
        features = music_features(line, active)
        assert features.shape == (FEATURES,)
        assert np.isfinite(features).all()
    assert features[-1] == 1  # no pause was heard


def test_a_long_sound_is_judged_in_stretches(line: np.ndarray) -> None:
    y = np.tile(under(line, chords(9.0), 10.0), 8)
    found = background(y, np.tile(speech_activity(line)[: len(line) // 160], 8))
    assert found.kind == "music"


@pytest.mark.parametrize("samples", [0, 1, 1000, 48_000])
def test_silence_and_next_to_nothing_are_unknown(samples: int) -> None:
    y = np.zeros(samples, np.float32)
    for active in (np.zeros(0, bool), np.ones(1 + samples // 160, bool)):
        found = background(y, active)
        assert found.kind == "unknown"
        assert found.sentence


def test_speech_without_a_pause_has_no_noise_floor(line: np.ndarray) -> None:
    y = line[20_000:60_000]
    found = background(y, np.ones(251, bool))
    assert found.snr is None
    assert found.level_db is None
    assert found.kind in ("unknown", "music")


def test_sounds_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InputError):
        background(np.full(48_000, np.nan), np.ones(301, bool))
