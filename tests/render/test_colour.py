"""Colour of skin and lips."""

from __future__ import annotations

import cv2
import numpy as np

from syncline.render import colour

SHAPE = (40, 50, 3)
ALL = np.ones(SHAPE[:2], np.float32)


def skin(offset: tuple[float, float, float] = (0, 0, 0)) -> np.ndarray:
    rng = np.random.default_rng(3)
    base = np.array([120, 150, 200]) + rng.normal(0, 3, SHAPE) + np.array(offset)
    return np.clip(base, 0, 255).astype(np.uint8)


def test_the_mean_offset_is_found() -> None:
    assert np.abs(colour.mean_offset(skin((7, -4, 12)), skin(), ALL) - (7, -4, 12)).max() < 0.6


def test_a_dark_patch_does_not_tint_the_offset() -> None:
    plate = skin((5, 5, 5))
    plate[:, :12] = 10  # a quarter hidden by hair
    assert np.abs(colour.mean_offset(plate, skin(), ALL) - 5).max() < 3.0


def test_nothing_to_measure_gives_no_offset() -> None:
    assert not colour.mean_offset(skin((9, 9, 9)), skin(), np.zeros_like(ALL)).any()


def test_lips_of_one_session_are_left_and_lipstick_is_brought_over() -> None:
    def lips(cr: float) -> np.ndarray:
        flat = np.full(SHAPE, (110, 160 + cr, 118), np.float32)
        return cv2.cvtColor(flat.astype(np.uint8), cv2.COLOR_YCrCb2BGR)

    where = np.ones(SHAPE[:2], bool)
    assert not colour.lip_tint(lips(3), where, lips(0), where).any()
    tint = colour.lip_tint(lips(14), where, lips(0), where)
    mended = cv2.cvtColor(np.clip(lips(0) + tint, 0, 255).astype(np.uint8), cv2.COLOR_BGR2YCrCb)[0, 0]
    assert 7 <= float(mended[1]) - 160 <= 11
    assert abs(float(mended[0]) - 110) <= 2
    assert not colour.lip_tint(lips(14), ~where, lips(0), where).any()
