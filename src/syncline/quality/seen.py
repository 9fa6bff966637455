"""The mouth as a viewer sees it: measured on the finished pictures, not on what was planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.face.mouth import mouth_features
from syncline.face.pose import fit_poses
from syncline.motion.mouthtrack import CHANNELS, OPENING, Floats, Mask, Times
from syncline.quality.lips import LIP_FEATURES, lip_features

MAX_YAW_DEGREES: Final = 35.0  # beyond it the tracker guesses the far side of the lips


@dataclass(frozen=True, eq=False)
class SeenMouth:
    """The tracked mouth of T pictures.

    times : (T,) float64 seconds on the sound's clock.
    shape : (T, 4) float32 IOD units (`motion.mouthtrack.CHANNELS`), NaN where no face was seen.
    usable : (T,) bool, pictures on which the mouth can be judged.
    lips : (T, 8) float32 IOD units (`quality.lips.LIP_FEATURES`); None where only the shape is known.
    """

    times: Times
    shape: Floats
    usable: Mask
    lips: Floats | None = None

    def __post_init__(self) -> None:
        if self.shape.shape != (len(self.times), len(CHANNELS)) or self.usable.shape != self.times.shape:
            raise InputError("the seen mouth has not one shape a picture", stage="score")
        if self.lips is not None and self.lips.shape != (len(self.times), len(LIP_FEATURES)):
            raise InputError("the seen mouth has not one measure of the lips a picture", stage="score")

    def __len__(self) -> int:
        return len(self.times)

    @property
    def opening(self) -> Floats:
        """(T,) float32 IOD units, NaN where no face was seen."""
        return np.asarray(self.shape[:, OPENING], np.float32)


def seen_mouth(landmarks: npt.NDArray[Any], times: npt.ArrayLike, usable: npt.ArrayLike | None = None) -> SeenMouth:
    """Measure tracked landmarks.

    landmarks : (T, 478, 3) pixels of the finished pictures, NaN where no face was found.
    times : (T,) seconds on the sound's clock.
    usable : (T,) bool from the caller (occluded, off the frame); faces turned beyond 35° are left out in any case.
    """
    poses = fit_poses(landmarks)
    face = poses.to_face(landmarks)
    shape, lips = mouth_features(face).stacked(), lip_features(face)
    good = np.isfinite(shape).all(axis=1)
    yaw = np.abs(np.nan_to_num(poses.yaw_degrees, nan=180.0))
    good &= yaw <= MAX_YAW_DEGREES
    if usable is not None:
        good &= np.asarray(usable, np.bool_)
    return SeenMouth(np.asarray(times, np.float64), shape, good, lips)
