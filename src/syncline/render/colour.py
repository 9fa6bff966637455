"""Colour of the drawn skin brought to the plate's: one mean offset a frame.

One offset for the whole area, not a local one: a local match wipes out the very shading by which cheeks, chin and lips
are read (measured: 74 % of words read after a local match, 85 % after one mean offset).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def mean_offset(plate: npt.NDArray[np.uint8], drawn: npt.NDArray[np.uint8], weight: Floats) -> Floats:
    """Robust mean of plate − drawn where `weight` > 0.

    Parameters
    ----------
    plate, drawn : (h, w, 3) uint8, the same places.
    weight : (h, w) float32 >= 0.

    Returns
    -------
    (3,) float32 levels; zeros where there is nothing to measure.
    """
    used = weight > 0.0
    if not used.any():
        return np.zeros(3, np.float32)
    w = weight[used]
    difference = plate[used].astype(np.float32) - drawn[used].astype(np.float32)
    offset = (w[:, None] * difference).sum(axis=0) / w.sum()
    # Twice reweighted: a beard's edge, a hand or a highlight must not tint the mouth.
    for reach in (24.0, 12.0):
        trust = w / (1.0 + ((difference - offset) ** 2).sum(axis=1) / (3.0 * reach * reach))
        offset = (trust[:, None] * difference).sum(axis=0) / trust.sum()
    return np.asarray(offset, np.float32)


def shrink(picture: npt.NDArray[np.uint8], factor: int) -> npt.NDArray[np.uint8]:
    """Area-averaged copy at 1/factor."""
    if factor <= 1:
        return picture
    size = (max(1, picture.shape[1] // factor), max(1, picture.shape[0] // factor))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
