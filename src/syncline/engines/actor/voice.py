"""Whether two sounds are the same person before the same microphone: only then is likeness of sound worth anything.

The print of a sound is the mean and spread of its cepstra over what is loud. Voice and microphone both are in it, so
the answer errs towards "another": a bank is then searched by phones alone, which costs little.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.speech.features import loudness_db, mfcc

Floats = npt.NDArray[np.float32]

CEPSTRA: Final = 20  # the first of them, loudness, left out
LOUD_DB: Final = 20.0  # under the loudest twentieth
MIN_LOUD_FRAMES: Final = 60  # of 10 ms; less speech has no mean
# Standard deviation of prints of one speaker's 3 s sentences (GRID s1): of the means, then of the spreads.
_SPREAD: Final = np.array(
    [
        *(2.8, 1.3, 1.2, 0.95, 0.8, 0.7, 0.7, 0.7, 0.6, 0.55, 0.5, 0.5, 0.45, 0.45, 0.45, 0.4, 0.4, 0.35, 0.35),
        *(1.6, 0.7, 0.7, 0.5, 0.4, 0.35, 0.3, 0.3, 0.3, 0.25, 0.25, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.18, 0.18),
    ],
    np.float32,
)
# Root mean square in those units: a speaker's own sentences lie within 1.22 of their mean in 95 of 100 (1.46 at most,
# of 60), 18 other voices and rooms at 1.8 to 6.6.
SAME: Final = 1.45


def voice_print(y16k: Floats) -> tuple[float, ...]:
    """Print of a sound, 38 numbers; empty where too little is said."""
    if len(y16k) < 160 * MIN_LOUD_FRAMES:
        return ()
    cepstra = mfcc(y16k, CEPSTRA)[:, 1:]
    level = loudness_db(y16k)[: len(cepstra)]
    loud = cepstra[level > np.percentile(level, 95) - LOUD_DB]
    if len(loud) < MIN_LOUD_FRAMES:
        return ()
    return tuple(round(float(value), 4) for value in (*loud.mean(axis=0), *loud.std(axis=0)))


def same_voice(mine: Sequence[float], known: Sequence[Sequence[float]]) -> bool:
    """Whether a print lies as near to the mean of known prints as a speaker's own sentences do."""
    prints = [p for p in known if len(p) == len(_SPREAD)]
    if len(mine) != len(_SPREAD) or not prints:
        return False
    apart = (np.asarray(mine, np.float32) - np.mean(np.asarray(prints, np.float32), axis=0)) / _SPREAD
    return bool(np.sqrt((apart**2).mean()) <= SAME)
