"""The fifteen visemes in other sets: nothing is lost where the set is large enough, and no phone is without a place."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.speech.ipa import ARPABET, CONSONANTS, VOWELS
from syncline.speech.viseme_tables import (
    ARKIT,
    ARKIT_SHAPES,
    FROM_MICROSOFT,
    FROM_MPEG4,
    FROM_RHUBARB,
    MICROSOFT,
    MICROSOFT_LOOKS_LIKE,
    MPEG4,
    RHUBARB,
    from_arkit,
    microsoft,
    rhubarb,
    vowel_targets,
)
from syncline.speech.visemes import VISEMES, viseme, viseme_weights

PHONES = ("sil", *VOWELS, *CONSONANTS, *ARPABET.values(), "tɕʰ", "ts.", "pʰ", "bʱ", "ẽ", "ɯᵝ", "sˤ", "mʲ")
LANGUAGES = ("und", "en", "zh", "ja", "ar", "hi", "es", "fr", "de", "pt", "it", "ru", "ko")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phone_has_a_place_in_every_set(language: str) -> None:
    for ipa in PHONES:
        name = viseme(ipa, language)
        assert name in MPEG4
        assert microsoft(ipa, language) in range(22)
        assert rhubarb(ipa, language) in set("ABCDEFGHX")
        shapes = viseme_weights(ipa, language) @ ARKIT
        assert ((shapes >= 0) & (shapes <= 1)).all()
        assert shapes.any() == (name != "sil")


@pytest.mark.parametrize("table", [MPEG4, MICROSOFT])
def test_numbers_read_back_as_the_viseme(table: dict[str, int]) -> None:
    assert set(table) == set(VISEMES)
    assert len(set(table.values())) == len(VISEMES)


def test_blend_shapes_read_back_as_the_viseme() -> None:
    assert len(ARKIT_SHAPES) == len(set(ARKIT_SHAPES)) == 52
    assert ARKIT.shape == (15, 52)
    assert np.linalg.matrix_rank(ARKIT[1:].astype(np.float64)) == 14  # silence is the face at rest
    moved = {name for column, name in enumerate(ARKIT_SHAPES) if ARKIT[:, column].any()}
    assert all(name.startswith(("jaw", "mouth", "tongue")) for name in moved)


def test_weights_come_back_from_blend_shapes_and_names_from_numbers() -> None:
    weights = np.random.default_rng(0).dirichlet(np.full(15, 0.3), size=50).astype(np.float32)
    assert from_arkit(weights @ ARKIT) == pytest.approx(weights, abs=1e-4)
    assert from_arkit(np.zeros((1, 52)))[0, 0] == 1
    for name in VISEMES:
        assert FROM_MPEG4[MPEG4[name]] == name
        assert FROM_MICROSOFT[MICROSOFT[name]] == name
    assert set(FROM_MICROSOFT) == set(range(22))
    assert set(FROM_RHUBARB) == set("ABCDEFGHX")
    assert all(RHUBARB[name] == letter for letter, name in FROM_RHUBARB.items() if letter != "H")


def test_rhubarb_has_a_shape_for_each() -> None:
    assert set(RHUBARB) == set(VISEMES)


def test_what_looks_like_a_number_of_microsofts_has_it() -> None:
    assert [microsoft(ipa, "en") for ipa in MICROSOFT_LOOKS_LIKE] == list(range(22))


@pytest.mark.parametrize(
    ("shape", "phones"),
    [
        ("A", "p b m"),
        ("B", "t k s ʃ n iː"),
        ("C", "ɛ æ"),
        ("D", "ɑː a"),
        ("E", "ɔː ɹ"),
        ("F", "uː w"),
        ("G", "f v"),
        ("H", "l"),
        ("X", "sil"),
    ],
)
def test_rhubarbs_shapes_are_those_of_its_manual(shape: str, phones: str) -> None:
    assert {rhubarb(ipa, "en") for ipa in phones.split()} == {shape}


@pytest.mark.parametrize(
    ("number", "phones"),
    [
        (1, "æ ə ʌ"),
        (4, "ɛ ʊ"),
        (6, "iː j ɪ"),
        (7, "w uː"),
        (8, "oʊ"),
        (9, "aʊ"),
        (10, "ɔɪ"),
        (11, "aɪ"),
        (12, "h"),
        (13, "ɹ"),
        (14, "l"),
        (15, "s z"),
        (16, "ʃ tʃ dʒ ʒ"),
        (17, "θ ð"),
        (18, "f v"),
        (19, "d t n"),
        (20, "k ɡ ŋ"),
        (21, "p b m"),
    ],
)
def test_microsofts_numbers_are_those_of_its_enumeration(number: int, phones: str) -> None:
    assert {microsoft(ipa, "en") for ipa in phones.split()} == {number}


def test_a_diphthong_goes_through_its_vowels() -> None:
    assert vowel_targets("aɪ") == ("a", "ɪ")
    assert vowel_targets("tʃ") == ("tʃ",)
    assert vowel_targets("uː") == ("uː",)
    assert vowel_targets("wɑː") == ("wɑː",)
