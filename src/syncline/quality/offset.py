"""Offset of picture against sound, from what both show of the same speech.

Two models hear how the mouth should move (`quality.syncmodel`); the shift at which they and the tracked mouth agree
best is the offset. Sign: + = the sound is early (ITU-R BT.1359 and the project's convention).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline, PchipInterpolator

from syncline.errors import InputError
from syncline.motion.mouthtrack import CHANNELS, Floats, Mask, MouthTrack, frame_period
from syncline.motion.soundnet import standardised_bands
from syncline.quality.agreement import STEP_S as STEP_S
from syncline.quality.agreement import Doubles, MouthMotion, correlations, mouth_motion, standardised
from syncline.quality.syncmodel import VALUES, SyncModel, shipped_model
from syncline.speech.features import SAMPLE_RATE, loudness_db

REACH_S: Final = 0.6  # ±15 pictures at 25 a second
RIVAL_S: Final = 0.15  # the margin is taken against shifts at least this far from the best one
MIN_SECONDS: Final = 2.4
MIN_SPEECH_SECONDS: Final = 1.0
SPEECH_RANGE_DB: Final = 30.0
SPEECH_FLOOR_DBFS: Final = -60.0
MIN_VISIBLE: Final = 0.5
LEARNED_S: Final = (3.0, 20.0)  # lengths of the windows from which confidence was learned
PART_S: Final = 60.0  # longer clips are measured in parts: memory does not grow with them
MARGIN_OF_SOUND_S: Final = 2.0  # sound around a part, more than any shift
# Probability of being right within 1½ pictures from which an offset is told. It was learned with some foreign sound
# among the windows: of a clip's own sound, an offset at this limit is right more often than it says.
TRUSTED: Final = 0.5
# Weight of opening, width, protrusion and jaw of a mouth track that was asked for: squared correlation with the real
# mouth, of tracks made from a transcript.
ASKED_SHARES: Final = (0.65, 0.2, 0.2, 0.35)
ASKED_PARTS: Final = (1.0, 1.0, 0.0)  # of values, speeds and accelerations
ASKED_WEIGHT: Final = 2.0  # against one stream that knows the sound alone

LAG_FRAMES: Final[npt.NDArray[np.intp]] = np.arange(-round(REACH_S / STEP_S), round(REACH_S / STEP_S) + 1)
LAGS: Final[Doubles] = LAG_FRAMES * STEP_S


@dataclass(frozen=True)
class Offset:
    """How far the sound runs ahead of the picture.

    ms : + = the sound is early; None where it is not known.
    margin : how much better the best shift fits than any other one (mean correlation, 0..1).
    known : whether `ms` may be believed.
    reason : one sentence: why it is not known, or what it was measured on.
    seconds : seconds of usable picture behind it.
    best_ms : the shift that fits best, whether or not it may be believed (0 where nothing was measured).
    curve : mean correlation of sound and mouth, 0..1, at each of `LAGS`; empty where nothing was measured.
    confidence : probability that `best_ms` is right within 1½ pictures, 0..1, from speakers left out of training.
    """

    ms: float | None
    margin: float
    known: bool
    reason: str
    seconds: float = 0.0
    best_ms: float = 0.0
    curve: tuple[float, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, eq=False)
class Curves:
    """Mean correlation at each of `LAGS`, (L,) each: of the linear stream, of the common one (None where the lips are
    not measured), of what was asked (None where nothing was); `rows` (L,) moments of 10 ms compared."""

    linear: Doubles
    common: Doubles | None
    asked: Doubles | None
    rows: Doubles

    @property
    def mean(self) -> Doubles:
        """(L,) 0..1: all streams together, less where a shift leaves less to compare."""
        parts = [(self.linear, 1.0)]
        if self.common is not None:
            parts.append((self.common, 1.0))
        if self.asked is not None:
            parts.append((self.asked, ASKED_WEIGHT))
        total = sum(weight * part for part, weight in parts) / sum(weight for _, weight in parts)
        return np.asarray(np.maximum(total, 0.0) * np.sqrt(self.rows / max(float(self.rows.max()), 1.0)))

    @property
    def disagreement(self) -> float:
        """0 where both streams show the same shift, 1 from 100 ms apart on."""
        if self.common is None:
            return 0.0
        apart = abs(float(LAGS[int(self.linear.argmax())] - LAGS[int(self.common.argmax())]))
        return min(apart / 0.1, 1.0)


def measure_offset(
    shape: npt.ArrayLike,
    times: npt.ArrayLike,
    y16k: npt.ArrayLike,
    *,
    usable: npt.ArrayLike | None = None,
    asked: MouthTrack | None = None,
    lips: npt.ArrayLike | None = None,
    model: SyncModel | None = None,
) -> Offset:
    """Offset of a clip in which one person speaks.

    Parameters
    ----------
    shape : (T, 4) IOD units, the tracked mouth (`MouthFeatures.stacked()`), NaN where no face was seen.
    times : (T,) seconds of the pictures on the sound's clock.
    y16k : (n,) the sound, mono 16 kHz.
    usable : (T,) bool, pictures that can be measured (face seen, not turned away); None: all that are finite.
    asked : the mouth track asked for, where the clip is a dub: its phones sharpen the estimate.
    lips : (T, 8) IOD units (`quality.lips.lip_features`): with them short clips are told more often.
    """
    features, moments, mask = checked_mouth(shape, times, usable, lips)
    seconds = usable_seconds(mask, moments)
    obstacle = obstacle_to_measuring(mask, seconds, moments, y16k)
    if obstacle is not None:
        return Offset(None, 0.0, False, obstacle, seconds)
    found = agreement_curves(features, moments, mask, np.asarray(y16k), model or shipped_model(), asked)
    return judged(found.mean, seconds, disagreement=found.disagreement, lips=lips is not None, model=model)


def checked_mouth(
    shape: npt.ArrayLike, times: npt.ArrayLike, usable: npt.ArrayLike | None, lips: npt.ArrayLike | None
) -> tuple[Floats, Doubles, Mask]:
    """Measures (T, 4 or 12), times and usable pictures as arrays.

    Raises
    ------
    InputError : their lengths differ.
    """
    features = np.asarray(shape, np.float32).reshape(-1, len(CHANNELS))
    if lips is not None:
        features = np.concatenate([features, np.asarray(lips, np.float32).reshape(len(features), -1)], axis=1)
    moments = np.asarray(times, np.float64)
    mask = np.isfinite(features).all(axis=1)
    if len(moments) != len(features):
        raise InputError("the tracked mouth has not one time a picture", stage="score")
    if usable is not None:
        mask &= np.asarray(usable, np.bool_)
    return features, moments, mask


def usable_seconds(mask: Mask, times: Doubles) -> float:
    """Seconds of picture that can be measured; at a variable rate, by the share of pictures."""
    if not len(times):
        return 0.0
    return float(mask.mean()) * (float(times[-1] - times[0]) + frame_period(times))


def agreement_curves(
    features: Floats,
    times: Doubles,
    mask: Mask,
    y16k: npt.NDArray[np.floating[Any]],
    model: SyncModel,
    asked: MouthTrack | None,
) -> Curves:
    """How well sound and mouth agree at each of `LAGS`; a long clip in parts of a minute, averaged."""
    starts = np.arange(times[0], max(times[-1] - PART_S / 2, times[0] + 1e-6), PART_S)
    edges = [*starts, np.inf]
    found = []
    for start, end in pairwise(edges):
        part = (times >= start) & (times < end)
        if mask[part].sum() < 2:
            continue
        low = max(0, int((times[part][0] - MARGIN_OF_SOUND_S) / STEP_S)) * round(SAMPLE_RATE * STEP_S)
        high = int((times[part][-1] + MARGIN_OF_SOUND_S) * SAMPLE_RATE)
        sound = y16k[low : max(high, low)]
        if len(sound):
            found.append(_curves(features[part], times[part] - low / SAMPLE_RATE, mask[part], sound, model, asked, low))
    if not found:
        nothing = np.zeros(len(LAGS))
        return Curves(nothing, None, None, nothing)
    if len(found) == 1:
        return found[0]
    rows = np.array([each.rows for each in found])
    share = rows / np.maximum(rows.sum(axis=0), 1.0)
    # Every part has the same streams: what is measured and asked does not change within a clip.
    common = [each.common for each in found if each.common is not None]
    wanted = [each.asked for each in found if each.asked is not None]
    return Curves(
        (share * [each.linear for each in found]).sum(axis=0),
        (share * common).sum(axis=0) if common else None,
        (share * wanted).sum(axis=0) if wanted else None,
        rows.sum(axis=0),
    )


def _curves(
    features: Floats,
    times: Doubles,
    mask: Mask,
    sound: npt.NDArray[np.floating[Any]],
    model: SyncModel,
    asked: MouthTrack | None,
    low: int,
) -> Curves:
    """Curves of one part; `low` is the part's first sample."""
    motion = mouth_motion(features, times, mask)
    bands = standardised_bands(sound)
    columns = heard_columns(features.shape[1])
    r, rows = correlations(motion.columns, motion.seen, model.mouth_heard(bands)[:, columns], motion.first, LAG_FRAMES)
    shares = model.weights["shares"][columns].astype(np.float64)
    linear = r @ (shares / shares.sum())
    common = common_curve(motion, bands, model, LAG_FRAMES) if features.shape[1] == VALUES else None
    wanted = None
    if asked is not None and len(asked) > 1:
        wanted = _asked_curve(features[:, : len(CHANNELS)], times, mask, asked, low / SAMPLE_RATE)
    return Curves(linear, common, wanted, rows)


