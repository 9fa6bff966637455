"""SubRip (SRT) and WebVTT; the times of words within a WebVTT line are used where it has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from syncline.speech.given.spans import MAX_TEXT, Fault, Given, Span

_CLOCK: Final = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING: Final = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_INLINE: Final = re.compile(rf"<{_CLOCK}>")
_TAG: Final = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_ASIDE: Final = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|[♪♫♬#]")  # what is heard but not said
_NAMES: Final = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": "", "&quot;": '"', "&amp;": "&"}
_NOT_CUES: Final = ("NOTE", "STYLE", "REGION")


def recognised(text: str) -> str | None:
    """ "WebVTT" or "SRT" where a text is one of them."""
    if text.startswith("WEBVTT"):
        return "WebVTT"
    first = [line for line in text[:4000].splitlines() if line.strip()][:2]
    return "SRT" if any(_TIMING.fullmatch(line) for line in first) else None


def read_captions(text: str, kind: str) -> Given:
    """Each cue as one span, or as one a word where it times its words. Raises Fault."""
    spans: list[Span] = []
    rolling = kind == "WebVTT" and _INLINE.search(text) is not None
    shown: set[str] = set()
    for number, (start, end, lines) in enumerate(_blocks(text, kind), 1):
        # Automatic captions that roll show a line once with its words' times, then again above the next one.
        fresh = [line for line in lines if not (rolling and line.strip() in shown)]
        shown = {_TAG.sub("", line).strip() for line in lines}
        payload = " ".join(fresh)
        if len(payload) > 10 * MAX_TEXT:
            raise Fault(f"a cue is longer than {10 * MAX_TEXT} characters", f"cue {number}")
        for span in _spans(payload, start, end, kind):
            if len(span.text) > MAX_TEXT:
                raise Fault(f"a cue is longer than {MAX_TEXT} characters", f"cue {number}")
            if span.text:
                spans.append(span)
    return Given(kind, tuple(spans))


def _blocks(text: str, kind: str) -> Iterator[tuple[float, float, list[str]]]:
    """(start, end, lines of text) of each cue."""
    lines = iter([*text.splitlines(), ""])
    for line in lines:
        if line.startswith(_NOT_CUES):
            for skipped in lines:
                if not skipped.strip():
                    break
            continue
        match = _TIMING.fullmatch(line)
        if match is None:
            continue
        found: list[str] = []
        for payload in lines:
            if not (payload if kind == "WebVTT" else payload.strip()):  # a space is a line of WebVTT
                break
            found.append(payload)
        yield _seconds(match.groups()[:4]), _seconds(match.groups()[4:]), found


def _spans(payload: str, start: float, end: float, kind: str) -> Iterator[Span]:
    marks = [(match, _seconds(match.groups())) for match in _INLINE.finditer(payload)] if kind == "WebVTT" else []
    times = [start, *(time for _, time in marks), end]
    if any(after < before for before, after in pairwise(times)):
        marks, times = [], [start, end]  # marks outside of their cue count for nothing (WebVTT, 6.4)
    edges = [0, *(match.start() for match, _ in marks), len(payload)]
    for number in range(len(edges) - 1):
        yield Span(_said(payload[edges[number] : edges[number + 1]]), times[number], times[number + 1])


def _said(payload: str) -> str:
    text = _ASIDE.sub(" ", _TAG.sub("", payload))
    for name, sign in _NAMES.items():
        text = text.replace(name, sign)
    return " ".join(text.split())


def _seconds(clock: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in clock)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000
