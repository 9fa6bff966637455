"""Boundaries are matched by letters, whatever words a program makes of them."""

from __future__ import annotations

import pytest
from benchmarks.speech_material import boundary_errors, without_gaps

from syncline.speech.cuesheet import Word


def test_errors_of_boundaries_that_both_have() -> None:
    known = [Word("客観", 0.8, 1.2), Word("的", 1.3, 1.5), Word("実在", 1.5, 2.0)]
    found = [Word("客観的", 0.7, 1.5), Word("実", 1.6, 1.8), Word("在。", 1.8, 2.1)]
    assert boundary_errors(found, known) == pytest.approx([-0.1, 0.1, 0.1])


def test_punctuation_and_case_do_not_count() -> None:
    assert boundary_errors([Word("Mr.", 0.1, 0.5)], [Word("mr", 0.0, 0.4)]) == pytest.approx([0.1, 0.1])


def test_no_words_have_no_boundaries() -> None:
    assert len(boundary_errors([], [Word("a", 0.0, 1.0)])) == 0


def test_short_gaps_are_closed_in_the_middle_and_pauses_stay() -> None:
    known = [Word("is", 1.3, 1.38), Word("the", 1.44, 1.5), Word("eau", 1.8, 1.8), Word("et", 1.8, 1.9)]
    closed = [(word.start, word.end) for word in without_gaps(known)]
    assert closed == [pytest.approx(pair) for pair in [(1.3, 1.41), (1.41, 1.5), (1.8, 1.8), (1.8, 1.9)]]
