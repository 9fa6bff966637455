"""Boundaries are moved by what meets at them: not far, and never through another."""

from __future__ import annotations

import pytest

from syncline.speech.boundary_bias import BIAS_MS, MOST_MS, kind, meeting, without_bias
from syncline.speech.route import TimedPhone, TimedWord


def word(number: int, phones: str, start: float, end: float) -> TimedWord:
    signs = phones.split()
    step = (end - start) / len(signs)
    timed = tuple(TimedPhone(ipa, start + k * step, start + (k + 1) * step) for k, ipa in enumerate(signs))
    return TimedWord(number, start, end, timed)


@pytest.mark.parametrize(
    ("ipa", "expected"),
    [("tʃ", "stop"), ("ˈs", "fricative"), ("n", "nasal"), ("m", "m"), ("ɹ", "liquid"), ("ˈeɪ", "vowel"), ("", "vowel")],
)
def test_kinds(ipa: str, expected: str) -> None:
    assert kind(TimedPhone(ipa, 0, 1)) == expected
    assert kind(None) == "#"


def test_a_nasal_after_a_vowel_begins_later_and_the_word_before_it_ends_there() -> None:
    first, second = without_bias([word(0, "t uː", 0.0, 0.4), word(1, "n aʊ", 0.4, 0.8)])
    assert second.start == pytest.approx(0.4 - BIAS_MS["vowel", "nasal"] / 1000)
    assert second.start > 0.41
    assert first.end == second.start
    assert second.phones[0].start == second.start
    assert (first.start, second.end) == (0.0, 0.8)
    assert first.phones[-1].end == pytest.approx(first.end)


def test_what_the_table_does_not_know_stays() -> None:
    words = [word(0, "m ɪ", 0.1, 0.4), word(1, "m iː", 0.4, 0.8), word(2, "m iː", 1.5, 1.9)]
    assert [(each.start, each.end) for each in without_bias(words)] == [(w.start, w.end) for w in words]


def test_short_words_keep_most_of_their_length() -> None:
    first, second = without_bias([word(0, "t", 1.0, 1.03), word(1, "t uː", 1.03, 1.5)])
    assert first.end == second.start
    assert 1.02 < second.start < 1.03  # a third of what is left of the first, not 21 ms


def test_a_fricative_after_silence_never_begins_before_its_neighbour_or_zero() -> None:
    assert without_bias([word(0, "s ɛ t", 0.01, 0.4)])[0].start == 0.0
    first, second = without_bias([word(0, "ə", 0.0, 0.38), word(1, "s ɛ t", 0.401, 0.7)])
    assert second.start == pytest.approx(first.end)


def test_the_table_is_small() -> None:
    assert all(abs(ms) <= MOST_MS and "m" not in kinds for kinds, ms in BIAS_MS.items())
    assert meeting(None, word(0, "p", 0, 1)) == ("#", "stop")
