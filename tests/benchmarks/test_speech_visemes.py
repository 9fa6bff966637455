"""The benchmark of visemes: how two mouths are compared, and a sheet under English phones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks.espeak_phones import inventories, tables
from benchmarks.speech_visemes import _distance, _in_english, difference

from syncline.speech.cuesheet import CueSheet, Phone, check

LINE = CueSheet(
    "zh", (), (Phone("sil", 0, 0.1), Phone("n", 0.1, 0.2), Phone("y", 0.2, 0.5), Phone("sil", 0.5, 0.6)), 0.6, "by hand"
)


def test_a_mouth_does_not_differ_from_itself() -> None:
    same = difference(LINE, LINE)
    assert same.rms == (0, 0, 0, 0)
    assert same.largest == same.shut == same.visemes == 0


def test_english_phones_keep_their_times_and_move_the_mouth_otherwise() -> None:
    english = _in_english(LINE)
    check(replace(english, words=()))
    assert [phone.ipa for phone in english.phones] == ["sil", "n", "uː", "sil"]
    assert english.language == "en"
    found = difference(LINE, english)
    assert max(found.rms) > 0.1
    shut = replace(LINE, phones=(*LINE.phones[:2], replace(LINE.phones[2], ipa="m"), LINE.phones[3]))
    assert difference(LINE, shut).shut == pytest.approx(0.3, abs=0.06)


def test_rows_of_phones_are_compared() -> None:
    assert _distance(list("abc"), list("abc")) == 0
    assert _distance(list("abc"), list("xbcd")) == 2
    assert _distance([], list("ab")) == 2


def test_one_voice_is_walked() -> None:
    assert {"p", "b", "m"} <= set(tables()["de"])
    (german,) = inventories(["de"])
    assert german.name == "German"
    assert {"pf", "yː", "ç", "ʃ"} <= german.phones
