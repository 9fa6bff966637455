"""Edges of speech at pauses are read from the sound."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.speech.edges import Heard, refine_edges
from syncline.speech.route import TimedPhone, TimedWord


def heard(first: int, last: int, level: float = 1.0) -> Heard:
    power = np.abs(np.random.default_rng(0).normal(1e-3, 1e-4, (300, 26))).astype(np.float32)
    power[first:last] += level
    active = np.zeros(300, np.bool_)
    active[first + 4 : last + 2] = True
    return Heard(power, active)


def word(token: int, start: float, end: float) -> TimedWord:
    return TimedWord(token, start, end, (TimedPhone("a", start, end),))


def test_a_start_goes_out_to_where_the_sound_begins() -> None:
    found = refine_edges([word(0, 1.08, 2.0)], heard(100, 200))[0]
    assert found.start == pytest.approx(1.0, abs=0.025)
    assert found.phones[0].start == found.start
    assert refine_edges([word(0, 0.97, 2.0)], heard(100, 200))[0].start == 0.97  # never inwards
    assert refine_edges([word(0, 1.4, 2.0)], heard(100, 200))[0].start == 1.4  # what lies before it is no pause


def test_an_end_goes_half_the_way_to_the_end_of_the_activity() -> None:
    assert refine_edges([word(0, 1.0, 1.96)], heard(100, 200))[0].end == pytest.approx(1.99)
    assert refine_edges([word(0, 1.0, 1.5)], heard(100, 200))[0].end == 1.5


def test_inner_edges_and_noise_stay() -> None:
    words = [word(0, 1.0, 1.5), word(1, 1.5, 2.02)]
    found = refine_edges(words, heard(100, 200))
    assert (found[0].end, found[1].start) == (1.5, 1.5)
    assert refine_edges([word(0, 1.08, 2.02)], heard(100, 200, 0.0))[0].start == 1.08


def test_no_words() -> None:
    assert refine_edges([], heard(100, 200)) == []
