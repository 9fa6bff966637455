"""Where two people speak at once.

Two voices have two pitches: when the partials of the strongest pitch are taken out, another remains that is none of its
octaves, and it moves on its own way. A small network weighs these with the shape and movement of the spectrum, over
about a second. It knows nothing of who speaks, so it finds overlap only, not turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.ndimage import uniform_filter1d

from syncline.errors import DependencyError
from syncline.speech.activity import runs
from syncline.speech.features import FRAME_RATE, HOP, SAMPLE_RATE, checked_sound, delta, log_mel

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

SCHEMA = "syncline.overlap/1"
RATE = 50  # Hz of the features: one row each 20 ms
FEATURES = 38
SMOOTHING = 35  # rows: 0.7 s; at 2 % false alarms half of the moments are found instead of a third
_STEP = SAMPLE_RATE // RATE
_WINDOW = 1024  # 64 ms: three periods of a low voice
_CONTEXT = 25  # rows, ±0.25 s
_BLOCK_S, _MARGIN_S = 30.0, 1.0  # heard at once: memory does not grow with the sound
_SHORTEST_S = 0.5  # shorter overlaps are not told
_GAP_S = 0.3  # overlaps that are closer are one
_MOSTLY = 0.6  # of half a second must be speech

# Pitches from 70 to 476 Hz, 30 an octave; partials up to 2.5 kHz. Between two partials of a true pitch lies nothing.
_PITCHES = 70.0 * 2 ** (np.arange(84) / 30)
_HIGHEST_HZ, _PARTIALS = 2500.0, 12
_LINES = 170  # up to 2.65 kHz
_BETWEEN = 0.7
_WIDTH_HZ, _WIDTH = 10.0, 0.012  # of a partial, at least; in its own frequency
_PARTIAL_WIDTH_HZ = 14.0  # what is taken out about a partial
_FLOOR = 8.0  # natural-log range below the loudest that is looked at: 35 dB
_BANDS, _CEPSTRA = 20, 8


@dataclass(frozen=True)
class Overlap:
    """Where several people speak at once.

    spans : (start, end) in seconds, in order, each at least half a second.
    probability : (n,) float32 at 100 Hz, 0..1; 0 where nobody speaks.
    seconds : of all spans. share : of the speech, 0..1.
    sentence : for the user; empty where there is nothing to tell.
    """

    spans: tuple[tuple[float, float], ...]
    probability: FloatArray
    seconds: float
    share: float
    sentence: str


@dataclass(frozen=True, eq=False)
class OverlapNetwork:
    """Weights: mean, scale (38,); hidden (38, H), hidden_bias (H,); output (H,), output_bias; threshold 0..1."""

    mean: FloatArray
    scale: FloatArray
    hidden: FloatArray
    hidden_bias: FloatArray
    output: FloatArray
    output_bias: float
    threshold: float

    def __call__(self, features: FloatArray, rows: int = SMOOTHING) -> FloatArray:
        """(n, 38) features to (n,) probabilities, the mean of their logits over `rows` being taken."""
        standard = np.clip((features - self.mean) / self.scale, -4, 4)
        logit = np.tanh(standard @ self.hidden + self.hidden_bias) @ self.output + self.output_bias
        smooth = uniform_filter1d(np.asarray(logit, np.float32), rows, mode="nearest")
        return np.asarray(1 / (1 + np.exp(-np.clip(smooth, -50, 50))), np.float32)


def overlap(y16k: npt.ArrayLike, active: npt.ArrayLike) -> Overlap:
    """Find overlapping speakers.

    Parameters
    ----------
    y16k : (n,) mono 16 kHz, -1..1.
    active : (m,) bool, voice activity at 100 Hz.

    Raises
    ------
    InputError : samples that are not finite. DependencyError : the shipped weights are missing.
    """
    y = checked_sound(y16k)
    count = 1 + len(y) // HOP if len(y) else 0
    flat = np.asarray(active, np.bool_).reshape(-1)[:count]
    speaking = np.pad(flat, (0, count - len(flat)))
    if count < _SHORTEST_S * FRAME_RATE or not speaking.any():
        return Overlap((), np.zeros(count, np.float32), 0.0, 0.0, "")
    heard = np.concatenate([_heard(y, first) for first in range(0, len(y), int(_BLOCK_S * SAMPLE_RATE))])
    probability = np.interp(np.arange(count), np.arange(len(heard)) * (FRAME_RATE // RATE), heard).astype(np.float32)
    mostly = uniform_filter1d(speaking.astype(np.float32), 2 * _CONTEXT + 1, mode="nearest") >= _MOSTLY
    probability[~mostly] = 0
    spans = _spans(probability >= overlap_network().threshold, len(y) / SAMPLE_RATE)
    seconds = sum(end - start for start, end in spans)
    share = min(1.0, seconds * FRAME_RATE / np.count_nonzero(speaking))
    return Overlap(spans, probability, seconds, share, _sentence(spans))


def overlap_features(y16k: npt.ArrayLike) -> FloatArray:
    """(n, 38) float32 at 50 Hz: means and deviations over half a second of pitches, cepstra and loudness."""
    y = checked_sound(y16k)
    pitches = _two_pitches(y)
    mel = log_mel(y)
    if not len(pitches):
        return np.zeros((0, FEATURES), np.float32)
    bands = np.maximum(mel - np.percentile(mel, 95), -_FLOOR).reshape(len(mel), _BANDS, -1).mean(axis=2)
    cepstra = fft.dct(bands, norm="ortho", axis=1)[:, :_CEPSTRA]
    movement = np.abs(delta(np.asarray(bands, np.float32))).mean(axis=1, keepdims=True)
    beside = np.concatenate(
        [cepstra, movement, bands.mean(axis=1, keepdims=True), bands.std(axis=1, keepdims=True)], axis=1
    )[:: FRAME_RATE // RATE]
    count = min(len(pitches), len(beside))
    rows = np.concatenate([pitches[:count], beside[:count]], axis=1)
    mean = uniform_filter1d(rows, _CONTEXT, axis=0, mode="nearest")
    square = uniform_filter1d(rows**2, _CONTEXT, axis=0, mode="nearest")
    return np.asarray(np.concatenate([mean, np.sqrt(np.maximum(square - mean**2, 0))], axis=1), np.float32)


def _heard(y: FloatArray, first: int) -> FloatArray:
    """Probabilities of one block at 50 Hz, heard with what is around it."""
    before = min(first, int(_MARGIN_S * SAMPLE_RATE))
    last = first + int(_BLOCK_S * SAMPLE_RATE)
    rows = overlap_network()(overlap_features(y[first - before : last + int(_MARGIN_S * SAMPLE_RATE)]))
    own = rows[before // _STEP :]
    return own[: int(_BLOCK_S * RATE)] if last < len(y) else own


def _two_pitches(y: FloatArray) -> npt.NDArray[np.float64]:
    """(n, 8) at 50 Hz: how clear the first and the second pitch are, what is left, and how steadily both move."""
    count = 1 + len(y) // _STEP if len(y) else 0
    if not count:
        return np.zeros((0, 8))
    padded = np.pad(y, (_WINDOW // 2, _WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_STEP][:count]
    spectrum = fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1].astype(np.float32), axis=1)[:, :_LINES]
    lines = np.sqrt(np.abs(spectrum))
    lines = lines - uniform_filter1d(lines, 15, axis=1, mode="nearest")
    lines /= np.sqrt((lines**2).sum(axis=1, keepdims=True)) + 1e-3
    combs, partials = _combs()
    row = np.arange(count)
    clear = lines @ combs
    first = clear.argmax(axis=1)
    rest = lines * (1 - partials[:, first].T)
    second_clear = np.where(_related()[first], -1.0, rest @ combs)
    second = second_clear.argmax(axis=1)
    one, two = clear[row, first], second_clear[row, second]
    left = (np.maximum(rest, 0) ** 2).sum(axis=1) / ((np.maximum(lines, 0) ** 2).sum(axis=1) + 1e-6)
    move, second_move = (
        np.abs(np.diff(np.log2(_PITCHES[at]), prepend=np.log2(_PITCHES[at[0]]))) for at in (first, second)
    )
    columns = (
        one,
        two,
        two / (one + 0.05),
        left,
        np.minimum(move, 0.5),
        np.minimum(second_move, 0.5),
        np.exp(-20 * second_move) * two,
        np.exp(-20 * move) * one,
    )
    return np.asarray(np.stack(columns, axis=1), np.float64)


@lru_cache(maxsize=1)
def _combs() -> tuple[FloatArray, FloatArray]:
    """For each pitch a comb of unit length over the lines, and how near each line lies to one of its partials."""
    hz = np.arange(_LINES)[:, None] * (SAMPLE_RATE / _WINDOW)
    combs = np.zeros((_LINES, len(_PITCHES)))
    for number in range(1, _PARTIALS + 1):
        width = np.maximum(_WIDTH_HZ, _WIDTH * number * _PITCHES)
        on = np.exp(-0.5 * ((hz - number * _PITCHES) / width) ** 2)
        between = np.exp(-0.5 * ((hz - (number - 0.5) * _PITCHES) / width) ** 2)
        combs += np.where(number * _PITCHES <= _HIGHEST_HZ, (on - _BETWEEN * between) / np.sqrt(number), 0.0)
    combs /= np.sqrt((combs**2).sum(axis=0))
    apart = ((hz / _PITCHES + 0.5) % 1 - 0.5) * _PITCHES
    near = np.exp(-0.5 * (apart / _PARTIAL_WIDTH_HZ) ** 2)
    return np.asarray(combs, np.float32), np.asarray(near, np.float32)


@lru_cache(maxsize=1)
def _related() -> BoolArray:
    """Whether a second pitch is the first again, its octave or its fifth: (84, 84)."""
    apart = np.log2(_PITCHES[None] / _PITCHES[:, None])
    result: BoolArray = (
        (np.abs(apart - np.round(apart)) < 0.05) | (np.abs(apart) < 0.08) | (np.abs(np.abs(apart) - 0.585) < 0.04)
    )
    return result


def _spans(doubled: BoolArray, duration: float) -> tuple[tuple[float, float], ...]:
    joined: list[tuple[float, float]] = []
    for first, last in runs(doubled):
        start, end = first / FRAME_RATE, min(last / FRAME_RATE, duration)
        if joined and start - joined[-1][1] < _GAP_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(span for span in joined if span[1] - span[0] >= _SHORTEST_S)


def _sentence(spans: tuple[tuple[float, float], ...]) -> str:
    if not spans:
        return ""
    told = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in spans[:3])
    more = f" and {len(spans) - 3} more" if len(spans) > 3 else ""
    return f"several people seem to speak at once ({told}{more}): times there are less sure"


@lru_cache(maxsize=1)
def overlap_network() -> OverlapNetwork:
    """The network that `training/overlap.py` made, read once.

    Raises
    ------
    DependencyError : its weights are missing or damaged.
    """
    path = Path(__file__).parent / "weights" / "overlap.npz"
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: np.asarray(archive[name]) for name in archive.files}
        if str(arrays.pop("schema")) != SCHEMA or not all(np.isfinite(value).all() for value in arrays.values()):
            raise ValueError("another schema")
        width = len(arrays["hidden_bias"])
        return OverlapNetwork(
            arrays["mean"].astype(np.float32).reshape(FEATURES),
            arrays["scale"].astype(np.float32).reshape(FEATURES),
            arrays["hidden"].astype(np.float32).reshape(FEATURES, width),
            arrays["hidden_bias"].astype(np.float32).reshape(width),
            arrays["output"].astype(np.float32).reshape(width),
            float(arrays["output_bias"]),
            float(arrays["threshold"]),
        )
    except (OSError, KeyError, ValueError) as exc:
        raise DependencyError("the shipped weights are missing: install the package again", file=path) from exc
