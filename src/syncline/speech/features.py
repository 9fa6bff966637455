"""Numbers that describe a sound over time: log-mel, MFCC, loudness.

One convention everywhere: mono 16 kHz float32 in -1..1, frame `i` is centred on sample `i * HOP`, so its time is
`i * HOP / SAMPLE_RATE` seconds and a sound of n samples has `1 + n // HOP` frames.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft

from syncline.errors import InputError
from syncline.media.samples import release

SAMPLE_RATE = 16_000
HOP = 160
FRAME_RATE = SAMPLE_RATE // HOP  # 100 Hz
N_FFT = 1024
N_MELS = 80
POWER_FLOOR = 1e-10  # -100 dB: under the noise of 16-bit sound, so that digital silence has a finite logarithm
BLOCK_FRAMES = 1024  # spectra are made in blocks of 10 s: memory does not grow with the sound's length

FloatArray = npt.NDArray[np.float32]


def checked_sound(y16k: npt.ArrayLike) -> FloatArray:
    """The sound as (n,) float32, mono 16 kHz.

    Raises
    ------
    InputError : more than one dimension, or samples that are not finite numbers.
    """
    y = np.ascontiguousarray(y16k, dtype=np.float32)
    if y.ndim != 1:
        raise InputError(f"the analysis sound must be mono, not of shape {y.shape}", stage="speech")
    if not np.isfinite(y).all():
        raise InputError("the sound holds samples that are not finite numbers", stage="speech")
    return y


def frame_count(samples: int, hop: int = HOP) -> int:
    """Number of feature frames of a sound of `samples` samples (0 for none)."""
    return 1 + samples // hop if samples else 0


def frame_times(count: int) -> npt.NDArray[np.float64]:
    """Times of feature frames in seconds: (count,) float64."""
    return np.arange(count, dtype=np.float64) * (HOP / SAMPLE_RATE)


def power_mel(
    y16k: npt.ArrayLike, *, n_mels: int = N_MELS, n_fft: int = N_FFT, window: int | None = None, hop: int = HOP
) -> FloatArray:
    """Mel power spectrum, (n, n_mels) float32: Hann window of `window` samples (`n_fft` if None), zero-padded edges."""
    y = checked_sound(y16k)
    window = n_fft if window is None else window
    count = frame_count(len(y), hop)
    filters = mel_filters(n_mels, n_fft)
    taper = np.hanning(window + 1)[:-1].astype(np.float32)
    result = np.empty((count, n_mels), np.float32)
    for first in range(0, count, BLOCK_FRAMES):
        last = min(count, first + BLOCK_FRAMES)
        start = first * hop - window // 2
        padded = _padded(y, start, (last - 1 - first) * hop + window)
        frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
        spectrum = fft.rfft(frames * taper, n_fft, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        result[first:last] = power @ filters
        release(y)
    return result


def _padded(y: FloatArray, start: int, length: int) -> FloatArray:
    """`length` samples of a sound from `start`, with silence where it has none."""
    part = np.zeros(length, np.float32)
    low, high = max(0, start), max(0, min(len(y), start + length))
    part[low - start : high - start] = y[low:high]
    return part


def log_mel(y16k: npt.ArrayLike) -> FloatArray:
    """Natural logarithm of the mel power spectrum: (n, 80) float32 at 100 Hz.

    80 bands (Slaney) from 0 to 8 kHz, 1024-point FFT, hop 160: the numbers of DESIGN section 4. n = 1 + samples // 160.
    """
    mel = power_mel(y16k)
    mel += np.float32(POWER_FLOOR)
    return np.log(mel, out=mel)


def mfcc(y16k: npt.ArrayLike, count: int = 13) -> FloatArray:
    """Mel-frequency cepstral coefficients: (n, count) float32 at 100 Hz, orthonormal DCT-II of `log_mel`."""
    mel = log_mel(y16k)
    result = np.empty((len(mel), min(count, mel.shape[1])), np.float32)
    for first in range(0, len(mel), BLOCK_FRAMES):
        part = slice(first, first + BLOCK_FRAMES)
        result[part] = fft.dct(mel[part], type=2, norm="ortho", axis=1)[:, :count]
    return result


def delta(features: FloatArray, reach: int = 2) -> FloatArray:
    """Regression slope over ±`reach` frames: same shape as `features`, per frame (Young et al., HTK Book, 5.9)."""
    if not len(features):
        return features.copy()
    padded = np.pad(features, ((reach, reach), (0, 0)), mode="edge")
    steps = range(1, reach + 1)
    n = len(features)
    slope = sum(k * (padded[reach + k : reach + k + n] - padded[reach - k : reach - k + n]) for k in steps)
    result: FloatArray = (np.asarray(slope) / (2 * sum(k * k for k in steps))).astype(np.float32)
    return result


def loudness_db(y16k: npt.ArrayLike, window: int = 400) -> FloatArray:
    """Root-mean-square level: (n,) float32, dB relative to full scale, one value each 10 ms over `window` samples."""
    y = checked_sound(y16k)
    count = frame_count(len(y))
    centres = np.arange(count) * HOP
    low, high = np.clip(centres - window // 2, 0, len(y)), np.clip(centres + window // 2, 0, len(y))
    power = (_energy_until(y, high) - _energy_until(y, low)) / window
    return np.asarray(10 * np.log10(power + POWER_FLOOR), np.float32)


def _energy_until(y: FloatArray, ends: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Sum of squares of the samples before each of some places, rising: in float64, which is not held for them all."""
    result = np.zeros(len(ends))
    total = 0.0
    for first in range(0, len(y), BLOCK_FRAMES * HOP):
        sums = np.cumsum(np.concatenate([[total], y[first : first + BLOCK_FRAMES * HOP].astype(np.float64) ** 2]))
        here = slice(*np.searchsorted(ends, [first, first + len(sums) - 1], side="right"))
        result[here] = sums[ends[here] - first]
        total = sums[-1]
        release(y)
    return result


