"""Colour of the drawn skin brought to the plate's: one mean offset a frame.

One offset for the whole area, not a local one: a local match wipes out the very shading by which cheeks, chin and lips
are read. Words read of 88 possible: 85 after one mean offset, 74 after a local match; a match of the area's edge alone,
carried inwards, and a slope across the face were tried too and cost 3 to 4 points.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Cr, Cb levels: how much one person's lips vary in one session, and the most that is ever put right.
LIPS_VARY, LIPS_LIMIT = 5.0, 14.0


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


def lip_tint(
    plate: npt.NDArray[np.uint8],
    plate_lips: npt.NDArray[np.bool_],
    drawn: npt.NDArray[np.uint8],
    drawn_lips: npt.NDArray[np.bool_],
) -> Floats:
    """What the drawn lips lack of the plate's lip colour, after the skin has been matched.

    Lips pale and flush by a few levels as they speak, and that is left alone; lipstick or another day's light is more.

    Returns
    -------
    (3,) float32 BGR levels of constant luma, zeros where the lips agree or cannot be seen
    """
    if int(plate_lips.sum()) < 8 or int(drawn_lips.sum()) < 8:
        return np.zeros(3, np.float32)
    there = cv2.cvtColor(plate, cv2.COLOR_BGR2YCrCb)[plate_lips].astype(np.float32)
    here = cv2.cvtColor(drawn, cv2.COLOR_BGR2YCrCb)[drawn_lips].astype(np.float32)
    lack = np.median(there, axis=0)[1:] - np.median(here, axis=0)[1:]
    size = float(np.linalg.norm(lack))
    cr, cb = lack * (min(max(0.0, size - LIPS_VARY), LIPS_LIMIT) / max(size, 1e-6))
    # Rec. 601, as in cv2.COLOR_YCrCb2BGR.
    return np.array([1.773 * cb, -0.714 * cr - 0.344 * cb, 1.403 * cr], np.float32)


def shrink(picture: npt.NDArray[np.uint8] | Floats, factor: int) -> npt.NDArray[np.uint8]:
    """Area-averaged copy at 1/factor, in whole levels."""
    if factor > 1:
        size = (max(1, picture.shape[1] // factor), max(1, picture.shape[0] // factor))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if picture.dtype == np.uint8:
        return np.asarray(picture, np.uint8)
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)
