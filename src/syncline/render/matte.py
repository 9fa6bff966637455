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
# Rec. 601 without its offsets, as rows of B, G, R.
TO_YCRCB = np.array([[0.114, 0.587, 0.299], [-0.081, -0.419, 0.5], [0.5, -0.331, -0.169]], np.float32)
_SUM = np.ones((1, 3), np.float32)
# Mahalanobis distances at which a pixel begins to count as foreign, and is wholly so.
NEAR, FAR = 3.0, 5.5


# Pixels that the model is measured on, at most: more cost time and change nothing.
SAMPLES = 600


@dataclass(frozen=True, eq=False)
class SkinModel:
    """A Gaussian in Y, Cr, Cb; `whiten` (3, 4) float32 takes BGR to distances along its three axes."""

    whiten: Floats

    @classmethod
    def measured(cls, picture: Pixels, weight: Floats) -> SkinModel | None:
        """Fit to the pixels where weight > 0; None where there are fewer than 20."""
        found = picture[weight > 0.0]
        if len(found) < 20:
            return None
        samples = (found[:: -(-len(found) // SAMPLES)] @ TO_YCRCB.T).astype(np.float64)
        # The median and a trimmed spread: some discs may lie on a beard's edge or on hair.
        middle = np.median(samples, axis=0)
        off = samples - middle
        near = (np.abs(off) < 3.0 * np.maximum(FLOOR, 1.5 * np.median(np.abs(off), axis=0))).all(axis=1)
        kept = off[near]
        covariance = kept.T @ kept / len(kept) + np.diag(FLOOR**2)
        # Of a 3 x 3 matrix with FLOOR on its diagonal; |axes @ off|² is the squared Mahalanobis distance.
        axes = np.linalg.inv(np.linalg.cholesky(covariance))
        linear = axes @ TO_YCRCB
        return cls(np.column_stack([linear, -axes @ (middle + kept.mean(axis=0))]).astype(np.float32))

    def foreign(self, picture: Pixels) -> Floats:
        """(h, w) float32: 0 for skin, 1 for what certainly is none."""
        off = cv2.transform(picture.astype(np.float32), self.whiten)
        distance = cv2.sqrt(cv2.transform(cv2.multiply(off, off), _SUM))
        ramp = np.clip((distance - NEAR) * np.float32(1.0 / (FAR - NEAR)), 0.0, 1.0)
        return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp), np.float32)
