"""How well each moment of a sound fits each phone, by the acoustic model that lies in pocketsphinx's wheel.

pocketsphinx itself tells only the best path through a text. Here the same Gaussians are read and evaluated for every
phone of the model at chosen frames: a few milliseconds a second of sound, and no text is needed.

The model is phonetically tied: each of 42 phones has a codebook of 128 Gaussians in each of three streams (cepstra,
slopes, curvatures), and three states that weight them (Huang, Hwang: Shared-distribution HMMs, 1993; file formats of
CMU Sphinx). Context-independent states are used: what is asked is whether a phone fits, not in which word it stands.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pocketsphinx
from scipy import fft

from syncline.errors import DependencyError
from syncline.speech.features import HOP, SAMPLE_RATE, checked_sound, frame_count

FloatArray = npt.NDArray[np.float32]

# The front end of the model (feat.params): 25.6 ms Hamming windows, 25 mel bands from 130 to 6800 Hz, 13 cepstra with
# lifter 22, batch mean normalisation, slopes over ±2 frames.
_WINDOW, _N_FFT = 410, 512
_BANDS, _LOW_HZ, _HIGH_HZ = 25, 130.0, 6800.0
_CEPSTRA, _LIFTER, _PREEMPHASIS = 13, 22, 0.97
_FULL_SCALE = 32767.0  # the model was trained on 16-bit samples
_LOG_FLOOR = 1e-4
_VARIANCE_FLOOR = 1e-4
_STATES = 3
_WEIGHT_UNIT = 1024 * np.log(1.0001)  # mixture weights are kept as -log(w) in these units, one byte each
_BYTE_ORDER = 0x11223344
_REACH = 3  # frames that slopes reach to each side
_BLOCK = 256  # frames evaluated at once: 17 MB
_MAX_HEADER = 64  # strings before the numbers of a file; more is no model


@dataclass(frozen=True, eq=False)
class PhoneModel:
    """Gaussians of all phones.

    names : ARPAbet and the model's fillers, P of them.
    quadratic : 3 x (26, P * 128), applied to squares and values of a stream's 13 numbers; constant : 3 x (P * 128,).
    weights : 3 x (P, 128, 3) mixture weights of the states.
    """

    names: tuple[str, ...]
    quadratic: tuple[FloatArray, ...]
    constant: tuple[FloatArray, ...]
    weights: tuple[FloatArray, ...]


def cepstra(y16k: npt.ArrayLike) -> FloatArray:
    """The model's cepstra: (n, 13) float32 at 100 Hz, not normalised; frame i is centred on 10 i ms."""
    y = checked_sound(y16k)
    count = frame_count(len(y))
    if not count:
        return np.zeros((0, _CEPSTRA), np.float32)
    emphasised = y * np.float32(_FULL_SCALE)
    emphasised[1:] -= np.float32(_PREEMPHASIS * _FULL_SCALE) * y[:-1]
    padded = np.pad(emphasised, (_WINDOW // 2, _WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP][:count]
    spectrum = fft.rfft(frames * np.hamming(_WINDOW).astype(np.float32), _N_FFT, axis=1)
    bands = (spectrum.real**2 + spectrum.imag**2) @ _filters()
    lifter = 1 + (_LIFTER / 2) * np.sin(np.arange(_CEPSTRA) * np.pi / _LIFTER)
    return np.asarray(fft.dct(np.log(bands + _LOG_FLOOR), type=2, norm="ortho", axis=1)[:, :_CEPSTRA] * lifter, "f4")


def phone_scores(y16k: npt.ArrayLike, frames: npt.NDArray[np.intp] | None = None) -> FloatArray:
    """Log-probability of each phone at given frames: (len(frames), P) float32, all at most 0.

    Parameters
    ----------
    y16k : (n,) mono 16 kHz, -1..1; a stretch of some seconds, of one speaker: its mean is taken out.
    frames : indices of 10 ms frames; None: all.

    Each phone is worth its best state; over the phones of a frame probabilities sum to 1. Gaussians of one frame are
    sure of themselves: a wrong phone has -5 to -15, the right one -1 to -4 on the mean.
    """
    values = cepstra(y16k)
    chosen = np.arange(len(values)) if frames is None else np.clip(frames, 0, max(0, len(values) - 1))
    model = phone_model()
    result = np.empty((len(chosen) if len(values) else 0, len(model.names)), np.float32)
    if not len(result):
        return result
    padded = np.pad(values - values.mean(axis=0), ((_REACH, _REACH), (0, 0)), mode="edge")
    for first in range(0, len(chosen), _BLOCK):
        at = chosen[first : first + _BLOCK] + _REACH
        streams = (
            padded[at],
            padded[at + 2] - padded[at - 2],
            (padded[at + 3] - padded[at - 1]) - (padded[at + 1] - padded[at - 3]),
        )
        result[first : first + _BLOCK] = _log_probability(model, streams)
    return result


def _log_probability(model: PhoneModel, streams: tuple[FloatArray, ...]) -> FloatArray:
    total = np.zeros((len(streams[0]), len(model.names), _STATES), np.float32)
    for values, quadratic, constant, weights in zip(
        streams, model.quadratic, model.constant, model.weights, strict=True
    ):
        exponents = np.concatenate([values**2, values], axis=1) @ quadratic
        exponents += constant
        exponents = exponents.reshape(len(values), len(model.names), -1)
        highest = exponents.max(axis=2, keepdims=True)
        exponents -= highest
        densities = np.exp(exponents, out=exponents)
        mixed = np.matmul(densities.transpose(1, 0, 2), weights).transpose(1, 0, 2)
        total += np.log(mixed + np.float32(1e-30)) + highest
    best = total.max(axis=2)
    best -= best.max(axis=1, keepdims=True)
    return np.asarray(best - np.log(np.exp(best).sum(axis=1, keepdims=True)), np.float32)


@lru_cache(maxsize=1)
def phone_model() -> PhoneModel:
    """The English model of pocketsphinx's wheel, read once (10 MB).

    Raises
    ------
    DependencyError : it is not there, or not of the form that is known.
    """
    folder = Path(pocketsphinx.__file__).parent / "model" / "en-us" / "en-us"
    try:
        names = _phone_names((folder / "mdef").read_bytes())
        means, variances = (_gaussians((folder / part).read_bytes()) for part in ("means", "variances"))
        weights = _mixture_weights((folder / "sendump").read_bytes())
        if means.shape[0] != len(names) or means.shape[1:] != (3, weights.shape[1], _CEPSTRA):
            raise ValueError(f"{len(names)} phones, means of shape {means.shape}")
        return _assembled(names, means, np.maximum(variances, _VARIANCE_FLOOR), weights)
    except (OSError, ValueError, IndexError, struct.error) as exc:
        raise DependencyError(
            "pocketsphinx's English model cannot be read; install pocketsphinx again", stage="align"
        ) from exc


def _assembled(
    names: tuple[str, ...], means: npt.NDArray[np.float64], variances: npt.NDArray[np.float64], weights: FloatArray
) -> PhoneModel:
    quadratic, constant, mixtures = [], [], []
    for stream in range(3):
        mean, variance = (part[:, stream].reshape(-1, _CEPSTRA) for part in (means, variances))
        quadratic.append(np.concatenate([-0.5 / variance, mean / variance], axis=1).T.astype(np.float32))
        constant.append((-0.5 * (mean**2 / variance + np.log(2 * np.pi * variance)).sum(axis=1)).astype(np.float32))
        own = weights[stream][:, : _STATES * len(names)].T.reshape(len(names), _STATES, -1)
        mixtures.append(np.ascontiguousarray(own.transpose(0, 2, 1), np.float32))
    return PhoneModel(names, tuple(quadratic), tuple(constant), tuple(mixtures))


def _phone_names(data: bytes) -> tuple[str, ...]:
    """Names in a binary model definition: behind a described header of ten numbers, ended by zeros."""
    if data[:4] != b"BMDF":
        raise ValueError("no binary model definition")
    at = 12 + struct.unpack_from("<i", data, 8)[0]
    count = struct.unpack_from("<i", data, at)[0]
    if not 0 < count < 1000:
        raise ValueError(f"{count} phones")
    return tuple(name.decode("ascii") for name in data[at + 40 :].split(b"\0", count)[:count])


def _gaussians(data: bytes) -> npt.NDArray[np.float64]:
    """(phones, streams, densities, 13) of a parameter file."""
    at = data.index(b"endhdr\n") + 7
    order, codebooks, streams, densities = struct.unpack_from("<I3i", data, at)
    lengths = struct.unpack_from(f"<{min(max(streams, 0), 8)}i", data, at + 16)
    if order != _BYTE_ORDER or set(lengths) != {_CEPSTRA}:
        raise ValueError("a parameter file of another form")
    numbers = np.frombuffer(data, "<f4", codebooks * streams * densities * _CEPSTRA, at + 20 + 4 * streams)
    return numbers.reshape(codebooks, streams, densities, _CEPSTRA).astype(np.float64)


def _mixture_weights(data: bytes) -> FloatArray:
    """(streams, densities, states) of a senone dump that is not clustered."""
    at, said = 0, []
    for _ in range(_MAX_HEADER):
        length = struct.unpack_from("<i", data, at)[0]
        at += 4
        if length <= 0:
            break
        said.append(data[at : at + length].rstrip(b"\0"))
        at += length
    if b"cluster_count 0" not in said or b"feature_count 3" not in said:
        raise ValueError("a senone dump of another form")
    densities, states = struct.unpack_from("<2i", data, at)
    numbers = np.frombuffer(data, np.uint8, 3 * densities * states, at + 8).reshape(3, densities, states)
    return np.asarray(np.exp(-_WEIGHT_UNIT * numbers.astype(np.float32)), np.float32)


@lru_cache(maxsize=1)
def _filters() -> FloatArray:
    """Triangles of unit area on the mel scale of O'Shaughnessy, their corners rounded to spectral lines: (257, 25)."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (_LOW_HZ, _HIGH_HZ))
    corners = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    line = SAMPLE_RATE / _N_FFT
    corners = np.floor(corners / line + 0.5) * line
    hz = np.arange(_N_FFT // 2 + 1)[:, None] * line
    rise = (hz - corners[:-2]) / (corners[1:-1] - corners[:-2])
    fall = (corners[2:] - hz) / (corners[2:] - corners[1:-1])
    filters = (np.maximum(0, np.minimum(rise, fall)) * (2 / (corners[2:] - corners[:-2]))).astype(np.float32)
    filters.flags.writeable = False  # shared by every caller of the cache
    result: FloatArray = filters
    return result
