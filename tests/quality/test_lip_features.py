from __future__ import annotations

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.face.topology import INNER_LIPS, NOSE_BASE, OUTER_LIPS
from syncline.quality.lips import LIP_FEATURES, lip_features
from syncline.quality.seen import SeenMouth


def ellipses(openings: np.ndarray) -> np.ndarray:
    """Faces (T, 478, 3) whose inner lips are ellipses 0.4 wide and `openings` high, outer ones 0.1 larger all round."""
    shape = np.zeros((len(openings), 478, 3), np.float32)
    angle = np.pi - np.arange(20) * np.pi / 10  # from the left corner over the upper lip
    for ring, more in ((INNER_LIPS, 0.0), (OUTER_LIPS, 0.1)):
        shape[:, list(ring), 0] = (0.2 + more) * np.cos(angle)
        shape[:, list(ring), 1] = 0.5 - (openings[:, None] / 2 + more) * np.sin(angle)
    shape[:, NOSE_BASE, 1] = 0.1
    return shape


def test_measures_of_known_lips() -> None:
    opening = np.array([0.0, 0.1, 0.3])
    found = dict(zip(LIP_FEATURES, lip_features(ellipses(opening)).T, strict=True))
    assert found["inner_width"] == pytest.approx([0.4] * 3, abs=1e-6)
    # A polygon of twenty corners has 10 sin(18°) / π = 0.984 of its ellipse's area.
    assert found["inner_area"] ** 2 == pytest.approx(0.98363 * np.pi * 0.2 * opening / 2, abs=1e-4)
    assert found["upper"] == pytest.approx(0.4 - opening / 2 - 0.1, abs=1e-6)
    assert found["lower"] == pytest.approx(0.4 + opening / 2 + 0.1, abs=1e-6)
    assert found["upper_thickness"] == pytest.approx([0.1] * 3, abs=1e-6)
    assert found["lower_thickness"] == pytest.approx([0.1] * 3, abs=1e-6)
    assert found["corners"] == pytest.approx([0.4] * 3, abs=1e-6)


def test_no_face_has_no_lips() -> None:
    shape = ellipses(np.array([0.1, 0.2]))
    shape[1] = np.nan
    found = lip_features(shape)
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()


def test_a_seen_mouth_has_lips_for_each_picture() -> None:
    with pytest.raises(InputError, match="lips"):
        SeenMouth(np.zeros(3), np.zeros((3, 4), np.float32), np.ones(3, np.bool_), np.zeros((2, 8), np.float32))
