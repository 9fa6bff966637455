"""How well a mouth and a sound agree at each shift of the sound.

Both become streams of numbers at a fixed rate; at each shift every pair of columns is correlated over the moments that
both know. Sign of a shift: + = the sound is early.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.signal import savgol_filter

from syncline.motion.mouthtrack import Floats, Mask, frame_period
from syncline.speech.features import FRAME_RATE

Doubles = npt.NDArray[np.float64]

STEP_S: Final = 1 / FRAME_RATE
SMOOTH_PICTURES: Final = 5  # Savitzky–Golay window: landmarks jitter from picture to picture
SMOOTH_S: Final = 0.17  # the window where pictures follow one another faster than 30 a second
STILL: Final = 1e-4  # IOD units: what moves less does not move
LEAST_VARIANCE: Final = 1e-3  # of a standardised column over the moments compared: less says nothing
LEAST_OVERLAP_S: Final = 0.5


@dataclass(frozen=True, eq=False)
class MouthMotion:
    """The mouth at 100 Hz: `columns` (n, 3C) standard deviations (values, speeds, accelerations), `seen` (n,) bool.

    first : the sound's feature frame (10 ms each) at which row 0 lies; always even.
    """

    columns: Floats
    seen: Mask
    first: int


def mouth_motion(shape: npt.ArrayLike, times: npt.ArrayLike, usable: npt.ArrayLike) -> MouthMotion:
    """Bring a tracked mouth to the rate of the sound's features.

    shape : (T, C) IOD units; times : (T,) s on the sound's clock; usable : (T,) bool, at least two True.
    Gaps are bridged for smoothing and slopes only; rows near no usable picture are not `seen`.
    """
    values, moments = np.asarray(shape, np.float64), np.asarray(times, np.float64)
    good = np.asarray(usable, np.bool_)
    index = np.flatnonzero(good)
    whole = np.stack([np.interp(moments, moments[index], values[index, k]) for k in range(values.shape[1])], axis=1)
    window = max(SMOOTH_PICTURES, round(SMOOTH_S / frame_period(moments)) | 1)
    if len(whole) >= window:
        whole = savgol_filter(whole, window, 2, axis=0)
    first = 2 * int(np.floor(moments[0] / STEP_S / 2))
    grid = np.arange(first, int(np.ceil(moments[-1] / STEP_S)) + 1) * STEP_S
    column = np.stack([np.interp(grid, moments, part) for part in whole.T], axis=1)
    after = np.clip(np.searchsorted(moments, grid), 1, max(len(moments) - 1, 1))
    nearest = np.where(moments[after] - grid < grid - moments[after - 1], after, after - 1)
    seen = good[nearest] & (np.abs(moments[nearest] - grid) <= max(0.75 * frame_period(moments), 0.03))
    speed = np.gradient(column, STEP_S, axis=0)
    every = np.concatenate([column, speed, np.gradient(speed, STEP_S, axis=0)], axis=1)
    return MouthMotion(standardised(every, seen), seen, first)


def standardised(columns: Doubles, mask: Mask) -> Floats:
    """Columns in standard deviations over the rows of `mask`, 0 elsewhere."""
    part = columns[mask]
    if not len(part):
        return np.zeros(columns.shape, np.float32)
    scaled = (columns - part.mean(axis=0)) / (part.std(axis=0) + STILL)
    scaled[~mask] = 0.0
    return np.asarray(scaled, np.float32)


def correlations(
    seen: Floats, mask: Mask, heard: Floats, first: int, lags: npt.NDArray[np.intp]
) -> tuple[Doubles, Doubles]:
    """Correlation of each pair of columns at each lag, and over how many rows: (L, K) and (L,) float64.

    seen : (n, K) with `mask` (n,), row i at the sound's frame first + i; heard : (m, K), row j at frame j.
    At lag l row i meets frame first + i − l. Too few rows, or a column that stands still, give 0.
    """
    size = fft.next_fast_len(len(seen) + len(heard), real=True)
    known = mask.astype(np.float64)[:, None]
    x, p = seen * known, np.asarray(heard, np.float64)
    at = (first - lags) % size
    spectra = [fft.rfft(each, size, axis=0) for each in (p, p * p, np.ones((len(p), 1)))]
    others = [np.conj(fft.rfft(each, size, axis=0)) for each in (x, x * x, known)]

    def sums(a: int, b: int) -> Doubles:
        """Σ heard-side a × picture-side b at each lag: (L, K)."""
        return np.asarray(fft.irfft(spectra[a] * others[b], size, axis=0)[at], np.float64)

    count = np.round(sums(2, 2))
    n = np.maximum(count, 1.0)
    mean_p, mean_x = sums(0, 2) / n, sums(2, 0) / n
    together = sums(0, 0) / n - mean_p * mean_x
    var_p, var_x = sums(1, 2) / n - mean_p**2, sums(2, 1) / n - mean_x**2
    r = together / np.sqrt(np.maximum(var_p, LEAST_VARIANCE) * np.maximum(var_x, LEAST_VARIANCE))
    rows = count[:, 0]
    r[rows < LEAST_OVERLAP_S / STEP_S / 2] = 0.0
    return r, rows
