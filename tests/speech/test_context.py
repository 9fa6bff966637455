"""Soft phonetic context: exact where nothing is soft, smooth where it is, fast everywhere."""

from __future__ import annotations

import time

import numpy as np
import pytest

from syncline.speech.articulation import FEATURES, articulatory, articulatory_path, feature
from syncline.speech.context import OFFSETS_S, articulatory_score, phone_context, phone_index, phone_neighbours
from syncline.speech.cuesheet import CueSheet, Phone, contiguous, silent_sheet


def sheet(text: str = "m a t u", step: float = 0.1) -> CueSheet:
    phones = [Phone(ipa, 0.2 + step * i, 0.2 + step * (i + 1)) for i, ipa in enumerate(text.split())]
    duration = phones[-1].end + 0.2
    return CueSheet("en", (), contiguous(phones, duration), duration, "recognised")


def test_without_smoothing_it_is_what_is_said() -> None:
    context = phone_context(sheet(), [0.25, 0.35], offsets_s=[0.0, 0.1, -0.2], sigma_s=0)
    assert context.shape == (2, 3, len(FEATURES))
    np.testing.assert_allclose(context[0, 0], articulatory("m"), atol=1e-5)
    np.testing.assert_allclose(context[0, 1], articulatory("a"), atol=1e-5)
    np.testing.assert_allclose(context[0, 2], articulatory("sil"), atol=1e-5)
    np.testing.assert_allclose(context[1, 1], articulatory("t"), atol=1e-5)


def test_gaussian_weights_are_right() -> None:
    """A single phone of width w seen by a Gaussian at its middle weighs erf(w / 2 / sigma / sqrt 2)."""
    context = phone_context(sheet("m"), [0.25], offsets_s=[0.0], sigma_s=0.05)
    assert context[0, 0, feature("closure")] == pytest.approx(0.6827, abs=0.005)
    assert context[0, 0, feature("silence")] == pytest.approx(1 - 0.6827, abs=0.005)


def test_outside_there_is_silence() -> None:
    context = phone_context(sheet(), [-5.0, 50.0])
    np.testing.assert_allclose(context, np.broadcast_to(articulatory("sil"), context.shape), atol=1e-6)


def test_the_same_word_has_the_same_context_anywhere() -> None:
    early, late = sheet("sil m a t u"), sheet("sil sil sil m a t u")
    np.testing.assert_allclose(
        phone_context(early, [0.37], sigma_s=0.02, offsets_s=[0, 0.04]),
        phone_context(late, [0.57], sigma_s=0.02, offsets_s=[0, 0.04]),
        atol=1e-5,
    )


def test_targets_of_a_diphthong_share_its_time() -> None:
    score = articulatory_score(sheet("aɪ", step=0.1))
    first, second = articulatory_path("aɪ")
    np.testing.assert_allclose(score[42], first, atol=1e-6)
    np.testing.assert_allclose(score[58], second, atol=1e-6)
    np.testing.assert_allclose(score[40:60].mean(axis=0), 0.6 * first + 0.4 * second, atol=1e-5)


def test_phone_index_and_neighbours() -> None:
    cue = sheet("m a")
    np.testing.assert_array_equal(phone_index(cue, [0.0, 0.21, 0.29, 0.31, 0.59, 0.61, -1]), [0, 1, 1, 2, 3, -1, -1])
    around = phone_neighbours(cue, [0.25, 9.0])
    assert around.shape == (2, 3, len(FEATURES))
    np.testing.assert_allclose(around[0], [articulatory("sil"), articulatory("m"), articulatory("a")])
    assert (around[1, :, feature("silence")] == 1).all()


def test_nothing_said_and_nothing_asked() -> None:
    assert phone_context(silent_sheet(1.0, "en"), []).shape == (0, len(OFFSETS_S), len(FEATURES))
    assert (phone_context(silent_sheet(0.0, "en"), [0.0])[..., feature("silence")] == 1).all()


def test_a_minute_takes_under_a_tenth_of_a_millisecond_a_frame() -> None:
    cue = sheet("h ɛ l oʊ w ɚ l d " * 75)
    times = np.arange(0, 60, 0.04)
    phone_context(cue, times[:2])
    start = time.perf_counter()
    phone_context(cue, times)
    assert (time.perf_counter() - start) / len(times) < 3e-4  # 0.03 ms alone on a core; the machine may be busy
