"""From a wanted mouth to moved landmarks."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Still
from syncline.engines.portrait.face import StillFace, least_path
from syncline.engines.portrait.geometry import LIMITS, MouthGeometry
from syncline.face.mouth import mouth_features
from syncline.motion.mouthtrack import JAW, OPENING, WIDTH


@pytest.fixture(scope="module")
def face(smiling: Still) -> StillFace:
    return StillFace.measured(smiling.picture, smiling.track)


@pytest.fixture(scope="module")
def shut(closed: Still) -> StillFace:
    return StillFace.measured(closed.picture, closed.track)


def seen(face: StillFace, wanted: np.ndarray) -> np.ndarray:
    """The mouth of the moved shape."""
    return mouth_features((face.shape + MouthGeometry(face).moved(wanted))[None]).stacked()[0]


@pytest.mark.parametrize("opening", [0.0, 0.03, 0.08, 0.2, 0.3])
def test_the_gap_is_the_one_asked_for(face: StillFace, opening: float) -> None:
    wanted = face.mouth.copy()
    wanted[OPENING] = opening
    assert seen(face, wanted)[OPENING] == pytest.approx(opening, abs=0.012)


def test_width_and_jaw_follow(face: StillFace) -> None:
    wanted = face.mouth + np.float32([0.0, -0.05, 0.0, 0.06])
    change = seen(face, wanted) - face.mouth
    assert change[WIDTH] == pytest.approx(-0.05, abs=0.015)
    assert change[JAW] == pytest.approx(0.06, abs=0.02)


def test_the_still_s_own_mouth_moves_nothing(face: StillFace) -> None:
    assert np.abs(MouthGeometry(face).moved(face.mouth)).max() < 1e-6


def test_the_jaw_goes_with_a_wide_mouth_and_the_ears_stay(face: StillFace) -> None:
    wanted = face.mouth.copy()
    wanted[OPENING] += 0.15
    moved = MouthGeometry(face).moved(wanted)
    assert moved[152, 1] > 0.03
    assert np.abs(moved[[234, 454, 33, 263, 6]]).max() < 0.004


def test_wishes_beyond_a_face_are_limited(face: StillFace) -> None:
    change = MouthGeometry(face).change(np.float32([9.0, 9.0, 9.0, 9.0]))
    for channel, most in LIMITS.items():
        assert change[channel] <= most + 1e-6


def test_lips_that_touch_meet_on_one_line_near_the_tracked_one(shut: StillFace) -> None:
    assert not shut.open
    np.testing.assert_array_equal(shut.upper, shut.lower)
    tracked = 0.5 * (shut.landmarks[[13, 14], :2].sum(axis=0))
    assert np.linalg.norm(shut.upper[5] - tracked) < 0.04 * shut.scale


def test_closed_edges_never_cross(face: StillFace) -> None:
    wanted = face.mouth.copy()
    wanted[OPENING] = 0.0
    geometry = MouthGeometry(face)
    edges, read = geometry.inner_edges(wanted, face.to_pixels(geometry.moved(wanted)))
    assert np.abs(edges[0] - edges[1]).max() < 1e-3
    # Both lips are read inside themselves, so that no thread of teeth is left.
    assert (read[1, 5] - face.lower[5])[1] > 0.5


def test_the_cheapest_path_follows_a_dark_line() -> None:
    cost = np.ones((21, 40), np.float32)
    line = np.round(10 + 5 * np.sin(np.arange(40) / 8)).astype(int)
    cost[line, np.arange(40)] = 0.0
    np.testing.assert_array_equal(least_path(cost, reach=2), line)
