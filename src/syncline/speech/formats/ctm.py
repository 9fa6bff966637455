"""CTM, NIST's time-marked conversation: `recording channel start length word confidence`, one word a line."""

from __future__ import annotations

from syncline.speech.cuesheet import CueSheet
from syncline.speech.formats.common import one_line


def ctm_text(cue: CueSheet, recording: str = "sound") -> str:
    """Words to the millisecond. White space in names and words becomes underscores: it separates fields."""
    name = _field(recording)
    rows = []
    for word in cue.words:
        start, end = round(word.start * 1000), round(word.end * 1000)
        times = f"{start / 1000:.3f} {(end - start) / 1000:.3f}"
        rows.append(f"{name} 1 {times} {_field(word.text)} {word.confidence:.2f}\n")
    return "".join(rows)


def _field(text: str) -> str:
    field = one_line(text).replace(" ", "_")
    return "_" + field if not field or field.startswith(";;") else field  # ";;" begins a comment
