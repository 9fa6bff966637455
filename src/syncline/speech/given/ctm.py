"""CTM: `recording channel start length word [confidence]`, one word a line; ";;" begins a comment."""

from __future__ import annotations

from typing import Final

from syncline.speech.given.labels import silent
from syncline.speech.given.spans import MAX_TEXT, Fault, Given, Span, number

KIND: Final = "CTM"
_FIELDS: Final = 5  # at least
_ALTERNATIVES: Final = frozenset(("<ALT_BEGIN>", "<ALT>", "<ALT_END>"))


def recognised(text: str) -> bool:
    """Whether the first line that is no comment reads like one of a CTM."""
    for line in text.splitlines():
        fields = line.split()
        if fields and not fields[0].startswith(";;"):
            try:
                float(fields[2]), float(fields[3])
            except (IndexError, ValueError):
                return False
            return len(fields) >= _FIELDS
    return False


def read_ctm(text: str) -> Given:
    """Words of the one recording and channel. Raises Fault, also where there are several."""
    words: list[Span] = []
    sources = set()
    for count, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if not fields or fields[0].startswith(";;"):
            continue
        at = f"line {count}"
        if len(fields) < _FIELDS:
            raise Fault("a line has fewer than five fields: recording, channel, start, length, word", at)
        if fields[4] in _ALTERNATIVES:
            raise Fault("alternatives are not read: keep one of each", at)
        sources.add((fields[0], fields[1]))
        if len(sources) > 1:
            raise Fault("there are several recordings or channels in it: keep the lines of one", at)
        start, length = number(fields[2], "the start", at), number(fields[3], "the length", at)
        if length < 0:
            raise Fault("a word is shorter than nothing", at)
        if len(fields[4]) > MAX_TEXT:
            raise Fault(f"a word is longer than {MAX_TEXT} characters", at)
        if not silent(fields[4]):
            words.append(Span(fields[4], start, start + length))
    return Given(KIND, tuple(words))
