"""The picture against its original and by itself, on a painted face with skin, lips, teeth and grain."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
import pytest

from painted_face import POINTS
from syncline.face.topology import (
    INNER_LIPS,
    LEFT_BROW,
    LEFT_EYE,
    MOUTH_CORNERS,
    OUTER_LIPS,
    OVAL,
    RIGHT_BROW,
    RIGHT_EYE,
)
from syncline.quality.against import AgainstMeter, similarity, width_of_generated
from syncline.quality.facepatch import PX_PER_IOD, SIZE, face_patch, registration
from syncline.quality.looks import AgainstFigures, WithinFigures, Worst
from syncline.quality.looks_grades import grade_against, grade_looks, grade_within
from syncline.quality.score import Grade
from syncline.quality.windows import Windows
from syncline.quality.within import WithinMeter

IOD = 130.0
AT = (200.0, 130.0)  # middle of the eyes
HEIGHT, WIDTH = 400, 400
FRAMES = 44
Frames = list[np.ndarray]
Change = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


def shape(opening: float) -> np.ndarray:
    """(478, 3): a whole mesh: the painted face's points where it has them, rings about eyes and brows elsewhere."""
    points = np.zeros((478, 3), np.float64)
    for index, place in POINTS.items():
        points[index] = place
    for ring, x in ((LEFT_EYE, -0.34), (RIGHT_EYE, 0.34)):
        angle = np.linspace(0, 2 * np.pi, len(ring), endpoint=False)
        points[list(ring), 0], points[list(ring), 1] = x - 0.16 * np.cos(angle), 0.06 * np.sin(angle)
    for brow, x in ((LEFT_BROW, -0.34), (RIGHT_BROW, 0.34)):
        points[list(brow), 0], points[list(brow), 1] = x + np.linspace(-0.2, 0.2, len(brow)), -0.2
    angle = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    points[list(OVAL), 0], points[list(OVAL), 1] = 0.8 * np.sin(angle), 0.45 - 0.95 * np.cos(angle)
    for ring, wide, high in ((OUTER_LIPS, 0.3, 0.11), (INNER_LIPS, 0.25, 0.0)):
        angle = np.pi - np.linspace(0, 2 * np.pi, len(ring), endpoint=False)
        points[list(ring), 0] = wide * np.cos(angle)
        points[list(ring), 1] = 0.83 - (high + opening / 2) * np.sin(angle)
    points[[33, 263]] = [[-0.5, 0, 0], [0.5, 0, 0]]
    points[list(MOUTH_CORNERS), :2] = [[-0.3, 0.83], [0.3, 0.83]]
    return points


def landmarks(t: int) -> np.ndarray:
    """(478, 3) px: the mouth opens and shuts, the head sways a little."""
    opening = 0.09 * (1 + np.sin(t / 3))
    points = shape(opening) * IOD
    points[:, 0] += AT[0] + 3 * np.sin(t / 9)
    points[:, 1] += AT[1] + 2 * np.cos(t / 11)
    return points.astype(np.float32)


@lru_cache(maxsize=1)
def skin() -> np.ndarray:
    rng = np.random.default_rng(3)
    grain = sum(cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)), (0, 0), s) * s * 5 for s in (0.7, 1.4, 3.0, 6.0))
    return np.asarray(np.float32([130, 155, 200]) + np.asarray(grain)[..., None], np.float32)


@lru_cache(maxsize=1)
def teeth() -> np.ndarray:
    pattern = np.full((HEIGHT, WIDTH), 190.0, np.float32)
    pattern[:, ::9] = 90
    return np.repeat(pattern[..., None], 3, axis=2)


def moved(picture: np.ndarray, t: int) -> np.ndarray:
    shift = np.float32([[1, 0, 3 * np.sin(t / 9)], [0, 1, 2 * np.cos(t / 11)]])
    return cv2.warpAffine(picture, shift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)


