"""What smoothing must not soften: lips that shut on p b m, teeth on the lip at f v."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.motion.mouthtrack import Floats, frame_period
from syncline.speech.articulation import articulatory, feature, flags
from syncline.speech.cuesheet import CueSheet


@dataclass(frozen=True)
class Notch:
    """Numbers of the closure notch.

    early_ms : the lips are shut this long before the phone starts (DESIGN §4: 0–20 ms before the acoustic closure).
    ramp_ms : time from open to shut and back.
    release : share of the phone at which a stop's lips part (the rest of it is the burst and what follows).
    burst_ms : the lips part at most this long before the end: a long consonant is held.
    aspirated : share of an aspirated stop in which the lips are shut; breath is most of the rest.
    labiodental : depth of the notch of f and v, 0..1: the lip reaches the teeth, the mouth is not shut.
    """

    early_ms: float = 20.0
    ramp_ms: float = 30.0
    release: float = 0.7
    burst_ms: float = 40.0
    aspirated: float = 0.55
    labiodental: float = 0.6


DEFAULT: Final = Notch()


def closure_curve(cue: CueSheet, times: npt.ArrayLike, options: Notch = DEFAULT) -> Floats:
    """How far the lips are held shut: (T,) float32 0..1, for p b m.

    At least the picture nearest to each phone's hold is 1: at 25 pictures a second a hold can fall between two.
    """
    return _curve(cue, times, options, "closure")


def labiodental_curve(cue: CueSheet, times: npt.ArrayLike, options: Notch = DEFAULT) -> Floats:
    """How far the lower lip is at the upper teeth: (T,) float32 0..1, for f v."""
    return _curve(cue, times, options, "labiodental")


def notched(opening: npt.ArrayLike, closure: Floats, labiodental: Floats, options: Notch = DEFAULT) -> Floats:
    """The opening, (T,) IOD units, with lips shut where they must be."""
    kept = (1.0 - closure) * (1.0 - options.labiodental * labiodental)
    return (np.asarray(opening, np.float32) * kept).astype(np.float32)


def _curve(cue: CueSheet, times: npt.ArrayLike, options: Notch, kind: str) -> Floats:
    moments = np.asarray(times, np.float64)
    result = np.zeros(len(moments), np.float32)
    if not len(moments):
        return result
    ramp, early = options.ramp_ms / 1000, options.early_ms / 1000
    half_period = frame_period(moments) / 2
    column = feature(kind)
    for number, phone in enumerate(cue.phones):
        if not getattr(flags(phone.ipa, cue.language), kind):
            continue
        degree = 1.0 if kind == "closure" else float(articulatory(phone.ipa, cue.language)[column])
        start = phone.start - early
        end = _release(cue, number, options)
        first, last = np.searchsorted(moments, [start - ramp, end + ramp])
        near = moments[first:last]
        outside = np.maximum(start - near, near - end)
        held = (degree * np.clip(1.0 - outside / ramp, 0.0, 1.0)).astype(np.float32)
        result[first:last] = np.maximum(result[first:last], held)
        middle = (start + end) / 2
        nearest = int(np.clip(np.searchsorted(moments, middle), 1, len(moments) - 1)) if len(moments) > 1 else 0
        if nearest and middle - moments[nearest - 1] < moments[nearest] - middle:
            nearest -= 1
        if abs(moments[nearest] - middle) <= max(half_period, (end - start) / 2) + 1e-6:
            result[nearest] = max(float(result[nearest]), degree)
    return result


def _release(cue: CueSheet, number: int, options: Notch) -> float:
    """When the lips part, seconds: nasals and stops without release hold to their end, so does the first half of a long
    consonant; others part at the burst."""
    phone = cue.phones[number]
    following = cue.phones[number + 1].ipa if number + 1 < len(cue.phones) else ""
    held = phone.ipa.startswith(("m", "ɱ")) or "\u031a" in phone.ipa or flags(following, cue.language).closure
    if held:
        return phone.end
    length = phone.end - phone.start
    if "ʰ" in phone.ipa or "ʱ" in phone.ipa:
        return phone.start + options.aspirated * length
    return max(phone.start + options.release * length, phone.end - options.burst_ms / 1000)
