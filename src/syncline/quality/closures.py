"""Do the lips shut on p, b and m? Each one is listed, with its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from syncline.motion.mouthtrack import frame_period
from syncline.quality.seen import SeenMouth
from syncline.speech.articulation import flags
from syncline.speech.cuesheet import CueSheet

# Aligned phones are right to about 20–40 ms, and the lips shut up to 20 ms before the sound does.
TOLERANCE_S: Final = 0.040


@dataclass(frozen=True)
class Closure:
    """One p, b or m: when, the smallest opening seen around it (IOD units; None: not seen), and whether it is shut."""

    ipa: str
    start: float
    end: float
    opening: float | None
    closed: bool


@dataclass(frozen=True)
class Closures:
    """All p b m of a line.

    rate : share of those seen that shut, None where none was seen.
    threshold : opening in IOD units at or under which these lips count as shut.
    unseen : how many fell on pictures on which the mouth cannot be judged.
    """

    rate: float | None
    threshold: float
    unseen: int
    each: tuple[Closure, ...]

    @property
    def seen(self) -> int:
        """How many could be judged."""
        return sum(closure.opening is not None for closure in self.each)


def measure_closures(cue: CueSheet, mouth: SeenMouth, threshold: float) -> Closures:
    """Closure rate of a take.

    Parameters
    ----------
    cue : phones on the same clock as the mouth.
    threshold : the person's own (`motion.style.closed_threshold` of real footage), IOD units.

    Lips count as shut when they come to the threshold within the phone or one picture (40 ms at least) beside it. On
    real clips 97 % do; with the sound of another sentence about half.
    """
    tolerance = max(frame_period(mouth.times), TOLERANCE_S) + 1e-6
    opening = np.where(mouth.usable, mouth.opening, np.nan)
    each = []
    for phone in cue.phones:
        if not flags(phone.ipa, cue.language).closure:
            continue
        first = int(np.searchsorted(mouth.times, phone.start - tolerance))
        last = int(np.searchsorted(mouth.times, phone.end + tolerance, side="right"))
        near = opening[first:last]
        near = near[np.isfinite(near)]
        smallest = float(near.min()) if len(near) else None
        shut = smallest is not None and smallest <= threshold
        each.append(Closure(phone.ipa, phone.start, phone.end, None if smallest is None else round(smallest, 4), shut))
    seen = [closure for closure in each if closure.opening is not None]
    rate = sum(closure.closed for closure in seen) / len(seen) if seen else None
    return Closures(rate, threshold, len(each) - len(seen), tuple(each))
