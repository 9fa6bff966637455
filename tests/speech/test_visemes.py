"""The fifteen visemes: the classes of the standard, and what languages do otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.speech.cuesheet import CueSheet, Phone, contiguous
from syncline.speech.visemes import VISEMES, viseme, viseme_track, viseme_weights


@pytest.mark.parametrize(
    ("name", "phones"),
    [
        ("sil", "sil"),
        ("PP", "p b m"),
        ("FF", "f v"),
        ("TH", "θ ð"),
        ("DD", "t d ɾ"),
        ("kk", "k ɡ ŋ x"),
        ("CH", "tʃ dʒ ʃ ʒ"),
        ("SS", "s z"),
        ("nn", "n l"),
        ("RR", "ɹ r"),
        ("aa", "ɑː a æ aɪ"),
        ("E", "ɛ"),
        ("ih", "iː ɪ j"),
        ("oh", "ɔː oʊ"),
        ("ou", "uː w"),
    ],
)
def test_english_classes(name: str, phones: str) -> None:
    assert {viseme(ipa, "en-US") for ipa in phones.split()} == {name}


def test_there_are_fifteen_and_weights_sum_to_one() -> None:
    assert len(set(VISEMES)) == 15
    for ipa in ("aɪ", "y", "tʃ", "ɥ", "β", "ʕ", "sil"):
        weights = viseme_weights(ipa, "und")
        assert weights.shape == (15,)
        assert weights.sum() == pytest.approx(1)


def weight(ipa: str, language: str, name: str) -> float:
    return float(viseme_weights(ipa, language)[VISEMES.index(name)])


def test_mandarin_is_not_english() -> None:
    assert weight("y", "zh-CN", "ih") > weight("y", "en", "ih") + 0.2  # rounded on a narrow jaw
    assert viseme("tɕ", "zh") != viseme("tʃ", "zh")
    assert viseme("ʂ", "zh") == "CH"


def test_japanese_u_is_weakly_rounded_and_fu_is_no_labiodental() -> None:
    assert weight("ɯᵝ", "ja", "ou") == pytest.approx(0.4)
    assert weight("ɸ", "ja", "FF") == 0
    assert weight("ɸ", "ja", "PP") > 0


def test_arabic_emphatics_round_and_hindi_v_is_half_a_labiodental() -> None:
    assert weight("tˤ", "ar", "ou") > weight("t", "ar", "ou")
    assert weight("ʋ", "hi", "FF") == pytest.approx(0.5)


def test_track_follows_the_phones() -> None:
    phones = contiguous([Phone("m", 0.1, 0.2), Phone("aː", 0.2, 0.4)], 0.5)
    track = viseme_track(CueSheet("en", (), phones, 0.5, "recognised"))
    assert track.shape == (50, 15)
    np.testing.assert_allclose(track.sum(axis=1), 1, atol=1e-6)
    names = [VISEMES[index] for index in track.argmax(axis=1)]
    assert names[:10] == ["sil"] * 10
    assert names[10:20] == ["PP"] * 10
    assert names[20:40] == ["aa"] * 20
