"""Hands, microphones and papers before the mouth.

The landmark model draws a mouth on whatever covers it, so landmarks cannot tell. Two signs in the mouth patches can:

1. The patch is unlike anything this mouth does. All patches of a tracklet lie near a few components (mouth opening,
   light, turn); what covers the mouth leaves a residue over a good part of lips, chin and cheeks.
2. A part of lips or chin is dark and has not the hue of this skin: a microphone that stays so long that the components
   of sign 1 have learned it. What is dark in nearly every picture (a beard) does not count.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation, median_filter

from syncline.face.follow import Tracklet
from syncline.face.patch import COLUMNS, ROWS, cells_of
from syncline.face.pose import Floats, fit_poses
from syncline.face.topology import INNER_LIPS, OUTER_LIPS, OVAL

COMPONENTS: Final = 8
SAMPLE: Final = 400  # pictures from which the components are learned
TRIM: Final = 0.35  # part of them, the most unusual, that is left out at first
MIN_PICTURES: Final = 40  # fewer say little about what is usual
# Log-brightness units (0.15: a seventh brighter or darker). The residue's three steps add up, so that a strong change
# of a small part (a microphone) and a weak one of a large part (a hand) count alike.
RESIDUE_STEPS: Final = (0.15, 0.25, 0.5)
MAX_RESIDUE: Final = (
    0.6  # over MANY pictures; 18 unspoiled clips stay below 0.52 (one of motion blur reaches it), covers lie at 0.5-2.6
)
FEW_MORE: Final = 0.25  # so much higher for MIN_PICTURES: in a short clip the one open mouth is unusual
MANY: Final = 200
DARK: Final = -0.55  # log of brightness against the skin between nose and cheeks
OFF_HUE: Final = (-0.20, -0.25)  # log of red/green and red/blue against the same skin
MAX_DARK_PART: Final = 0.06  # of lips, chin and cheeks; 0.00 in all unspoiled clips
OWN_PART: Final = 0.85  # what is dark in more pictures than this belongs to the face
STEADY: Final = 5  # pictures over which the median is taken: a blink of blur is no cover
WIDEN: Final = 2  # pictures on each side: what covers the mouth comes and goes blurred
MAX_YAW: Final = 38.0  # degrees; beyond, the patch shows background
_CHUNK: Final = 512  # pictures worked on at once
# Hue changes more with a cover than with speech: its weight is higher. Green/red and blue/red stand for both hues.
_WEIGHTS: Final = np.array([1.0, 2.0, 1.0], np.float32)
_ZONE: Final = np.zeros((ROWS, COLUMNS), bool)
_ZONE[5:18, 5:19] = True  # lips, chin and the cheeks beside them, where a drawn mouth changes pixels

_SKIN, _LIPS, _INSIDE = 1, 2, 3


def occluded(tracklet: Tracklet) -> npt.NDArray[np.int64]:
    """Frames of a tracklet in which something covers the mouth, rising."""
    frames = np.array(tracklet.frames, np.int64)
    seen, areas = np.zeros(len(frames), bool), [np.zeros((0, ROWS, COLUMNS), bool)]
    for start in range(0, len(frames), _CHUNK):  # a long plate's landmarks are not held
        part = slice(start, start + _CHUNK)
        landmarks = tracklet.landmarks(part)
        with np.errstate(invalid="ignore"):
            here = np.abs(fit_poses(landmarks).yaw_degrees) < MAX_YAW
        seen[part] = here
        areas.append(_area(landmarks[here]))
    area = np.concatenate(areas)
    del areas
    if not len(area):
        return frames[:0]
    places = np.flatnonzero(seen)
    usual = _usual_of(tracklet, places) if len(places) >= MIN_PICTURES else None
    dark, residue = np.zeros(area.shape, bool), np.zeros(len(area))
    for start in range(0, len(area), _CHUNK):  # nor are its patches
        part = slice(start, start + _CHUNK)
        features = _features(tracklet.patches(places[part]))
        dark[part] = _dark(features, area[part])
        if usual is not None:
            residue[part] = _residue(features, area[part], *usual)
    covered = _steady(_dark_part(dark, area)) > MAX_DARK_PART
    if usual is not None:
        few = np.clip((MANY - len(area)) / (MANY - MIN_PICTURES), 0.0, 1.0)
        covered |= _steady(residue) > MAX_RESIDUE + FEW_MORE * few
    found = np.zeros(len(frames), bool)
    found[seen] = covered
    return frames[binary_dilation(found, iterations=WIDEN)] if found.any() else frames[:0]


def _features(patches: npt.NDArray[np.uint8]) -> Floats:
    """(T, ROWS, COLUMNS, 3) float32: log brightness, red/green and red/blue against this face's skin in the picture."""
    logs = np.log(patches.astype(np.float32) + 12.0)  # +12: noise in the dark is no change
    skin = np.median(logs[:, :4, 6:18].reshape(len(logs), -1, 3), axis=1)  # between nose and cheeks
    logs -= skin[:, None, None]
    red, green, blue = np.moveaxis(logs, -1, 0)
    return np.stack([(red + green + blue) / 3, red - green, red - blue], axis=-1)


