"""A second look at lips that should be shut: is there a gap between them, or does a wet lip shine like teeth?

On small faces the tracker takes the shine of a lower lip for teeth and reads an opening of 0.03 to 0.06 IOD where the
lips touch. The picture tells: what lies between parted lips is darker than they are, or (teeth) less red.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.topology import INNER_LIPS, OUTER_LIPS
from syncline.motion.mouthtrack import OPENING
from syncline.quality.closures import TOLERANCE_S, measure_closures
from syncline.quality.facepatch import Bgr
from syncline.quality.seen import SeenMouth
from syncline.speech.cuesheet import CueSheet

LOOKED_AT_PX: Final = 160  # width that the lips are brought to
DARKER: Final = 14.0  # L* below the lips' own: a gap, even a lit one
LESS_RED: Final = 9.0  # a* below the lips' own: teeth and tongue in shadow
# Share of what lies between the inner lips, as tracked, that is gap or teeth. GRID: under open vowels 0.68 and more in
# 95 of 100 pictures that read as little open as these; shut lips that shine, 0.02 to 0.3.
PARTED: Final = 0.35
MOST_OPEN: Final = 0.08  # IOD: a shine is no wider
LEAST_PX: Final = 8  # of lips across: smaller ones show nothing


def parted(crop: Bgr, points: npt.NDArray[Any]) -> float | None:
    """Share of what the tracker holds for the gap between the lips that does not look like lips, 0..1.

    crop : (h, w, 3) uint8 BGR with the mouth. points : (478, 2 or 3) px of it.
    None where the lips are outside the crop or too small; 0 where the tracker sees no gap.
    """
    flat = np.asarray(points, np.float64)[:, :2]
    lips = flat[list(OUTER_LIPS)]
    if not np.isfinite(lips).all() or np.ptp(lips[:, 0]) < LEAST_PX:
        return None
    low, high = np.floor(lips.min(axis=0)).astype(int) - 2, np.ceil(lips.max(axis=0)).astype(int) + 3
    if (low < 0).any() or high[0] > crop.shape[1] or high[1] > crop.shape[0]:
        return None
    window = crop[low[1] : high[1], low[0] : high[0]].astype(np.float32) / 255
    scale = LOOKED_AT_PX / window.shape[1]
    window = cv2.resize(
        window, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    )
    lab = cv2.cvtColor(np.clip(window, 0, 1), cv2.COLOR_BGR2LAB)
    inside, outside = (_filled((flat[list(ring)] - low + 0.5) * scale, lab.shape) for ring in (INNER_LIPS, OUTER_LIPS))
    own = (outside > 0) & (np.asarray(cv2.dilate(inside, np.ones((5, 5), np.uint8))) == 0)
    if not own.any():
        return None
    if not inside.any():
        return 0.0
    difference = lab[inside > 0] - np.median(lab[own], axis=0)
    return float(((difference[:, 0] < -DARKER) | (difference[:, 1] < -LESS_RED)).mean())


def doubtful(mouth: SeenMouth, cue: CueSheet, closed: float) -> tuple[int, ...]:
    """Pictures worth a second look: a little open, around a p, b or m on which the lips are not seen to shut.

    closed : opening at or under which these lips count as shut, IOD units.
    """
    found: set[int] = set()
    for closure in measure_closures(cue, mouth, closed).each:
        if closure.closed or closure.opening is None or closure.opening > MOST_OPEN:
            continue
        near = (mouth.times >= closure.start - TOLERANCE_S) & (mouth.times <= closure.end + TOLERANCE_S)
        small = near & mouth.usable & (np.nan_to_num(mouth.opening, nan=1.0) <= MOST_OPEN)
        found.update(int(t) for t in np.flatnonzero(small))
    return tuple(sorted(found))


def shut_at(mouth: SeenMouth, pictures: tuple[int, ...]) -> SeenMouth:
    """The same mouth, shut on some pictures."""
    if not pictures:
        return mouth
    shape = mouth.shape.copy()
    shape[list(pictures), OPENING] = 0.0
    return SeenMouth(mouth.times, shape, mouth.usable)


def _filled(polygon: npt.NDArray[np.float64], shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    area = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(area, [np.round(polygon * 16).astype(np.int32)], 1, shift=4)
    return area
