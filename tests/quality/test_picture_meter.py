from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from syncline.face.topology import LIPS, MOUTH_CORNERS, OUTER_EYE_CORNERS
from syncline.quality.pictures import FLICKER_FLOOR, STILL_FLICKER, PictureFigures, PictureMeter

HEIGHT, WIDTH = 260, 220
MOUTH = (slice(140, 220), slice(55, 165))
Change = Callable[[np.ndarray, int], np.ndarray]


def landmarks() -> np.ndarray:
    points = np.zeros((478, 3), np.float32)
    points[list(LIPS), :2] = [110, 180]
    for index, spot in zip(
        (*OUTER_EYE_CORNERS, *MOUTH_CORNERS), ((50, 80), (170, 80), (75, 180), (145, 180)), strict=True
    ):
        points[index, :2] = spot
    ring = np.linspace(0, 2 * np.pi, len(LIPS), endpoint=False)
    points[list(LIPS), 0] = 110 + 35 * np.cos(ring)
    points[list(LIPS), 1] = 180 + 15 * np.sin(ring)
    points[list(MOUTH_CORNERS), :2] = [[75, 180], [145, 180]]
    return points


def plate(count: int = 40) -> list[np.ndarray]:
    """A face-like texture whose mouth opens and shuts, with grain."""
    rng = np.random.default_rng(0)
    skin = cv2.GaussianBlur(rng.normal(150, 60, (HEIGHT, WIDTH, 3)).astype(np.float32), (0, 0), 2)
    frames = []
    for t in range(count):
        frame = skin.copy()
        cv2.ellipse(frame, (110, 180), (30, 4 + int(6 + 6 * np.sin(t / 2))), 0, 0, 360, (60, 40, 90), -1)
        frames.append(np.clip(frame + rng.normal(0, 2, frame.shape), 0, 255).astype(np.uint8))
    return frames


def measured(change: Change) -> PictureFigures:
    meter = PictureMeter()
    for t, frame in enumerate(plate()):
        meter.add(t / 25, frame, change(frame.copy(), t), landmarks())
    return meter.result()


def unchanged(frame: np.ndarray, t: int) -> np.ndarray:
    return frame


def blurred(frame: np.ndarray, t: int) -> np.ndarray:
    frame[MOUTH] = cv2.GaussianBlur(frame[MOUTH], (0, 0), 3)
    return frame


def boxed(frame: np.ndarray, t: int) -> np.ndarray:
    frame[MOUTH] = np.clip(frame[MOUTH].astype(int) + 20, 0, 255)
    return frame


def feathered(frame: np.ndarray, t: int) -> np.ndarray:
    part = frame[MOUTH]
    mask = np.outer(np.hanning(part.shape[0]), np.hanning(part.shape[1]))[..., None]
    frame[MOUTH] = np.clip(part + 20 * mask, 0, 255).astype(np.uint8)
    return frame


def alternating(frame: np.ndarray, t: int) -> np.ndarray:
    if t % 2:
        cv2.ellipse(frame, (110, 185), (32, 18), 0, 0, 360, (200, 200, 210), -1)
    return frame


def test_an_untouched_mouth_is_as_steady_and_as_sharp_as_the_plate() -> None:
    figures = measured(unchanged)
    assert figures.flicker == pytest.approx(1, abs=1e-3)
    assert figures.sharpness == pytest.approx(1, abs=1e-3)
    assert figures.seam is None
    assert figures.frames == 40


def test_blur_shows_in_the_sharpness() -> None:
    figures = measured(blurred)
    assert figures.sharpness is not None
    assert figures.sharpness < 0.5
    assert figures.flicker is not None
    assert figures.flicker < 1.1


def test_a_box_shows_in_the_seam_and_a_feathered_change_does_not() -> None:
    box, feather = measured(boxed), measured(feathered)
    assert box.seam is not None
    assert feather.seam is not None
    assert box.seam > 1.5
    assert feather.seam < 0.5
    assert box.sharpness == pytest.approx(1, abs=0.1)


def test_alternating_takes_show_in_the_flicker_alone() -> None:
    figures = measured(alternating)
    assert figures.flicker is not None
    assert figures.flicker > 2.5


def test_the_worst_jump_is_named() -> None:
    def once(frame: np.ndarray, t: int) -> np.ndarray:
        return alternating(frame, 1) if t == 21 else frame

    assert measured(once).flicker_peak_s == pytest.approx(21 / 25)


def test_a_mouth_on_a_still_is_held_against_real_speech() -> None:
    still, clip = PictureMeter(still=True), PictureMeter()
    first = plate(1)[0]
    for t in range(40):
        for meter in (still, clip):
            meter.add(t / 25, first, alternating(first, t), landmarks())
    assert still.result().of_still
    assert clip.result().flicker == pytest.approx(STILL_FLICKER / FLICKER_FLOOR * still.result().flicker, rel=1e-3)


def test_a_gap_is_no_flicker() -> None:
    meter = PictureMeter()
    frames = plate()
    for t in (0, 1, 2, 3, 20, 21, 22, 23):
        if t == 20:
            meter.skip()
        meter.add(t / 25, frames[t], frames[t], landmarks())
    assert meter.result().flicker == pytest.approx(1, abs=1e-3)


def test_nothing_drawn_has_no_figures() -> None:
    assert PictureMeter().result() == PictureFigures(None, None, None, None, 0)


def test_frames_without_landmarks_or_with_crops_that_do_not_fit_are_skipped() -> None:
    meter = PictureMeter()
    frame = plate(1)[0]
    meter.add(0.0, frame, frame, np.full((478, 3), np.nan, np.float32))
    meter.add(0.04, frame, frame[:-1], landmarks())
    meter.add(0.08, frame[:4, :4], frame[:4, :4], landmarks())
    meter.add(0.12, frame, frame, landmarks() + 5000)  # a mouth outside the crop
    assert meter.result().frames == 0


def test_a_frame_takes_about_a_millisecond() -> None:
    meter, frames, points = PictureMeter(), plate(), landmarks()
    drawn = [boxed(frame.copy(), 0) for frame in frames]
    start = time.process_time()
    for t, (before, after) in enumerate(zip(frames, drawn, strict=True)):
        meter.add(t / 25, before, after, points)
    assert (time.process_time() - start) / len(frames) < 0.004
