"""How languages hold the mouth, through the phones of real words as espeak-ng says them."""

from __future__ import annotations

import numpy as np
import pytest
from spoken_words import RATE, at, mouth, phones, sheet, span

from syncline.motion.closure import closure_curve, labiodental_curve
from syncline.motion.coarticulation import for_language
from syncline.speech.articulation import articulatory, feature, flags, in_context
from syncline.speech.cuesheet import CueSheet, Phone
from syncline.speech.gestures import GESTURES, gesture_track
from syncline.speech.visemes import VISEMES, viseme, viseme_weights

ROUNDED, OPEN, SPREAD, LABIODENTAL = (feature(name) for name in ("rounded", "open", "spread", "labiodental"))


def has(ipa: str, language: str, column: int) -> float:
    return float(articulatory(ipa, language)[column])


def shut(text: str, language: str) -> np.ndarray:
    cue = sheet(text, language)
    return closure_curve(cue, np.arange(int(cue.duration * RATE)) / RATE)


def shut_phones(text: str, language: str) -> list[str]:
    return [ipa for ipa in phones(text, language) if flags(ipa, language).closure]


# Mandarin


def test_mandarin_u_umlaut_is_rounded_on_a_narrow_jaw() -> None:
    ipa = span("女", "zh", "y").ipa
    assert has(ipa, "zh", ROUNDED) >= 0.85
    assert has(ipa, "zh", OPEN) < 0.1 <= has(ipa, "en", OPEN)
    own, english = mouth("女", "zh"), mouth("女", "zh", "en")
    assert at(own, "jaw", span("女", "zh", "y")) < at(english, "jaw", span("女", "zh", "y"))
    assert at(own, "width", span("女", "zh", "y")) < at(mouth("你", "zh"), "width", span("你", "zh", "i"))


def test_mandarin_retroflexes_round_slightly_and_alveolopalatals_spread() -> None:
    for word in ("是", "吃", "中", "日"):
        ipa = phones(word, "zh")[0]
        assert 0.2 <= has(ipa, "zh", ROUNDED) < has("ʃ", "en", ROUNDED), ipa
        assert viseme(ipa, "zh") == "CH"
    for word in ("西", "七", "家"):
        ipa = phones(word, "zh")[0]
        assert has(ipa, "zh", ROUNDED) < 0.05, ipa
        assert has(ipa, "zh", SPREAD) >= 0.5


def test_mandarin_finals_do_not_shut() -> None:
    assert shut_phones("山东广安", "zh") == []
    for word in ("安", "昂"):
        final = sheet(word, "zh").phones[-2]
        assert final.ipa in ("n", "ŋ")
        assert at(mouth(word, "zh"), "opening", final) > at(mouth(word, "zh", "en"), "opening", final)


def test_mandarin_shuts_at_b_p_m_only() -> None:
    assert shut_phones("爸爸跑妈妈发风文", "zh") == ["p", "p", "pʰ", "m", "m"]


# Japanese


def test_japanese_u_is_weakly_rounded() -> None:
    ipa = span("ウミ", "ja", "ɯ").ipa
    assert has(ipa, "ja", ROUNDED) < 0.4 < has(span("food", "en-us", "u").ipa, "en", ROUNDED)
    assert at(mouth("ウミ", "ja"), "width", span("ウミ", "ja", "ɯ")) > at(
        mouth("ouvert", "fr"), "width", span("ouvert", "fr", "u")
    )


def test_japanese_fu_is_made_with_both_lips() -> None:
    ipa = phones("フジ", "ja")[0]
    assert ipa == "ɸ"
    assert not flags(ipa, "ja").labiodental
    assert viseme_weights(ipa, "ja")[VISEMES.index("FF")] == 0
    assert 0.3 < has(ipa, "ja", feature("closure")) < 0.8
    assert at(mouth("フジ", "ja"), "opening", span("フジ", "ja", "ɸ")) < 0.04


@pytest.mark.parametrize(
    ("word", "nasal"),
    [("かんぱい", "m"), ("さんびき", "m"), ("さんみ", "m"), ("さんど", "n"), ("けんか", "ŋ"), ("ほん", "ɴ")],
)
def test_the_japanese_moraic_nasal_shuts_before_p_b_m_only(word: str, nasal: str) -> None:
    said = phones(word, "ja")
    assert said[2] == nasal
    assert flags(said[2], "ja").closure == (nasal == "m")
    assert not any(flags(ipa, "ja").rounded for ipa in said[2:3])


