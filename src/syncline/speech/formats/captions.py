"""SubRip (SRT) and WebVTT: one cue a word, or words grouped into lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from syncline.speech.cuesheet import CueSheet, Word
from syncline.speech.formats.common import one_line

_LINE_CHARACTERS = 42  # the width that Netflix's and the BBC's guides give a line of subtitles, rounded up
_LINE_SECONDS = 7.0  # a subtitle stands no longer (Netflix's timed text guide)
_PAUSE_S = 0.5  # a new line begins after a pause

_NOTHING = "\u2026"  # a block without text would end the one before it

Cue = tuple[float, float, str]


def srt_text(cue: CueSheet, *, lines: bool = False) -> str:
    """SubRip: times to the millisecond, with a comma."""
    blocks = (
        f"{number}\n{_span(start, end, ',')}\n{text.replace('-->', '→') or _NOTHING}\n"
        for number, (start, end, text) in enumerate(_cues(cue, lines=lines), 1)
    )
    return "\n".join(blocks)


def vtt_text(cue: CueSheet, *, lines: bool = False) -> str:
    """WebVTT: times to the millisecond; a line marks the time of each of its words."""
    grouped = _grouped(cue.words) if lines else [[word] for word in cue.words]
    blocks = ["WEBVTT\n"]
    for words in grouped:
        text = _escaped(words[0].text)
        for before, word in pairwise(words):
            if _ms(before.start) < _ms(word.start) < _ms(words[-1].end):
                text += f" <{_clock(_ms(word.start), '.')}>{_escaped(word.text)}"
            else:
                text += f" {_escaped(word.text)}"
        blocks.append(f"{_span(words[0].start, words[-1].end, '.')}\n{text.strip() or _NOTHING}\n")
    return "\n".join(blocks)


def _cues(cue: CueSheet, *, lines: bool) -> list[Cue]:
    grouped = _grouped(cue.words) if lines else [[word] for word in cue.words]
    return [(words[0].start, words[-1].end, " ".join(one_line(word.text) for word in words)) for words in grouped]


def _grouped(words: Sequence[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    width = 0
    for word in words:
        width += 1 + len(word.text)
        fits = (
            bool(groups)
            and width <= _LINE_CHARACTERS
            and word.start - groups[-1][-1].end < _PAUSE_S
            and word.end - groups[-1][0].start <= _LINE_SECONDS
        )
        if fits:
            groups[-1].append(word)
        else:
            groups.append([word])
            width = len(word.text)
    return groups


def _span(start: float, end: float, point: str) -> str:
    """Both forms want the end after the start."""
    return f"{_clock(_ms(start), point)} --> {_clock(max(_ms(end), _ms(start) + 1), point)}"


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _clock(milliseconds: int, point: str) -> str:
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{point}{rest:03d}"


def _escaped(text: str) -> str:
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
