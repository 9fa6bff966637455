"""A judged clip against its original: what a new mouth cost the face it was put into.

Both are seen picture by picture in the same crop; everything is measured on the face brought to one size, so that
memory and time follow neither the clip's length nor its resolution.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.topology import LEFT_BROW, LEFT_EYE, NOSE, RIGHT_BROW, RIGHT_EYE
from syncline.quality import spectra, steps, teeth
from syncline.quality.facepatch import (
    PX_PER_IOD,
    Bgr,
    FacePatch,
    Floats,
    Grey,
    Mask,
    face_patch,
    iod_px,
    registration,
)
from syncline.quality.looks import AgainstFigures, Worst
from syncline.quality.passed import PassedRange
from syncline.quality.trembling import Trembling, ratio
from syncline.quality.windows import Windows

DETAIL_EVERY: Final = 4  # pictures between looks at detail; a soft mouth is soft for longer
SEAM_EVERY: Final = 6
SIMILARITY_EVERY: Final = 2
TEETH_NEED: Final = 10  # pairs with teeth; the original errs where the judged clip does
# A mouth that differs from the original's by no more than the rest of the face does was not drawn: grey levels that
# encoding adds, and how much more of it falls on a mouth than on smooth skin.
SAME_LEVELS, SAME_RATIO = 0.5, 1.25
SOFT: Final = 0.60  # coarse detail kept, below which a mouth is soft and nothing is said of its finest detail
FACE_WIDTH_IOD: Final = 1.6  # a face is this much wider than its outer eye corners are apart
LIGHT_WEIGHT: Final = 0.5  # of lightness in a difference of colour: it follows the mouth's own shadows
_UPPER: Final = tuple(sorted({*LEFT_BROW, *RIGHT_BROW, *LEFT_EYE, *RIGHT_EYE, *NOSE}))


class AgainstMeter:
    """Accumulates `AgainstFigures` over pairs of pictures in order; belongs to one thread."""

    def __init__(self) -> None:
        self._similar = Windows(lambda mean: float(mean), low=True, need=3)
        self._moved = Windows(lambda mean: float(mean), low=False, need=5)
        self._colour = Windows(_colour_difference, low=False, need=5)
        self._coarse = Windows(lambda mine, other: _kept(mine, other)[0], low=True, need=3)
        self._rest = Windows(_rest_of_face, low=True, need=3)
        self._fine = Windows(_fine_kept, low=True, need=3)
        self._flicker = Windows(_trembling, low=False, need=5)
        self._teeth = Windows(_teeth, low=False, need=TEETH_NEED)
        self._seam = Windows(steps.excess, low=False, need=2)
        self._mine, self._other = Trembling(), Trembling()
        self._my_teeth, self._other_teeth = teeth.Teeth(), teeth.Teeth()
        self._lines = steps.LineMaps()
        self._untouched = _Untouched()
        self._pairs = 0

    def add(
        self,
        time: float,
        judged: Bgr,
        original: Bgr,
        points: npt.NDArray[Any],
        original_points: npt.NDArray[Any],
        reason: str = "",
    ) -> None:
        """Take one pair of pictures.

        time : seconds in the judged clip.
        judged, original : (h, w, 3) uint8 BGR, the same box of both pictures, with the whole face and its chin.
        points, original_points : (478, 2 or 3) px of these crops, as tracked on each.
        reason : why nothing would be drawn here ("silence", "occluded", ...), told where the mouth is the original's.

        A pair that cannot be compared is skipped. Raises ValueError where the crops differ in size.
        """
        if judged.shape != original.shape:
            raise ValueError(f"crops of {judged.shape} and {original.shape} cannot be compared")
        matrix = registration(original_points)
        if matrix is None or not np.isfinite(np.asarray(points, np.float64)[:, :2]).all():
            self.skip(time, reason or "no_face")
            return
        mine, other = face_patch(judged, points, matrix), face_patch(original, original_points, matrix)
        if mine is None or other is None:
            self.skip(time, reason or "no_face")
            return
        self._look_at_face(time, mine, other)
        self._look_at_movement(time, mine, other)
        if self._pairs % DETAIL_EVERY == 0:
            self._look_at_detail(time, judged, original, original_points)
        if self._pairs % SEAM_EVERY == 0:
            pair = (self._lines.add(crop, original_points) for crop in (judged, original))
            self._seam.add(time, *pair)
        self._untouched.add(time, _same_mouth(mine, other), reason)
        self._pairs += 1

    def skip(self, time: float, reason: str = "") -> None:
        """A picture that cannot be compared; what follows does not continue what went before."""
        for each in (self._mine, self._other, self._my_teeth, self._other_teeth):
            each.restart()
        self._untouched.add(time, False, reason)

    def result(self) -> AgainstFigures:
        """The figures so far."""
        fine = self._fine.result()
        return AgainstFigures(
            frames=self._pairs,
            identity=self._similar.result(),
            upper_face=self._moved.result(),
            colour=self._colour.result(),
            sharpness=self._coarse.result(),
            surround=self._rest.result(),
            resolution=fine,
            generated_px=width_of_generated(fine),
            flicker=self._flicker.result(),
            seam=self._seam.result(),
            teeth=self._teeth.result(),
            untouched=self._untouched.result(),
        )

    def _look_at_face(self, time: float, mine: FacePatch, other: FacePatch) -> None:
        if self._pairs % SIMILARITY_EVERY == 0 and other.upper.any():
            self._similar.add(time, similarity(mine.grey, other.grey, other.upper))
        moved = mine.points[list(_UPPER)] - other.points[list(_UPPER)]
        self._moved.add(time, float(np.linalg.norm(moved, axis=1).mean()) / PX_PER_IOD)
        near, far = other.near_mouth & ~mine.lips, other.upper_skin
        if near.any() and far.any():
            colours = [mean_lab(patch.bgr, area) for patch in (mine, other) for area in (near, far)]
            self._colour.add(time, np.stack(colours))

    def _look_at_movement(self, time: float, mine: FacePatch, other: FacePatch) -> None:
        found, base = self._mine.add(mine), self._other.add(other)
        if found is not None and base is not None:
            self._flicker.add(time, found, base)
        off, base_off = self._my_teeth.add(mine), self._other_teeth.add(other)
        if off is not None and base_off is not None:
            self._teeth.add(time, off, base_off)

    def _look_at_detail(self, time: float, judged: Bgr, original: Bgr, points: npt.NDArray[Any]) -> None:
        mine, other = spectra.bands(judged, points), spectra.bands(original, points)
        if mine is None or other is None:
            return
        self._coarse.add(time, mine, other)
        self._rest.add(time, mine, other)
        if iod_px(points) >= spectra.SMALLEST_IOD:
            self._fine.add(time, mine, other)


class _Untouched:
    """Stretches of pictures whose mouth is the original's, joined as they come."""

    def __init__(self) -> None:
        self._ranges: list[PassedRange] = []
        self._open: tuple[float, float, int, str] | None = None  # start, last, frames, reason
        self._before: float | None = None
        self._period = 0.04

    def add(self, time: float, same: bool, reason: str) -> None:
        if self._before is not None and time > self._before:
            self._period = time - self._before
        self._before = time
        if self._open is not None and (not same or reason != self._open[3]):
            self._close()
        if same:
            start, frames = (time, 0) if self._open is None else (self._open[0], self._open[2])
            self._open = (start, time, frames + 1, reason)

    def result(self) -> tuple[PassedRange, ...]:
        if self._open is not None:
            self._close()
        return tuple(self._ranges)

    def _close(self) -> None:
        assert self._open is not None
        start, last, frames, reason = self._open
        end = round(last + self._period, 4)
        self._ranges.append(PassedRange(round(start, 4), end, frames, (reason,) if reason else ()))
        self._open = None


