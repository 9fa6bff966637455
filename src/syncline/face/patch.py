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

MouthPatch = npt.NDArray[np.uint8]  # (ROWS, COLUMNS, 3) RGB


def mouth_patch(crop: npt.NDArray[np.uint8], landmarks: npt.NDArray[np.float32]) -> MouthPatch:
    """Cut the patch out of a face crop.

    crop : (192, 192, 3) uint8 RGB. landmarks : (478, 3) in the crop's pixels.
    The map is the affine one that fits the stable upper face best, so lips and jaw move inside the patch and the
    patch does not move with them.
    """
    points = landmarks[list(STABLE), :2].astype(np.float64)
    model = np.hstack([CANONICAL.astype(np.float64), np.ones((len(STABLE), 1))])  # x, y, z, 1
    root = np.sqrt(WEIGHTS)[:, None]
    solution = np.linalg.lstsq(model * root, points * root, rcond=None)[0]  # (4, 2): affine camera
    depth = 0.15  # z of the lips' surroundings is near the eye corners' and turns with the head
    across, down = (RIGHT - LEFT) / COLUMNS, (BOTTOM - TOP) / ROWS
    origin = solution[0] * (LEFT + across / 2) + solution[1] * (TOP + down / 2) + solution[2] * -depth + solution[3]
    inverse = np.column_stack([solution[0] * across, solution[1] * down, origin])
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
