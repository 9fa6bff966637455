"""The cue sheet: words and phones of one line, with times.

A cue sheet is a plain frozen value. Times are seconds from the start of the sound (floats: the sheet is JSON's edge);
phones are IPA whatever made them, contiguous, and cover the whole sound: what is not speech is `sil`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline.errors import InputError

SCHEMA = "syncline.cuesheet/1"
SILENCE = "sil"
MAX_ENTRIES = 2_000_000  # a day of speech has about a million phones; more is not a cue sheet


@dataclass(frozen=True)
class Phone:
    """One phone: IPA without stress and tone, `start` and `end` in seconds, `confidence` 0..1.

    `word` is the index of its word in the sheet, -1 for none (silence, recognised phones).
    """

    ipa: str
    start: float
    end: float
    confidence: float = 1.0
    word: int = -1
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def silent(self) -> bool:
        """Whether nothing is said."""
        return self.ipa == SILENCE


@dataclass(frozen=True)
class Word:
    """One word as the transcript writes it, `start` and `end` in seconds, `confidence` 0..1."""

    text: str
    start: float
    end: float
    confidence: float = 1.0
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class CueSheet:
    """Words and phones of one line.

    Parameters
    ----------
    language : BCP 47 tag, "und" where it is not known.
    words : in time order, not overlapping; empty where the text is not known.
    phones : contiguous, from 0 to `duration`, silences included as "sil".
    duration : seconds of the sound.
    source : what made it: "pocketsphinx+espeak", "pocketsphinx", "espeak-dtw", "recognised", "energy",
        "spoken" (a synthetic voice's own times).
    notes : sentences for the user: what was degraded and why.
    extra : fields of later versions, kept through a round trip.
    """

    language: str
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]
    duration: float
    source: str
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def confidence(self) -> float:
        """Mean confidence of what is said, weighted by time, 0..1 (0 where nothing is said)."""
        said = [(phone.end - phone.start, phone.confidence) for phone in self.phones if not phone.silent]
        total = sum(length for length, _ in said)
        return sum(length * sure for length, sure in said) / total if total > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        """The document as JSON types, schema `syncline.cuesheet/1`."""
        return {
            **self.extra,
            "schema": SCHEMA,
            "language": self.language,
            "duration": self.duration,
            "source": self.source,
            "notes": list(self.notes),
            "words": [
                {**word.extra, "text": word.text, **_span_json(word.start, word.end, word.confidence)}
                for word in self.words
            ],
            "phones": [
                {
                    **phone.extra,
                    "ipa": phone.ipa,
                    **_span_json(phone.start, phone.end, phone.confidence),
                    **({"word": phone.word} if phone.word >= 0 else {}),
                }
                for phone in self.phones
            ],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any] | str) -> CueSheet:
        """Read a document (or its text); fields that are not known here are kept in `extra`.

        Raises
        ------
        InputError : it is not a cue sheet of this schema, or its times do not make sense.
        """
        if isinstance(document, str):
            try:
                document = json.loads(document)
            except ValueError as exc:
                raise InputError("the cue sheet is not JSON", stage="align") from exc
        if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
            raise InputError(f"the document is not a cue sheet (schema {SCHEMA})", stage="align")
        try:
            sheet = _sheet_from(document)
        except (KeyError, TypeError, ValueError) as exc:
            raise InputError(f"the cue sheet is damaged: {exc}", stage="align") from exc
        check(sheet)
        return sheet


def check(sheet: CueSheet) -> None:
    """Raise `InputError` where a sheet breaks its promises: ordered words, contiguous phones over 0..duration."""
    if not (math.isfinite(sheet.duration) and sheet.duration >= 0):
        raise InputError("the cue sheet's duration is not a positive number of seconds", stage="align")
    edge = 0.0
    for phone in sheet.phones:
        if not (abs(phone.start - edge) <= 1e-3 and phone.end >= phone.start and phone.word < len(sheet.words)):
            raise InputError("the cue sheet's phones are not contiguous", stage="align", at=f"{edge:.3f} s")
        edge = phone.end
    if sheet.phones and not abs(edge - sheet.duration) <= 1e-3:
        raise InputError("the cue sheet's phones do not cover its duration", stage="align", at=f"{edge:.3f} s")
    edge = 0.0
    for word in sheet.words:
        if not (word.start >= edge - 1e-3 and word.end >= word.start and word.end <= sheet.duration + 1e-3):
            raise InputError("the cue sheet's words are out of order", stage="align", at=f"{edge:.3f} s")
        edge = word.end


def contiguous(phones: Iterable[Phone], duration: float) -> tuple[Phone, ...]:
    """Make phones cover 0..duration: gaps become `sil`, overlaps are cut at the later start, empty phones vanish.

    Gaps under 5 ms belong to the phone before them: they come from rounding to frames.
    """
    result: list[Phone] = []
    edge = 0.0
    for phone in sorted(phones, key=lambda item: item.start):
        start, end = max(phone.start, edge), min(phone.end, duration)
        if end <= start:
            continue
        if start - edge > 0.005 or not result:
            if start > edge:
                result.append(Phone(SILENCE, edge, start))
        elif start > edge:
            result[-1] = _spanning(result[-1], result[-1].start, start)
        if phone.silent and result and result[-1].silent:
            result[-1] = _spanning(result[-1], result[-1].start, end)
        else:
            result.append(_spanning(phone, start, end))
        edge = end
    if edge < duration:
        if result and result[-1].silent:
            result[-1] = _spanning(result[-1], result[-1].start, duration)
        else:
            result.append(Phone(SILENCE, edge, duration))
    return tuple(result)


def silent_sheet(duration: float, language: str, note: str | None = None, source: str = "energy") -> CueSheet:
    """A sheet in which nothing is said."""
    phones = (Phone(SILENCE, 0.0, duration),) if duration > 0 else ()
    return CueSheet(language, (), phones, duration, source, () if note is None else (note,))


def _spanning(phone: Phone, start: float, end: float) -> Phone:
    return Phone(phone.ipa, start, end, phone.confidence, phone.word, phone.extra)


def _span_json(start: float, end: float, confidence: float) -> dict[str, float]:
    return {"start": start, "end": end, "confidence": confidence}


def _sheet_from(document: Mapping[str, Any]) -> CueSheet:
    words, phones = list(document["words"]), list(document["phones"])
    if max(len(words), len(phones)) > MAX_ENTRIES:
        raise ValueError("too many entries")
    known = {"schema", "language", "words", "phones", "duration", "source", "notes"}
    return CueSheet(
        language=_text(document["language"]),
        words=tuple(
            Word(_text(item["text"]), *_span(item), extra=_rest(item, {"text", "start", "end", "confidence"}))
            for item in words
        ),
        phones=tuple(
            Phone(
                _text(item["ipa"]),
                *_span(item),
                word=max(-1, int(item.get("word", -1))),
                extra=_rest(item, {"ipa", "start", "end", "confidence", "word"}),
            )
            for item in phones
        ),
        duration=float(document["duration"]),
        source=_text(document["source"]),
        notes=tuple(_text(note) for note in document.get("notes", ())),
        extra=_rest(document, known),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value


def _span(item: Mapping[str, Any]) -> tuple[float, float, float]:
    numbers = float(item["start"]), float(item["end"]), float(item.get("confidence", 1.0))
    if not all(map(math.isfinite, numbers)):
        raise ValueError("a time is not a finite number")
    return numbers


def _rest(item: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in known}
