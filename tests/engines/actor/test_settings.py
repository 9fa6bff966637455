"""What counts in small and large banks."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.engines.actor.engine import drawing_for, settings_for
from syncline.engines.actor.wanted import Weights


def test_a_large_bank_is_chosen_from_by_context() -> None:
    assert settings_for(90.0).weights == Weights()
    assert settings_for(600.0) == settings_for(200.0)


def test_minutes_of_footage_trust_the_context_model_more() -> None:
    much, ample = settings_for(90.0), settings_for(200.0)
    assert ample.weights.learned == pytest.approx(2.0 * much.weights.learned)
    assert ample.weights.context == pytest.approx(much.weights.context)
    assert ample.correction > settings_for(130.0).correction > much.correction
    assert ample.walk.join > much.walk.join


def test_a_small_bank_follows_the_opening_and_joins_like_mouths() -> None:
    small, large = settings_for(10.0), settings_for(600.0)
    assert small.weights.context == pytest.approx(0.3 * large.weights.context)
    assert small.weights.shape > large.weights.shape > 0
    assert small.walk.join > large.walk.join


def test_between_them_nothing_jumps() -> None:
    seconds = [5.0, 15.0, 20.0, 40.0, 60.0, 89.0, 90.0, 200.0]
    weights = [settings_for(each).weights.context for each in seconds]
    assert weights == sorted(weights)


def test_no_footage_is_no_error() -> None:
    assert settings_for(0.0) == settings_for(15.0)


def test_small_faces_are_not_locked_by_their_nose() -> None:
    assert not drawing_for(np.full(10, 67.0, np.float32)).lock
    assert drawing_for(np.full(10, 102.0, np.float32)).lock


def test_frames_without_a_face_do_not_decide_on_the_lock() -> None:
    scale = np.full(10, np.nan, np.float32)
    assert not drawing_for(scale).lock
    scale[3:5] = 200.0
    assert drawing_for(scale).lock
