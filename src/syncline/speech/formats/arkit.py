"""ARKit's 52 blend shapes at any frame rate, in the layout of the Live Link Face application."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from syncline.errors import InputError
from syncline.speech.cuesheet import CueSheet
from syncline.speech.formats.common import weights_at
from syncline.speech.viseme_tables import ARKIT, ARKIT_SHAPES
from syncline.timebase import frame_time, frames_in

RATE = Fraction(60)  # the application's own
_RATES = (1, 1000)
# The application writes the turns of head and eyes behind the blend shapes and counts them with these; here all rest.
_TURNS = tuple(f"{part}{turn}" for part in ("Head", "LeftEye", "RightEye") for turn in ("Yaw", "Pitch", "Roll"))
_EXACT = 10**9  # a sheet's length is a float; its exact value would have a frame more or less by rounding


def arkit_csv(cue: CueSheet, rate: Fraction = RATE) -> str:
    """One row a frame, each at the frame's start; only jaw, mouth and tongue move, head and eyes rest.

    The time code counts frames at the next whole rate, without dropping any: row n is frame n. Raises InputError.
    """
    if not _RATES[0] <= rate <= _RATES[1]:
        raise InputError(f"{rate} frames a second is not between {_RATES[0]} and {_RATES[1]}")
    count = frames_in(Fraction(round(cue.duration * _EXACT), _EXACT), rate)
    times = np.array([float(frame_time(number, rate)) for number in range(count)], np.float64)
    nominal = -(-rate.numerator // rate.denominator)
    columns = (*(name[0].upper() + name[1:] for name in ARKIT_SHAPES), *_TURNS)
    rest = ",0.0000" * len(_TURNS)
    rows = [",".join(("Timecode", "BlendShapeCount", *columns))]
    for number, values in enumerate(weights_at(cue, times) @ ARKIT):
        shapes = ",".join(f"{value:.4f}" for value in values)
        rows.append(f"{_timecode(number, nominal)},{len(columns)},{shapes}{rest}")
    return "\n".join(rows) + "\n"


def _timecode(number: int, nominal: int) -> str:
    seconds, frame = divmod(number, nominal)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frame:02d}.000"
