"""Offset of picture against sound, from what both show of the same speech.

A network predicts from the sound how the mouth moves; the shift at which prediction and tracked mouth agree best is
the offset. Sign: + = the sound is early (ITU-R BT.1359 and the project's convention).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter

from syncline.motion.mouthtrack import JAW, OPENING, Floats, Mask, MouthTrack, frame_period
from syncline.motion.soundnet import OUTPUTS, SoundNetwork, load_network
from syncline.speech.features import FRAME_RATE, frames_at, loudness_db

STEP_S: Final = 1 / FRAME_RATE
REACH_S: Final = 0.6  # ±15 pictures at 25 a second
RIVAL_S: Final = 0.2  # the margin is taken against shifts at least this far from the best one
SMOOTH_S: Final = 0.2  # Savitzky–Golay window: a mouth moves at up to about 8 Hz
MIN_SECONDS: Final = 3.0
MIN_SPEECH_SECONDS: Final = 1.5
SPEECH_RANGE_DB: Final = 30.0
SPEECH_FLOOR_DBFS: Final = -60.0
MIN_VISIBLE: Final = 0.5
# Smallest margin that is believed, by seconds of picture (measured by `training/sync_regressor.py`; see its report).
BELIEVED: Final = ((3.0, 0.10), (5.0, 0.06), (8.0, 0.05), (15.0, 0.04))

Doubles = npt.NDArray[np.float64]
LAGS: Final[Doubles] = np.arange(-round(REACH_S / STEP_S), round(REACH_S / STEP_S) + 1) * STEP_S


@dataclass(frozen=True)
class Offset:
    """How far the sound runs ahead of the picture.

    ms : + = the sound is early; None where it is not known.
    margin : how much better the best shift fits than any other one (share of explained variance, 0..1).
    known : whether `ms` may be believed.
    reason : one sentence: why it is not known, or what it was measured on.
    seconds : seconds of usable picture behind it.
    best_ms : the shift that fits best, whether or not it may be believed (0 where nothing was measured).
    curve : explained variance, 0..1, at each of `LAGS`; empty where nothing was measured.
    """

    ms: float | None
    margin: float
    known: bool
    reason: str
    seconds: float = 0.0
    best_ms: float = 0.0
    curve: tuple[float, ...] = ()


def measure_offset(
    shape: npt.ArrayLike,
    times: npt.ArrayLike,
    y16k: npt.ArrayLike,
    *,
    usable: npt.ArrayLike | None = None,
    asked: MouthTrack | None = None,
    network: SoundNetwork | None = None,
) -> Offset:
    """Offset of a clip in which one person speaks.

    Parameters
    ----------
    shape : (T, 4) IOD units, the tracked mouth (`MouthFeatures.stacked()`), NaN where no face was seen.
    times : (T,) seconds of the pictures on the sound's clock.
    y16k : (n,) the sound, mono 16 kHz.
    usable : (T,) bool, pictures that can be measured (face seen, not turned away); None: all that are finite.
    asked : the mouth track asked for, where the clip is a dub: its phones sharpen the estimate.
    """
    features = np.asarray(shape, np.float32)
    moments = np.asarray(times, np.float64)
    mask = np.isfinite(features).all(axis=1)
    if usable is not None:
        mask &= np.asarray(usable, np.bool_)
    seconds = float(mask.sum()) * frame_period(moments)
    obstacle = _obstacle(mask, seconds, moments, y16k)
    if obstacle is not None:
        return Offset(None, 0.0, False, obstacle, seconds)
    net = shipped_network() if network is None else network
    seen = picture_features(features, moments, mask)
    curve = correlation_curve(net(y16k), seen, moments, net.reliability)
    if asked is not None and len(asked) > 1:
        curve = (curve + correlation_curve(_sampled(asked), seen, moments, net.reliability)) / 2
    return judged(curve, seconds)


@lru_cache(maxsize=1)
def shipped_network() -> SoundNetwork:
    """The network that `training/sync_regressor.py` made, read once."""
    return load_network(Path(__file__).parent / "weights" / "sync_regressor.npz")


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


def judged(curve: Doubles, seconds: float) -> Offset:
    """The best shift of a curve, sharpened by a parabola, and whether its margin suffices."""
    best = int(curve.argmax())
    far = np.abs(LAGS - LAGS[best]) >= RIVAL_S
    margin = float(curve[best] - curve[far].max())
    ms = round(float(1000 * (LAGS[best] + STEP_S * _parabola(curve, best))), 1)
    told = tuple(float(value) for value in curve)
    needed = next((m for s, m in reversed(BELIEVED) if seconds >= s), BELIEVED[0][1])
    if best in (0, len(curve) - 1):
        return Offset(None, margin, False, f"no shift within ±{1000 * REACH_S:.0f} ms fits best", seconds, ms, told)
    if margin < needed:
        reason = f"sound and mouth agree too little to tell a shift (margin {margin:.2f}, {needed:.2f} needed)"
        return Offset(None, margin, False, reason, seconds, ms, told)
    return Offset(ms, margin, True, f"measured on {seconds:.1f} s of speech on screen", seconds, ms, told)


def _obstacle(mask: Mask, seconds: float, times: Doubles, y16k: npt.ArrayLike) -> str | None:
    """Why nothing can be measured, if so."""
    if not mask.any() or mask.mean() < MIN_VISIBLE:
        return f"the mouth is seen well in only {100 * float(mask.mean() if len(mask) else 0):.0f} % of the pictures"
    if seconds < MIN_SECONDS:
        return f"too short: {seconds:.1f} s of usable picture, {MIN_SECONDS:.0f} s are needed"
    speech = speech_seconds(y16k, times)
    if speech < MIN_SPEECH_SECONDS:
        return f"no speech: {speech:.1f} s of sound above silence, {MIN_SPEECH_SECONDS:.1f} s are needed"
    return None


def speech_seconds(y16k: npt.ArrayLike, times: Doubles) -> float:
    """Seconds of sound within 30 dB of its loudest twentieth while there is picture; under −60 dBFS is silence."""
    level = loudness_db(y16k)
    if not len(level):
        return 0.0
    moments = np.arange(len(level)) * STEP_S
    during = (moments >= times[0]) & (moments <= times[-1])
    threshold = max(float(np.percentile(level, 95)) - SPEECH_RANGE_DB, SPEECH_FLOOR_DBFS)
    return float((level[during] > threshold).sum()) * STEP_S


def _sampled(track: MouthTrack) -> Floats:
    """A mouth track as the network's output: (n, 6) at 100 Hz from time 0."""
    grid = np.arange(int(np.ceil(max(track.times[-1], 0.0) / STEP_S)) + 1) * STEP_S
    shape = np.stack([np.interp(grid, track.times, column) for column in track.stacked().T], axis=1)
    speeds = np.gradient(shape[:, [OPENING, JAW]], STEP_S, axis=0) if len(grid) > 1 else np.zeros((len(grid), 2))
    return np.asarray(np.concatenate([shape, speeds], axis=1), np.float32)


def _parabola(curve: Doubles, best: int) -> float:
    """Where, in steps of −½..½ around the best sample, a parabola through three samples has its top."""
    if not 0 < best < len(curve) - 1:
        return 0.0
    left, middle, right = curve[best - 1 : best + 2]
    bend = left - 2 * middle + right
    return float(np.clip((left - right) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0
