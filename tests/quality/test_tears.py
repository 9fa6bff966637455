"""Isolated pixels along the lips."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from painted_face import face_shape, one_pose, paint
from syncline.face.topology import OUTER_LIPS
from syncline.quality.tears import TearMeter, excess, isolated

LANDMARKS = one_pose(90.0).to_image(face_shape(0.1))[0]


def test_a_clean_drawing_has_none() -> None:
    closed = paint(one_pose(90.0).to_image(face_shape(0.0))[0])
    assert excess(closed, paint(LANDMARKS), LANDMARKS) == 0


def test_dots_along_the_lips_are_counted() -> None:
    before = paint(LANDMARKS)
    after = before.copy()
    places = np.round(LANDMARKS[list(OUTER_LIPS[::2]), :2]).astype(int)
    after[places[:, 1], places[:, 0]] = (250, 250, 250)
    assert excess(before, after, LANDMARKS) == len(places)


def test_dots_far_from_the_lips_are_not() -> None:
    before = paint(LANDMARKS)
    after = before.copy()
    after[20:60:5, 150] = 0
    assert excess(before, after, LANDMARKS) == 0


def test_the_still_s_own_grain_is_taken_away() -> None:
    grainy = paint(LANDMARKS, grain=12.0)
    assert isolated(grainy, np.ones(grainy.shape[:2], bool)) > 50
    assert excess(grainy, grainy, LANDMARKS) == 0


def test_lines_and_edges_are_no_dots() -> None:
    picture = np.full((60, 60, 3), 120, np.uint8)
    cv2.line(picture, (5, 30), (30, 5), (20, 20, 20), 1)
    cv2.line(picture, (50, 2), (50, 30), (250, 250, 250), 1)
    cv2.rectangle(picture, (20, 40), (40, 55), (240, 240, 240), -1)
    assert isolated(picture, np.ones((60, 60), bool)) == 0


def test_worst_and_mean() -> None:
    meter, clean = TearMeter(), paint(LANDMARKS)
    torn = clean.copy()
    x, y = np.round(LANDMARKS[17, :2]).astype(int)
    torn[y, x] = 255
    meter.add(clean, clean, LANDMARKS)
    meter.add(clean, torn, LANDMARKS)
    result = meter.result()
    assert (result.pictures, result.worst, result.mean) == (2, 1, 0.5)


def test_no_face_counts_nothing_and_other_sizes_are_refused() -> None:
    clean = paint(LANDMARKS)
    assert excess(clean, clean, np.full((478, 3), np.nan, np.float32)) == 0
    with pytest.raises(ValueError, match="cannot be compared"):
        excess(clean, clean[:-1], LANDMARKS)


def test_torn_lips_fail_the_gate() -> None:
    from syncline.quality import Grade
    from syncline.quality.gates import grade_tears
    from syncline.quality.tears import Tears

    grades = [grade_tears(Tears(10, 20, mean)).grade for mean in (0.5, 5.0, 12.0)]
    assert grades == [Grade.PASS, Grade.WARN, Grade.FAIL]
