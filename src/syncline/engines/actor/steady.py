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
# Base of the nose: skull, next to the mouth, and seen in bank and plate alike.
ANCHORS = (2, 94, 97, 98, 326, 327, 1, 4)


def steady_poses(poses: Poses, window: int = WINDOW) -> Poses:
    """Smooth poses over every stretch without a gap (NaN); stretches shorter than the window use what they have."""
    scale, rotation, translation = (np.array(a, np.float64) for a in (poses.scale, poses.rotation, poses.translation))
    seen = np.isfinite(scale)
    for start, end in _stretches(seen):
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


def _stretches(seen: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open ranges of successive True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
