"""How much detail a mouth holds, by its fineness: the spectrum of its pixels in cycles an IOD.

Counted against the face and not in pixels, so that faces of any size compare: lips and teeth show between 8 and 32
cycles an IOD. A face 96 px wide, as some generators draw it, holds nothing beyond 31.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy import fft

from syncline.face.topology import MOUTH_CORNERS, OUTER_EYE_CORNERS
from syncline.quality.facepatch import Bgr, iod_px

Numbers = npt.NDArray[np.float64]

# Half octaves, cycles an IOD: one for reference, two of what everybody sees, two of what is fine.
EDGES: Final = np.array([5.66, 8.0, 11.31, 16.0, 22.63, 32.0])
REFERENCE, COARSE, FINE = 0, slice(1, 3), slice(3, 5)
LARGEST_IOD: Final = 256.0  # px; larger faces are averaged down: finer detail than this is not judged
SMALLEST_IOD: Final = 2.2 * 22.63  # px: smaller faces hold none of the fine detail themselves
# Half sizes in IOD of what is looked at: the mouth; both eyes, which move little and hold as much detail.
MOUTH, EYES = (0.42, 0.26), (0.60, 0.20)


def bands(crop: Bgr, points: npt.NDArray[Any]) -> Numbers | None:
    """(2, 5) mean power of the mouth's and the eyes' detail by half octaves; None where they lie outside the crop.

    crop : (h, w, 3) uint8 BGR at the picture's own resolution. points : (478, 2 or 3) px of the crop.
    """
    flat = np.asarray(points, np.float64)[:, :2]
    iod = iod_px(flat)
    found = []
    for corners, (across, down) in ((MOUTH_CORNERS, MOUTH), (OUTER_EYE_CORNERS, EYES)):
        x, y = flat[list(corners)].mean(axis=0)
        x0, x1, y0, y1 = (round(float(v)) for v in (x - across * iod, x + across * iod, y - down * iod, y + down * iod))
        if x0 < 0 or y0 < 0 or x1 > crop.shape[1] or y1 > crop.shape[0] or min(x1 - x0, y1 - y0) < 12:
            return None
        found.append(_powers(crop[y0:y1, x0:x1], iod))
    return np.stack(found)


def _powers(window: Bgr, iod: float) -> Numbers:
    """(5,) mean power by band, over rows and columns alike."""
    grey = np.asarray(cv2.cvtColor(np.ascontiguousarray(window), cv2.COLOR_BGR2GRAY))
    if iod > LARGEST_IOD:
        shrink = LARGEST_IOD / iod
        grey = np.asarray(cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA))
        iod = LARGEST_IOD
    total = np.zeros(len(EDGES) - 1)
    for lines in (grey.astype(np.float32), grey.T.astype(np.float32)):
        length = lines.shape[1]
        taper = np.hanning(length).astype(np.float32)
        power = (np.abs(fft.rfft((lines - lines.mean(axis=1, keepdims=True)) * taper, axis=1)) ** 2).mean(axis=0)
        where = np.digitize(np.arange(len(power)) * iod / length, EDGES) - 1
        for band in range(len(total)):
            inside = power[where == band]
            total[band] += inside.mean() / length if len(inside) else 0.0
    return total


def kept(judged: Numbers, original: Numbers) -> tuple[float, float] | None:
    """Share of the original's coarse and fine detail (amplitude) that a mouth holds, beyond what the whole face lost.

    judged, original : (2, 5) as from `bands`, means over time. The fine share is NaN where the original has none.
    """
    if (original[:, [REFERENCE, 1, 2]] <= 0).any():
        return None
    ratio = np.sqrt((judged + NOISE) / (original + NOISE))
    mouth, eyes = ratio
    coarse = mouth[COARSE].mean() / max(min(eyes[COARSE].mean(), 1.0), 0.3)
    fine = mouth[FINE].mean() / max(min(eyes[FINE].mean(), 1.0), 0.3)
    return float(coarse), float(fine)


def against_eyes(powers: Numbers) -> tuple[float, float] | None:
    """Coarse and fine detail of a mouth against that of the same face's eyes, log10 of power, each from its reference.

    powers : (2, 5) as from `bands`, means over time.
    Real faces: coarse -0.81 to +0.43, fine -1.4 to +0.5. Eyes behind glasses or sharp lashes lower both.
    """
    if (powers <= 0).any():
        return None
    level = np.log10(powers) - np.log10(powers[:, :1])
    mouth, eyes = level
    return float((mouth - eyes)[COARSE].sum()), float((mouth - eyes)[FINE].sum())


NOISE: Final = 0.5  # power of encoding noise: what lies under it says nothing
