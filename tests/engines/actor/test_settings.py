"""What counts in small and large banks."""

from __future__ import annotations

import pytest

from syncline.engines.actor.engine import settings_for
from syncline.engines.actor.wanted import Weights


def test_a_large_bank_is_chosen_from_by_context() -> None:
    assert settings_for(600.0).weights == Weights()
    assert settings_for(600.0) == settings_for(90.0)


def test_a_small_bank_follows_the_opening_and_joins_like_mouths() -> None:
    small, large = settings_for(10.0), settings_for(600.0)
    assert small.weights.context == pytest.approx(0.3 * large.weights.context)
    assert small.weights.opening > large.weights.opening > 0
    assert small.walk.join > large.walk.join


def test_between_them_nothing_jumps() -> None:
    seconds = [5.0, 15.0, 20.0, 40.0, 60.0, 89.0, 90.0, 200.0]
    weights = [settings_for(each).weights.context for each in seconds]
    assert weights == sorted(weights)


def test_no_footage_is_no_error() -> None:
    assert settings_for(0.0) == settings_for(15.0)