def heard_columns(values: int) -> npt.NDArray[np.intp]:
    """Which of the model's columns (values, speeds, accelerations of twelve) belong to the first `values` measures."""
    return np.concatenate([np.arange(values) + VALUES * k for k in range(3)])


def common_curve(motion: MouthMotion, bands: Floats, model: SyncModel, lag_frames: npt.NDArray[np.intp]) -> Doubles:
    """Mean correlation of the common numbers at each lag (in frames of 10 ms, evenly spaced by 1): (L,)."""
    sound = model.sound_common(bands)
    seen = model.mouth_common(motion.columns[::2])
    # Rows of 20 ms; a row of sound stands for two frames, so its middle lies half a frame (5 ms) later.
    coarse = np.arange(lag_frames[0] // 2, -(-lag_frames[-1] // 2) + 2)
    r, _ = correlations(seen, motion.seen[::2], sound, motion.first // 2, coarse)
    return cubic(r.mean(axis=1), 2.0 * coarse - 0.5, lag_frames)


def cubic(values: Doubles, places: Doubles, wanted: npt.NDArray[np.intp]) -> Doubles:
    """A smooth curve through `values` at `places`, read at `wanted`."""
    return np.asarray(CubicSpline(places, values)(wanted), np.float64)


def _asked_curve(shape: Floats, times: Doubles, mask: Mask, asked: MouthTrack, start: float) -> Doubles:
    """Mean correlation with the mouth track asked for, whose times count from `start` s before this part's."""
    motion = mouth_motion(shape, times, mask)
    moments, places = np.unique(asked.times, return_index=True)
    grid = np.arange(int(np.ceil(max(float(moments[-1]) - start, 0.0) / STEP_S)) + 1) * STEP_S
    # Smooth between its own times: straight lines have corners at the pictures, where the seen mouth has them too.
    wanted = PchipInterpolator(moments, asked.stacked()[places].astype(np.float64))(
        np.clip(grid + start, moments[0], moments[-1])
    )
    speed = np.gradient(wanted, STEP_S, axis=0) if len(grid) > 1 else np.zeros_like(wanted)
    bend = np.gradient(speed, STEP_S, axis=0) if len(grid) > 1 else np.zeros_like(wanted)
    columns = standardised(np.concatenate([wanted, speed, bend], axis=1), np.ones(len(grid), np.bool_))
    r, _ = correlations(motion.columns, motion.seen, columns, motion.first, LAG_FRAMES)
    shares = np.concatenate([np.array(ASKED_SHARES) * part for part in ASKED_PARTS])
    return np.asarray(r @ (shares / shares.sum()))


def trust_features(curve: Doubles, seconds: float, disagreement: float) -> Doubles:
    """What tells a right shift from a wrong one: (4,) margin and height scaled with length, disagreement, length."""
    best = int(curve.argmax())
    far = np.abs(LAGS - LAGS[best]) >= RIVAL_S
    length = float(np.clip(seconds, *LEARNED_S)) / LEARNED_S[0]
    growth = float(np.sqrt(length))
    margin = float(curve[best] - curve[far].max())
    return np.array([margin * growth, float(curve[best]) * growth, disagreement, float(np.log2(length))])


def logistic(coefficients: npt.NDArray[np.floating[Any]], features: Doubles) -> float:
    """Probability from coefficients (K + 1,), the last a constant, and features (K,)."""
    return float(1 / (1 + np.exp(-np.clip(features @ coefficients[:-1] + coefficients[-1], -30, 30))))


def judged(
    curve: Doubles, seconds: float, *, disagreement: float = 0.0, lips: bool = True, model: SyncModel | None = None
) -> Offset:
    """The best shift of a curve, sharpened by a parabola, and whether it may be believed."""
    best = int(curve.argmax())
    far = np.abs(LAGS - LAGS[best]) >= RIVAL_S
    margin = float(curve[best] - curve[far].max())
    ms = round(1000 * top_of(curve), 1)
    told = tuple(float(value) for value in curve)
    weights = (model or shipped_model()).weights["trust"][0 if lips else 1].astype(np.float64)
    trust = round(logistic(weights, trust_features(curve, seconds, disagreement)), 3) if margin > 0 else 0.0
    if best in (0, len(curve) - 1):
        return Offset(None, margin, False, f"no shift within ±{1000 * REACH_S:.0f} ms fits best", seconds, ms, told)
    if trust < TRUSTED:
        reason = (
            f"sound and mouth agree too little to tell a shift ({100 * trust:.0f} % sure, {100 * TRUSTED:.0f} % needed)"
        )
        return Offset(None, margin, False, reason, seconds, ms, told, trust)
    return Offset(ms, margin, True, f"measured on {seconds:.1f} s of speech on screen", seconds, ms, told, trust)


def obstacle_to_measuring(mask: Mask, seconds: float, times: Doubles, y16k: npt.ArrayLike) -> str | None:
    """Why nothing can be measured, if so."""
    if not mask.any() or mask.mean() < MIN_VISIBLE:
        return f"the mouth is seen well in only {100 * float(mask.mean() if len(mask) else 0):.0f} % of the pictures"
    if seconds < MIN_SECONDS:
        return f"too short: {seconds:.1f} s of usable picture, {MIN_SECONDS:.1f} s are needed"
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


def top_of(curve: Doubles) -> float:
    """The shift (s) at which a curve over `LAGS` has its top, between samples by a parabola."""
    best = int(curve.argmax())
    step = 0.0
    if 0 < best < len(curve) - 1:
        left, middle, right = curve[best - 1 : best + 2]
        bend = left - 2 * middle + right
        step = float(np.clip((left - right) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0
    return float(LAGS[best] + STEP_S * step)