def _area(landmarks: Floats) -> npt.NDArray[np.bool_]:
    """(T, ROWS, COLUMNS) bool: cells of skin and lips near the mouth; the inside of an open mouth does not count."""
    cells = cells_of(landmarks)
    result = np.zeros((len(cells), ROWS, COLUMNS), bool)
    for index, points in enumerate(cells):
        canvas = np.zeros((ROWS, COLUMNS), np.uint8)
        _fill(canvas, points[list(OVAL)], _SKIN)
        canvas = np.asarray(cv2.erode(canvas, np.ones((3, 3), np.uint8), borderValue=1), np.uint8)
        _fill(canvas, points[list(OUTER_LIPS)], _LIPS)
        if points[14, 1] - points[13, 1] > 0.7:  # a gap of less than a cell is not seen in the patch
            inside = np.zeros_like(canvas)
            _fill(inside, points[list(INNER_LIPS)], 1)
            canvas[cv2.dilate(inside, np.ones((3, 3), np.uint8)) > 0] = _INSIDE  # edge cells are half teeth
        result[index] = ((canvas == _SKIN) | (canvas == _LIPS)) & _ZONE
    return result


def _fill(canvas: npt.NDArray[np.uint8], polygon: npt.NDArray[np.float64], value: int) -> None:
    bounded = np.clip(polygon, -4 * COLUMNS, 4 * COLUMNS)
    cv2.fillPoly(canvas, [np.round(bounded * 16).astype(np.int32)], value, shift=4)


def _usual_of(tracklet: Tracklet, places: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean (D,) and components (K, D) of what is usual in a tracklet, from some of its frames at `places`."""
    sample = np.linspace(0, len(places) - 1, min(SAMPLE, len(places))).astype(int)
    features = _features(tracklet.patches(places[sample]))
    return _usual((features * _WEIGHTS).reshape(len(sample), -1))


def _residue(features: Floats, area: npt.NDArray[np.bool_], mean: Floats, basis: Floats) -> npt.NDArray[np.float64]:
    """(T,) how much of the area differs from all that the mouth usually does; 0 is usual, 3 the most."""
    part = (features * _WEIGHTS).reshape(len(features), -1) - mean
    part = part - (part @ basis.T) @ basis
    size = np.abs(part.reshape(-1, ROWS, COLUMNS, 3)).max(axis=-1)
    cells = np.maximum(area.sum(axis=(1, 2)), 1)
    return np.asarray(sum(((size > step) & area).sum(axis=(1, 2)) for step in RESIDUE_STEPS) / cells, np.float64)


def _usual(values: Floats) -> tuple[Floats, Floats]:
    """Mean (D,) and components (K, D) of what is usual: unusual pictures are trimmed and, if they fit, taken back."""
    distance = np.abs(values - np.median(values, axis=0)).mean(axis=1)
    keep = distance <= np.quantile(distance, 1.0 - TRIM)
    for _ in range(3):
        mean = values[keep].mean(axis=0)
        _, _, right = np.linalg.svd(values[keep] - mean, full_matrices=False)
        basis = right[: max(1, min(COMPONENTS, int(keep.sum()) // 8))]
        part = values - mean
        rest = np.abs(part - (part @ basis.T) @ basis).mean(axis=1)
        keep = rest <= 1.6 * np.median(rest[keep])
        if keep.mean() < 0.3:
            keep = rest <= np.median(rest)
    return mean.astype(np.float32), basis.astype(np.float32)


def _dark(features: Floats, area: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(T, ROWS, COLUMNS) bool: cells of the area that are dark and not of the skin's hue."""
    return (features[..., 0] < DARK) & (features[..., 1] < OFF_HUE[0]) & (features[..., 2] < OFF_HUE[1]) & area


def _dark_part(dark: npt.NDArray[np.bool_], area: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """(T,) part of the area that is dark, without what is so in nearly every picture."""
    times = np.maximum(area.sum(axis=0), 1)
    own = dark.sum(axis=0) / times > OWN_PART
    part: npt.NDArray[np.float64] = (dark & ~own).sum(axis=(1, 2)) / np.maximum(area.sum(axis=(1, 2)), 1)
    return part


def _steady(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(median_filter(values, STEADY, mode="nearest"), np.float64)
