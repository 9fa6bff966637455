"""Degradations made on purpose: what goes wrong in dubs, put into real footage one at a time.

Each takes the face's pictures and landmarks and returns altered pictures. A viewer who looks at the mouth sees each of
them, and none is a caricature: `benchmarks.score_faults.sheet` writes one moment under all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.topology import INNER_LIPS, MOUTH_CORNERS, OUTER_LIPS, OVAL, STABLE

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Points = npt.NDArray[np.float32]

GENERATED_PX = 96  # width of the faces that a well-known generator draws


@dataclass(frozen=True)
class Scene:
    """Pictures of one face.

    frames : (h, w, 3) BGR each. points : (T, 478, 3) px of them. times : (T,) s. iod : px.
    drawable : (T,) bool, those that a score looks at: no profile, no hand over the mouth.
    """

    frames: Sequence[Image]
    points: Points
    times: npt.NDArray[np.float64]
    iod: float
    drawable: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.frames)


def blurred(scene: Scene) -> list[Image]:
    """The mouth out of focus: Gaussian, 2 % of the eyes' distance."""
    sigma = max(1.3, 0.02 * scene.iod)
    return [
        _mixed(frame, cv2.GaussianBlur(frame, (0, 0), sigma), _mouth_mask(frame, points, scene.iod))
        for frame, points in zip(scene.frames, scene.points, strict=True)
    ]


def enlarged(scene: Scene) -> list[Image]:
    """The lower face as a generator of 96 px faces returns it: made small, enlarged, pasted with a soft edge."""
    made = []
    for frame, points in zip(scene.frames, scene.points, strict=True):
        x0, y0, x1, y1 = _box(points[list(OVAL)], frame.shape, 0.02 * scene.iod)
        face = frame[y0:y1, x0:x1]
        small = cv2.resize(
            face, (GENERATED_PX, round(GENERATED_PX * (y1 - y0) / (x1 - x0))), interpolation=cv2.INTER_AREA
        )
        other = frame.copy()
        other[y0:y1, x0:x1] = cv2.resize(small, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
        made.append(_mixed(frame, other, _lower_mask(frame, points, scene.iod)))
    return made


def boxed(scene: Scene) -> list[Image]:
    """A rectangle around the mouth that lies a little off and is shaded unlike its surroundings, with a hard edge."""
    made = []
    for frame, points in zip(scene.frames, scene.points, strict=True):
        x0, y0, x1, y1 = _mouth_box(points, frame.shape, scene.iod)
        shift = max(1, round(0.012 * scene.iod))
        moved = np.roll(frame, (shift, shift), axis=(0, 1))[y0:y1, x0:x1].astype(np.float32)
        slope = np.linspace(-9.0, 9.0, x1 - x0, dtype=np.float32)[None, :, None]  # mean colour stays
        out = frame.copy()
        out[y0:y1, x0:x1] = np.clip(moved + slope, 0, 255).astype(np.uint8)
        made.append(out)
    return made


def alternating(scene: Scene) -> list[Image]:
    """Every second picture from another take: the mouth of a tenth of a second later, in slightly other light."""
    step = max(1, int(np.searchsorted(scene.times, scene.times[0] + 0.1)))
    made = [frame.copy() for frame in scene.frames]
    for t in range(1, len(scene), 2):
        other = min(t + step, len(scene) - 1)
        taken = _brought(scene, other, t)
        lighter = np.clip(taken.astype(np.float32) * 1.03, 0, 255).astype(np.uint8)
        made[t] = _mixed(scene.frames[t], lighter, _mouth_mask(scene.frames[t], scene.points[t], scene.iod))
    return made


def frozen(scene: Scene, start: float, end: float) -> list[Image]:
    """The mouth of one picture from `start` to `end` (s), carried along with the head."""
    first, last = (int(np.searchsorted(scene.times, moment)) for moment in (start, end))
    made = list(scene.frames)
    for t in range(first, min(last, len(scene))):
        mask = _lower_mask(scene.frames[t], scene.points[t], scene.iod)
        made[t] = _mixed(scene.frames[t], _brought(scene, first, t), mask)
    return made


def tinted(scene: Scene) -> list[Image]:
    """A box of another colour around the mouth, same light, soft edge."""
    made = []
    for frame, points in zip(scene.frames, scene.points, strict=True):
        x0, y0, x1, y1 = _mouth_box(points, frame.shape, scene.iod)
        mask = np.zeros(frame.shape[:2], np.float32)
        mask[y0:y1, x0:x1] = 1.0
        mask = cv2.GaussianBlur(mask, (0, 0), 0.035 * scene.iod)
        lab = cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
        lab[..., 1] += 5.0 * mask
        lab[..., 2] -= 7.0 * mask
        made.append(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR) * 255 + 0.5, 0, 255).astype(np.uint8))
    return made