def test_the_japanese_long_consonant_is_shut_throughout() -> None:
    assert phones("カッパ", "ja")[2:4] == ["p", "p"]
    long, short = shut("カッパ", "ja"), shut("カパ", "ja")
    assert (long > 0.9).sum() > 1.5 * (short > 0.9).sum()
    assert ((long > 0.9).astype(int)[1:] - (long > 0.9).astype(int)[:-1] == 1).sum() == 1  # once, not twice


def test_japanese_vowels_without_voice_hardly_open() -> None:
    assert phones("スキ", "ja")[1] == "ɯ̥ᵝ"
    assert has("i̥", "ja", OPEN) < has("i", "ja", OPEN)


# Arabic


def test_arabic_emphatics_round_and_round_their_vowels() -> None:
    plain, heavy = phones("سَلَام", "ar"), phones("صَبَاح", "ar")
    assert heavy[0] == "sˤ"
    assert has(heavy[0], "ar", ROUNDED) >= 0.35 > has(plain[0], "ar", ROUNDED)
    assert in_context(heavy, "ar")[1, ROUNDED] > in_context(plain, "ar")[1, ROUNDED] + 0.15
    assert at(mouth("صَبَاح", "ar"), "width", span("صَبَاح", "ar", "a")) < at(
        mouth("صَبَاح", "ar", "en"), "width", span("صَبَاح", "ar", "a")
    )


def test_arabic_has_no_p_or_v_of_its_own() -> None:
    words = "باب كتاب فيل محمد بيت قلب طبيب سوق خبز ذهب غرفة شمس ظرف ضابط ثلج حليب عين يوم وردة جمل"
    said = set(phones(words, "ar"))
    assert not said & {"p", "v", "pʰ"}
    assert {"b", "m", "f"} <= said
    np.testing.assert_array_equal(articulatory("p", "ar"), articulatory("b", "ar"))
    np.testing.assert_array_equal(articulatory("v", "ar"), articulatory("f", "ar"))


def test_arabic_geminates_are_held() -> None:
    assert phones("محمد", "ar").count("m") == 3
    curve = shut("محمد", "ar") > 0.9
    lengths = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], curve, [0]]))))[::2]
    assert len(lengths) == 2  # m, then mm as one
    assert lengths[1] > 1.2 * lengths[0]


# Hindi


def test_hindi_aspirates_keep_their_closure() -> None:
    for word, ipa in (("फल", "pʰ"), ("भारत", "bʰ")):
        assert phones(word, "hi")[0] == ipa
        assert flags(ipa, "hi").closure
        assert shut(word, "hi").max() == 1
    cue = CueSheet("hi", (), (Phone("ə", 0, 0.2), Phone("pʰ", 0.2, 0.4), Phone("ə", 0.4, 0.6)), 0.6, "by hand")
    plain = CueSheet("hi", (), (Phone("ə", 0, 0.2), Phone("p", 0.2, 0.4), Phone("ə", 0.4, 0.6)), 0.6, "by hand")
    times = np.arange(60) / 100
    assert (closure_curve(cue, times) > 0.9).sum() < (closure_curve(plain, times) > 0.9).sum()  # then comes the breath


def test_hindi_v_is_half_at_the_teeth() -> None:
    assert phones("वाला", "hi")[0] == "ʋ"
    times = np.arange(int(sheet("वाला", "hi").duration * RATE)) / RATE
    assert 0.4 < labiodental_curve(sheet("वाला", "hi"), times).max() < 0.7
    german = sheet("wo", "de")
    assert labiodental_curve(german, np.arange(int(german.duration * RATE)) / RATE).max() == 1


# Spanish, French, German, English


def test_spanish_b_between_vowels_does_not_shut() -> None:
    assert phones("lobo", "es")[2] == "β"
    assert not flags("β", "es").closure
    assert shut_phones("un vaso", "es") == ["m", "b"]  # n before b is m
    assert flags("v", "es").labiodental
    assert "v" not in phones("vino vaso vivir", "es")


def test_french_front_vowels_are_rounded_and_early() -> None:
    for word, ipa in (("lune", "y"), ("deux", "ø"), ("peur", "œ")):
        assert ipa in phones(word, "fr")
        assert flags(ipa, "fr").rounded
        assert has(ipa, "fr", ROUNDED) > has(ipa, "und", ROUNDED) - 1e-6
        assert at(mouth(word, "fr"), "width", span(word, "fr", ipa)) < 0.97 * at(
            mouth("pire", "fr"), "width", span("pire", "fr", "i")
        )
    assert for_language("fr").rounding_early_ms > for_language("en").rounding_early_ms
    before = span("lune", "fr", "l")
    assert at(mouth("lune", "fr"), "width", before) < at(mouth("lune", "fr", "en"), "width", before)
    assert has("ɑ̃", "fr", ROUNDED) >= 0.35 > has("ɛ̃", "fr", ROUNDED)


