"""The mouth in four numbers a frame, measured in the face frame (units: IOD)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from syncline.face.pose import BLOCK, Poses
from syncline.face.topology import INNER_PAIRS, MOUTH_CORNERS, NOSE_BRIDGE
from syncline.media.arrays import stretches

Floats = npt.NDArray[np.float32]

_MIDDLE_LIPS = (37, 0, 267, 11, 84, 17, 314, 16)  # the outer middle of both lips: what rounding pushes forward
_CORNER_SKIN = (61, 291, 146, 375, 185, 409)
_CHIN_TIP = (152, 148, 377, 175)


@dataclass(frozen=True)
class MouthFeatures:
    """Shape of the mouth in T frames; every field is (T,) float32 in IOD units, NaN where there is no face.

    opening : gap between the inner lips at the middle of the mouth, >= 0 (0: closed).
    width : distance between the corners of the mouth, about 0.5 at rest.
    protrusion : how far the middle of the lips stands before the corners; grows when lips round and push out.
    jaw : distance from the bridge of the nose down to the chin, grows as the jaw drops; its rest value is the person's.
    """

    opening: Floats
    width: Floats
    protrusion: Floats
    jaw: Floats

    def stacked(self) -> Floats:
        """(T, 4) float32: opening, width, protrusion, jaw."""
        return np.stack([self.opening, self.width, self.protrusion, self.jaw], axis=1)


def mouth_features(shape_face: npt.NDArray[Any]) -> MouthFeatures:
    """Measure the mouth of shapes in the face frame.

    shape_face : (T, 478, 3), as from `Poses.to_face`.
    Lips that the tracker crosses (lower above upper) count as closed.
    """
    shape = np.asarray(shape_face, np.float32)
    upper = shape[:, [pair[0] for pair in INNER_PAIRS], 1]
    lower = shape[:, [pair[1] for pair in INNER_PAIRS], 1]
    opening = np.maximum((lower - upper).mean(axis=1), 0.0)
    left, right = shape[:, MOUTH_CORNERS[0], :2], shape[:, MOUTH_CORNERS[1], :2]
    width = np.linalg.norm(right - left, axis=1)
    protrusion = shape[:, _CORNER_SKIN, 2].mean(axis=1) - shape[:, _MIDDLE_LIPS, 2].mean(axis=1)
    jaw = shape[:, _CHIN_TIP, 1].mean(axis=1) - shape[:, NOSE_BRIDGE, 1]
    return MouthFeatures(opening, width, protrusion, jaw)


def mouth_in_pose(landmarks: Floats, pose: Poses) -> MouthFeatures:
    """Measure the mouth of landmarks (T, 478, 3) in pixels, given their T poses, without holding all shapes at once."""
    stacked = np.empty((len(landmarks), 4), np.float32)
    for part in stretches(landmarks, size=BLOCK):
        stacked[part] = mouth_features(pose[part].to_face(landmarks[part])).stacked()
    return MouthFeatures(*np.ascontiguousarray(stacked.T))


def opening_and_width(landmarks: Floats) -> tuple[Floats, Floats]:
    """Gap between the inner lips and distance of the mouth's corners, in the unit of the landmarks, any pose.

    landmarks : (T, 478, 3) pixels. Returns two (T,) arrays, both >= 0.
    """
    gaps = [np.linalg.norm(landmarks[:, low, :2] - landmarks[:, up, :2], axis=1) for up, low in INNER_PAIRS]
    left, right = MOUTH_CORNERS
    width = np.linalg.norm(landmarks[:, right, :2] - landmarks[:, left, :2], axis=1)
    return np.mean(gaps, axis=0).astype(np.float32), width.astype(np.float32)