def area(points: np.ndarray, ring: tuple[int, ...], soft: float = 0.8) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.fillPoly(mask, [np.round(points[list(ring), :2] * 16).astype(np.int32)], 1.0, shift=4)
    return cv2.GaussianBlur(mask, (0, 0), soft)[..., None]


@lru_cache(maxsize=2)
def plate(count: int = FRAMES) -> tuple[np.ndarray, ...]:
    frames = []
    for t in range(count):
        points = landmarks(t)
        face, inner = moved(skin(), t), moved(teeth(), t)
        frame = np.float32([70, 110, 60]) + 0 * face
        for ring, paint in ((OVAL, face), (OUTER_LIPS, face * np.float32([0.7, 0.6, 0.95])), (INNER_LIPS, inner)):
            mask = area(points, ring)
            frame = frame * (1 - mask) + paint * mask
        for ring in (LEFT_EYE, RIGHT_EYE):
            frame = frame * (1 - area(points, ring)) + (255 - inner) * area(points, ring)
        noise = np.random.default_rng(t).normal(0, 1.0, frame.shape)
        frames.append(np.clip(frame + noise, 0, 255).astype(np.uint8))
    return tuple(frames)


def near_mouth(points: np.ndarray, soft: float = 4.0) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    x, y = points[list(MOUTH_CORNERS), :2].mean(axis=0)
    cv2.ellipse(mask, (round(float(x)), round(float(y))), (60, 42), 0, 0, 360, 1.0, -1)
    return cv2.GaussianBlur(mask, (0, 0), soft)[..., None]


def box(points: np.ndarray) -> tuple[slice, slice]:
    x, y = (round(float(v)) for v in points[list(MOUTH_CORNERS), :2].mean(axis=0))
    return slice(y - 26, y + 44), slice(x - 58, x + 58)


def unchanged(frame: np.ndarray, points: np.ndarray, t: int) -> np.ndarray:
    return frame


def blurred(frame: np.ndarray, points: np.ndarray, t: int) -> np.ndarray:
    mask = near_mouth(points)
    return (frame * (1 - mask) + cv2.GaussianBlur(frame, (0, 0), 3.0) * mask).astype(np.uint8)


def enlarged(frame: np.ndarray, points: np.ndarray, t: int) -> np.ndarray:
    small = cv2.resize(frame, (WIDTH * 96 // 208, HEIGHT * 96 // 208), interpolation=cv2.INTER_AREA)
    mask = near_mouth(points)
    return (frame * (1 - mask) + cv2.resize(small, (WIDTH, HEIGHT)) * mask).astype(np.uint8)


def boxed(frame: np.ndarray, points: np.ndarray, t: int) -> np.ndarray:
    made, where = frame.copy(), box(points)
    slope = np.linspace(-9, 9, made[where].shape[1])[None, :, None]
    made[where] = np.clip(made[where] + slope, 0, 255).astype(np.uint8)
    return made


def tinted(frame: np.ndarray, points: np.ndarray, t: int) -> np.ndarray:
    lab = cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    lab += near_mouth(points, 6.0) * np.float32([0, 6, -8])
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR) * 255, 0, 255).astype(np.uint8)


def alternating(frame: np.ndarray, points: np.ndarray, t: int) -> np.ndarray:
    mask = near_mouth(points) * (t % 2)
    other = cv2.warpAffine(frame, np.float32([[1, 0, 0], [0, 1, 5]]), (WIDTH, HEIGHT)) * 1.06
    return np.clip(frame * (1 - mask) + other * mask, 0, 255).astype(np.uint8)


def swimming(frame: np.ndarray, points: np.ndarray, t: int) -> np.ndarray:
    dx, dy = np.random.default_rng(t).uniform(-4, 4, 2)
    mask = area(points, INNER_LIPS)
    other = cv2.warpAffine(frame, np.float32([[1, 0, dx], [0, 1, dy]]), (WIDTH, HEIGHT))
    return (frame * (1 - mask) + other * mask).astype(np.uint8)


