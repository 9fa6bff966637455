"""What the drawn mouth costs the picture: flicker, sharpness, seam; measured while frames stream by.

Each frame's crop around the mouth is compared with the plate's own, so that what the plate does itself (grain, motion,
compression) does not count. Under 1 ms a frame; memory does not grow with the clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.topology import LIPS, MOUTH_CORNERS, OUTER_EYE_CORNERS
from syncline.motion.mouthtrack import Floats

PATCH: Final = (64, 48)  # width, height of the registered mouth patch
PATCH_IOD: Final = 0.9  # its width: the mouth and the skin that moves with it
SEAM_SIDE: Final = 160  # the changed region is judged at this size at most
SEAM_EVERY: Final = 5  # frames: a seam does not come and go
EDGE_REACH: Final = 4  # pixels of the judged size that an edge of the plate may have moved
CHANGED: Final = 3.0  # grey levels: less is not seen as an edge (Weber contrast of about 2 % at mid grey)
# A plate at rest hardly moves: its level is never taken lower than this (real speech shows 2.4 to 5.4 grey levels).
FLICKER_FLOOR: Final = 1.5
STILL_FLICKER: Final = 3.6  # a photograph does not move at all: its mouth is held against real speech
SHARPNESS_FLOOR: Final = 1.0

Bgr = npt.NDArray[np.uint8]
Landmarks = npt.NDArray[Any]


@dataclass(frozen=True)
class PictureFigures:
    """Figures of the drawn frames against the plate's own; None where too few frames were drawn.

    flicker : temporal second difference of the registered mouth, drawn / plate; 1: as steady as the plate.
    flicker_peak_s : when the drawn mouth jumped most.
    sharpness : energy of the Laplacian in the lips' box, drawn / plate; 1: as sharp.
    seam : grey levels of edge along the border of the changed region beyond any that the plate has nearby.
    frames : frames measured.
    of_still : the plate is a photograph, and flicker is measured against real speech.
    """

    flicker: float | None
    flicker_peak_s: float | None
    sharpness: float | None
    seam: float | None
    frames: int
    of_still: bool = False


class PictureMeter:
    """Accumulates `PictureFigures` over frames in order; belongs to one thread. `still`: the plate is a photograph."""

    def __init__(self, *, still: bool = False) -> None:
        self._still = still
        self._drawn = _SecondDifference()
        self._plate = _SecondDifference()
        self._sharp_drawn = self._sharp_plate = self._seam = 0.0
        self._frames = self._seams = self._calls = 0

    def add(self, t: float, before: Bgr, after: Bgr, landmarks: Landmarks) -> None:
        """Take one drawn frame.

        t : seconds in the output.
        before, after : (h, w, 3) uint8 BGR, the same crop of the plate and of the output; it holds mouth and chin.
        landmarks : (478, 2 or 3) pixels of the crop, of the plate's face.
        """
        points = np.asarray(landmarks, np.float32)[:, :2]
        if before.shape != after.shape or min(before.shape[:2]) < 8 or not np.isfinite(points).all():
            self.skip()
            return
        if self._calls % SEAM_EVERY == 0:
            self._look_at_seam(before, after)
        self._calls += 1
        near = _mouth_box(points, before.shape)
        if near is None:
            self.skip()
            return
        grey_before = cv2.cvtColor(np.ascontiguousarray(before[near]), cv2.COLOR_BGR2GRAY)
        grey_after = cv2.cvtColor(np.ascontiguousarray(after[near]), cv2.COLOR_BGR2GRAY)
        points = points - np.array([near[1].start, near[0].start], np.float32)
        to_patch = _registration(points)
        self._plate.add(t, _patch(grey_before, to_patch))
        self._drawn.add(t, _patch(grey_after, to_patch))
        box = _lips_box(points, grey_before.shape)
        if box is not None:
            self._sharp_plate += _detail(grey_before[box])
            self._sharp_drawn += _detail(grey_after[box])
            self._frames += 1

    def _look_at_seam(self, before: Bgr, after: Bgr) -> None:
        edge = _seam(_small_grey(before), _small_grey(after))
        if edge is not None:
            self._seam += edge
            self._seams += 1

    def skip(self) -> None:
        """A frame that was not drawn came between: what follows does not continue what went before."""
        self._drawn.restart()
        self._plate.restart()

    def result(self) -> PictureFigures:
        """The figures so far."""
        flicker = None
        if self._drawn.count:
            usual = STILL_FLICKER if self._still else max(self._plate.mean, FLICKER_FLOOR)
            flicker = round(self._drawn.mean / usual, 4)
        sharp = None
        if self._frames:
            plate = self._sharp_plate / self._frames
            sharp = round((self._sharp_drawn / self._frames + SHARPNESS_FLOOR) / (plate + SHARPNESS_FLOOR), 4)
        return PictureFigures(
            flicker=flicker,
            flicker_peak_s=self._drawn.peak_time,
            sharpness=sharp,
            seam=round(self._seam / self._seams, 3) if self._seams else None,
            frames=self._frames,
            of_still=self._still,
        )


class _SecondDifference:
    """Mean size of x[t-1] - 2 x[t] + x[t+1] over runs of neighbouring patches."""

    def __init__(self) -> None:
        self._last: list[tuple[float, Floats]] = []
        self._sum = 0.0
        self.count = 0
        self.peak_time: float | None = None
        self._peak = 0.0

    @property
    def mean(self) -> float:
        return self._sum / self.count if self.count else 0.0

    def add(self, t: float, patch: Floats) -> None:
        self._last = [*self._last[-2:], (t, patch)]
        if len(self._last) < 3:
            return
        (_, a), (middle, b), (_, c) = self._last
        value = float(np.abs(a - 2 * b + c).mean())
        self._sum += value
        self.count += 1
        if value > self._peak:
            self._peak, self.peak_time = value, round(middle, 4)

    def restart(self) -> None:
        self._last = []


def _registration(points: Floats) -> Floats:
    """(2, 3) map from crop pixels to the patch: upright by the eyes, centred on the middle of the mouth."""
    left, right = points[OUTER_EYE_CORNERS[0]], points[OUTER_EYE_CORNERS[1]]
    axis = right - left
    iod = max(float(np.hypot(axis[0], axis[1])), 1.0)
    scale = PATCH[0] / (PATCH_IOD * iod)
    cos, sin = scale * axis / iod
    turn = np.array([[cos, sin], [-sin, cos]], np.float32)
    centre = points[list(MOUTH_CORNERS)].mean(axis=0)
    shift = np.array(PATCH, np.float32) / 2 - turn @ centre
    return np.asarray(np.concatenate([turn, shift[:, None]], axis=1), np.float32)


def _patch(grey: npt.NDArray[np.uint8], to_patch: Floats) -> Floats:
    """The mouth at patch size, (48, 64) float32; larger pictures are averaged down first, so that nothing aliases."""
    shrink = float(np.hypot(to_patch[0, 0], to_patch[0, 1]))
    source, matrix = grey, to_patch
    if shrink < 0.75:
        size = (max(1, round(grey.shape[1] * shrink)), max(1, round(grey.shape[0] * shrink)))
        source = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        matrix = to_patch.copy()
        matrix[:, 0] *= grey.shape[1] / size[0]
        matrix[:, 1] *= grey.shape[0] / size[1]
    warped = cv2.warpAffine(source, matrix, PATCH, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32)


def _mouth_box(points: Floats, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """Rows and columns that the patch is taken from, whatever the head's roll; None where they are outside the crop."""
    iod = float(np.linalg.norm(points[OUTER_EYE_CORNERS[1]] - points[OUTER_EYE_CORNERS[0]]))
    x, y = points[list(MOUTH_CORNERS)].mean(axis=0)
    reach = 0.6 * PATCH_IOD * iod
    x0, x1 = max(int(x - reach), 0), min(int(x + reach) + 1, shape[1])
    y0, y1 = max(int(y - reach), 0), min(int(y + reach) + 1, shape[0])
    return (slice(y0, y1), slice(x0, x1)) if min(x1 - x0, y1 - y0) >= 8 else None


