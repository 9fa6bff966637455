"""Mel cepstra as SyncNet was trained on: the defaults of python_speech_features 0.6 at 16 kHz."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.fft import dct

RATE: Final = 16_000
WINDOW: Final = 400  # samples: 25 ms, no taper
STEP: Final = 160
FFT: Final = 512
FILTERS: Final = 26
CEPSTRA: Final = 13
PRE_EMPHASIS: Final = 0.97
LIFTER: Final = 22
BLOCK: Final = 4096  # frames transformed at once
_TINY: Final = float(np.finfo(np.float64).eps)

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


def cepstra(y16k: npt.NDArray[Any]) -> Floats:
    """Cepstra of a sound: (n, 13) float32, 100 a second; the first is the log energy of the frame.

    y16k : (samples,) mono 16 kHz, -1..1; taken as 16-bit integers, as the network's files were.
    """
    y = np.clip(np.rint(np.asarray(y16k, np.float64) * 32768), -32768, 32767)
    count = 1 if len(y) <= WINDOW else 1 + -(-(len(y) - WINDOW) // STEP)
    emphasised = np.zeros((count - 1) * STEP + WINDOW)
    if len(y):
        emphasised[0] = y[0]
        emphasised[1 : len(y)] = y[1:] - PRE_EMPHASIS * y[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(emphasised, WINDOW)[::STEP]
    parts = [_block(frames[first : first + BLOCK]) for first in range(0, count, BLOCK)]
    return np.concatenate(parts).astype(np.float32)


def _block(frames: Doubles) -> Doubles:
    power = np.abs(np.fft.rfft(frames, FFT, axis=1)) ** 2 / FFT
    energy = power.sum(axis=1)
    bands = power @ filters().T
    logs = np.log(np.where(bands == 0, _TINY, bands))
    coefficients = dct(logs, type=2, axis=1, norm="ortho")[:, :CEPSTRA]
    coefficients *= 1 + LIFTER / 2 * np.sin(np.pi * np.arange(CEPSTRA) / LIFTER)
    coefficients[:, 0] = np.log(np.where(energy == 0, _TINY, energy))
    return np.asarray(coefficients, np.float64)


def filters() -> Doubles:
    """(26, 257) triangles, evenly spaced on the mel scale from 0 to 8 kHz."""
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    hertz = 700 * (10 ** (np.linspace(0, top, FILTERS + 2) / 2595) - 1)
    edges = np.floor((FFT + 1) * hertz / RATE)
    bins = np.arange(FFT // 2 + 1)
    made = np.zeros((FILTERS, FFT // 2 + 1))
    for number in range(FILTERS):
        low, middle, high = edges[number : number + 3]
        rising, falling = (bins >= low) & (bins < middle), (bins >= middle) & (bins < high)
        made[number, rising] = (bins[rising] - low) / (middle - low)
        made[number, falling] = (high - bins[falling]) / (high - middle)
    return made
