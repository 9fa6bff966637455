"""What every synthetic voice is: text in, sound and its cue sheet out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.speech.cuesheet import CueSheet

DELIVERY_RATE = 48_000  # Hz, of spoken sound (DESIGN section 4)
SOURCE = "spoken"  # of a cue sheet whose times are the synthesiser's own
MAX_SPOKEN_S = 1800.0  # seconds of sound at once
# The mouth opens before the first sound and closes after the last: a first gesture leads by 100 to 150 ms (JALI).
LEAD_S = 0.15
TAIL_S = 0.25
SLOWEST, FASTEST = 0.5, 2.0  # of rate, and of pitch


@dataclass(frozen=True, eq=False)
class Spoken:
    """What a voice said.

    Parameters
    ----------
    samples : (n,) float32 mono, -1..1.
    sample_rate : Hz.
    cue : words and phones on the time of the sound; its duration is n / sample_rate. Its source is "spoken" where the
        times are the synthesiser's own, else the aligner's.
    """

    samples: npt.NDArray[np.float32]
    sample_rate: int
    cue: CueSheet


class Voice(Protocol):
    """A synthetic voice. Thread-safe; the same text, rate and pitch give the same samples."""

    @property
    def id(self) -> str:
        """What finds it again: "en-us", "de+f2" or a path."""
        ...

    @property
    def language(self) -> str:
        """BCP 47 tag of what it speaks."""
        ...

    @property
    def name(self) -> str:
        """For people: "English (America)"."""
        ...

    @property
    def version(self) -> str:
        """Of synthesiser and voice data; another version may give other samples."""
        ...

    def speak(self, text: str, *, rate: float = 1.0, pitch: float = 1.0) -> Spoken:
        """Say a text (see `markup` for pauses and stage directions).

        Parameters
        ----------
        rate : tempo, 0.5..2; 1 is the voice's own.
        pitch : of the melody, 0.5..2; 1 is the voice's own. Where a voice reaches less far its cue sheet notes it.

        Raises
        ------
        InputError : nothing to say, signs that no text has, a script the voice cannot read, rate or pitch out of range.
        LimitError : more than 10 000 characters or half an hour of sound.
        DependencyError : a part of the installation is missing.
        """
        ...


def check_manner(rate: float, pitch: float) -> None:
    """Raise `InputError` where rate or pitch are not in 0.5..2."""
    for name, value in (("rate", rate), ("pitch", pitch)):
        if not (math.isfinite(value) and SLOWEST <= value <= FASTEST):
            raise InputError(f"the {name} of speech is {value:g}; give a number from 0.5 to 2", stage="voice")
