"""Praat's TextGrid, long and short.

Praat reads the values alone: numbers, texts in double quotes and flags in angle brackets that stand free; whatever else
is there only helps people. So does this reader, and the long form needs no parser of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from syncline.speech.cuesheet import SILENCE
from syncline.speech.given.labels import ipa_of, silent
from syncline.speech.given.spans import MAX_SPANS, MAX_TEXT, Fault, Given, Span, number

KIND: Final = "TextGrid"
_VALUE: Final = re.compile(
    r'(?<!\S)(?:"(?P<text>(?:[^"]|"")*)"|(?P<flag><[^<>\s]*>)|(?P<number>[-+]?[0-9.][0-9.eE+-]*)|![^\n]*)(?!\S)'
)
_MAX_TIERS: Final = 200
# Names of tiers of MFA, WebMAUS (ORT, MAU), Charsiu, BFA and by hand; of several the first.
_WORDS: Final = (re.compile(r"word|wrd|^ort", re.IGNORECASE), re.compile(r"transcript|utterance|line", re.IGNORECASE))
_PHONES: Final = re.compile(r"phon|phn|segment|^mau$", re.IGNORECASE)


@dataclass(frozen=True)
class _Tier:
    name: str
    spans: tuple[Span, ...]


def recognised(text: str) -> bool:
    """Whether a text says that it is a TextGrid."""
    return "ooTextFile" in text[:200]


def read_textgrid(text: str) -> Given:
    """Words and phones of the tiers that are named so. Raises Fault."""
    tiers = _read_tiers(text)
    if not tiers:
        raise Fault("the TextGrid has no interval tier: give one with words or phones")
    words, phones = _chosen(tiers)
    notes = [] if len(tiers) <= 2 else [f"tiers read: {', '.join(t.name for t in (words, phones) if t is not None)}"]
    said: tuple[Span, ...] = ()
    if phones is not None:
        labels = ipa_of([span.text for span in phones.spans])
        if labels is None:
            notes.append(f"the tier {phones.name[:40]!r} is in a notation that is not known (neither IPA nor ARPAbet)")
        else:
            pairs = zip(labels, phones.spans, strict=True)
            said = tuple(Span(ipa, span.start, span.end) for ipa, span in pairs if ipa != SILENCE)
    spoken = () if words is None else tuple(span for span in words.spans if not silent(span.text))
    if words is None and phones is not None and not said:
        raise Fault("its only tier holds phones in a notation that is not known: use IPA, ARPAbet, or a tier of words")
    return Given(KIND, spoken, said, notes=tuple(notes))


def _chosen(tiers: list[_Tier]) -> tuple[_Tier | None, _Tier | None]:
    """The tier of words and that of phones: by their names, else the finer one is of phones."""
    phones = next((tier for tier in tiers if _PHONES.search(tier.name)), None)
    named = (tier for name in _WORDS for tier in tiers if tier is not phones and name.search(tier.name))
    words = next(named, None)
    rest = [tier for tier in tiers if tier not in (words, phones)]
    if words is None and phones is None and len(rest) > 1:
        words, phones = sorted(rest[:2], key=lambda tier: len(tier.spans))
    elif words is None and phones is None:
        words = rest[0]
    return words, phones


def _read_tiers(text: str) -> list[_Tier]:
    values = _Values(text)
    if values.text() != "ooTextFile" or values.text() != "TextGrid":
        raise Fault("the file is Praat's but no TextGrid")
    values.number(), values.number()
    if not values.flag():
        return []
    count = values.count("tiers", _MAX_TIERS)
    tiers = []
    for _ in range(count):
        kind, name = values.text(), values.text()
        values.number(), values.number()
        size = values.count("intervals", MAX_SPANS)
        if kind == "IntervalTier":
            intervals = ((values.number(), values.number(), values.text()) for _ in range(size))
            tiers.append(_Tier(name, tuple(Span(label.strip(), start, end) for start, end, label in intervals)))
        elif kind == "TextTier":
            for _ in range(size):
                values.number(), values.text()
        else:
            raise Fault(f"a tier is of the unknown class {kind[:40]!r}")
    return tiers


class _Values:
    """The free-standing values of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self._found: Iterator[re.Match[str]] = _VALUE.finditer(text)
        self._line_of = text.count
        self._at = 0

    def _next(self, group: str, what: str) -> str:
        for match in self._found:
            self._at = match.start()
            if match[0].startswith("!"):
                continue
            if match[group] is None:
                break
            return match[group]
        raise Fault(
            f"the TextGrid is damaged or cut off: {what} is missing", f"line {self._line_of(chr(10), 0, self._at) + 1}"
        )

    def text(self) -> str:
        found = self._next("text", "a text in quotes").replace('""', '"')
        if len(found) > MAX_TEXT:
            raise Fault(f"a label is longer than {MAX_TEXT} characters")
        return found

    def number(self) -> float:
        found = self._next("number", "a number")
        return number(found, "a time", f"line {self._line_of(chr(10), 0, self._at) + 1}")

    def flag(self) -> bool:
        return self._next("flag", "<exists>") == "<exists>"

    def count(self, what: str, most: int) -> int:
        value = self.number()
        if not (0 <= value <= most and value == int(value)):
            raise Fault(f"the TextGrid claims {value:g} {what} and the limit is {most}")
        return int(value)
