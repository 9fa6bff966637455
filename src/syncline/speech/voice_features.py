"""Features in which a synthetic voice can be compared with a recording in noise.

What lies under the recording's noise is not heard there and must not count in the voice either: both are given the same
floor, so many decibels under their own peaks in each band, and pauses of the two then look alike, whatever fills them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from syncline.speech.dtw import distances
from syncline.speech.features import POWER_FLOOR, power_mel

FloatArray = npt.NDArray[np.float32]

_BANDS = 26
_STEADY_FRAMES = 9  # the floor follows power over 90 ms
# A low floor keeps the detail of clean sound (95 instead of 93 % of GRID's inner boundaries within 50 ms, with the
# model); babble reaches so much higher than its mean that half of a line must lie under the floor.
_LOW_FLOOR, _HIGH_FLOOR = (15, 2.0), (50, 2.5)  # percentile, factor
_CLEAN_DB = 18.0  # depth of the high floor from which the low one is used
_RANGE_DB = 40.0  # what lies lower is not compared, in the cleanest sound either
_PEAK_PERCENTILE = 97
_ADDED = 0.7  # weight of what the recording has more than the voice
NOISY_DB = 12.5  # `Masking.depth_db` under this is noise; GRID has 15 to 24 clean, 11 to 15 in babble at 10 dB
_HIGHEST_FLOOR = 0.5  # of the peak: a band that is all noise


@dataclass(frozen=True)
class Masking:
    """(26,) float32 each: peak power of the bands of a sound, and its floor as a share of that."""

    peak: FloatArray
    share: FloatArray

    @property
    def depth_db(self) -> float:
        """How far the floor lies under the peaks, mean over the bands: 15 dB and more in clean sound, less in noise."""
        return float(-10 * np.log10(self.share).mean())

    def over(self, power: FloatArray) -> FloatArray:
        """(n, 26) natural logarithms of power over the floor, 0 at the peak."""
        floor = self.peak * self.share
        return np.asarray(np.log(power + floor) - np.log(self.peak + floor), np.float32)

    def silence(self) -> FloatArray:
        """(1, 26) what a frame without sound looks like: a little over the floor, as its noise is."""
        return self.over((0.2 * self.peak * self.share)[None])


def band_power(y: FloatArray) -> FloatArray:
    """(n, 26) float32 mel power over 25 ms at 100 Hz."""
    return power_mel(y, n_mels=_BANDS, n_fft=512, window=400)


def noise_distances(spoken: FloatArray, recorded: FloatArray) -> FloatArray:
    """(len(spoken), len(recorded)) distances in which more in the recording than in the voice counts less than less.

    Noise adds and takes nothing away (missing-data recognition: Cooke et al., Speech Communication 34, 2001). In babble
    at 5 dB 83 instead of 78 % of GRID's boundaries end within 100 ms; twelve times dearer than plain distances.
    """
    share = np.float32(_ADDED**2)
    total = distances(spoken, recorded)
    total *= total * share
    for band in range(spoken.shape[1]):
        less = spoken[:, None, band] - recorded[None, :, band]
        np.maximum(less, 0, out=less)
        less *= less
        less *= 1 - share
        total += less
    return np.sqrt(total, out=total)


def recorded_masking(power: FloatArray) -> Masking:
    """Peaks and floor of a recording from its band power (n, 26)."""
    peak = np.percentile(power, _PEAK_PERCENTILE, axis=0) + POWER_FLOOR
    steady = uniform_filter1d(power, _STEADY_FRAMES, axis=0, mode="nearest")
    high = _floored(peak, steady, *_HIGH_FLOOR)
    return high if high.depth_db < _CLEAN_DB else _floored(peak, steady, *_LOW_FLOOR)


def _floored(peak: FloatArray, steady: FloatArray, percentile: float, factor: float) -> Masking:
    noise = np.percentile(steady, percentile, axis=0) * factor
    share = np.clip(noise / peak, 10 ** (-_RANGE_DB / 10), _HIGHEST_FLOOR)
    return Masking(peak.astype(np.float32), share.astype(np.float32))


def spoken_masking(power: FloatArray, recorded: Masking) -> Masking:
    """A voice's own peaks, with the floor as far under them as the recording's is."""
    peak = np.percentile(power, _PEAK_PERCENTILE, axis=0) + POWER_FLOOR
    return Masking(peak.astype(np.float32), recorded.share)
