"""Mouth crops for reading lips: aligned by the skull, never by the lips, from nose to chin with the cheeks.

The crop's place depends on nothing that a dub draws: it follows nine points of eyes and nose bridge.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

HEIGHT, WIDTH = 80, 112  # px; the reader looks at the middle 56 x 72, the rest is room for shifts in training
PIXELS_A_UNIT = 64.0  # px for one distance between the outer eye corners; GRID's own faces have 62 to 73
# Where those points lie in the mean face of talker s1: unit = distance of the outer eye corners, origin between them.
ANCHORS = (33, 133, 362, 263, 168, 6, 197, 195, 8)
MEAN_ANCHORS = np.array(
    [
        [-0.5, 0.0],
        [-0.177, 0.02],
        [0.198, 0.026],
        [0.5, 0.0],
        [0.044, -0.031],
        [0.05, 0.065],
        [0.056, 0.156],
        [0.062, 0.241],
        [0.042, -0.122],
    ]
)
CORNER = np.array([0.04 - WIDTH / 2 / PIXELS_A_UNIT, 1.0 - HEIGHT / 2 / PIXELS_A_UNIT])  # of the crop, in the mean face
SMOOTHING = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9  # over frames: the points jitter by a third of a pixel

Frames = npt.NDArray[np.uint8]
Landmarks = npt.NDArray[np.float32]


def bridged(landmarks: Landmarks) -> Landmarks:
    """Landmarks (T, 478, 3) with the frames without a face (NaN) filled in from their neighbours, linearly.

    Raises
    ------
    ValueError : no frame has a face.
    """
    seen = np.isfinite(landmarks[:, 0, 0])
    if not seen.any():
        raise ValueError("no frame shows a face")
    flat = landmarks.reshape(len(landmarks), -1)
    place = np.interp(np.arange(len(flat)), np.flatnonzero(seen), np.arange(int(seen.sum())))
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, int(seen.sum()) - 1)
    weight = (place - low)[:, None]
    known = flat[seen]
    return (known[low] * (1 - weight) + known[high] * weight).reshape(landmarks.shape).astype(np.float32)


def crop_transforms(landmarks: Landmarks) -> npt.NDArray[np.float64]:
    """For each frame the affine map (T, 2, 3) from crop pixels to image pixels.

    A similarity is fitted to the anchors of each frame (least squares) and smoothed over five frames.
    """
    points = landmarks[:, ANCHORS, :2].astype(np.float64)
    middle = points.mean(axis=1)
    model = MEAN_ANCHORS - MEAN_ANCHORS.mean(axis=0)
    moved = points - middle[:, None]
    size = (model**2).sum()
    cosine = (moved * model).sum(axis=(1, 2)) / size
    sine = (moved[:, :, 1] * model[:, 0] - moved[:, :, 0] * model[:, 1]).sum(axis=1) / size
    values = np.pad(np.column_stack([cosine, sine, middle]), ((2, 2), (0, 0)), mode="edge")
    cosine, sine, x, y = (np.convolve(column, SMOOTHING, "valid") for column in values.T)
    turn = np.stack([np.stack([cosine, -sine], axis=1), np.stack([sine, cosine], axis=1)], axis=1)
    shift = np.column_stack([x, y]) + turn @ (CORNER - MEAN_ANCHORS.mean(axis=0))
    return np.concatenate([turn / PIXELS_A_UNIT, shift[:, :, None]], axis=2)


def crop_mouths(frames: Iterable[Frames], landmarks: Landmarks) -> Frames:
    """Cut the mouth out of each frame.

    Parameters
    ----------
    frames : T pictures (H, W, 3) uint8 RGB, upright.
    landmarks : (T, 478, 3) pixels of these pictures, as the tracker gives them; NaN where it saw no face.

    Returns
    -------
    (T, 80, 112, 3) uint8 RGB.
    """
    transforms = crop_transforms(bridged(landmarks))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    crops = [
        cv2.warpAffine(frame, transform, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for frame, transform in zip(frames, transforms, strict=True)
    ]
    return np.asarray(crops, dtype=np.uint8)
