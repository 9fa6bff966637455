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
    assert refine_edges([word(0, 1.4, 2.0)], heard(100, 200))[0].start == 1.4  # what lies before it is no pause


def test_a_start_does_not_go_out_over_a_click_of_the_lips() -> None:
    sound = heard(100, 200)
    sound.power[90:94] += 1e-4 * sound.power[150]  # 40 dB under the word
    sound.power[:90] *= 1e-2
    sound.power[94:100] *= 1e-2
    assert refine_edges([word(0, 1.03, 2.0)], sound)[0].start == pytest.approx(1.0, abs=0.025)


def test_a_start_goes_in_only_over_the_floor_of_a_studio() -> None:
    assert refine_edges([word(0, 0.96, 2.0)], heard(100, 200))[0].start == 0.96
    quiet = heard(100, 200)
    quiet.power[:100] *= 1e-3
    assert refine_edges([word(0, 0.96, 2.0)], quiet)[0].start == pytest.approx(1.0, abs=0.025)


def test_an_end_goes_part_of_the_way_to_where_activity_and_sound_end() -> None:
    # Activity ends at 2.02 and the sound, over three frames, at 2.01: 0.35 and 0.2 of the way.
    end = refine_edges([word(0, 1.0, 1.96)], heard(100, 200))[0].end
    assert end == pytest.approx(1.96 + 0.35 * 0.06 + 0.2 * 0.05, abs=0.003)
    assert refine_edges([word(0, 1.0, 1.5)], heard(100, 200))[0].end == 1.5


def test_an_end_stays_where_activity_goes_on() -> None:
    babble = heard(100, 200)
    babble.active[100:] = True
    assert refine_edges([word(0, 1.0, 1.96)], babble)[0].end == 1.96


def test_inner_edges_and_noise_stay() -> None:
    words = [word(0, 1.0, 1.5), word(1, 1.5, 2.02)]
    found = refine_edges(words, heard(100, 200))
    assert (found[0].end, found[1].start) == (1.5, 1.5)
    assert refine_edges([word(0, 1.08, 2.02)], heard(100, 200, 0.0))[0].start == 1.08


def test_no_words() -> None:
    assert refine_edges([], heard(100, 200)) == []
