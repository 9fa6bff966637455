"""Listening in a process of its own.

pocketsphinx holds Python's lock while it works: beside it, face tracking takes twice
as long. A process costs less than a second to start and works on the other core.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from syncline.child import Child
from syncline.errors import InputError
from syncline.speech.align import align
from syncline.speech.cuesheet import CueSheet
from syncline.speech.features import SAMPLE_RATE
from syncline.speech.recognise import recognise

APART_SECONDS: Final = 15.0  # shorter sounds are listened to here: starting a process takes longer than they do


def listen(y16k: npt.NDArray[np.float32], transcript: str | None, language: str | None) -> CueSheet:
    """What is said in a sound: aligned to its transcript, or recognised without one.

    y16k : (n,) float32 mono, 16 kHz. transcript : None where it is not known. language : BCP 47; a transcript needs it.

    Raises what `align` and `recognise` raise, and StageError where the process ends without an answer.
    """
    if transcript is not None and language is None:
        raise InputError("a transcript needs its language", stage="speech")
    if len(y16k) >= APART_SECONDS * SAMPLE_RATE:
        return _apart(y16k, transcript, language)
    return heard(y16k, transcript, language)


def heard(y16k: npt.NDArray[np.float32], transcript: str | None, language: str | None) -> CueSheet:
    """The same in this process. On one thread of BLAS: two are no faster here, and sums in another order differ."""
    with threadpool_limits(1, user_api="blas"):
        return recognise(y16k, language) if transcript is None else align(y16k, transcript, str(language))


def _apart(y16k: npt.NDArray[np.float32], transcript: str | None, language: str | None) -> CueSheet:
    with Child("syncline.speech.worker", stage="speech") as child:
        child.send((y16k, transcript, language))
        cue = child.receive()
    assert isinstance(cue, CueSheet)
    return cue
