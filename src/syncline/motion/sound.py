"""Mouth tracks from the sound alone, for lines whose text nobody gave."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.motion.mouthtrack import CHANNELS, OPENING, Floats, Mask, MouthTrack, Times
from syncline.motion.rest import rest_between, settled
from syncline.motion.soundnet import SoundNetwork, shipped_network
from syncline.motion.style import GENERIC_STYLE, Style
from syncline.speech.activity import speech_segments
from syncline.speech.features import SAMPLE_RATE, frames_at

# A regressor that is unsure answers with less than the true movement; its answer is brought back to the person's own
# spread, but never by more than this.
MAX_EXPANSION: Final = 1.6


def from_sound(
    y16k: npt.ArrayLike,
    times: npt.ArrayLike,
    *,
    style: Style = GENERIC_STYLE,
    rest: npt.ArrayLike | None = None,
    network: SoundNetwork | None = None,
) -> MouthTrack:
    """The mouth that goes with a sound, by the shipped regressor.

    Parameters
    ----------
    y16k : (n,) mono 16 kHz.
    times : (T,) seconds in the sound, in order.
    style : the person's own scale (`motion.style.style_of`).
    rest : (T,) bool, pictures in which nothing is said, where that is known (`from_phones(...).rest`); None: voice
        activity is looked for in the sound, which takes most of the time.

    Closures are only as good as the regressor hears them: `closure` is 0 everywhere. Where recognised phones are at
    hand, combine both (`motion.combine.combined`).
    """
    sound = np.asarray(y16k, np.float32)
    moments = np.asarray(times, np.float64)
    resting = _resting(sound, moments) if rest is None else np.asarray(rest, np.bool_)
    if resting.all():
        still = np.tile(style.rest, (len(moments), 1))
        return MouthTrack.from_stacked(moments, still, rest=resting, source="sound")
    net = shipped_network() if network is None else network
    standard = frames_at(net(sound), moments)[:, : len(CHANNELS)]
    spoken = standard[~resting]
    if len(spoken) > 1:
        growth = 1.0 / np.maximum(spoken.std(axis=0), 1.0 / MAX_EXPANSION)
        middle = spoken.mean(axis=0)
        standard = middle + (standard - middle) * np.maximum(growth, 1.0)
    shape = settled(style.shape_of(standard), resting, style.rest)
    shape[:, OPENING] = np.maximum(shape[:, OPENING], 0.0)
    return MouthTrack.from_stacked(moments, shape, rest=resting, source="sound")


def _resting(sound: Floats, moments: Times) -> Mask:
    segments = speech_segments(sound) if len(sound) else []
    if not segments:
        return np.ones(len(moments), np.bool_)
    return rest_between(segments, len(sound) / SAMPLE_RATE, moments)
