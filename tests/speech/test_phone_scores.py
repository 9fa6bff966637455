"""Phones heard without a text: the model's files, its front end, what it says of known sounds, bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pocketsphinx
import pytest

from syncline.errors import DependencyError, InputError
from syncline.speech import phone_scores
from syncline.speech.espeak import Spoken
from syncline.speech.sphinx import align_words, arpabet


def test_the_model_has_arpabet_and_three_states_of_128_gaussians() -> None:
    model = phone_scores.phone_model()
    assert len(model.names) == 42
    assert {"AA", "ZH", "SIL"} <= set(model.names)
    for weights in model.weights:
        assert weights.shape == (42, 128, 3)
        # Quantised to a byte each: the sum over Gaussians is near one, and never above.
        assert (weights.sum(axis=1) > 0.85).all()
        assert (weights.sum(axis=1) < 1.05).all()


def test_probabilities_of_a_frame_sum_to_one() -> None:
    y = np.random.default_rng(0).standard_normal(8000).astype(np.float32) * 0.05
    scores = phone_scores.phone_scores(y)
    assert scores.shape == (51, 42)
    np.testing.assert_allclose(np.exp(scores).sum(axis=1), 1, atol=1e-4)


def test_chosen_frames_are_those_of_all() -> None:
    y = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 0.05
    chosen = np.array([3, 50, 51, 99, 400])
    expected = phone_scores.phone_scores(y)[[3, 50, 51, 99, 100]]
    np.testing.assert_allclose(phone_scores.phone_scores(y, chosen), expected, atol=1e-3)


def test_level_does_not_matter(spoken_english: Spoken) -> None:
    y = spoken_english.sound
    np.testing.assert_allclose(
        phone_scores.phone_scores(y)[60:200], phone_scores.phone_scores(y * 0.25)[60:200], atol=0.3
    )


def test_real_speech_is_heard_as_its_phones(grid) -> None:  # type: ignore[no-untyped-def]
    names = phone_scores.phone_model().names
    ranks = []
    for clip in ("bbaf2n", "bbwg1s", "bbaszn"):
        y, words = grid(clip)
        scores = phone_scores.phone_scores(y)
        for word in align_words(y, [text for _, _, text in words]):
            for phone in word.phones:
                mean = scores[
                    round(phone.start * 100) : max(round(phone.start * 100) + 1, round(phone.end * 100))
                ].mean(0)
                ranks.append((mean > max(mean[names.index(name)] for name in arpabet((phone.ipa,)))).sum())
    # Of 42 phones the right one is among the five likeliest in most cases; by chance in one of eight.
    assert np.mean(np.array(ranks) < 5) > 0.6


@pytest.mark.parametrize("samples", [0, 1, 100])
def test_short_sounds_are_heard(samples: int) -> None:
    scores = phone_scores.phone_scores(np.zeros(samples, np.float32))
    assert scores.shape == (int(samples > 0), 42)
    assert np.isfinite(scores).all()


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InputError):
        phone_scores.phone_scores(np.full(1000, np.nan))


@pytest.mark.parametrize("content", [b"", b"BMDF", b"BMDF\1\0\0\0\xff\xff\xff\x7f", b"s3\nendhdr\n\0\0\0\0"])
def test_a_damaged_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    folder = tmp_path / "model" / "en-us" / "en-us"
    folder.mkdir(parents=True)
    for name in ("mdef", "means", "variances", "sendump"):
        (folder / name).write_bytes(content)
    monkeypatch.setattr(pocketsphinx, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(DependencyError, match="install pocketsphinx again"):
        phone_scores.phone_model.__wrapped__()
