"""Two opinions on one mouth: what the phones ask for, and what the sound lets one hear."""

from __future__ import annotations

from typing import Final

import numpy as np

from syncline.errors import InputError
from syncline.motion import closure as closures
from syncline.motion.mouthtrack import OPENING, Floats, MouthTrack

# Share of the sound's opinion for each channel (opening, width, protrusion, jaw). On held-out clips of a person whose
# table was learned any share from 0.3 to 0.7 is better than either alone; the jaw follows the sound more than the text.
SOUND_SHARE: Final = (0.5, 0.5, 0.5, 0.6)
# The same where no text was given and the phones are recognised, of which half are right: on clips for choosing,
# opening .770 against .757 with the share above.
HEARD_SHARE: Final = (0.8, 0.8, 0.8, 0.9)
RECOGNISED: Final = "recognised"  # source of a cue sheet whose phones no text confirms


def combined(
    phones: MouthTrack, sound: MouthTrack, share: tuple[float, float, float, float] = SOUND_SHARE
) -> MouthTrack:
    """The mean of both, with the closures and rests of the phones.

    phones : from `from_phones`, with the person's own table where there is one.
    sound : from `from_sound`, for the same times and the same style.
    share : weight of the sound's opinion for each channel, 0..1.

    Raises
    ------
    InputError : the tracks are not for the same pictures.
    """
    if phones.times.shape != sound.times.shape or not np.allclose(phones.times, sound.times, atol=1e-6):
        raise InputError("two mouth tracks for different pictures cannot be combined", stage="motion")
    weight: Floats = np.asarray(share, np.float32)
    shape = phones.stacked() * (1 - weight) + sound.stacked() * weight
    shape[phones.rest] = phones.stacked()[phones.rest]
    nothing = np.zeros(len(phones), np.float32)
    shape[:, OPENING] = closures.notched(shape[:, OPENING], phones.closure, nothing)
    return MouthTrack.from_stacked(
        phones.times, shape, closure=phones.closure, rest=phones.rest, source=f"{phones.source}+{sound.source}"
    )


def share_of(source: str) -> tuple[float, float, float, float]:
    """The sound's share beside the phones of a cue sheet of this source."""
    return HEARD_SHARE if source == RECOGNISED else SOUND_SHARE
