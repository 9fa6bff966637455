"""One clip by itself: the mouth against the rest of the same face.

Without the original a fault shows where mouth and face disagree by more than they do in real footage. What agrees with
the face (another person's, or a face that was made whole) cannot be seen this way, nor can a mouth that is only darker.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.quality import spectra, steps, teeth
from syncline.quality.against import DETAIL_EVERY, SEAM_EVERY, mean_lab
from syncline.quality.facepatch import Bgr, face_patch, iod_px
from syncline.quality.looks import WithinFigures
from syncline.quality.trembling import Trembling, ratio
from syncline.quality.windows import Windows

# Skin around the mouth is redder and yellower than the cheeks, or (a beard) less of both; it does not lean to purple
# or green. What lies along the first direction of a*, b* counts less.
USUAL_LEAN: Final = np.array([1.0, 1.0]) / np.sqrt(2.0)
USUAL_WEIGHT: Final = 0.4
# log10 of power (`quality.spectra.against_eyes`): a mouth below it is soft, and nothing is said of its finest detail.
# Real faces stay over -0.9; of 96 px, enlarged, over -1.1; out of focus by 2 % of the eyes' distance, under -1.25.
SOFT: Final = -1.18
# px an IOD: smaller faces show their own edges as hard as a border, have lost what an enlargement loses, the colour of
# their lips spreads over the skin, and their teeth are few pixels.
LARGE_IOD: Final = 90.0


class WithinMeter:
    """Accumulates `WithinFigures` over pictures in order; belongs to one thread."""

    def __init__(self) -> None:
        self._colour = Windows(_lean, low=False, need=5)
        self._detail = Windows(_detail, low=True, need=3)
        self._fine = Windows(_fine, low=True, need=3)
        self._flicker = Windows(ratio, low=False, need=5)
        self._teeth = Windows(float, low=False, need=teeth.NEED)
        self._seam = Windows(_pair, low=False, need=2)
        self._trembling, self._between_lips = Trembling(), teeth.Teeth()
        self._lines = steps.LineMaps()
        self._frames = 0

    def add(self, time: float, judged: Bgr, points: npt.NDArray[Any]) -> None:
        """Take one picture.

        time : seconds. judged : (h, w, 3) uint8 BGR crop with the whole face and its chin.
        points : (478, 2 or 3) px of the crop. A picture that cannot be judged is skipped.
        """
        patch = face_patch(judged, points)
        if patch is None:
            self.skip()
            return
        iod = iod_px(points)
        near, far = patch.near_mouth, patch.upper_skin
        if iod >= LARGE_IOD and near.any() and far.any():
            self._colour.add(time, mean_lab(patch.bgr, near) - mean_lab(patch.bgr, far))
        found = self._trembling.add(patch)
        if found is not None:
            self._flicker.add(time, found)
        off = self._between_lips.add(patch)
        if off is not None and iod >= LARGE_IOD:
            self._teeth.add(time, off)
        if self._frames % DETAIL_EVERY == 0:
            powers = spectra.bands(judged, points)
            if powers is not None:
                self._detail.add(time, powers, float(iod >= LARGE_IOD))
                if iod >= LARGE_IOD:
                    self._fine.add(time, powers)
        if self._frames % SEAM_EVERY == 0 and iod >= LARGE_IOD:
            upright = self._lines.add(judged, points)[0]
            self._seam.add(time, upright, self._lines.unit)
        self._frames += 1

    def skip(self) -> None:
        """A picture that cannot be judged; what follows does not continue what went before."""
        self._trembling.restart()
        self._between_lips.restart()

    def result(self) -> WithinFigures:
        """The figures so far."""
        return WithinFigures(
            frames=self._frames,
            colour=self._colour.result(),
            sharpness=self._detail.result(),
            resolution=self._fine.result(),
            flicker=self._flicker.result(),
            seam=self._seam.result(),
            teeth=self._teeth.result(),
        )


def _pair(upright: npt.NDArray[Any], unit: npt.NDArray[Any]) -> float:
    return steps.paired(upright, float(unit))


def _lean(difference: npt.NDArray[np.float64]) -> float:
    """How far the skin around the mouth leans from the hue of the rest, CIE Lab units."""
    along = float(difference[1:] @ USUAL_LEAN)
    across = float(np.linalg.norm(difference[1:] - along * USUAL_LEAN))
    return float(np.hypot(across, USUAL_WEIGHT * along))


def _detail(powers: npt.NDArray[np.float64], large: float | npt.NDArray[np.float64] = 1.0) -> float | None:
    """Detail of the mouth against the eyes'; of small faces the coarse detail alone, for they have no other."""
    found = spectra.against_eyes(powers)
    if found is None:
        return None
    coarse, fine = found
    return (coarse + fine / 2) / 2 if large > 0.5 else coarse


def _fine(powers: npt.NDArray[np.float64]) -> float | None:
    """Fine detail; None where the mouth is soft, which is told once."""
    found, detail = spectra.against_eyes(powers), _detail(powers)
    return None if found is None or detail is None or detail < SOFT else found[1]
