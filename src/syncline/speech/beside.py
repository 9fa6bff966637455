"""What lies beside the words of a sound, told on its cue sheet: music, noise, a room that rings, other speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.speech.background import background
from syncline.speech.cuesheet import CueSheet, Phone, Word
from syncline.speech.overlap import overlap

OVERLAPPED: Final = 0.5  # what is left of a time's confidence where several people speak
NOISY: Final = "the sound is noisy: times are less exact"


def with_background(cue: CueSheet, y16k: npt.ArrayLike, active: npt.NDArray[np.bool_]) -> CueSheet:
    """The sheet with notes on what is heard beside its words, and less confidence where several people speak.

    y16k : (n,) mono, 16 kHz. active : (m,) bool at 100 Hz, where somebody speaks.
    """
    behind, several = background(y16k, active), overlap(y16k, active)
    notes = list(cue.notes)
    if behind.kind == "music" or behind.echoing or (behind.kind == "noise" and NOISY not in notes):
        notes.append(behind.sentence)
    if several.sentence:
        notes.append(several.sentence)
    return replace(
        cue,
        words=tuple(_less_sure(word, several.spans) for word in cue.words),
        phones=tuple(_phone_less_sure(phone, several.spans) for phone in cue.phones),
        notes=tuple(notes),
    )


def _less_sure(word: Word, spans: Sequence[tuple[float, float]]) -> Word:
    if not _within(word.start, word.end, spans):
        return word
    extra = {name: OVERLAPPED * value if name.endswith("_confidence") else value for name, value in word.extra.items()}
    return replace(word, confidence=OVERLAPPED * word.confidence, extra=extra)


def _phone_less_sure(phone: Phone, spans: Sequence[tuple[float, float]]) -> Phone:
    if phone.silent or not _within(phone.start, phone.end, spans):
        return phone
    return replace(phone, confidence=OVERLAPPED * phone.confidence)


def _within(start: float, end: float, spans: Sequence[tuple[float, float]]) -> bool:
    return any(first < end and start < last for first, last in spans)
