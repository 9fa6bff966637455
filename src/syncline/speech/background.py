"""What lies behind the speech: nothing, noise, or music; and how long the room rings.

Music is told by its partials: they stand still in frequency for a quarter of a second and longer, begin and end, and
lie on a common grid of semitones, in pauses and under speech. Voices glide, hum never ends, noise has no lines.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

from syncline.errors import DependencyError
from syncline.speech.activity import signal_to_noise_db
from syncline.speech.features import HOP, SAMPLE_RATE, checked_sound, loudness_db, power_mel

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

SCHEMA = "syncline.background/1"
CLEAN_DB = 25.0  # speech above its pauses by so much sounds clean; DESIGN section 4 passes 35 dB for delivery
ECHOING_S = 0.35  # reverberation from which it is told; treated rooms have 0.2 to 0.3 s
_SHORTEST_S = 2.0  # music needs some notes
_STRETCH_S = 30.0  # one judgement for each stretch of a long sound: its memory is what a stretch takes
_MOST_STRETCHES = 20  # of an hour so many are heard, spread evenly

_WINDOW, _STEP = 2048, 512  # 128 ms, so that semitones part above 130 Hz; 32 ms
_FIRST, _LAST = 10, 640  # lines from 78 Hz to 5 kHz
_AROUND = 41  # lines, 320 Hz: a partial is a peak above the mean of these ...
_PROMINENCE_DB = 6.0  # ... by so much
_STEADY = (6, 10, 16, 24)  # frames that a partial stands still: 0.2 to 0.8 s
_NEAR, _BESIDE = 31, 7  # activity frames (10 ms) about speech that are no pause, that are speech
_FEWEST = 5  # frames of a kind that give a mean
_GRID_HZ = (120.0, 2500.0)
_RHYTHM_BANDS = ((4, 20), (640, 1024))  # lines of bass drums, of cymbals
_LAGS = (8, 40)  # frames between onsets: 0.26 to 1.3 s
FEATURES = 16

_DECAY_BANDS, _DECAY_FRAMES, _DECAY_DB = 20, 8, 12.0
_FEWEST_DECAYS = 6
# Quartile of the slopes of decays, dB/s, of speech in synthetic rooms against their reverberation time in seconds.
_SLOPES, _TIMES = (-300.0, -235.0, -180.0, -142.0, -112.0, -90.0), (0.1, 0.2, 0.4, 0.7, 1.1, 1.6)


@dataclass(frozen=True)
class Background:
    """What lies behind the speech.

    kind : "clean", "noise", "music" or "unknown" (too short, no speech, or no pause to listen in).
    level_db : of the pauses, dB relative to full scale; None where there is none.
    snr : dB of the speech over its pauses; None where there is none to measure.
    music : likeness to music, 0..1 (the music in the sound's most musical third).
    reverberation_s : estimated time of decay by 60 dB, None where too few decays are heard.
    sentence : for the user.
    """

    kind: str
    level_db: float | None
    snr: float | None
    music: float
    reverberation_s: float | None
    sentence: str

    @property
    def echoing(self) -> bool:
        """Whether the room rings so long that word ends blur."""
        return self.reverberation_s is not None and self.reverberation_s >= ECHOING_S


@dataclass(frozen=True, eq=False)
class MusicModel:
    """Logistic regression: features standardised by mean and scale (16,), clipped, with their squares; weights (32,).

    threshold : likeness from which a sound is called music.
    """

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: float
    threshold: float

    def __call__(self, features: FloatArray) -> float:
        standard = np.clip((features - self.mean) / self.scale, -4, 4)
        total = float(np.concatenate([standard, standard**2]) @ self.weights) + self.bias
        return 1 / (1 + math.exp(-min(max(total, -50.0), 50.0)))


def background(y16k: npt.ArrayLike, active: npt.ArrayLike) -> Background:
    """Listen behind the speech.

    Parameters
    ----------
    y16k : (n,) mono 16 kHz, -1..1.
    active : (m,) bool, voice activity at 100 Hz (`activity.speech_activity`).

    Raises
    ------
    InputError : samples that are not finite. DependencyError : the shipped weights are missing.
    """
    y = checked_sound(y16k)
    speaking = _fitted(np.asarray(active, np.bool_), len(y))
    if len(y) < _SHORTEST_S * SAMPLE_RATE or not speaking.any() or not np.any(y):
        return Background("unknown", None, None, 0.0, None, "too little speech to tell what lies behind it")
    ratio = signal_to_noise_db(y, speaking)
    snr = ratio if math.isfinite(ratio) else None
    level = _pause_level(y, speaking)
    likenesses, ringing = [], []
    for first, last in _stretches(len(y)):
        sound, part = y[first:last], speaking[first // HOP : last // HOP + 1]
        likenesses.append(music_model()(music_features(sound, part)))
        ringing.append(reverberation(sound))
    musical = float(np.percentile(likenesses, 67))
    known = [time for time in ringing if time is not None]
    echo = float(np.median(known)) if known else None
    kind = _kind(musical, snr)
    return Background(kind, level, snr, musical, echo, _sentence(kind, level, snr, echo))


def music_features(y: FloatArray, active: BoolArray) -> FloatArray:
    """(16,) float32: how many partials stand still, how well they lie on a grid of semitones, what repeats.

    The first of each pair is of the pauses, the second of the speech; where there is no pause both are of the speech,
    and the last number says so.
    """
    levels = _levels(y)
    at = np.minimum(np.arange(len(levels)) * _STEP // HOP, max(len(active) - 1, 0))
    spread = active.astype(np.float32)
    pause = uniform_filter1d(spread, _NEAR)[at] <= 0.01
    speech = uniform_filter1d(spread, _BESIDE)[at] > 0.01
    lines = levels[:, _FIRST:_LAST]
    prominence = lines - uniform_filter1d(lines, _AROUND, axis=1, mode="nearest")
    below, above = np.roll(lines, 1, axis=1), np.roll(lines, -1, axis=1)
    peak = (lines >= below) & (lines >= above)
    near_peak = maximum_filter1d(np.where(peak, prominence, -20.0), 3, axis=1)
    unending = _unending(near_peak, pause)
    bend = np.minimum(below - 2 * lines + above, -1e-6)
    hz = (np.arange(_FIRST, _LAST) + np.clip((below - above) / (2 * bend), -0.5, 0.5)) * (SAMPLE_RATE / _WINDOW)
    numbers: list[float] = []
    silent = np.count_nonzero(pause) < _FEWEST
    for length in _STEADY:
        held = minimum_filter1d(near_peak, length, axis=0, mode="nearest")
        held[:, unending] = 0
        steady = (maximum_filter1d(held, length, axis=0) > _PROMINENCE_DB) & peak
        for where in (speech if silent else pause, speech):
            numbers.append(_mean_count(steady, where))
            if length == _STEADY[1]:
                numbers.append(_on_semitones(hz[steady & where[:, None]]))
                power = 10 ** (lines[where] / 10)
                numbers.append(math.log1p(10 * float(power[steady[where]].sum() / max(power.sum(), 1e-9))))
    numbers += [*(_rhythm(levels[:, low:high]) for low, high in _RHYTHM_BANDS), _jumps(levels[:, 4:20])]
    return np.array([*numbers, float(silent)], np.float32)


def reverberation(y: FloatArray) -> float | None:
    """Seconds in which the room's sound falls by 60 dB, from how steeply bands of speech decay; None: cannot be told.

    The steep quartile of the decays is the room's: a voice cannot stop faster than its room (after Wen, Habets, Naylor:
    Blind estimation of reverberation time by decay-rate distribution, 2008). Good to about a third of its value.
    """
    power = uniform_filter1d(power_mel(y, n_mels=_DECAY_BANDS, n_fft=512, window=400), 3, axis=0)
    levels = 10 * np.log10(power + 1e-7)
    slopes: list[float] = []
    for band in range(2, _DECAY_BANDS - 2):
        slopes.extend(_decays(levels[:, band]))
    if len(slopes) < _FEWEST_DECAYS:
        return None
    return float(np.interp(np.percentile(slopes, 25), _SLOPES, _TIMES))


def _decays(level: FloatArray) -> list[float]:
    """Slopes (dB/s) of a band where it falls long and far enough, without the first third of the fall."""
    floor = float(np.percentile(level, 5)) + 8.0
    falling = np.concatenate([[False], np.diff(level) < 0.3, [False]])
    edges = np.flatnonzero(np.diff(falling.astype(np.int8)))
    slopes = []
    for first, last in edges.reshape(-1, 2):
        fall = level[first : last + 1]
        fall = fall[fall > floor]
        if len(fall) < _DECAY_FRAMES or fall[0] - fall[-1] < _DECAY_DB:
            continue
        late = fall[len(fall) // 3 :].astype(np.float64)
        time = np.arange(len(late)) * (HOP / SAMPLE_RATE)
        time -= time.mean()
        slopes.append(float((time * late).sum() / (time**2).sum()))
    return slopes


def _levels(y: FloatArray) -> FloatArray:
    """(n, 1025) float32 dB, one row each 32 ms."""
    padded = np.pad(y, (_WINDOW // 2, _WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_STEP][: 1 + len(y) // _STEP]
    spectrum = fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1].astype(np.float32), axis=1)
    return np.asarray(10 * np.log10(spectrum.real**2 + spectrum.imag**2 + 1e-7), np.float32)


def _unending(near_peak: FloatArray, pause: BoolArray) -> BoolArray:
    """Lines that are peaks all the time, as hum and whistles are: (lines,) bool.

    Pauses show them better than speech does, where they lie far enough apart that no note lasts from one to another.
    """
    where = np.flatnonzero(pause)
    if len(where) >= _FEWEST and where[-1] - where[0] > len(pause) // 2:
        result: BoolArray = np.percentile(near_peak[where], 25, axis=0) > _PROMINENCE_DB
    else:
        result = np.percentile(near_peak, 10, axis=0) > _PROMINENCE_DB
    return result


def _mean_count(steady: BoolArray, where: BoolArray) -> float:
    return math.log1p(float(steady[where].sum(axis=1).mean())) if where.any() else 0.0


def _on_semitones(hz: npt.NDArray[np.floating[Any]]) -> float:
    """How well frequencies agree modulo a semitone, in units of what chance gives."""
    chosen = hz[(hz > _GRID_HZ[0]) & (hz < _GRID_HZ[1])]
    turns = np.exp(2j * np.pi * 12 * np.log2(chosen / 440.0))
    return float(np.abs(turns.sum()) / math.sqrt(len(turns) + 20))


def _rhythm(levels: FloatArray) -> float:
    """How well onsets of a band repeat at some distance and at twice that distance."""
    loudness = np.log((10 ** (levels / 20)).mean(axis=1) + 1e-3)
    onsets = np.maximum(np.diff(loudness, prepend=loudness[:1]), 0)
    onsets = onsets - onsets.mean()
    count = len(onsets)
    alike = np.correlate(onsets, onsets, "full")[count - 1 :] / np.arange(count, 0, -1)
    alike = alike / (alike[0] + 1e-6)
    lags = range(_LAGS[0], min(_LAGS[1], count // 2))
    return float(max((alike[lag] + (alike[2 * lag] if 2 * lag < 0.7 * count else 0) for lag in lags), default=0.0))


def _jumps(levels: FloatArray) -> float:
    loudness = 10 * np.log10((10 ** (levels / 10)).mean(axis=1) + 1e-7)
    return float(np.abs(np.diff(loudness)).mean()) if len(loudness) > 1 else 0.0


def _stretches(count: int) -> list[tuple[int, int]]:
    """Parts of a sound that are judged on their own, on frame boundaries."""
    length = int(_STRETCH_S * SAMPLE_RATE)
    if count <= 1.5 * length:
        return [(0, count)]
    firsts = np.linspace(0, count - length, min(_MOST_STRETCHES, count // length)) // HOP * HOP
    return [(int(first), int(first) + length) for first in firsts]


def _fitted(active: BoolArray, samples: int) -> BoolArray:
    """Activity of exactly as many frames as the sound has."""
    wanted = 1 + samples // HOP if samples else 0
    flat = active.reshape(-1)[:wanted]
    return np.pad(flat, (0, wanted - len(flat)))


def _pause_level(y: FloatArray, active: BoolArray) -> float | None:
    pause = uniform_filter1d(active.astype(np.float32), 21, mode="nearest") <= 0
    count = np.count_nonzero(pause)
    return float(np.percentile(loudness_db(y)[pause], 25)) if count >= _FEWEST else None


def _kind(musical: float, snr: float | None) -> str:
    if musical >= music_model().threshold:
        return "music"
    if snr is None:
        return "unknown"
    return "clean" if snr >= CLEAN_DB else "noise"


def _sentence(kind: str, level: float | None, snr: float | None, echo: float | None) -> str:
    beside = "" if snr is None else f", {snr:.0f} dB under the speech"
    said = {
        "clean": f"the sound behind the speech is quiet{beside}",
        "noise": f"there is noise behind the speech{beside}",
        "music": f"there is music behind the speech{beside}",
        "unknown": "there is no pause in which to hear what lies behind the speech",
    }[kind]
    if echo is not None and echo >= ECHOING_S:
        said += f"; the room rings for about {echo:.1f} s"
    return said


@lru_cache(maxsize=1)
def music_model() -> MusicModel:
    """The weights that `training/background.py` made, read once.

    Raises
    ------
    DependencyError : they are missing or damaged.
    """
    path = Path(__file__).parent / "weights" / "background.npz"
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: np.asarray(archive[name]) for name in archive.files}
        if str(arrays["schema"]) != SCHEMA or not all(np.isfinite(arrays[name]).all() for name in ("weights", "mean")):
            raise ValueError("another schema")
        return MusicModel(
            arrays["mean"].astype(np.float32).reshape(FEATURES),
            np.maximum(arrays["scale"].astype(np.float32).reshape(FEATURES), np.float32(1e-6)),
            arrays["weights"].astype(np.float32).reshape(2 * FEATURES),
            float(arrays["bias"]),
            float(arrays["threshold"]),
        )
    except (OSError, KeyError, ValueError) as exc:
        raise DependencyError("the shipped weights are missing: install the package again", file=path) from exc
