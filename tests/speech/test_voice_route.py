"""A synthetic voice laid over speech with known times, with pauses where nobody wrote them, and in noise."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.speech.dtw import distances
from syncline.speech.espeak import speak
from syncline.speech.reading import read_aloud
from syncline.speech.text import tokenise
from syncline.speech.voice_features import (
    NOISY_DB,
    band_power,
    noise_distances,
    recorded_masking,
    spoken_masking,
)
from syncline.speech.voice_route import align_by_voice

_TEXT = "Schöne Bücher über große Pferde"


def noise(samples: int, level: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(samples).astype(np.float32) * level


@pytest.mark.parametrize("level", [1e-4, 0.02])
def test_words_with_a_pause_between_them_and_quiet_around(level: float) -> None:
    first, second = speak(["Schöne Bücher", "über große Pferde"], "de", words_per_minute=[150])
    y = np.concatenate([np.zeros(8000), first.sound, np.zeros(16_000), second.sound, np.zeros(8000)]).astype(np.float32)
    y += noise(len(y), level)
    tokens, _ = tokenise(_TEXT, "de")
    words = align_by_voice(y, np.ones(1 + len(y) // 160, np.bool_), read_aloud(tokens, "de"))
    assert [word.token for word in words] == [0, 1, 2, 3, 4]
    starts = [0.5 + word.start for word in first.words]
    starts += [0.5 + len(first.sound) / 16_000 + 1.0 + word.start for word in second.words]
    errors = np.array([word.start for word in words]) - starts
    assert np.abs(errors).max() < 0.12
    assert words[2].start - words[1].end > 0.7
    assert all(word.cost is not None and word.cost > 0 and word.spread is not None for word in words)


def test_a_long_pause_is_bridged_without_its_frames() -> None:
    first, second = speak(["Schöne Bücher", "über große Pferde"], "de")
    gap = np.zeros(20 * 16_000, np.float32)
    y = np.concatenate([first.sound, gap, second.sound]) + noise(len(first.sound) + len(gap) + len(second.sound), 1e-4)
    active = np.ones(1 + len(y) // 160, np.bool_)
    end = len(first.sound) // 160
    active[end + 5 : end + 1995] = False
    tokens, _ = tokenise(_TEXT, "de")
    words = align_by_voice(y.astype(np.float32), active, read_aloud(tokens, "de"))
    assert words[1].end < len(first.sound) / 16_000 + 0.3
    assert words[2].start > len(first.sound) / 16_000 + 19.7


def test_nothing_to_lay() -> None:
    tokens, _ = tokenise("a", "de")
    assert align_by_voice(np.zeros(0, np.float32), np.zeros(0, np.bool_), read_aloud(tokens, "de")) == []


def test_masking_tells_noise_and_gives_both_the_same_floor() -> None:
    spoken = speak([_TEXT], "de")[0].sound
    quiet = recorded_masking(band_power(np.concatenate([noise(8000, 1e-4), spoken, noise(8000, 1e-4)])))
    loud = recorded_masking(band_power(spoken + noise(len(spoken), 0.05)))
    assert quiet.depth_db > NOISY_DB > loud.depth_db
    own = spoken_masking(band_power(spoken), loud)
    assert own.depth_db == loud.depth_db
    assert np.isfinite(own.over(band_power(spoken))).all()
    assert own.silence().shape == (1, 26)


def test_more_in_the_recording_counts_less_than_less() -> None:
    low, high = np.zeros((1, 26), np.float32), np.ones((1, 26), np.float32)
    plain = float(distances(low, high)[0, 0])
    assert noise_distances(high, low)[0, 0] == pytest.approx(plain, rel=1e-5)
    assert noise_distances(low, high)[0, 0] == pytest.approx(0.7 * plain, rel=1e-5)
