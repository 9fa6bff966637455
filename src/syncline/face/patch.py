"""A small picture of the mouth's surroundings, fixed to the skull: what shows a hand or microphone before the mouth."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.pose import CANONICAL, WEIGHTS
from syncline.face.topology import STABLE

ROWS: Final = 20
COLUMNS: Final = 24
# What the patch covers, in the face frame (IOD): from below the nose's tip to the chin, from cheek to cheek.
LEFT, TOP, RIGHT, BOTTOM = -0.60, 0.42, 0.60, 1.42
DEPTH: Final = 0.15  # IOD; the lips' surroundings lie this much nearer to the camera than the eye corners

MouthPatch = npt.NDArray[np.uint8]  # (ROWS, COLUMNS, 3) RGB


def mouth_patch(crop: npt.NDArray[np.uint8], landmarks: npt.NDArray[np.float32]) -> MouthPatch:
    """Cut the patch out of a face crop.

    crop : (192, 192, 3) uint8 RGB. landmarks : (478, 3) in the crop's pixels.
    The map is the affine one that fits the stable upper face best, so lips and jaw move inside the patch and the
    patch does not move with them.
    """
    corner, across, down = _frame(landmarks[None])
    inverse = np.column_stack([across[0], down[0], corner[0]])
    # A cell of the patch is about three crop pixels wide: average before sampling.
    soft = cv2.blur(crop, (3, 3))
    return np.asarray(
        cv2.warpAffine(
            soft,
            inverse,
            (COLUMNS, ROWS),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def cells_of(landmarks: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Where landmarks (T, N, 3) lie in their patches: (T, N, 2) column and row, cell centres at whole numbers."""
    corner, across, down = _frame(landmarks)
    axes = np.stack([across, down], axis=2)
    flat = landmarks[:, :, :2].astype(np.float64) - corner[:, None]
    return np.asarray(np.einsum("tij,tnj->tni", np.linalg.inv(axes), flat), np.float64)


def _frame(landmarks: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float64], ...]:
    """Middle of the first cell, step to the next column and to the next row: three (T, 2), in the landmarks' unit."""
    root = np.sqrt(WEIGHTS)
    model = np.hstack([CANONICAL.astype(np.float64), np.ones((len(STABLE), 1))]) * root[:, None]  # x, y, z, 1
    points = landmarks[:, list(STABLE), :2].astype(np.float64) * root[:, None]
    camera = np.einsum("kn,tni->tki", np.linalg.pinv(model), points)  # (T, 4, 2), affine
    across, down = camera[:, 0] * ((RIGHT - LEFT) / COLUMNS), camera[:, 1] * ((BOTTOM - TOP) / ROWS)
    corner = camera[:, 3] - DEPTH * camera[:, 2] + camera[:, 0] * LEFT + camera[:, 1] * TOP + (across + down) / 2
    return corner, across, down
