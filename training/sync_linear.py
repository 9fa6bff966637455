"""The linear half of the offset estimator: ridge regression from the sound's context to the mouth's columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from training.sound_network import warped
from training.sync_material import MANY, Floats, Material, SyncClip

from syncline.motion.soundnet import standardised_mel
from syncline.quality.agreement import MouthMotion, correlations, mouth_motion
from syncline.quality.offset import LAG_FRAMES, LAGS, top_of
from syncline.quality.syncmodel import CONTEXT, INPUTS, VALUES
from syncline.speech.features import frames_at

Doubles = npt.NDArray[np.float64]
WARPS = (0.85, 0.93, 1.0, 1.08, 1.17)  # frequency axes of other vocal tracts (Jaitly and Hinton 2013)
RIDGE = 0.05  # times the number of examples
FEW_WEIGHT = 5.0  # of a speaker with one clip, against one with plenty
POSITION_SHARE = 0.5  # positions of lips tell less of a shift than their speeds: they change slowly
PARTS = 2  # every second row of 100 Hz: neighbours say the same


def motion_of(clip: SyncClip) -> MouthMotion:
    """The mouth of a whole clip at 100 Hz."""
    return mouth_motion(clip.mouth, clip.times, clip.usable)


def context_of(bands: Floats) -> Floats:
    """(n, 40) to (n, 360): each frame with those around it, edges repeated."""
    index = np.clip(np.arange(len(bands))[:, None] + CONTEXT, 0, len(bands) - 1)
    return bands[index].reshape(len(bands), INPUTS)


@dataclass
class LinearFits:
    """Fits with any speakers left out, from each clip's normal equations, which are made once for each offset."""

    material: Material
    offsets: Mapping[str, float] = field(default_factory=dict)
    _parts: dict[tuple[str, float], tuple[Doubles, Doubles, int]] = field(default_factory=dict)

    def weights(self, left_out: Sequence[str] = ()) -> Floats:
        """(360, 36) weights of a fit without some speakers."""
        plenty = [clip for clip in self.material.plenty if clip.speaker not in left_out]
        few = [clip for clip in self.material.few if clip.speaker not in left_out and clip.name in self.offsets]
        parts = [(self._normal(clip), FEW_WEIGHT if plenty else 1.0) for clip in few]
        parts += [(self._normal(clip), 1.0) for clip in plenty]
        left = sum(weight * part[0] for part, weight in parts)
        right = sum(weight * part[1] for part, weight in parts)
        count = sum(weight * part[2] for part, weight in parts)
        return np.asarray(np.linalg.solve(left + RIDGE * count * np.eye(INPUTS), right), np.float32)

    def _normal(self, clip: SyncClip) -> tuple[Doubles, Doubles, int]:
        offset = self.offsets.get(clip.name, 0.0)
        key = (clip.name, offset)
        if key not in self._parts:
            motion = motion_of(clip)
            rows = np.flatnonzero(motion.seen)[::PARTS]
            moments = (motion.first + rows) / 100 - offset
            rows, moments = rows[moments >= 0], moments[moments >= 0]
            wanted = motion.columns[rows].astype(np.float64)
            warps = WARPS if len(self.material.few) < MANY and clip in self.material.few else WARPS[1:4]
            left, right = np.zeros((INPUTS, INPUTS)), np.zeros((INPUTS, wanted.shape[1]))
            for warp in warps:
                inputs = frames_at(context_of(standardised_mel(warped(clip.mel, warp))), moments).astype(np.float64)
                left += inputs.T @ inputs / len(warps)
                right += inputs.T @ wanted / len(warps)
            self._parts[key] = (left, right, len(rows))
        return self._parts[key]


def clip_correlations(clip: SyncClip, weights: Floats) -> Doubles:
    """Correlation of each column at each of `LAGS`, of a whole clip: (L, 36)."""
    motion = motion_of(clip)
    heard = context_of(standardised_mel(clip.mel)) @ weights
    return correlations(motion.columns, motion.seen, heard, motion.first, LAG_FRAMES)[0]


def shares_of(found: Sequence[Doubles]) -> Floats:
    """Weight of each column, summing to 1: squared mean correlation on strangers; positions count less."""
    shares = np.maximum(np.mean(found, axis=0), 0.0) ** 2
    shares[:VALUES] *= POSITION_SHARE
    return np.asarray(shares / shares.sum(), np.float32)


def own_offsets(material: Material, rounds: int = 4) -> dict[str, float]:
    """Own offset (s, + = sound early) of each clip of the few, by fits that never heard its speaker; GRID's is 0."""
    fits = LinearFits(material)
    shares = np.full(3 * VALUES, 1 / (3 * VALUES), np.float32)
    for _ in range(rounds):
        curves = {clip.name: clip_correlations(clip, fits.weights([clip.speaker])) for clip in material.few}
        found = {name: round(top_of(curve @ shares), 3) for name, curve in curves.items()}
        shares = shares_of([curve[int(np.abs(LAGS - found[name]).argmin())] for name, curve in curves.items()])
        fits.offsets = found
    return dict(fits.offsets)
