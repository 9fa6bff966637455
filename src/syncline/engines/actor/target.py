"""What a moment of speech is compared by: phonetic context, sound, and the input of the context model.

All of it is language-independent: phones count only through `speech.articulation`, each feature by how far it is seen,
and sound through cepstra from which each line's own mean and spread (voice, microphone, loudness) are taken away.

Words that the footage never holds, read by a lip-reader in the chosen frames, of 100: 46 with features all alike and a
context of 90 ms, 57 weighted by what is seen, 65 with 40 ms (one reader); 65 and 70 before and after the corrections to
what is seen (a better reader).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.speech.articulation import FEATURES, VISIBILITY
from syncline.speech.context import phone_context, phone_neighbours
from syncline.speech.cuesheet import CueSheet
from syncline.speech.features import FRAME_RATE, frames_at, mfcc

Floats = npt.NDArray[np.float32]
Times = npt.NDArray[np.float64]

# Context for choosing: -200..+200 ms, weighted by a Gaussian of 40 ms, the phones beside count 0.15 each.
CONTEXT_OFFSETS: Final = tuple(round(-0.2 + 0.04 * k, 2) for k in range(11))
CONTEXT_SIGMA_S: Final = 0.04
CONTEXT_BLUR_S: Final = 0.02
NEIGHBOUR_WEIGHT: Final = 0.15

# What a viewer sees (`VISIBILITY`), corrected by what unread words told: teeth closing on [s] were taken for [n], and
# high vowels for low ones.
_SEEN: Final = {"sibilant": 2.0, "open": 4.0, "fricative": 0.6, "nasal": 0.4, "stop": 0.3}
SEEN: Final = np.sqrt(np.array([_SEEN.get(name, float(v)) for name, v in zip(FEATURES, VISIBILITY, strict=True)]))

MODEL_OFFSETS: Final = tuple(round(-0.16 + 0.04 * k, 2) for k in range(9))
SOUND_OFFSETS: Final = tuple(round(-0.24 + 0.04 * k, 2) for k in range(13))
CEPSTRA: Final = 13
SOUND_BLUR: Final = 4  # frames of 10 ms, one picture


def phonetic_context(cue: CueSheet, times: Times) -> Floats:
    """(T, C) float32; squared distances of rows are distances of phonetic context."""
    soft = phone_context(cue, times, CONTEXT_OFFSETS, CONTEXT_BLUR_S)
    weight = np.exp(-0.5 * (np.array(CONTEXT_OFFSETS) / CONTEXT_SIGMA_S) ** 2)
    soft *= np.sqrt(weight / weight.sum()).astype(np.float32)[None, :, None] * SEEN.astype(np.float32)
    beside = phone_neighbours(cue, times)[:, [0, 2]] * (np.sqrt(NEIGHBOUR_WEIGHT) * SEEN).astype(np.float32)
    return np.concatenate([soft.reshape(len(soft), -1), beside.reshape(len(beside), -1)], axis=1)


def model_context(cue: CueSheet, times: Times) -> Floats:
    """(T, A) float32, the articulatory part of the context model's input."""
    soft = phone_context(cue, times, MODEL_OFFSETS, CONTEXT_BLUR_S) * np.sqrt(VISIBILITY)
    return np.asarray(soft.reshape(len(soft), -1), np.float32)


def sound_context(y16k: Floats, times: Times) -> Floats:
    """(T, M) float32, cepstra around each time without the line's mean and spread; zeros where there is no sound."""
    width = CEPSTRA * len(SOUND_OFFSETS)
    if len(y16k) < FRAME_RATE:  # a hundredth of a second of samples says nothing
        return np.zeros((len(times), width), np.float32)
    cepstra = mfcc(y16k, CEPSTRA)
    cepstra = (cepstra - cepstra.mean(axis=0)) / (cepstra.std(axis=0) + np.float32(1e-3))
    sums = np.cumsum(np.pad(cepstra, ((SOUND_BLUR // 2 + 1, SOUND_BLUR // 2), (0, 0)), mode="edge"), axis=0)
    smooth = (sums[SOUND_BLUR:] - sums[:-SOUND_BLUR]) / np.float32(SOUND_BLUR)
    parts = [frames_at(smooth, times, offset) for offset in SOUND_OFFSETS]
    return np.concatenate(parts, axis=1).astype(np.float32)
