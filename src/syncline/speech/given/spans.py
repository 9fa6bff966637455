"""What a file of times says, before it becomes a cue sheet; and the checks that every file passes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from syncline.errors import InputError, LimitError

STAGE = "given"
MAX_SPANS = 500_000  # a day of speech has about 200 000 words
MAX_TEXT = 2000  # characters of one entry: more is no line of speech
_BEYOND_S = 0.5  # a file may end that much after its sound: others round, and count trailing silence otherwise
_BACK_S = 1e-3  # times that go back by rounding alone
_OVERLAP_S = 0.02  # larger overlaps are told


class Fault(ValueError):
    """What is wrong in a file, in words; `at` says where."""

    def __init__(self, message: str, at: str | None = None) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True)
class Span:
    """A label from `start` to `end` in seconds; `end` None: until the next one starts."""

    text: str
    start: float
    end: float | None


@dataclass(frozen=True)
class Given:
    """Words (or whole lines) and phones of a file.

    kind : the file's form, for people ("TextGrid"). phones : IPA labels, "sil" where nothing is said; empty where the
    file has none. classes : phones are only one of several that look alike (a track of visemes).
    """

    kind: str
    words: tuple[Span, ...]
    phones: tuple[Span, ...] = ()
    classes: bool = False
    notes: tuple[str, ...] = ()


def number(value: Any, what: str, at: str) -> float:
    """A finite number from text or JSON, else a Fault."""
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError
        result = float(value)
    except (ValueError, OverflowError):
        raise Fault(f"{what} is not a number: {str(value)[:40]!r}", at) from None
    if not math.isfinite(result):
        raise Fault(f"{what} is not a finite number", at)
    return result


def ordered(spans: Sequence[Span], duration: float, file: Path) -> tuple[tuple[Span, ...], int]:
    """Spans in order, ends known, within 0..duration and not overlapping; and how many overlapped before.

    Raises
    ------
    InputError : times that go back, are negative, or lie beyond the sound. LimitError : too many spans.
    """
    if len(spans) > MAX_SPANS:
        raise LimitError(f"the file has {len(spans)} entries and the limit is {MAX_SPANS}", file=file, stage=STAGE)
    result: list[Span] = []
    overlaps = 0
    for count, span in enumerate(_with_ends(spans, duration), 1):
        start, end = span.start, span.end if span.end is not None else duration
        at = f"entry {count}, {start:.3f} s"
        if start < -_BACK_S or end < start - _BACK_S:
            raise InputError("an entry ends before it starts, or starts before 0: mend its times", file=file, at=at)
        if end > duration + _BEYOND_S:
            raise InputError(
                f"it goes on to {end:.2f} s and the sound ends at {duration:.2f} s: give the file of this sound",
                file=file,
                stage=STAGE,
            )
        if result and start < result[-1].start - _BACK_S:
            raise InputError("its times go back: sort its entries, or choose one speaker", file=file, at=at)
        start, end = min(max(0.0, start), duration), min(max(end, start), duration)
        if result and result[-1].end is not None and start < result[-1].end:
            overlaps += result[-1].end - start > _OVERLAP_S
            result[-1] = replace(result[-1], end=max(start, result[-1].start))
        result.append(Span(span.text, start, end))
    return tuple(span for span in result if span.end is not None and span.end > span.start), overlaps


def _with_ends(spans: Sequence[Span], duration: float) -> list[Span]:
    following = [*(span.start for span in spans[1:]), max(duration, spans[-1].start)] if spans else []
    return [
        span if span.end is not None else replace(span, end=max(span.start, after))
        for span, after in zip(spans, following, strict=True)
    ]
