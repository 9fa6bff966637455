"""Times that text-to-speech services return as JSON.

Read at their documentation: ElevenLabs "with timestamps" (characters with start and end in seconds); Azure Speech word
boundaries and visemes (ticks of 100 ns in the SDK, milliseconds in batch synthesis); Amazon Polly speech marks (JSON
lines, milliseconds); Google Cloud timepoints (marks with seconds). Besides them the `words` lists of recognisers
(Whisper, Gentle, Deepgram, Leopard), which name a word's text and times in a few ways.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from syncline.speech.given.spans import MAX_SPANS, MAX_TEXT, Fault, Given, Span, number
from syncline.speech.viseme_tables import MICROSOFT_LOOKS_LIKE

Item = Mapping[str, Any]
_TICKS: Final = 1e-7
_MS: Final = 1e-3
# Amazon Polly's viseme names (X-SAMPA of one phone that looks so) as IPA.
_POLLY: Final = {
    **dict(zip("ptkfsiuaeoxw", "ptkfsiuaeoxw", strict=True)),
    **dict(zip("TSr@EOJB", "θʃɹəɛɔɲβ", strict=True)),
    "sil": "sil",
}
_TEXT_KEYS: Final = ("punctuated_word", "word", "text", "Text", "value", "alignedWord")
_START_KEYS: Final = ("start", "start_sec", "start_time", "startTime", "from")
_END_KEYS: Final = ("end", "end_sec", "end_time", "endTime", "to")


def read_vendor(text: str) -> Given:
    """Words, and phones where the service tells visemes. Raises Fault."""
    document = _parsed(text)
    if isinstance(document, Mapping):
        for key in ("alignment", "normalized_alignment", "normalizedAlignment"):
            if isinstance(document.get(key), Mapping):
                return _elevenlabs(document[key])
        if "characters" in document or "chars" in document:
            return _elevenlabs(document)
        if "timepoints" in document:
            return _google(_items(document["timepoints"]))
        if "Metadata" in document:
            return _azure([_flat(item) for item in _items(document["Metadata"])])
        if "segments" in document:
            parts = [_items(part["words"]) for part in _items(document["segments"]) if "words" in part]
            return _listed([word for part in parts for word in part])
        if "words" in document:
            return _listed(_items(document["words"]))
        document = [document]
    items = _items(document)
    if items and "type" in items[0] and "time" in items[0]:
        return _polly(items)
    if items and any(_offset_key(item) for item in items):
        return _azure([_flat(item) for item in items])
    if items and any(key in items[0] for key in _TEXT_KEYS):
        return _listed(items)
    raise Fault("the JSON is none of ElevenLabs', Azure's, Amazon Polly's or Google's times, nor a list of words")


def _parsed(text: str) -> Any:
    """One JSON document, or a list of the JSON lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        try:
            return json.loads(text, parse_constant=_refuse)
        except json.JSONDecodeError:
            if not 2 <= len(lines) <= MAX_SPANS:
                raise
        return [json.loads(line, parse_constant=_refuse) for line in lines]
    except RecursionError:
        raise Fault("the JSON is nested too deep: give the service's own answer") from None
    except json.JSONDecodeError as exc:
        raise Fault(f"the JSON is damaged ({exc.msg}): save it again", f"line {exc.lineno}") from None
    except ValueError:  # digits beyond Python's limit, NaN, Infinity
        raise Fault("the JSON holds a number that is none: save it again") from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _items(value: Any) -> list[Item]:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise Fault("the JSON has no list of entries where one belongs: give the service's own answer")
    return value


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise Fault(f"a text of up to {MAX_TEXT} characters is expected", at)
    return value.strip()


def _elevenlabs(found: Item) -> Given:
    """Characters joined to words at white space."""
    signs = found.get("characters", found.get("chars"))
    starts, ends = found.get("character_start_times_seconds"), found.get("character_end_times_seconds")
    unit = 1.0
    if starts is None and "charStartTimesMs" in found:  # the streaming form
        starts, unit = found["charStartTimesMs"], _MS
        ends = found.get("charDurationsMs", found.get("charsDurationsMs"))
    rows = [row for row in (signs, starts, ends) if isinstance(row, list)]
    if len(rows) != 3 or len({len(row) for row in rows}) != 1:
        raise Fault("characters and their start and end times are not lists of one length")
    words: list[Span] = []
    joined = False
    for count, (sign, start, end) in enumerate(zip(*rows, strict=True)):
        at = f"character {count + 1}"
        if not isinstance(sign, str) or len(sign) > MAX_TEXT:
            raise Fault("a character is no text", at)
        first, last = unit * number(start, "a start", at), unit * number(end, "an end", at)
        last = first + last if unit != 1.0 else last
        if not sign.strip():
            joined = False
        elif joined and words and len(words[-1].text) < MAX_TEXT:
            words[-1] = Span(words[-1].text + sign, words[-1].start, last)
        else:
            words.append(Span(sign, first, last))
            joined = True
    return Given("ElevenLabs alignment", tuple(words))


