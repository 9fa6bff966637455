"""How sure a boundary is: agreement, noise and what meets there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncline.speech.certainty import SURE, certainties, squeezed
from syncline.speech.route import TimedPhone, TimedWord


def word(token: int, start: float, phones: str, apart: float = 0.01) -> TimedWord:
    length = 0.1
    spans = tuple(
        TimedPhone(ipa, start + number * length, start + (number + 1) * length) for number, ipa in enumerate(phones)
    )
    return TimedWord(token, start, spans[-1].end, spans, spread=(0.01, 0.01), parted=(apart, apart))


def test_an_obstruent_after_a_sonorant_is_sure_where_the_routes_agree() -> None:
    (first, _), (second, _) = certainties([word(0, 1.0, "ban"), word(1, 1.3, "tu")], 20.0)
    assert first < SURE <= second  # the first stands after a pause


@pytest.mark.parametrize(
    ("before", "after", "apart"),
    [("ban", "ina", 0.01), ("bat", "ina", 0.01), ("ban", "tu", 0.031), ("bat", "tu", 0.01)],
)
def test_others_are_not(before: str, after: str, apart: float) -> None:
    words = [word(0, 1.0, before), word(1, 1.3, after, apart)]
    assert certainties(words, 20.0)[1][0] < SURE


def test_nothing_is_sure_in_noise() -> None:
    words = [word(0, 1.0, "ban"), word(1, 1.3, "tu")]
    assert certainties(words, 12.0)[1][0] < SURE


def test_one_route_alone_is_never_sure() -> None:
    words = [word(0, 1.0, "ban"), replace(word(1, 1.3, "tu"), parted=None)]
    assert certainties(words, 20.0)[1][0] < SURE


def test_certainty_falls_with_noise_and_disagreement() -> None:
    def of(apart: float, depth_db: float) -> float:
        return certainties([word(0, 1.0, "ban"), word(1, 1.3, "ina", apart)], depth_db)[1][0]

    assert of(0.01, 20) > of(0.05, 20) > of(0.2, 20) > 0
    assert of(0.05, 20) > of(0.05, 8)


def test_a_word_without_room_was_not_said() -> None:
    narrow = word(1, 1.3, "tuna").moved(1.3, 1.36)
    assert squeezed(narrow)
    assert max(certainties([word(0, 1.0, "ban"), narrow], 20.0)[1]) <= 0.1
    assert not squeezed(word(0, 1.0, "ban"))
