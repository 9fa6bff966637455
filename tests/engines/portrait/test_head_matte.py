"""The matte of head and hair."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Still, picture_of
from syncline.engines.portrait.face import StillFace
from syncline.engines.portrait.head import HeadField
from syncline.engines.portrait.matte import HeadMatte, head_matte


@pytest.fixture(scope="module")
def matte(smiling: Still) -> HeadMatte:
    face = StillFace.measured(smiling.picture, smiling.track)
    found = head_matte(smiling.picture, face, HeadField(face, (512, 512)).box())
    assert found is not None
    return found


def test_face_and_hair_move_and_the_wall_does_not(smiling: Still, matte: HeadMatte) -> None:
    nose, top = smiling.track.landmarks[0, 1, :2], smiling.track.landmarks[0, 10, :2]
    hair = top + 0.5 * (top - nose)
    assert matte.at(np.float32([nose, top, hair])).min() > 0.95
    assert matte.at(np.float32([[120.0, 60.0], [340.0, 60.0]])).max() < 0.05


def test_the_same_still_gives_the_same_matte(smiling: Still, matte: HeadMatte) -> None:
    face = StillFace.measured(smiling.picture, smiling.track)
    again = head_matte(smiling.picture, face, HeadField(face, (512, 512)).box())
    assert again is not None
    np.testing.assert_array_equal(matte.weight, again.weight)


def test_a_picture_without_a_head_has_none(smiling: Still) -> None:
    face = StillFace.measured(smiling.picture, smiling.track)
    flat = picture_of(np.full((512, 512, 3), 90, np.uint8))
    found = head_matte(flat, face, HeadField(face, (512, 512)).box())
    assert found is None or np.isfinite(found.weight).all()