def similarity(a: Grey, b: Grey, area: Mask) -> float:
    """Mean structural similarity of two pictures over an area, -1..1.

    Source: Z. Wang, A. Bovik, H. Sheikh, E. Simoncelli, Image quality assessment: from error visibility to structural
    similarity, 2004; with a box of 9 pixels for the window.
    """
    rows, columns = (np.flatnonzero(area.any(axis=axis)) for axis in (1, 0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    x, y = a[part].astype(np.float32), b[part].astype(np.float32)
    mean_x, mean_y = _box(x), _box(y)
    spread_x, spread_y = _box(x * x) - mean_x**2, _box(y * y) - mean_y**2
    shared = _box(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    whole = (2 * mean_x * mean_y + c1) * (2 * shared + c2)
    whole /= (mean_x**2 + mean_y**2 + c1) * (spread_x + spread_y + c2)
    return float(whole[area[part]].mean())


def mean_lab(bgr: Bgr, area: Mask) -> npt.NDArray[np.float64]:
    """(3,) mean CIE L*, a*, b* of an area."""
    mean = np.array(cv2.mean(bgr, area.astype(np.uint8))[:3], np.float32) / 255
    return np.asarray(cv2.cvtColor(mean.reshape(1, 1, 3), cv2.COLOR_BGR2LAB), np.float64).reshape(3)


def width_of_generated(fine: Worst) -> int | None:
    """Width in pixels of the smaller face that a mouth may have been made as, from the fine detail it keeps."""
    if fine.value is None or fine.value >= 0.8:
        return None
    # A face of w px holds w / (2 x 1.6) cycles an IOD at most; half of the amplitude is lost at 0.7 of that. The
    # detail looked at lies about 22 cycles an IOD; Gaussian in between.
    half_at = 22.6 * np.sqrt(np.log(2.0) / max(-np.log(max(fine.value, 0.05)), 1e-6))
    return int(round(2 * FACE_WIDTH_IOD * half_at / 0.7 / 16) * 16)


def _box(values: Floats) -> Floats:
    return np.asarray(cv2.blur(values, (9, 9)), np.float32)


def _same_mouth(mine: FacePatch, other: FacePatch) -> bool:
    difference = np.asarray(cv2.absdiff(mine.bgr, other.bgr))
    mouth, rest = (sum(cv2.mean(difference, area.astype(np.uint8))) / 3 for area in (other.mouth, other.upper))
    return bool(mouth <= SAME_LEVELS + SAME_RATIO * rest)


def _colour_difference(colours: npt.NDArray[np.float64]) -> float:
    """CIE Lab units by which the skin around the mouth changed beyond the rest of the face; (4, 3) as added."""
    near, far, near_before, far_before = colours
    change = (near - near_before) - (far - far_before)
    return float(np.linalg.norm(change * [LIGHT_WEIGHT, 1.0, 1.0]))


def _kept(mine: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> tuple[float | None, float | None]:
    found = spectra.kept(mine, other)
    return (None, None) if found is None else found


def _fine_kept(mine: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float | None:
    """Fine detail kept; None where the mouth is soft, which is told once."""
    coarse, fine = _kept(mine, other)
    return None if coarse is None or coarse < SOFT else fine


def _rest_of_face(mine: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float | None:
    if (other[1, spectra.COARSE] <= 0).any():
        return None
    return float(np.sqrt(mine[1, spectra.COARSE] / other[1, spectra.COARSE]).mean())


def _trembling(mine: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    return ratio(mine) / max(ratio(other), 0.3)


def _teeth(mine: float, other: float) -> float:
    return max(0.0, float(mine) - float(other))
