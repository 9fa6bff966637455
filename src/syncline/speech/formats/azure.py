"""Viseme events as Azure Speech sends them: `visemeId` 0..21 and `audioOffset` in ticks of 100 ns."""

from __future__ import annotations

from syncline.speech.cuesheet import CueSheet
from syncline.speech.formats.common import runs_of
from syncline.speech.viseme_tables import microsoft

TICKS = 10_000_000  # a second


def azure_text(cue: CueSheet) -> str:
    """A JSON list, one event a change of viseme, and 0 (silence) at the end of the sound."""
    found = runs_of(cue, lambda phone: microsoft(phone.ipa, cue.language))
    events = [(start, number) for start, _, number in found]
    if events and events[-1][1] != 0:
        events.append((cue.duration, 0))
    lines = ",\n".join(f'  {{"audioOffset": {round(start * TICKS)}, "visemeId": {number}}}' for start, number in events)
    return f"[\n{lines}\n]\n" if lines else "[]\n"