def other_eyes(scene: Scene) -> list[Image]:
    """Brows higher and eyes larger: a face that is made again is a little somebody else's."""
    made = []
    for frame, points in zip(scene.frames, scene.points, strict=True):
        height, width = frame.shape[:2]
        grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        map_x, map_y = grid_x.copy(), grid_y.copy()
        for brow in (105, 334):
            weight = _bump(grid_x, grid_y, points[brow], 0.22 * scene.iod)
            map_y += 0.06 * scene.iod * weight
        for corners in ((33, 133), (263, 362)):
            centre = points[list(corners)].mean(axis=0)
            weight = 0.13 * _bump(grid_x, grid_y, centre, 0.2 * scene.iod)
            map_x -= weight * (grid_x - centre[0])
            map_y -= weight * (grid_y - centre[1])
        made.append(np.asarray(cv2.remap(frame, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)))
    return made


def swimming_teeth(scene: Scene) -> list[Image]:
    """What the mouth shows between the lips trembles: teeth that do not belong to the skull."""
    rng = np.random.default_rng(5)
    reach = max(1.0, 0.03 * scene.iod)
    made = []
    for frame, points in zip(scene.frames, scene.points, strict=True):
        mask = np.zeros(frame.shape[:2], np.float32)
        cv2.fillPoly(mask, [np.round(points[list(INNER_LIPS), :2] * 16).astype(np.int32)], 1.0, shift=4)
        mask = cv2.GaussianBlur(mask, (0, 0), 0.008 * scene.iod)
        dx, dy = rng.uniform(-reach, reach, 2)
        moved = cv2.warpAffine(
            frame, np.array([[1, 0, dx], [0, 1, dy]]), frame.shape[1::-1], borderMode=cv2.BORDER_REPLICATE
        )
        made.append(_mixed(frame, np.asarray(moved, np.uint8), mask))
    return made


FAULTS: dict[str, Callable[[Scene], list[Image]]] = {
    "mouth blurred": blurred,
    "96 px, enlarged": enlarged,
    "box seam": boxed,
    "two takes alternate": alternating,
    "colour in a box": tinted,
    "upper face altered": other_eyes,
    "teeth swim": swimming_teeth,
}


def _brought(scene: Scene, source: int, target: int) -> Image:
    """The picture of one frame, moved so that its skull lies where another frame's does."""
    here, there = (scene.points[t][list(STABLE), :2].astype(np.float64) @ [1, 1j] for t in (source, target))
    a = here - here.mean()
    turn = (a.conj() * (there - there.mean())).sum() / (a.conj() * a).sum().real
    shift = there.mean() - turn * here.mean()
    matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
    frame = scene.frames[source]
    moved = cv2.warpAffine(frame, matrix, frame.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _mixed(frame: Image, other: Image, mask: Floats) -> Image:
    weight = mask[..., None]
    return np.asarray(frame * (1 - weight) + other * weight + 0.5, np.float32).clip(0, 255).astype(np.uint8)


def _mouth_mask(frame: Image, points: Points, iod: float) -> Floats:
    """(h, w) 0..1: the lips and 0.12 IOD around them, feathered."""
    mask = np.zeros(frame.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(points[list(OUTER_LIPS), :2] * 16).astype(np.int32)], 255, shift=4)
    size = 2 * round(0.12 * iod) + 1
    mask = np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))), np.uint8)
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 0.04 * iod), np.float32)


def _lower_mask(frame: Image, points: Points, iod: float) -> Floats:
    """(h, w) 0..1: the face below the nose, feathered."""
    mask = np.zeros(frame.shape[:2], np.uint8)
    cv2.fillPoly(mask, [cv2.convexHull(np.round(points[list(OVAL), :2]).astype(np.int32))], 255)
    mask[: max(0, round(float(points[2, 1])))] = 0
    size = 2 * round(0.05 * iod) + 1
    mask = np.asarray(cv2.erode(mask, np.ones((size, size), np.uint8)), np.uint8)
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 0.03 * iod), np.float32)


def _mouth_box(points: Points, shape: tuple[int, ...], iod: float) -> tuple[int, int, int, int]:
    """A box about the mouth from below the nose to the chin."""
    x, y = points[list(MOUTH_CORNERS), :2].mean(axis=0)
    reach = np.array([[x - 0.46 * iod, y - 0.2 * iod], [x + 0.46 * iod, y + 0.36 * iod]])
    return _box(reach, shape, 0.0)


def _box(points: npt.NDArray[np.floating[Any]], shape: tuple[int, ...], margin: float) -> tuple[int, int, int, int]:
    low, high = points[:, :2].min(axis=0) - margin, points[:, :2].max(axis=0) + margin
    return (
        max(0, round(float(low[0]))),
        max(0, round(float(low[1]))),
        min(shape[1], round(float(high[0]))),
        min(shape[0], round(float(high[1]))),
    )


def _bump(x: Floats, y: Floats, centre: Points, radius: float) -> Floats:
    """A smooth hill, 1 at the centre."""
    return np.asarray(np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * (radius / 2) ** 2)), np.float32)
