"""Praat's TextGrid, long and short: tiers of words, phones and visemes.

Form: the manual of Praat, "TextGrid file formats". Intervals of a tier are contiguous; what is not named is "".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from syncline.speech.cuesheet import CueSheet
from syncline.speech.formats.common import one_line, runs_of
from syncline.speech.visemes import viseme

_HEADER = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
Interval = tuple[float, float, str]


def textgrid_long(cue: CueSheet) -> str:
    """The form with names before the values."""
    end = _number(cue.duration)
    tiers = _tiers(cue)
    lines = ["xmin = 0 ", f"xmax = {end} ", "tiers? <exists> ", f"size = {len(tiers)} ", "item []: "]
    for number, (name, intervals) in enumerate(tiers, 1):
        lines += [f"    item [{number}]:", '        class = "IntervalTier" ', f"        name = {_quoted(name)} "]
        lines += ["        xmin = 0 ", f"        xmax = {end} ", f"        intervals: size = {len(intervals)} "]
        for count, (start, stop, text) in enumerate(intervals, 1):
            lines += [f"        intervals [{count}]:", f"            xmin = {_number(start)} "]
            lines += [f"            xmax = {_number(stop)} ", f"            text = {_quoted(text)} "]
    return _HEADER + "\n".join(lines) + "\n"


def textgrid_short(cue: CueSheet) -> str:
    """The form of values alone."""
    end = _number(cue.duration)
    tiers = _tiers(cue)
    lines = ["0", end, "<exists>", str(len(tiers))]
    for name, intervals in tiers:
        lines += ['"IntervalTier"', _quoted(name), "0", end, str(len(intervals))]
        for start, stop, text in intervals:
            lines += [_number(start), _number(stop), _quoted(text)]
    return _HEADER + "\n".join(lines) + "\n"


def _tiers(cue: CueSheet) -> list[tuple[str, list[Interval]]]:
    words = ((word.start, word.end, one_line(word.text)) for word in cue.words)
    phones = ((phone.start, phone.end, "" if phone.silent else phone.ipa) for phone in cue.phones)
    visemes = runs_of(cue, lambda phone: viseme(phone.ipa, cue.language))
    return [
        (name, list(_contiguous(intervals, cue.duration)))
        for name, intervals in (("words", words), ("phones", phones), ("visemes", visemes))
    ]


def _contiguous(intervals: Iterable[Interval], duration: float) -> Iterator[Interval]:
    """Intervals that cover 0..duration: Praat refuses gaps, overlaps and empty intervals."""
    edge = 0.0
    for start, end, text in intervals:
        start, end = max(start, edge), min(end, duration)
        if end <= start:
            continue
        if start > edge:
            yield edge, start, ""
        yield start, end, text
        edge = end
    if edge < duration:
        yield edge, duration, ""


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _number(seconds: float) -> str:
    return repr(float(seconds)).removesuffix(".0")  # all digits, as Praat writes them: it reads back the same