def other_brows(frame: np.ndarray, points: np.ndarray, t: int) -> np.ndarray:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    hill = sum(np.exp(-((x - cx) ** 2 + (y - AT[1]) ** 2) / (2 * 20.0**2)) for cx in (155, 245))
    return cv2.remap(frame, x, (y + 7 * hill).astype(np.float32), cv2.INTER_LINEAR)


def against(change: Change, count: int = FRAMES) -> AgainstFigures:
    meter = AgainstMeter()
    for t, frame in enumerate(plate()[:count]):
        meter.add(t / 25, change(frame.copy(), landmarks(t), t), frame, landmarks(t), landmarks(t))
    return meter.result()


def within(change: Change) -> WithinFigures:
    meter = WithinMeter()
    for t, frame in enumerate(plate()):
        meter.add(t / 25, change(frame.copy(), landmarks(t), t), landmarks(t))
    return meter.result()


def caught(figures: AgainstFigures | WithinFigures) -> set[str]:
    grades = grade_looks(figures)
    return {name for name in grades if grades[name].grade is not Grade.PASS} - {"untouched"}


def test_an_untouched_clip_is_the_original() -> None:
    figures = against(unchanged)
    assert caught(figures) == set()
    assert figures.identity.value == pytest.approx(1)
    assert figures.sharpness.value == pytest.approx(1, abs=1e-3)
    assert figures.flicker.value == pytest.approx(1, abs=1e-3)
    assert [(each.start, each.frames) for each in figures.untouched] == [(0.0, FRAMES)]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (blurred, "sharpness"),
        (enlarged, "resolution"),
        (boxed, "seam"),
        (tinted, "colour"),
        (alternating, "flicker"),
        (swimming, "teeth"),
        (other_brows, "identity"),
    ],
)
def test_each_fault_is_caught_by_its_own_figure_alone(change: Change, name: str) -> None:
    assert caught(against(change)) == {name}


@pytest.mark.parametrize(("change", "name"), [(boxed, "seam"), (tinted, "colour"), (alternating, "flicker")])
def test_faults_show_without_the_original(change: Change, name: str) -> None:
    assert caught(within(change)) - caught(within(unchanged)) == {name}


def test_a_soft_mouth_scores_lower_by_itself() -> None:
    plain, soft, small = (within(change).sharpness.value for change in (unchanged, blurred, enlarged))
    assert plain is not None
    assert soft is not None
    assert small is not None
    assert soft < small < plain
    assert soft < plain - 0.4


def test_a_short_fault_in_a_long_clip_is_found_with_its_time() -> None:
    meter = AgainstMeter()
    frames = plate()
    for t in range(120):  # at six pictures a second
        frame, points = frames[t % FRAMES], landmarks(t % FRAMES)
        judged = tinted(frame, points, t) if 70 <= t < 90 else frame
        meter.add(t / 6, judged, frame, points, points)
    colour = meter.result().colour
    assert colour.value is not None
    assert colour.value > 4
    assert colour.at_s == pytest.approx(13, abs=2.1)
    assert "around 1" in grade_against(meter.result())["colour"].sentence


def test_frames_that_were_drawn_are_told_from_those_that_were_not() -> None:
    meter = AgainstMeter()
    for t, frame in enumerate(plate()):
        points = landmarks(t)
        judged = frame if t < 20 else boxed(frame.copy(), points, t)
        if 35 <= t < 38:
            meter.skip(t / 25, "yaw")
        else:
            meter.add(t / 25, judged, frame, points, points, "silence" if t < 10 else "")
    found = meter.result().untouched
    assert [(each.start, each.frames, each.reasons) for each in found] == [(0.0, 10, ("silence",)), (0.4, 10, ())]


