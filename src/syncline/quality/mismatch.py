"""Foreign sound: whether the sound belongs to this mouth at all, at any shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy.typing as npt

from syncline.motion.mouthtrack import MouthTrack
from syncline.quality.offset import measure_offset

OWN_MARGIN: Final = 0.15  # reached by 8 % of foreign sounds at 3 s


@dataclass(frozen=True)
class Mismatch:
    """Whether the sound is another speech than the one that is seen.

    probability : that the sound is foreign, 0..1, where both were as likely before; None where nothing was measured.
    foreign : True or False where that can be said, else None.
    sentence : what was found, or why it is not known.
    seconds : of usable picture behind it.
    """

    probability: float | None
    foreign: bool | None
    sentence: str
    seconds: float = 0.0


def measure_mismatch(
    shape: npt.ArrayLike,
    times: npt.ArrayLike,
    y16k: npt.ArrayLike,
    *,
    usable: npt.ArrayLike | None = None,
    asked: MouthTrack | None = None,
) -> Mismatch:
    """Whether the sound belongs to the mouth; arguments as of `quality.offset.measure_offset`."""
    found = measure_offset(shape, times, y16k, usable=usable, asked=asked)
    if not found.curve:
        return Mismatch(None, None, found.reason, found.seconds)
    if found.margin >= OWN_MARGIN:
        return Mismatch(0.05, False, "sound and mouth show the same speech", found.seconds)
    return Mismatch(0.5, None, "sound and mouth agree too little to tell", found.seconds)
