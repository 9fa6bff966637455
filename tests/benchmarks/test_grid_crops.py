"""Mouth crops follow the skull: the same picture content whatever the head's place, size and turn."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from benchmarks.grid_crops import (
    ANCHORS,
    CORNER,
    HEIGHT,
    MEAN_ANCHORS,
    PIXELS_A_UNIT,
    WIDTH,
    Landmarks,
    bridged,
    crop_mouths,
    crop_transforms,
)


def face(frames: int, scale: float, degrees: float, shift: tuple[float, float]) -> tuple[Landmarks, np.ndarray]:
    """Landmarks whose anchors are the mean face moved by a similarity, and the similarity (2, 3)."""
    turn = np.deg2rad(degrees)
    matrix = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    landmarks = np.zeros((frames, 478, 3), np.float32)
    landmarks[:, ANCHORS, :2] = MEAN_ANCHORS @ matrix.T + shift
    return landmarks, np.column_stack([matrix, shift])


@pytest.mark.parametrize(
    ("scale", "degrees", "shift"), [(64, 0, (180, 90)), (90, 12, (200, 120)), (40, -20, (150, 80))]
)
def test_a_crops_corner_lies_where_the_mean_face_says(scale: float, degrees: float, shift: tuple[float, float]) -> None:
    landmarks, placed = face(7, scale, degrees, shift)
    for transform in crop_transforms(landmarks):
        for corner in ([0, 0], [WIDTH, HEIGHT]):
            in_face = CORNER + np.array(corner) / PIXELS_A_UNIT
            np.testing.assert_allclose(transform @ [*corner, 1], placed @ [*in_face, 1], atol=1e-3)


def test_the_same_face_gives_the_same_crop_at_any_size_and_turn() -> None:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (24, 30, 3), dtype=np.uint8)
    plain = cv2.resize(coarse, (360, 288), interpolation=cv2.INTER_CUBIC)
    landmarks, first = face(5, 64.0, 0.0, (180.0, 90.0))
    turned, second = face(5, 80.0, 9.0, (190.0, 100.0))
    change = np.vstack([second, [0, 0, 1]]) @ np.linalg.inv(np.vstack([first, [0, 0, 1]]))
    moved = cv2.warpAffine(plain, change[:2], (420, 340), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    a, b = crop_mouths([plain] * 5, landmarks), crop_mouths([moved] * 5, turned)
    assert a.shape == (5, HEIGHT, WIDTH, 3)
    assert np.abs(a.astype(int) - b).mean() < 2.0
    assert a.std() > 30


def test_lips_do_not_move_the_crop() -> None:
    landmarks, _ = face(5, 64.0, 0.0, (180.0, 90.0))
    speaking = landmarks.copy()
    others = [index for index in range(478) if index not in ANCHORS]
    speaking[:, others] += np.random.default_rng(0).normal(0, 20, (5, len(others), 3)).astype(np.float32)
    np.testing.assert_array_equal(crop_transforms(landmarks), crop_transforms(speaking))


def test_frames_without_a_face_are_bridged() -> None:
    landmarks = np.arange(5, dtype=np.float32)[:, None, None] * np.ones((5, 478, 3), np.float32)
    holed = landmarks.copy()
    holed[[0, 2, 3]] = np.nan
    filled = bridged(holed)[:, 0, 0]
    np.testing.assert_allclose(filled, [1, 1, 2, 3, 4], atol=1e-5)


def test_no_face_at_all_is_told() -> None:
    with pytest.raises(ValueError, match="no frame shows a face"):
        bridged(np.full((3, 478, 3), np.nan, np.float32))


def test_pictures_and_landmarks_must_go_together() -> None:
    landmarks, _ = face(5, 64.0, 0.0, (180.0, 90.0))
    with pytest.raises(ValueError, match="argument 2 is longer"):
        crop_mouths([np.zeros((288, 360, 3), np.uint8)] * 4, landmarks)
