"""Phones from the sound alone, where no transcript is at hand.

The only acoustic model that comes in a wheel is English. Its phones are taken as they are for English; for another
language they still say when jaws open and lips round, at a lower confidence: in recordings of German, Spanish, French,
Japanese and Mandarin they are of the right one of five visible classes (shut, on the teeth, rounded, open, other) in 39
to 74 % of the time, mean 55 (English 68), where the same phones at other times are right in 28. Closures are the weak
part: about half of a text's p, b and m are found, in any language.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from syncline.speech.activity import segments_of, speech_activity
from syncline.speech.beside import with_background
from syncline.speech.cuesheet import CueSheet, Phone, contiguous, silent_sheet
from syncline.speech.features import SAMPLE_RATE, checked_sound
from syncline.speech.sphinx import recognise_phones

# Share of time in which the recognised phone is of the right class, measured on GRID (English) against its alignment.
_ENGLISH, _OTHER = 0.4, 0.25
_MARGIN_S = 0.15
_LONGEST_S = 30.0  # longer stretches are cut: the search's memory grows with its length


def recognise(y16k: npt.ArrayLike, language: str | None = None) -> CueSheet:
    """Recognise the phones of a sound, (n,) mono 16 kHz; the sheet has no words.

    Raises
    ------
    InputError : samples that are not finite.
    """
    y = checked_sound(y16k)
    duration = len(y) / SAMPLE_RATE
    tag = language or "und"
    active = speech_activity(y)
    segments = segments_of(active, duration)
    if not segments:
        return silent_sheet(duration, tag, "no speech was found in the sound", source="recognised")
    english = tag.lower().split("-")[0] == "en"
    confidence = _ENGLISH if english else _OTHER
    phones: list[Phone] = []
    for start, end in _cut(segments, duration):
        piece = y[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]
        phones.extend(
            Phone(phone.ipa, start + phone.start, start + phone.end, confidence) for phone in recognise_phones(piece)
        )
    notes = () if english else ("phones were recognised with an English model; they are approximate",)
    cue = CueSheet(tag, (), contiguous(phones, duration), duration, "recognised", notes)
    return with_background(cue, y, active)


def _cut(segments: list[tuple[float, float]], duration: float) -> list[tuple[float, float]]:
    """Segments with a margin that does not reach into the next, none longer than `_LONGEST_S`."""
    pieces: list[tuple[float, float]] = []
    for number, (start, end) in enumerate(segments):
        floor = (segments[number - 1][1] + start) / 2 if number else 0.0
        ceiling = (segments[number + 1][0] + end) / 2 if number + 1 < len(segments) else duration
        low, high = max(floor, start - _MARGIN_S), min(ceiling, end + _MARGIN_S)
        count = max(1, int(np.ceil((high - low) / _LONGEST_S)))
        edges = np.linspace(low, high, count + 1)
        pieces.extend((float(a), float(b)) for a, b in pairwise(edges))
    return pieces
