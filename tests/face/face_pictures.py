"""Pictures and face tracks made in code, for the tests of the face room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from syncline.face.pose import CANONICAL, Poses, fit_poses
from syncline.face.topology import INNER_PAIRS, LIPS, MOUTH_CORNERS, OUTER_EYE_CORNERS, STABLE
from syncline.face.tracks import FaceTrack
from syncline.media.info import ColourTags
from syncline.media.picture import Picture
from syncline.media.pixels import LAYOUTS
from syncline.media.probe import probe
from syncline.media.read import read_pictures
from syncline.timebase import Moment


def picture_of(index: int, bgr: np.ndarray) -> Picture:
    """A picture with RGB planes from (h, w, 3) uint8 BGR."""
    blue, green, red = (np.ascontiguousarray(bgr[:, :, channel]) for channel in range(3))
    height, width = bgr.shape[:2]
    moment = Moment(index, Fraction(1, 25))
    return Picture(index, moment, width, height, (green, blue, red), LAYOUTS["gbrp"], ColourTags())


def pictures_of(frames: Iterable[np.ndarray]) -> Iterator[Picture]:
    for index, frame in enumerate(frames):
        yield picture_of(index, frame)


def frames_of(path: Path, count: int, start: int = 0, height: int | None = None) -> list[np.ndarray]:
    """(h, w, 3) uint8 BGR frames of a clip, at its own size or scaled to a height."""
    frames = []
    for picture in read_pictures(probe(path), range(start, start + count)):
        image = picture.bgr()
        if height is not None:
            size = (round(image.shape[1] * height / image.shape[0]), height)
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        frames.append(image)
    return frames


def even_times(count: int, rate: float = 25.0) -> np.ndarray:
    return np.arange(count) / rate


def neutral_face() -> np.ndarray:
    """(478, 3) in the face frame: stable points where they belong, the rest on a ball, lips and eye corners named."""
    rng = np.random.default_rng(5)
    points = rng.normal(0.0, 0.15, (478, 3)) + np.array([0.0, 0.5, 0.0])
    points[list(LIPS)] = [0.0, 0.8, -0.25]
    points[list(STABLE)] = CANONICAL
    for upper, lower in INNER_PAIRS:
        points[upper], points[lower] = (0.0, 0.80, -0.25), (0.0, 0.80, -0.25)
    points[MOUTH_CORNERS[0]], points[MOUTH_CORNERS[1]] = (-0.27, 0.8, -0.1), (0.27, 0.8, -0.1)
    assert points[OUTER_EYE_CORNERS[0], 0] == -0.5
    return points


def faces_with(opening: np.ndarray) -> np.ndarray:
    """(T, 478, 3) face frame: the neutral face with an opening (T,) in IOD, the jaw going along."""
    shapes = np.repeat(neutral_face()[None], len(opening), axis=0)
    for _, lower in INNER_PAIRS:
        shapes[:, lower, 1] += opening
    for chin in (152, 148, 377, 175):
        shapes[:, chin] = np.stack([0 * opening, 1.35 + 0.5 * opening, 0 * opening], axis=1)
    return shapes


def still_poses(count: int, scale: float = 100.0, middle: tuple[float, float] = (200.0, 150.0)) -> Poses:
    return Poses(
        np.full(count, scale, np.float32),
        np.repeat(np.eye(3, dtype=np.float32)[None], count, axis=0),
        np.repeat(np.array([[*middle, 0.0]], np.float32), count, axis=0),
    )


def track_with(opening: np.ndarray, number: int = 0, scale: float = 100.0) -> FaceTrack:
    """A face track that stands still and opens its mouth."""
    landmarks = still_poses(len(opening), scale).to_image(faces_with(opening))
    iod = np.full(len(opening), scale, np.float32)
    return FaceTrack(number, landmarks, np.zeros(len(opening), np.uint16), fit_poses(landmarks), iod)
