"""Teeth that swim are told from a face that slides, a mouth that opens, and a mouth that shows none."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from syncline.face.topology import INNER_LIPS, NOSE
from syncline.quality.facepatch import PX_PER_IOD, SIZE, FacePatch
from syncline.quality.teeth import LARGEST, Teeth, against_nose

MIDDLE = (SIZE[0] // 2, 130)
NOSE_AT = (SIZE[0] // 2, 80)


def patch(right: float = 0.0, down: float = 0.0, opening: float = 9.0, head: float = 0.0) -> FacePatch:
    """A face whose teeth lie `right` and `down` px off, and all of it `head` px to the right of where it is tracked.

    opening : px from the mouth's middle to each lip.
    """
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    across = columns - head - np.where(rows > (NOSE_AT[1] + MIDDLE[1]) / 2, right, 0.0)
    teeth = 120 + 50 * np.sin(across / 2.2) + 30 * np.cos((rows - down) / 3.0)
    points = np.zeros((478, 2), np.float32)
    angles = np.linspace(0, 2 * np.pi, len(INNER_LIPS), endpoint=False)
    points[list(INNER_LIPS)] = np.column_stack([24 * np.cos(angles), opening * np.sin(angles)]) + MIDDLE
    around = np.linspace(0, 2 * np.pi, len(NOSE), endpoint=False)
    points[list(NOSE)] = 14 * np.column_stack([np.cos(around), np.sin(around)]) + NOSE_AT
    grain = np.random.default_rng(int(100 * right + 10 * down + 37 * head) % 997).normal(0, 2, teeth.shape)
    grey = np.clip(teeth + grain, 0, 255).astype(np.uint8)
    return FacePatch(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8), points, 1.0)


def told(patches: Sequence[FacePatch]) -> list[float | None]:
    meter = Teeth()
    return [meter.add(each) for each in patches]


@pytest.mark.parametrize("right", [-3.0, -0.4, 0.0, 1.5, 4.0])
def test_a_move_is_told_to_a_tenth_of_a_pixel(right: float) -> None:
    assert against_nose(patch(), patch(right)) == pytest.approx(right, abs=0.1)


def test_a_move_up_or_down_is_none_to_the_side() -> None:
    assert against_nose(patch(), patch(0.0, 2.0)) == pytest.approx(0.0, abs=0.1)


def test_teeth_off_their_neighbours_middle_are_told_by_how_much() -> None:
    *early, last = told([patch(0.0), patch(0.8), patch(0.0)])
    assert early == [None, None]
    assert last == pytest.approx(0.8 / PX_PER_IOD, abs=0.1 / PX_PER_IOD)


def test_a_face_that_trembles_under_its_landmarks_takes_its_teeth_along() -> None:
    told_of = told([patch(head=0.0), patch(head=2.0), patch(head=0.0)])
    assert told_of[-1] == pytest.approx(0.0, abs=0.15 / PX_PER_IOD)


def test_what_slides_on_does_not_tremble() -> None:
    assert told([patch(0.0), patch(1.2), patch(2.4)])[-1] == pytest.approx(0.0, abs=0.15 / PX_PER_IOD)


def test_a_mouth_that_opens_does_not_tremble() -> None:
    assert told([patch(opening=each) for each in (5.0, 9.0, 6.0)])[-1] == pytest.approx(0.0, abs=0.1 / PX_PER_IOD)


def test_one_wild_move_counts_little() -> None:
    assert told([patch(-3.0), patch(3.0), patch(-3.0)])[-1] == LARGEST


def test_a_shut_mouth_shows_no_teeth_and_parts_what_lies_beside_it() -> None:
    assert told([patch(), patch(), patch(opening=0.5), patch(), patch()])[2:] == [None, None, None]


def test_after_a_restart_three_patches_are_needed_again() -> None:
    meter = Teeth()
    meter.add(patch())
    meter.add(patch())
    meter.restart()
    assert [meter.add(patch()), meter.add(patch())] == [None, None]
    assert meter.add(patch()) is not None
