"""The articulatory space: what looks alike lies together, and every phone of every language has its place."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from syncline.speech import visemes
from syncline.speech.articulation import (
    FEATURES,
    UnknownPhone,
    articulatory,
    articulatory_path,
    feature,
    flags,
    known,
    visual_distance,
)
from syncline.speech.espeak import speak
from syncline.speech.ipa import ARPABET, CONSONANTS, MODIFIERS, VOWELS, clean

_LATIN = "abcdefghijklmnopqrstuvwxyz"
# Letters of each language; all pairs of them make its voice say all of its phones.
_LETTERS = {
    "en-US": _LATIN,
    "en-GB": _LATIN,
    "de": _LATIN + "äöüß",
    "fr": _LATIN + "éèêçœàù",
    "es": _LATIN + "ñáéíóú",
    "it": _LATIN + "àèéìòù",
    "pt-BR": _LATIN + "ãõçáéóâêô",
    "nl": _LATIN,
    "sv": _LATIN + "åäö",
    "da": _LATIN + "æøå",
    "pl": _LATIN + "ąćęłńóśźż",
    "tr": _LATIN + "çğıöşü",
    "cs": _LATIN + "čďěňřšťů",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "el": "αβγδεζηθικλμνξοπρστυφχψω",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "he": "אבגדהוזחטיכלמנסעפצקרשת",
    "hi": "अआइईउऊएऐओऔकखगघङचछजझटठडढणतथदधनपफबभमयरलवशषसह",
    "ko": "가나다라마바사아자차카타파하까따빠싸짜개괴귀교규기고구그안압앗악않의",
    "ja": "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
    "がぎぐげござじずぜぞばびぶべぼぱぴぷぺぽゃゅょっー",
    "zh": "经广州日报道后成为了社会热点女人去银行吃饭吗儿云月元全选穷用风佛夫坡特字词丝知迟师车设喝安昂翁略雪",
    "vi": _LATIN + "ăâđêôơư",
}


def test_closed_lips_look_alike() -> None:
    for a, b in itertools.combinations(["p", "b", "m", "pʰ", "bʱ"], 2):
        assert visual_distance(a, b) < 0.5
        assert visual_distance(a, b) < visual_distance(a, "t") / 3
    assert visual_distance("m", "n") > 1.5


def test_front_rounded_vowels_lie_between_their_relatives() -> None:
    y, u, i = articulatory("y"), articulatory("u"), articulatory("i")
    rounded, high, front = feature("rounded"), feature("high"), feature("front")
    assert abs(y[rounded] - u[rounded]) < 0.1 < abs(y[rounded] - i[rounded])
    assert abs(y[high] - i[high]) < 0.1
    assert y[front] == i[front] > u[front]
    assert visual_distance("y", "u") < visual_distance("y", "i")  # lips are seen, the tongue hardly


def test_neighbours_in_the_vowel_chart_are_nearer_than_corners() -> None:
    assert visual_distance("i", "ɪ") < visual_distance("i", "ɛ") < visual_distance("i", "a")
    assert visual_distance("o", "ɔ") < visual_distance("o", "i")


def test_diacritics() -> None:
    assert articulatory("ã")[feature("nasal")] > articulatory("a")[feature("nasal")]
    assert articulatory("tˤ")[feature("rounded")] > articulatory("t")[feature("rounded")]
    assert articulatory("kʷ")[feature("rounded")] >= 0.6
    assert articulatory("b̥")[feature("voiced")] == 0
    np.testing.assert_array_equal(articulatory("aː"), articulatory("ˈa"))
    np.testing.assert_array_equal(articulatory("ç"), articulatory("ç"))
    assert articulatory("ç")[feature("palatal")] == 1
    assert articulatory("ts.h")[feature("postalveolar")] > 0.9  # espeak-ng's spelling of the retroflex


def test_paths_of_diphthongs_and_affricates() -> None:
    assert len(articulatory_path("aɪ")) == 2
    assert len(articulatory_path("tʃ")) == 2
    assert articulatory_path("aɪ")[0][feature("open")] > articulatory_path("aɪ")[1][feature("open")]
    assert flags("tʃ").rounded
    assert flags("tʃ").sibilant
    assert flags("pf").closure
    assert flags("pf").labiodental


@pytest.mark.parametrize(
    ("phones", "name"),
    [
        ("p b m pʰ bʰ", "closure"),
        ("f v ɱ ʋ", "labiodental"),
        ("u uː w oʊ ɔɪ ʃ ʒ tʃ dʒ y ø œ", "rounded"),
        ("s z ʃ ʒ tʃ ts ɕ ʂ", "sibilant"),
        ("ɑ a æ aɪ aʊ", "open"),
        ("t d n l k ɡ", "free"),
        ("i e j", "spread"),
        ("sil", "silent"),
    ],
)
def test_flags(phones: str, name: str) -> None:
    for ipa in phones.split():
        assert getattr(flags(ipa), name), ipa
    assert not getattr(flags("ə"), name)


def test_values_are_in_range_and_silence_stands_alone() -> None:
    for ipa in [*VOWELS, *CONSONANTS, *ARPABET.values(), "sil"]:
        point = articulatory(ipa)
        assert point.shape == (len(FEATURES),)
        assert point.dtype == np.float32
        assert (point >= 0).all()
        assert (point <= 1).all()
        assert (point[feature("silence")] == 1) == (ipa == "sil")


def test_unknown_letters_are_refused() -> None:
    assert not known("Ж")
    with pytest.raises(UnknownPhone):
        articulatory("Ж")


def test_answers_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        articulatory("a")[0] = 1


@pytest.mark.parametrize("language", sorted(_LETTERS))
def test_every_phone_of_every_language_has_its_place(language: str) -> None:
    letters = _LETTERS[language]
    words = ["".join(pair) for pair in itertools.product(letters[::2], letters)] + list(letters)
    text = " ".join(words)
    pieces = [text[first : first + 4000] for first in range(0, len(text), 4000)]
    phones = {phone.ipa for spoken in speak(pieces, language, words_per_minute=[450]) for phone in spoken.phones}
    assert len(phones) > 20
    for ipa in phones:
        assert clean(ipa) == ipa
        assert articulatory(ipa).sum() > 0
        assert visemes.viseme_weights(ipa, language).sum() == pytest.approx(1)
        mark_alone = all(sign in MODIFIERS for sign in ipa)  # a pause, or palatalisation of the phone before it
        assert (articulatory(ipa)[0] == 1) == mark_alone, ipa
