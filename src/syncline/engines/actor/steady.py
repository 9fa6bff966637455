"""Steadies heads in time, so that what is drawn stays with the skull.

Landmarks tremble by a few tenths of a percent of the face; a pose fitted to them trembles with a lever. Only the pose
is smoothed here; the mouth's own motion, which lies in the shape, is left as it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter

from syncline.face.pose import Poses

Floats = npt.NDArray[np.float32]

# A parabola over seven pictures keeps a quick nod and drops trembling; what is left, the lock on the nose takes away.
# Measured with one bank frame held, mouth against nose, second difference in % IOD: 0.21 raw, 0.17 steadied,
# 0.09 steadied and locked (thirteen pictures lag behind nods: 0.16).
WINDOW, ORDER = 7, 2
# A fast nod moves a head by 0.1 IOD a picture; twice that and a size that leaps by a tenth are cuts.
LEAP, GROWTH = 0.2, 0.1
# Base of the nose: skull, next to the mouth, and seen in bank and plate alike.
ANCHORS = (2, 94, 97, 98, 326, 327, 1, 4)


def steady_poses(poses: Poses, numbers: npt.NDArray[np.int64] | None = None, window: int = WINDOW) -> Poses:
    """Smooth poses over every stretch without a gap (NaN) or a cut; short stretches use what they have.

    numbers : (T,) frame numbers, where some frames of the footage are left out; None: they follow one another.
    """
    scale, rotation, translation = (np.array(a, np.float64) for a in (poses.scale, poses.rotation, poses.translation))
    seen = np.isfinite(scale)
    leaps = _leaps(scale, translation)
    if numbers is not None:
        leaps[1:] |= np.diff(numbers) != 1
    for start, end in _stretches(seen, leaps):
        length = min(window, end - start - (1 - (end - start) % 2))
        if length <= ORDER:
            continue
        part = slice(start, end)
        scale[part] = np.exp(savgol_filter(np.log(scale[part]), length, ORDER))
        translation[part] = savgol_filter(translation[part], length, ORDER, axis=0)
        smooth = savgol_filter(rotation[part], length, ORDER, axis=0)
        # Back to the nearest rotation.
        left, _, right = np.linalg.svd(smooth)
        turn = np.sign(np.linalg.det(left @ right))
        left[:, :, 2] *= turn[:, None]
        rotation[part] = left @ right
    return Poses(scale.astype(np.float32), rotation.astype(np.float32), translation.astype(np.float32))


def nose_shift(neutral: Floats, shapes: Floats) -> Floats:
    """(3,) float32 IOD: from a clip's mean base of the nose to the plate's; cameras differ, and so do fitted depths."""
    seen = np.isfinite(shapes).all(axis=(1, 2))
    if not seen.any():
        return np.zeros(3, np.float32)
    anchors = list(ANCHORS)
    return np.asarray((neutral[anchors] - shapes[seen].mean(axis=0)[anchors]).mean(axis=0), np.float32)


def _leaps(scale: npt.NDArray[np.float64], translation: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """(T,) True at frames that no head reaches from the frame before: cuts, also those nobody flagged."""
    out = np.zeros(len(scale), bool)
    with np.errstate(invalid="ignore"):
        moved = np.linalg.norm(np.diff(translation[:, :2], axis=0), axis=1) / np.minimum(scale[1:], scale[:-1])
        grown = np.abs(np.log(scale[1:] / scale[:-1]))
        out[1:] = (moved > LEAP) | (grown > GROWTH)
    return out


def _stretches(seen: npt.NDArray[np.bool_], leaps: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open ranges of successive frames that are seen, split before each leap."""
    starts = seen & (leaps | ~np.concatenate([[False], seen[:-1]]))
    ends = seen & np.concatenate([leaps[1:] | ~seen[1:], [True]])
    return list(zip((int(i) for i in np.flatnonzero(starts)), (int(i) + 1 for i in np.flatnonzero(ends)), strict=True))
