"""A clip's sound as its score needs it: what is said in it and where somebody is heard, each a step that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.media.read import analysis_sound
from syncline.pipeline.footage import OWN_CUES, Own
from syncline.pipeline.prepare import CUES_CODE, Material, cue_sheet, read_whole
from syncline.speech.activity import speech_activity
from syncline.store import Step, StepCache, code_version

NAME: Final = "activity.npy"

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Listened:
    """A sound on its own clock.

    own : its samples and cue sheet. active : (n,) bool at 100 Hz, where somebody is heard.
    """

    own: Own
    active: Mask

    @property
    def speech(self) -> bool:
        """Whether anybody is heard at all."""
        return any(not phone.silent for phone in self.own.cue.phones)


def listen_to(sound: Material, transcript: str | None, language: str | None, cache: StepCache) -> Listened:
    """Hear a file's sound: aligned to the transcript, else recognised. Raises InputError where it cannot be read."""
    y16k = analysis_sound(read_whole(sound))
    cue = cue_sheet(sound, y16k, transcript, language, cache, OWN_CUES)
    step = Step(
        name="activity",
        version=code_version(*CUES_CODE[0], uses=CUES_CODE[1]),
        inputs={"sound": sound.digest},
        make=lambda: speech_activity(y16k),
        save=lambda active, folder: np.save(folder / NAME, active, allow_pickle=False),
        load=lambda folder: _load(folder / NAME),
    )
    return Listened(Own(y16k, cue), cache.run(step))


def _load(path: Path) -> Mask:
    with path.open("rb") as file:
        active = np.load(file, allow_pickle=False)
    if active.dtype != np.bool_ or active.ndim != 1:
        raise InputError("the kept activity is none", file=path, stage="speech")
    return np.asarray(active, np.bool_)
