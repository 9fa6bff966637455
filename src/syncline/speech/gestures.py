"""What lips, jaw and tongue do over a line, as numbers: the articulatory flags of each hundredth of a second."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.speech.articulation import FEATURES, flags, in_context
from syncline.speech.cuesheet import CueSheet
from syncline.speech.visemes import RATE

# closure: both lips shut; labiodental: lower lip at the upper teeth; rounded, spread: the corners of the lips; open:
# the mouth must be seen to open; jaw: how far it is lowered; tongue: how much of its tip is seen.
GESTURES: Final = ("closure", "labiodental", "rounded", "spread", "open", "jaw", "tongue")

FloatArray = npt.NDArray[np.float32]


def gestures(cue: CueSheet) -> FloatArray:
    """Each phone's gestures in the sheet's language, beside its neighbours: (P, 7) float32 in 0..1."""
    points = in_context([phone.ipa for phone in cue.phones], cue.language)
    result = np.zeros((len(cue.phones), len(GESTURES)), np.float32)
    for row, (phone, point) in enumerate(zip(cue.phones, points, strict=True)):
        has = dict(zip(FEATURES, map(float, point), strict=True))
        asked = flags(phone.ipa, cue.language)
        opened = 0.0 if asked.closure or not asked.vowel else has["open"]
        lips = [has[name] for name in GESTURES[:4]]
        result[row] = 0.0 if asked.silent else [*lips, opened, has["open"], asked.tongue]
    return result


def gesture_track(cue: CueSheet, rate: int = RATE) -> FloatArray:
    """Gestures over a line: (n, 7) float32 in 0..1, n = ceil(duration * rate), each the phone's at the middle of its
    step. Without coarticulation: that belongs to the mouth track."""
    count = int(np.ceil(cue.duration * rate - 1e-9))
    track = np.zeros((count, len(GESTURES)), np.float32)
    for phone, row in zip(cue.phones, gestures(cue), strict=True):
        first, last = (max(0, int(np.ceil(edge * rate - 0.5))) for edge in (phone.start, phone.end))
        track[first:last] = row
    return track
