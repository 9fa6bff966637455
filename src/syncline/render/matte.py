"""What in the drawn area is not skin: hair before the cheek, a collar, the background beside a turned jaw.

A colour model of the face's own skin, measured on the plate itself, says how foreign each pixel looks. It counts only
in the outer part of the drawn area; around the mouth lips, teeth, shadow and beard may look as they like.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

# Least spread of skin, in levels of Y, Cr, Cb: shading and stubble change Y much, Cr and Cb little.
FLOOR = np.array([22.0, 5.0, 4.5])
# Mahalanobis distances at which a pixel begins to count as foreign, and is wholly so.
NEAR, FAR = 3.0, 5.5


@dataclass(frozen=True, eq=False)
class SkinModel:
    """A Gaussian in Y, Cr, Cb."""

    mean: npt.NDArray[np.float64]
    inverse: npt.NDArray[np.float64]

    @classmethod
    def measured(cls, picture: Pixels, weight: Floats) -> SkinModel | None:
        """Fit to the pixels where weight > 0; None where there are fewer than 20."""
        used = weight > 0.0
        if int(used.sum()) < 20:
            return None
        samples = cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)[used].astype(np.float64)
        # The median and a trimmed spread: some discs may lie on a beard's edge or on hair.
        middle = np.median(samples, axis=0)
        off = samples - middle
        near = (np.abs(off) < 3.0 * np.maximum(FLOOR, 1.5 * np.median(np.abs(off), axis=0))).all(axis=1)
        kept = off[near]
        covariance = (kept[:, :, None] * kept[:, None, :]).mean(axis=0) + np.diag(FLOOR**2)
        solved, inverse = cv2.invert(covariance)
        return cls(middle + kept.mean(axis=0), inverse) if solved else None

    def foreign(self, picture: Pixels) -> Floats:
        """(h, w) float32: 0 for skin, 1 for what certainly is none."""
        off = cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb).astype(np.float32) - self.mean.astype(np.float32)
        square = (cv2.transform(off, self.inverse.astype(np.float32)) * off).sum(axis=2)
        distance = np.sqrt(np.maximum(square, 0.0))
        ramp = np.clip((distance - NEAR) / (FAR - NEAR), 0.0, 1.0)
        return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp), np.float32)