def frames_at(features: npt.NDArray[np.floating[Any]], times_s: npt.ArrayLike, offset_s: float = 0.0) -> FloatArray:
    """Features at given times: (T, ...) float32, linear between frames, the edge value outside.

    Parameters
    ----------
    features : (n, ...) at 100 Hz, frame i at i * 10 ms.
    times_s : (T,) seconds in the sound.
    offset_s : added to every time (look ahead or behind).

    Raises
    ------
    InputError : there is no frame to read.
    """
    features = np.asarray(features)
    if not len(features):
        raise InputError("the sound is empty: there are no feature frames to read", stage="speech")
    position = np.clip((np.asarray(times_s, np.float64) + offset_s) * FRAME_RATE, 0, len(features) - 1)
    low = np.floor(position).astype(np.intp)
    high = np.minimum(low + 1, len(features) - 1)
    share = (position - low).reshape(-1, *([1] * (features.ndim - 1))).astype(np.float32)
    result: FloatArray = (features[low] * (1 - share) + features[high] * share).astype(np.float32)
    return result


@lru_cache(maxsize=8)
def mel_filters(n_mels: int, n_fft: int, low_hz: float = 0.0, high_hz: float = SAMPLE_RATE / 2) -> FloatArray:
    """Triangular mel filters of unit area: (n_fft // 2 + 1, n_mels) float32 (Slaney, Auditory Toolbox, 1998)."""
    edges = _mel_to_hz(np.linspace(_hz_to_mel(low_hz), _hz_to_mel(high_hz), n_mels + 2))
    bins = np.linspace(0, SAMPLE_RATE / 2, n_fft // 2 + 1)[:, None]
    rise = (bins - edges[:-2]) / np.diff(edges)[:-1]
    fall = (edges[2:] - bins) / np.diff(edges)[1:]
    filters = np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))
    filters = filters.astype(np.float32)
    filters.flags.writeable = False  # shared by every caller of the cache
    result: FloatArray = filters
    return result


# Slaney's scale: linear under 1 kHz (200/3 Hz a mel), then 27 steps to each factor of 6.4.
_LINEAR_HZ, _BREAK_HZ, _LOG_STEP = 200 / 3, 1000.0, math.log(6.4) / 27


def _hz_to_mel(hz: float) -> float:
    if hz < _BREAK_HZ:
        return hz / _LINEAR_HZ
    return _BREAK_HZ / _LINEAR_HZ + math.log(hz / _BREAK_HZ) / _LOG_STEP


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    start = _BREAK_HZ / _LINEAR_HZ
    return np.where(mel < start, mel * _LINEAR_HZ, _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(mel, start) - start)))
