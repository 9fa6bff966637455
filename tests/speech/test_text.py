"""Transcripts as tokens."""

from __future__ import annotations

import time

import pytest

from syncline.errors import InputError
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


@pytest.mark.parametrize(
    ("language", "transcript", "pairs"),
    [
        ("en", "Pay $5 now", [("Pay", "Pay"), ("$5", "5 dollars"), ("now", "now")]),
        ("en", "and/or 5%", [("and/or", "and or"), ("5%", "5 percent")]),
        ("de", "am 20.11.2026.", [("am", "am"), ("20.11.2026", "zwanzigsten November 2026")]),
        ("ko", "5%는", [("5%는", "5 퍼센트는")]),
        ("zh", "花$5", [("花", "hua1"), ("$5", "5美元")]),
        ("zh", "2026年", [("2026年", "二零二六年")]),
    ],
)  # fmt: skip
def test_the_written_word_stays_and_the_spoken_one_is_in_words(
    language: str, transcript: str, pairs: list[tuple[str, str]]
) -> None:
    assert [(token.text, token.spoken) for token in tokenise(transcript, language)[0]] == pairs


@pytest.mark.parametrize(
    ("transcript", "said", "left"),
    [
        ("ANNA: (whispers) Come in. [a door opens]", "Come in", "ANNA:, [a door opens], (whispers)"),
        (">> Thank you. *sighs*", "Thank you", "*sighs*"),
        ("Anna: Hi.\nBob: Remember: never.", "Hi Remember never", "Anna:, Bob:"),
        ("Remember: never.", "Remember never", None),
        ("He came (as you know) late.", "He came as you know late", None),
        ("Well (laughing) no.", "Well no", "(laughing)"),
        ("(I never said that.)", "I never said that", None),
        ("<i>Never</i> mind {\\an8}", "Never mind", None),
        ("1\n00:00:01,000 --> 00:00:02,500\nHello 5\n", "Hello 5", None),
        ("open [bracket", "open bracket", None),
        ("*really* good", "really good", None),
        ("ANNA (V.O.)\n(softly)\nGood night.", "Good night", "ANNA (V.O.), (softly)"),
    ],
)
def test_what_is_not_said_is_no_word(transcript: str, said: str, left: str | None) -> None:
    tokens, notes = tokenise(transcript, "en")
    assert " ".join(token.text for token in tokens) == said
    assert notes == (() if left is None else (f"left out as not spoken: {left}",))


def test_signs_that_are_not_seen_leave_no_trace() -> None:
    assert texts("\ufeffhe\u200bllo \u202ewor\u00adld\u202c a\x00b \x07 ❤\ufe0f １２") == [
        "hello",
        "world",
        "a",
        "b",
        "12",
    ]
    assert len(texts("Z" + "\u0301" * 500 + "algo")[0]) < 12
    assert texts("می\u200cخواهم", "fa") == ["می\u200cخواهم"]


def test_words_in_a_foreign_script_are_left_out_with_a_note() -> None:
    tokens, notes = tokenise("hello 你好 world", "en")
    assert [token.text for token in tokens] == ["hello", "world"]
    assert "Chinese script (你好)" in notes[0]
    with pytest.raises(InputError, match=r"Chinese script .* cmn, yue, ja"):
        tokenise("你好", "en")
    assert tokenise("NASA hat recht", "de")[1] == ()
    assert [token.text for token in tokenise("это iPhone", "ru")[0]] == ["это", "iPhone"]


def test_arabic_without_vowels_is_less_sure() -> None:
    tokens, notes = tokenise("مرحبا كَتَبَ", "ar")
    assert [token.sureness for token in tokens] == [pytest.approx(0.7), 1.0]
    assert "vowels" in notes[0]
    assert tokenise("كَتَبَ", "ar")[1] == ()


def test_chinese_is_spoken_by_pinyin_in_its_context() -> None:
    tokens, _ = tokenise("他还没还我的书，得了", "zh")
    assert [token.spoken for token in tokens] == ["ta1", "hai2", "mei2", "huan2", "wo3", "de5", "shu1", "de2", "le5"]


def test_a_megabyte_of_text_is_read_in_time() -> None:
    started = time.process_time()
    for text in ("word, $5 [x] " * 8000, "(" * 100_000, "[a" * 50_000, "A: b\n" * 20_000, "*" * 100_000, "1." * 50_000):
        tokenise(text, "en")
    assert time.process_time() - started < 20


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


def test_japanese_numbers_and_long_vowels() -> None:
    pytest.importorskip("sudachipy", reason="the Japanese dictionary (sudachipy) is not installed")
    tokens, _ = tokenise("2026年5月3日は$5です。先生と思う", "ja")
    assert [(token.text, token.spoken) for token in tokens[:5]] == [
        ("2026年", "ニセンニジュウロクネン"),
        ("5月", "ゴガツ"),
        ("3日", "ミッカ"),
        ("は", "ワ"),
        ("$5", "ゴドル"),
    ]
    assert [token.spoken for token in tokens[-3:]] == ["センセー", "ト", "オモウ"]  # a verb's ending is no long vowel


@pytest.mark.parametrize(
    ("number", "said"), [(0, "零"), (10, "十"), (110, "百十"), (2026, "二千二十六"), (12345, "一万二千三百四十五")]
)
def test_kanji_numbers(number: int, said: str) -> None:
    assert japanese.kanji_number(number) == said