def _google(items: Sequence[Item]) -> Given:
    marks = []
    for count, item in enumerate(items, 1):
        at = f"timepoint {count}"
        name = _text(item.get("markName"), at)
        marks.append(Span(name, number(item.get("timeSeconds", 0), "timeSeconds", at), None))
    return Given("Google timepoints", tuple(marks))


def _polly(items: Sequence[Item]) -> Given:
    words, visemes = [], []
    for count, item in enumerate(items, 1):
        at = f"speech mark {count}"
        kind, start = item.get("type"), _MS * number(item.get("time"), "time", at)
        if kind == "word":
            words.append(Span(_text(item.get("value"), at), start, None))
        elif kind == "viseme":
            name = _text(item.get("value"), at)
            if name not in _POLLY:
                raise Fault(f"{name[:20]!r} is no viseme of Amazon Polly: take it out", at)
            visemes.append(Span(_POLLY[name], start, None))
    return _with_visemes("Amazon Polly speech marks", words, visemes)


def _azure(items: Sequence[Item]) -> Given:
    words, visemes = [], []
    unit = _azure_unit(items)
    for count, item in enumerate(items, 1):
        at, key = f"event {count}", _offset_key(item)
        if key is None:
            raise Fault("an event has no audio offset", at)
        start = unit * number(item[key], "the audio offset", at)
        kind = item.get("visemeid", item.get("viseme_id"))
        if kind is not None:
            value = number(kind, "the viseme", at)
            if value not in range(len(MICROSOFT_LOOKS_LIKE)):
                raise Fault(f"viseme {value:g} is not one of 0 to {len(MICROSOFT_LOOKS_LIKE) - 1}", at)
            visemes.append(Span(MICROSOFT_LOOKS_LIKE[int(value)], start, None))
        elif "text" in item and "word" in str(item["boundarytype"]).lower():
            length = item.get("duration")
            end = None if length is None else start + unit * number(length, "the duration", at)
            words.append(Span(_text(item["text"], at), start, end))
    return _with_visemes("Azure events", words, visemes)


def _azure_unit(items: Sequence[Item]) -> float:
    """Seconds of an offset's unit: ticks of 100 ns, or milliseconds where that many events would fill no time."""
    last = max((number(item[key], "the audio offset", "") for item in items if (key := _offset_key(item))), default=0.0)
    return _TICKS if last / max(1, len(items)) > 30_000 else _MS  # as ticks 3 ms an event, as milliseconds 30 s


def _offset_key(item: Item) -> str | None:
    return next((key for key in item if key.lower() in ("audiooffset", "audio_offset", "offset")), None)


def _flat(item: Item) -> Item:
    """An event with keys in lower case; the metadata of a stream keeps its values one or two levels down."""
    inner = item.get("Data", item)
    flat = {str(key).lower(): value for key, value in (inner if isinstance(inner, Mapping) else item).items()}
    if isinstance(flat.get("text"), Mapping):
        flat["text"] = flat["text"].get("Text")
    return {"boundarytype": item.get("Type", "Word"), **flat}


def _with_visemes(kind: str, words: Sequence[Span], visemes: Sequence[Span]) -> Given:
    """Events that only start: each lasts until the next; a word ends where its visemes fall silent."""
    if not words and not visemes:
        raise Fault("it tells neither words nor visemes")
    quiet = [span.start for span in visemes if span.text == "sil"]
    ended: list[Span] = []
    at = 0
    for count, word in enumerate(words):
        after = words[count + 1].start if count + 1 < len(words) else None
        while at < len(quiet) and quiet[at] <= word.start:
            at += 1
        rest = quiet[at] if at < len(quiet) else None
        ends = [time for time in (word.end, after, rest) if time is not None]
        ended.append(Span(word.text, word.start, min(ends) if word.end is None and ends else word.end))
    return Given(kind, tuple(ended), tuple(visemes), classes=True)


def _listed(items: Sequence[Item]) -> Given:
    words = []
    for count, item in enumerate(items, 1):
        at = f"word {count}"
        text, start, end = (_first(item, keys) for keys in (_TEXT_KEYS, _START_KEYS, _END_KEYS))
        if start is None and item.get("case") == "not-found-in-audio":  # Gentle
            continue
        last = None if end is None else number(end, "the end", at)
        words.append(Span(_text(text, at), number(start, "the start", at), last))
    return Given("list of words", tuple(word for word in words if word.text))


def _first(item: Item, keys: Sequence[str]) -> Any:
    return next((item[key] for key in keys if item.get(key) is not None), None)
