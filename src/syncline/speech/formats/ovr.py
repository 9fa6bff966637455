"""The fifteen visemes of OVR LipSync (OpenXR) as weights at 100 Hz, by comma or as JSON."""

from __future__ import annotations

import json

from syncline.speech.cuesheet import CueSheet
from syncline.speech.formats.common import smooth_weights
from syncline.speech.visemes import RATE, VISEMES

SCHEMA = "syncline.visemes/1"


def ovr_csv(cue: CueSheet) -> str:
    """A column of seconds, then one a viseme; a row holds from its time on for 10 ms."""
    rows = [",".join(("time", *VISEMES))]
    for number, row in enumerate(smooth_weights(cue)):
        rows.append(",".join((f"{number / RATE:.2f}", *(f"{value:.4f}" for value in row))))
    return "\n".join(rows) + "\n"


def ovr_json(cue: CueSheet) -> str:
    """`visemes` names the columns of `frames`, `rate` a second."""
    frames = ",\n".join(
        "    [" + ", ".join(f"{value:.4f}" for value in row) + "]" for row in smooth_weights(cue).tolist()
    )
    head = {"schema": SCHEMA, "rate": RATE, "duration": cue.duration, "visemes": list(VISEMES)}
    lines = [f'  "{key}": {json.dumps(value)}' for key, value in head.items()]
    return "{\n" + ",\n".join([*lines, f'  "frames": [\n{frames}\n  ]' if frames else '  "frames": []']) + "\n}\n"
