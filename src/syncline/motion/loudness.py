"""Loud speech opens the jaw: the level of a line relative to the speaker's own."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from syncline.motion.mouthtrack import Floats
from syncline.speech.features import FRAME_RATE, frames_at, loudness_db

SPEECH_RANGE_DB: Final = 30.0  # what is quieter than this under the loudest tenth is not speech
SMOOTH_S: Final = 0.08  # a syllable's level, not a pitch period's
GAIN_PER_DB: Final = 0.02
GAIN_RANGE: Final = (0.7, 1.25)


def relative_loudness(y16k: npt.ArrayLike, times: npt.ArrayLike) -> Floats:
    """Level at each picture in dB relative to the speaker's median while speaking: (T,) float32, 0 without sound."""
    level = loudness_db(y16k)
    if not len(level):
        return np.zeros(len(np.asarray(times)), np.float32)
    spoken = level[level > np.percentile(level, 95) - SPEECH_RANGE_DB]
    smooth = gaussian_filter1d(level, SMOOTH_S * FRAME_RATE, mode="nearest")
    return (frames_at(smooth, times) - float(np.median(spoken))).astype(np.float32)


def jaw_gain(relative_db: npt.ArrayLike) -> Floats:
    """Factor on the opening and the jaw's drop: (T,) float32, 1 at the speaker's usual level."""
    gain = 1.0 + GAIN_PER_DB * np.asarray(relative_db, np.float32)
    return np.clip(gain, *GAIN_RANGE).astype(np.float32)
