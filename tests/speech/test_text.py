"""Transcripts as tokens."""

from __future__ import annotations

import pytest

from syncline.speech import japanese
from syncline.speech.text import tokenise


def texts(transcript: str, language: str = "en") -> list[str]:
    return [token.text for token in tokenise(transcript, language)[0]]


def test_punctuation_is_no_word_but_a_pause() -> None:
    tokens, notes = tokenise('"Well," she said -- don\'t… go!', "en")
    assert [token.text for token in tokens] == ["Well", "she", "said", "don't", "go"]
    assert [token.pause for token in tokens] == [True, False, True, True, True]
    assert notes == ()


def test_numbers_signs_and_accents_stay_as_written() -> None:
    assert texts("naïve café costs $42.50 & 5%") == ["naïve", "café", "costs", "$42.50", "&", "5%"]


def test_chinese_characters_stand_alone() -> None:
    tokens, _ = tokenise("女人去 GitHub银行。", "zh")
    assert [token.text for token in tokens] == ["女", "人", "去", "GitHub", "银", "行"]
    assert [token.joined for token in tokens] == [False, True, True, False, True, True]
    assert tokens[-1].pause


@pytest.mark.parametrize("transcript", ["", "  \n ", "... -- !?", "🎉", "\u200b"])
def test_nothing_to_say(transcript: str) -> None:
    assert texts(transcript) == []


def test_endless_strings_are_cut() -> None:
    assert len(texts("x" * 10_000)[0]) == 100


def test_devanagari_and_arabic_words_stay_whole() -> None:
    assert texts("नमस्ते दुनिया।", "hi") == ["नमस्ते", "दुनिया"]
    assert texts("مرحبا بالعالم", "ar") == ["مرحبا", "بالعالم"]


def test_kana_is_read_without_a_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(japanese, "_tokenizer", lambda: None)
    tokens, notes = tokenise("きゃっかん てき", "ja")
    assert [token.spoken for token in tokens] == ["きゃっかん", "てき"]
    assert notes == ()
    _, notes = tokenise("客観的", "ja")
    assert "sudachipy" in notes[0]


def test_kanji_is_read_by_the_dictionary() -> None:
    pytest.importorskip("sudachipy", reason="the Japanese dictionary (sudachipy) is not installed")
    tokens, notes = tokenise("私は知識へ行く。", "ja")
    assert notes == ()
    assert [token.text for token in tokens] == ["私", "は", "知識", "へ", "行く"]
    assert [token.spoken for token in tokens][1:] == ["ワ", "チシキ", "エ", "イク"]
    assert tokens[-1].pause