def _lips_box(points: Floats, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """Rows and columns of the lips, with a tenth of their width around; None where they are outside the crop."""
    lips = points[list(LIPS)]
    margin = 0.1 * float(np.ptp(lips[:, 0]))
    x0, y0 = np.floor(lips.min(axis=0) - margin).astype(int)
    x1, y1 = np.ceil(lips.max(axis=0) + margin).astype(int)
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, shape[1]), min(y1, shape[0])
    return (slice(y0, y1), slice(x0, x1)) if min(x1 - x0, y1 - y0) >= 4 else None


def _detail(grey: npt.NDArray[np.uint8]) -> float:
    """Mean square of the Laplacian: fine detail."""
    edges = cv2.Laplacian(grey, cv2.CV_16S)
    return float(cv2.norm(edges, cv2.NORM_L2SQR)) / float(edges.size)


def _small_grey(crop: Bgr) -> npt.NDArray[np.uint8]:
    largest = max(crop.shape[:2])
    if largest > SEAM_SIDE:
        size = (max(1, crop.shape[1] * SEAM_SIDE // largest), max(1, crop.shape[0] * SEAM_SIDE // largest))
        crop = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.uint8)


def _seam(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> float | None:
    """Edge along the border of the changed region beyond the plate's own, grey levels; None where nothing changed."""
    change = after.astype(np.float32) - before
    region = (np.abs(change) > CHANGED).astype(np.uint8)
    region = cv2.morphologyEx(region, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    if not region.any():
        return None
    outline = cv2.dilate(region, np.ones((3, 3), np.uint8)) - cv2.erode(region, np.ones((3, 3), np.uint8))
    # A jaw that moved takes its edge along: an edge counts only where the plate has none as strong nearby.
    near = np.ones((2 * EDGE_REACH + 1, 2 * EDGE_REACH + 1), np.uint8)
    excess = _edges(after) - cv2.dilate(_edges(before), near)
    return float(np.maximum(excess, 0)[outline > 0].mean())


def _edges(grey: npt.NDArray[np.uint8]) -> Floats:
    """Grey levels that the picture steps by from one pixel to the next, (h, w) float32."""
    step_x = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3) / 8
    step_y = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3) / 8
    return np.asarray(cv2.magnitude(step_x, step_y), np.float32)
