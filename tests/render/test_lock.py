"""Registering noses: sub-pixel where they match, nothing where they do not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from painted_face import face_shape, one_pose
from syncline.render import lock

SIZE = (300, 320)


def textured(landmarks: np.ndarray, shift: tuple[float, float] = (0.0, 0.0), gain: float = 1.0) -> np.ndarray:
    """A nose with nostrils and a highlight, drawn at the landmarks moved by `shift`."""
    out = np.full((SIZE[1], SIZE[0], 3), (120, 150, 200), np.uint8)
    iod = float(np.linalg.norm(landmarks[263] - landmarks[33]))
    for index, colour, size in ((98, (40, 50, 80), 0.05), (327, (40, 50, 80), 0.05), (1, (170, 190, 230), 0.07)):
        x, y = landmarks[index, :2] + np.float32(shift)
        centre = (round(float(x) * 16), round(float(y) * 16))
        cv2.circle(out, centre, round(size * iod * 16), colour, -1, cv2.LINE_AA, 4)
    return np.clip(cv2.GaussianBlur(out, (0, 0), iod / 60.0) * gain, 0, 255).astype(np.uint8)


def found(shift: tuple[float, float], roll: float = 0.0, scale: float = 90.0, gain: float = 1.0) -> np.ndarray:
    plate_points = one_pose(90.0).to_image(face_shape())[0]
    own = one_pose(scale, roll).to_image(face_shape())[0]
    return lock.nose_shift(
        textured(plate_points, shift), (0, 0, *SIZE), plate_points, textured(own, gain=gain), (0, 0), own
    )


@pytest.mark.parametrize("shift", [(0.0, 0.0), (1.3, -0.8), (-0.6, 1.9)])
@pytest.mark.parametrize(("roll", "scale"), [(0.0, 90.0), (10.0, 70.0), (-6.0, 120.0)])
def test_a_nose_that_was_moved_is_found(shift: tuple[float, float], roll: float, scale: float) -> None:
    # Another size blurs another way: a constant fifth of a pixel, which nobody sees; what changes is found better.
    assert np.abs(found(shift, roll, scale) - shift).max() < 0.25
    assert np.abs(found(shift, roll, scale) - found((0.0, 0.0), roll, scale) - shift).max() < 0.1


def test_light_does_not_count() -> None:
    assert np.abs(found((1.0, 0.5), gain=0.7) - (1.0, 0.5)).max() < 0.15


def test_a_shift_is_limited() -> None:
    assert np.linalg.norm(found((4.0, 0.0))) <= lock.LIMIT * 90.0 + 1e-3


def test_noses_that_do_not_look_alike_move_nothing() -> None:
    points = one_pose(90.0).to_image(face_shape())[0]
    noise = np.random.default_rng(5).integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    flat = np.full_like(noise, 128)
    for other in (noise, flat):
        assert not lock.nose_shift(textured(points), (0, 0, *SIZE), points, other, (0, 0), points).any()


def test_a_source_without_a_nose_moves_nothing() -> None:
    points = one_pose(90.0).to_image(face_shape())[0]
    picture = textured(points)
    below = int(points[2, 1]) + 5
    assert not lock.nose_shift(picture, (0, 0, *SIZE), points, picture[below:], (0, below), points).any()
