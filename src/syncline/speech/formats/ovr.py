"""The fifteen visemes of OVR LipSync (OpenXR) as weights at 100 Hz, by comma or as JSON."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt

from syncline.speech.cuesheet import CueSheet
from syncline.speech.formats.common import smooth_weights
from syncline.speech.gestures import GESTURES, gesture_track
from syncline.speech.visemes import RATE, VISEMES

SCHEMA = "syncline.visemes/1"


def ovr_csv(cue: CueSheet) -> str:
    """A column of seconds, then one a viseme; a row holds from its time on for 10 ms."""
    rows = [",".join(("time", *VISEMES))]
    for number, row in enumerate(smooth_weights(cue)):
        rows.append(",".join((f"{number / RATE:.2f}", *(f"{value:.4f}" for value in row))))
    return "\n".join(rows) + "\n"


def ovr_json(cue: CueSheet) -> str:
    """`visemes` names the columns of `frames`, `gestures` those of `gesture_frames`; `rate` a second."""
    head = {
        "schema": SCHEMA,
        "rate": RATE,
        "duration": cue.duration,
        "visemes": list(VISEMES),
        "gestures": list(GESTURES),
    }
    lines = [f'  "{key}": {json.dumps(value)}' for key, value in head.items()]
    lines += [_rows("frames", smooth_weights(cue)), _rows("gesture_frames", gesture_track(cue))]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _rows(name: str, values: npt.NDArray[np.float32]) -> str:
    rows = ",\n".join("    [" + ", ".join(f"{value:.4f}" for value in row) + "]" for row in values.tolist())
    return f'  "{name}": [\n{rows}\n  ]' if rows else f'  "{name}": []'
