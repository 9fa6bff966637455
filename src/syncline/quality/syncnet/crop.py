"""Which part of each picture SyncNet is shown: a smoothed square around the face, as its own pipeline cuts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy.signal import medfilt

from syncline.face.topology import OVAL
from syncline.media.picture import Picture

SIDE: Final = 224
SCALE: Final = 0.40  # more than the face's box, in parts of its size
PAD_VALUE: Final = 110  # grey beyond the picture's border
MEDIAN: Final = 13  # pictures
RATE: Final = 25
MAX_GAP: Final = 25  # pictures without a face that a track bridges
MIN_TRACK: Final = 50  # pictures; the first pipeline asks for 100, LatentSync's evaluation for 50

Pixels = npt.NDArray[np.uint8]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FaceBoxes:
    """A face through a run of pictures at 25 a second.

    first : number of the first one on the 25 Hz grid. pictures : (n,) numbers of the clip's pictures that are shown.
    x, y, half : (n,) px, the smoothed middle of the face's box and half of its longer side.
    """

    first: int
    pictures: npt.NDArray[np.int64]
    x: Doubles
    y: Doubles
    half: Doubles

    def __len__(self) -> int:
        return len(self.pictures)


def face_boxes(landmarks: npt.NDArray[Any], times: Doubles, cuts: tuple[int, ...] = ()) -> tuple[FaceBoxes, ...]:
    """The runs of a clip in which a face can be cropped, each of 50 pictures at least.

    landmarks : (T, 478, 3) px, NaN where there is no face. times : (T,) s on the sound's clock.
    cuts : pictures that begin a new shot.

    The clip is brought to 25 pictures a second by taking, at each instant, the picture nearest to it.
    """
    if not len(times):
        return ()
    count = int(np.floor(max(times[-1], 0.0) * RATE + 0.5)) + 1
    grid = np.arange(count) / RATE
    after = np.clip(np.searchsorted(times, grid), 1, max(len(times) - 1, 1)) if len(times) > 1 else np.zeros(count, int)
    nearer = np.abs(times[after - 1] - grid) <= np.abs(times[np.minimum(after, len(times) - 1)] - grid)
    pictures = np.where(nearer & (after > 0), after - 1, after).astype(np.int64)
    x, y, half = _boxes(landmarks)
    seen = np.isfinite(half)[pictures] & (grid >= times[0] - 0.5 / RATE)
    shot = np.searchsorted(np.array(sorted(cuts), np.int64), pictures, side="right")
    runs = []
    for first, last in _runs(np.flatnonzero(seen), shot):
        if last - first + 1 < MIN_TRACK:
            continue
        span = np.arange(first, last + 1)
        known = span[seen[first : last + 1]]
        whole = [np.interp(span, known, values[pictures[known]]) for values in (x, y, half)]
        runs.append(FaceBoxes(first, pictures[first : last + 1], *(medfilt(values, MEDIAN) for values in whole)))
    return tuple(runs)


def crop(picture: Picture, x: float, y: float, half: float) -> Pixels:
    """(224, 224, 3) uint8 BGR: the face, with 40 % more on both sides and below, grey beyond the border."""
    top, bottom = int(np.floor(y - half)), int(np.floor(y + half * (1 + 2 * SCALE)))
    left, right = int(np.floor(x - half * (1 + SCALE))), int(np.floor(x + half * (1 + SCALE)))
    height, width = max(bottom - top, 1), max(right - left, 1)
    canvas = np.full((height, width, 3), PAD_VALUE, np.uint8)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, picture.width), min(bottom, picture.height)
    if x1 > x0 and y1 > y0:
        canvas[y0 - top : y1 - top, x0 - left : x1 - left] = picture.bgr((x0, y0, x1, y1))
    return np.asarray(cv2.resize(canvas, (SIDE, SIDE)), np.uint8)


def _boxes(landmarks: npt.NDArray[Any]) -> tuple[Doubles, Doubles, Doubles]:
    """Middle and half of the longer side of the face's box in each picture, px; NaN where there is no face."""
    oval = np.asarray(landmarks[:, list(OVAL), :2], np.float64)
    low, high = oval.min(axis=1), oval.max(axis=1)
    middle = (low + high) / 2
    return middle[:, 0], middle[:, 1], (high - low).max(axis=1) / 2


def _runs(seen: npt.NDArray[np.int64], shot: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """First and last of each run of grid numbers without a cut or a gap longer than 25 pictures."""
    if not len(seen):
        return []
    broken = (np.diff(seen) > MAX_GAP) | (np.diff(shot[seen]) != 0)
    parts = np.split(seen, np.flatnonzero(broken) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts]
