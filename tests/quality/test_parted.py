from __future__ import annotations

import cv2
import numpy as np
import pytest

from cue_sheets import sheet
from syncline.face.topology import INNER_LIPS, OUTER_LIPS
from syncline.quality.closures import measure_closures
from syncline.quality.parted import PARTED, doubtful, parted, shut_at
from syncline.quality.seen import SeenMouth

SKIN, LIPS, SHINE, GAP, TEETH = (140, 170, 215), (95, 95, 185), (150, 150, 225), (25, 25, 45), (190, 205, 210)


def points(gap: float) -> np.ndarray:
    """(478, 2) px: lips 44 px wide, as on a small face."""
    flat = np.zeros((478, 2), np.float64)
    for ring, wide, high in ((OUTER_LIPS, 22.0, 9.0), (INNER_LIPS, 18.0, gap / 2)):
        angle = np.pi - np.linspace(0, 2 * np.pi, len(ring), endpoint=False)
        flat[list(ring)] = np.column_stack([40 + wide * np.cos(angle), 30 - high * np.sin(angle)])
    return flat


def painted(inside: tuple[int, int, int], gap: float = 5.0) -> np.ndarray:
    crop = np.full((60, 80, 3), SKIN, np.uint8)
    for ring, colour in ((OUTER_LIPS, LIPS), (INNER_LIPS, inside)):
        polygon = np.round(points(gap)[list(ring)] * 16).astype(np.int32)
        cv2.fillPoly(crop, [polygon], colour, cv2.LINE_AA, shift=4)
    noise = np.random.default_rng(0).normal(0, 2, crop.shape)
    return np.clip(cv2.GaussianBlur(crop, (0, 0), 0.8) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("inside", [GAP, TEETH])
def test_a_dark_gap_and_teeth_are_parted_lips(inside: tuple[int, int, int]) -> None:
    share = parted(painted(inside), points(5.0))
    assert share is not None
    assert share > 2 * PARTED


@pytest.mark.parametrize("inside", [LIPS, SHINE])
def test_lips_and_their_shine_are_not(inside: tuple[int, int, int]) -> None:
    share = parted(painted(inside), points(5.0))
    assert share is not None
    assert share < PARTED / 2


def test_what_cannot_be_seen_is_not_judged() -> None:
    crop = painted(GAP)
    assert parted(crop, points(5.0) + 60) is None
    assert parted(crop, points(5.0) * 0.1 + 20) is None
    assert parted(crop, np.full((478, 2), np.nan)) is None


def test_only_doubtful_pictures_are_looked_at_again() -> None:
    cue = sheet(("a", 0.4), ("m", 0.12), ("a", 0.4), ("b", 0.12), ("a", 0.4), ("p", 0.12), ("a", 0.4))
    times = np.arange(49) / 25
    opening = np.full(49, 0.15, np.float32)
    opening[(times >= 0.4) & (times <= 0.52)] = 0.004  # shut
    opening[(times >= 0.92) & (times <= 1.04)] = 0.05  # a shine, or a gap
    shape = np.column_stack([opening, np.full((49, 3), 0.5, np.float32)]).astype(np.float32)
    mouth = SeenMouth(times, shape, np.ones(49, np.bool_))
    again = doubtful(mouth, cue, 0.02)
    assert again
    assert all(0.87 < times[t] < 1.1 for t in again)
    assert measure_closures(cue, mouth, 0.02).rate == pytest.approx(1 / 3)
    assert measure_closures(cue, shut_at(mouth, again[:1]), 0.02).rate == pytest.approx(2 / 3)
    assert shut_at(mouth, ()) is mouth
