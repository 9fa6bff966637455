"""Six features of a tracked mouth and how well six predicted ones follow them, for the regressors' training."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter

from syncline.motion.mouthtrack import JAW, OPENING, Floats, Mask, frame_period
from syncline.motion.soundnet import OUTPUTS
from syncline.quality.offset import LAGS
from syncline.speech.features import FRAME_RATE, frames_at

Doubles = npt.NDArray[np.float64]
STEP_S: Final = 1 / FRAME_RATE
SMOOTH_S: Final = 0.2  # Savitzky–Golay window: a mouth moves at up to about 8 Hz
RIVAL_S: Final = 0.2


def picture_features(shape: Floats, times: Doubles, usable: Mask) -> Floats:
    """Six features of the usable pictures in standard deviations: (T, 6) float32, NaN elsewhere.

    Gaps are bridged for the smoothing and the speeds only.
    """
    index = np.flatnonzero(usable)
    whole = np.stack([np.interp(times, times[index], shape[index, k]) for k in range(shape.shape[1])], axis=1)
    window = max(5, round(SMOOTH_S / frame_period(times)) | 1)
    if len(whole) >= window:
        whole = savgol_filter(whole, window, 2, axis=0)
    steps = np.maximum.accumulate(times + np.arange(len(times)) * 1e-9)  # equal times would divide by 0
    speeds = np.gradient(whole[:, [OPENING, JAW]], steps, axis=0)
    features = np.concatenate([whole, speeds], axis=1)
    kept = features[index]
    result = np.full(features.shape, np.nan, np.float32)
    result[index] = (kept - kept.mean(axis=0)) / (kept.std(axis=0) + 1e-6)
    return result


def correlation_curve(predicted: Floats, seen: Floats, times: Doubles, reliability: Floats) -> Doubles:
    """Explained variance at each of `LAGS`: (L,) float64, 0..1.

    predicted : (n, 6) at 100 Hz from the sound; seen : (T, 6) from the picture, NaN where it cannot be used.
    reliability : (6,) weights of the features. Anticorrelation explains nothing.
    """
    usable = np.isfinite(seen).all(axis=1)
    end = (len(predicted) - 1) * STEP_S
    curve = np.zeros(len(LAGS))
    for index, lag in enumerate(LAGS):
        moments = times - lag
        mask = usable & (moments >= 0) & (moments <= end)
        if mask.sum() < len(OUTPUTS) * 2:
            continue
        a = frames_at(predicted, moments[mask]).astype(np.float64)
        b = seen[mask].astype(np.float64)
        a, b = a - a.mean(axis=0), b - b.mean(axis=0)
        power = (a**2).sum(axis=0) * (b**2).sum(axis=0)
        r = (a * b).sum(axis=0) / np.sqrt(np.maximum(power, 1e-12))
        curve[index] = float(np.average(np.maximum(r, 0.0) ** 2, weights=reliability))
    return curve


def margin_of(curve: Doubles) -> float:
    """How far the top of a curve over `LAGS` stands above what is at least 0.2 s away."""
    best = int(curve.argmax())
    return float(curve[best] - curve[np.abs(LAGS - LAGS[best]) >= RIVAL_S].max())