def test_crops_must_agree_and_faces_be_found() -> None:
    frame, points = plate()[0], landmarks(0)
    meter = AgainstMeter()
    with pytest.raises(ValueError, match="cannot be compared"):
        meter.add(0.0, frame, frame[:-1], points, points)
    meter.add(0.0, frame, frame, np.full((478, 3), np.nan, np.float32), points)
    meter.add(0.04, frame, frame, points, points * 0.05)
    assert meter.result().frames == 0
    assert grade_against(meter.result()) == {}
    alone = WithinMeter()
    alone.add(0.0, frame, np.full((478, 3), np.nan, np.float32))
    assert grade_within(alone.result()) == {}


def test_a_face_at_the_border_of_its_crop_is_measured_or_left_out() -> None:
    frame, points = plate()[0], landmarks(0)
    meter, alone = AgainstMeter(), WithinMeter()
    for t in range(8):
        cut = frame[60:230, 150:]
        shifted = points - np.float32([150, 60, 0])
        meter.add(t / 25, cut, cut, shifted, shifted)
        alone.add(t / 25, cut, shifted)
    assert meter.result().frames == alone.result().frames == 8


def test_the_patch_is_upright_and_of_one_size_whatever_the_picture() -> None:
    frame, points = plate()[0], landmarks(0)
    double = cv2.resize(frame, None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC)
    plain, large = face_patch(frame, points), face_patch(double, (points + 0.5) * 2.5 - 0.5)
    assert plain is not None
    assert large is not None
    assert plain.bgr.shape == large.bgr.shape == (SIZE[1], SIZE[0], 3)
    assert np.abs(plain.points - large.points).max() < 0.1
    assert np.abs(plain.grey.astype(int) - large.grey)[plain.skin].mean() < 4
    eyes = plain.points[263] - plain.points[33]
    assert eyes[0] == pytest.approx(PX_PER_IOD, rel=0.03)
    turned = registration(points @ np.float32([[0, 1, 0], [-1, 0, 0], [0, 0, 1]]))
    assert turned is not None
    assert abs(turned[0, 1]) > abs(turned[0, 0])


def test_similarity_is_one_for_the_same_picture_and_falls_with_blur() -> None:
    grey = cv2.cvtColor(plate()[0], cv2.COLOR_BGR2GRAY)
    everywhere = np.ones(grey.shape, np.bool_)
    assert similarity(grey, grey, everywhere) == pytest.approx(1)
    light, strong = (similarity(grey, cv2.GaussianBlur(grey, (0, 0), s), everywhere) for s in (0.7, 3.0))
    assert 0 < strong < light < 0.995


def test_width_of_the_face_that_was_enlarged() -> None:
    assert width_of_generated(Worst(0.95)) is None
    assert width_of_generated(Worst(None)) is None
    narrow, wide = width_of_generated(Worst(0.3)), width_of_generated(Worst(0.6))
    assert narrow is not None
    assert wide is not None
    assert 48 <= narrow < wide <= 192


def test_the_worst_window_counts_and_too_little_says_nothing() -> None:
    windows = Windows(lambda mean: float(mean), low=False, need=5, seconds=1.0)
    assert windows.result() == Worst(None)
    for t in range(100):
        windows.add(t / 25, 5.0 if 50 <= t < 75 else 1.0)
    assert windows.result() == Worst(5.0, pytest.approx(2.48))
    few = Windows(lambda mean: float(mean), low=False, need=5)
    few.add(0.0, 3.0)
    assert few.result() == Worst(None)


def test_a_picture_takes_few_milliseconds() -> None:
    meter, frames, points = AgainstMeter(), plate(), [landmarks(t) for t in range(FRAMES)]
    cv2.setNumThreads(1)
    start = time.process_time()
    for t in range(FRAMES):
        meter.add(t / 25, frames[t], frames[t], points[t], points[t])
    assert (time.process_time() - start) / FRAMES < 0.012  # 3 ms on an idle processor