def test_german_rounds_u_umlaut_and_sch_and_shuts_for_pf() -> None:
    assert "øː" in phones("schön", "de")
    assert has("ʃ", "de", ROUNDED) > has("ʃ", "es", ROUNDED)
    assert phones("Pferd", "de")[0] == "pf"
    assert flags("pf", "de").closure
    assert flags("pf", "de").labiodental


def test_english_r_and_w_round_and_flaps_move_nothing() -> None:
    assert phones("red", "en-us")[0] == "ɹ"
    assert flags("ɹ", "en").rounded
    assert "ɾ" in phones("water", "en-us")
    assert flags("ɾ", "en").free
    np.testing.assert_array_equal(articulatory("ʃ", "en"), articulatory("ʃ"))  # the chart is English's


# Portuguese, Italian, Russian, Korean


def test_portuguese_final_m_does_not_shut() -> None:
    assert phones("bom", "pt-br") == ["b", "o", "ŋ"]
    assert shut_phones("bom", "pt-br") == ["b"]
    final = span("bom", "pt-br", "ŋ")
    own, english = mouth("bom", "pt-br"), mouth("bom", "pt-br", "en")
    assert at(own, "width", final) < at(english, "width", final)  # the lips stay as the vowel left them
    assert not any(flags(ipa, "pt").rounded for ipa in phones("vezes", "pt-br")[3:4])


def test_italian_long_consonants_are_shut_once_and_long() -> None:
    long, short = shut("mamma", "it") > 0.9, shut("ama", "it") > 0.9
    assert phones("mamma", "it").count("m") == 3
    lengths = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], long, [0]]))))[::2]
    assert len(lengths) == 2
    assert lengths[1] > 1.3 * short.sum()
    assert "f" in phones("inferno", "it")


def test_russian_y_is_not_rounded_and_hard_sh_is_less_round_than_english() -> None:
    assert phones("мыло", "ru")[1] == "ɨ"
    assert not flags("ɨ", "ru").rounded
    assert at(mouth("мыло", "ru"), "width", span("мыло", "ru", "ɨ")) > at(
        mouth("мул", "ru"), "width", span("мул", "ru", "u")
    )
    assert has(phones("шум", "ru")[0], "ru", ROUNDED) < has("ʃ", "en", ROUNDED)
    assert has("pʲ", "ru", SPREAD) > has("p", "ru", SPREAD)


def test_korean_eu_is_spread_and_final_stops_are_held() -> None:
    assert phones("그", "ko") == ["ɡ", "ɯ"]
    assert flags("ɯ", "ko").spread
    assert not flags("ɯ", "ko").rounded
    assert phones("밥", "ko")[-1] == "p̚"
    assert phones("합니다", "ko")[2] == "m"  # p before n
    assert flags("p̚", "ko").closure
    last = span("밥", "ko", "p̚")
    assert shut("밥", "ko")[min(len(shut("밥", "ko")) - 1, int(last.end * RATE) - 1)] > 0.9


# Over all


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "女人去银行吃饭"),
        ("ja", "ふゆのうみをみる"),
        ("ar", "صَبَاح الطَّالِب"),
        ("hi", "वह पानी वाला है"),
        ("es", "mucho lobo"),
        ("fr", "la lune un peu rouge"),
        ("de", "schöne Bücher"),
        ("pt-br", "bom Brasil"),
        ("it", "gli uccelli di tutti"),
        ("ru", "шум жизнь мыло"),
        ("ko", "어머니 그 음악"),
    ],
)
def test_each_language_moves_otherwise_than_english(language: str, text: str) -> None:
    own, english = mouth(text, language), mouth(text, language, "en")
    assert np.abs(own.stacked() - english.stacked()).max() > 0.004  # IOD: 4 thousandths are 0.25 mm


def test_gestures_over_time() -> None:
    cue = sheet("map", "en-us")
    track = gesture_track(cue)
    assert track.shape == (int(np.ceil(cue.duration * 100 - 1e-9)), len(GESTURES))
    m, a = span("map", "en-us", "m"), span("map", "en-us", "æ")
    row = dict(zip(GESTURES, track[int((m.start + m.end) * 50)], strict=True))
    assert row["closure"] == 1
    assert row["open"] == 0
    row = dict(zip(GESTURES, track[int((a.start + a.end) * 50)], strict=True))
    assert row["open"] == row["jaw"] == pytest.approx(0.8)
    assert track[-1].sum() == 0
