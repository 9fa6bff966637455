"""Two speakers at once: real voices laid over each other, one voice alone, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech.activity import speech_activity
from syncline.speech.overlap import FEATURES, overlap, overlap_features


def test_features_have_a_row_each_20_ms() -> None:
    y = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 0.1
    rows = overlap_features(y)
    assert rows.shape == (51, FEATURES)
    assert np.isfinite(rows).all()


def test_two_voices_have_two_pitches_and_one_has_one() -> None:
    t = np.arange(32_000) / 16_000

    def voice(hz: float) -> np.ndarray:
        phase = 2 * np.pi * (hz * t + 1.5 * np.sin(2 * np.pi * 2 * t + hz))
        return sum(np.cos(k * phase) / k for k in range(1, 16)) * 0.05  # type: ignore[return-value]

    one = overlap_features(voice(110).astype(np.float32))
    two = overlap_features((voice(110) + voice(173)).astype(np.float32))
    assert two[20:80, 1].mean() > 1.5 * max(one[20:80, 1].mean(), 0.05)  # clearness of the second pitch


def test_overlap_of_real_speakers_is_found_where_it_is(recording) -> None:  # type: ignore[no-untyped-def]
    names = ("leopard_test.wav", "leopard_test_de.wav", "leopard_test_fr.wav", "leopard_test_ja.wav")
    voices = [recording(name)[: 5 * 16_000] for name in names]
    voices = [y * (0.1 / np.sqrt((y**2).mean())) for y in voices]
    found, alone = [], []
    for number, first in enumerate(voices):
        second = voices[(number + 1) % len(voices)]
        y = np.concatenate([first, first + second])
        result = overlap(y, speech_activity(y))
        assert result.probability.shape == (1 + len(y) // 160,)
        found.append(result.probability[500:].mean())
        alone.append(result.probability[:500].mean())
        for start, end in result.spans:
            assert 0 <= start < end <= len(y) / 16_000
            assert end - start >= 0.5
    assert np.mean(found) > np.mean(alone) + 0.3


def test_blocks_do_not_show(recording, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    y = recording("jfk.flac")
    active = speech_activity(y)
    whole = overlap(y, active).probability
    monkeypatch.setattr("syncline.speech.overlap._BLOCK_S", 4.0)
    parts = overlap(y, active).probability
    assert parts.shape == whole.shape
    assert np.corrcoef(parts, whole)[0, 1] > 0.9


@pytest.mark.parametrize("samples", [0, 1, 1599, 16_000])
def test_silence_and_next_to_nothing_hold_no_overlap(samples: int) -> None:
    y = np.zeros(samples, np.float32)
    for active in (np.zeros(0, bool), np.ones(1 + samples // 160, bool)):
        result = overlap(y, active)
        assert result.spans == ()
        assert result.sentence == ""
        assert np.isfinite(result.probability).all()


def test_sounds_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InputError):
        overlap(np.array([np.nan] * 10), np.ones(1, bool))
