"""Which pictures of a take to look at first: where it is worst, and where it is best."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from syncline.quality.closures import TOLERANCE_S
from syncline.quality.measured import Measured
from syncline.quality.score import Grade, Score

COUNT: Final = 6  # of each kind: what fits a sheet
APART_S: Final = 0.3  # pictures nearer than this show the same thing
NOTED_IOD: Final = 0.01  # a difference under the tracker's own noise on a moving face is none
WIDE_SHARE: Final = 0.6  # the best pictures show an open mouth: wider than this share of all that was asked

Kind = Literal["worst", "best"]


@dataclass(frozen=True)
class Notable:
    """An output frame to look at: its number, its time on the sound's clock (s), and one sentence that says why."""

    kind: Kind
    frame: int
    time: float
    reason: str


@dataclass(frozen=True)
class _Candidate:
    weight: float
    frame: int
    reason: str


def notable_frames(score: Score, count: int = COUNT) -> tuple[Notable, ...]:
    """The worst and then the best frames of a scored take, each in order of time; empty without `score.measured`.

    Worst: where a figure that does not pass is worst, lips that did not shut, the jump that flickers most, openings
    that no neighbour asked for. Best: lips that
    shut and mouths that open as asked. No two of a kind are within 0.3 s.
    """
    seen = score.measured
    if seen is None or not seen.times:
        return ()
    misses = _misses(seen)
    worst = _spread(
        [
            *_open_closures(score, seen),
            *_flicker(score, seen),
            *_marked(score, seen),
            *_missed_openings(seen, misses),
        ],
        seen,
        count,
    )
    taken = [each.frame for each in worst]
    best = _spread([*_shut_closures(score, seen), *_met_openings(seen, misses)], seen, count, taken)
    return (*_told("worst", worst, seen), *_told("best", best, seen))


def _misses(seen: Measured) -> list[float | None]:
    """How far each opening is from what was asked of the picture or of the ones beside it, IOD units."""
    if not seen.asked:
        return [None] * len(seen.times)
    misses: list[float | None] = []
    for t, opening in enumerate(seen.seen):
        near = seen.asked[max(0, t - 1) : t + 2]
        miss = None if opening is None else max(0.0, min(near) - opening, opening - max(near))
        misses.append(miss)
    return misses


def _open_closures(score: Score, seen: Measured) -> Iterator[_Candidate]:
    for closure in score.closures:
        opening = closure.get("opening")
        if closure.get("closed") or not isinstance(opening, (int, float)):
            continue
        frame = _tightest(closure, seen)
        if frame is not None:
            reason = f"The lips do not shut on {closure.get('ipa')}: {opening:.3f} IOD, shut is {seen.closed:.3f}."
            yield _Candidate(10 + opening, frame, reason)


def _shut_closures(score: Score, seen: Measured) -> Iterator[_Candidate]:
    shut = [closure for closure in score.closures if closure.get("closed")]
    for rank, closure in enumerate(shut[:: max(1, len(shut) // 2)][:2]):
        frame = _tightest(closure, seen)
        if frame is not None:
            yield _Candidate(10 - rank, frame, f"The lips shut on {closure.get('ipa')}.")


def _flicker(score: Score, seen: Measured) -> Iterator[_Candidate]:
    figure = score.figures.get("flicker")
    peak = None if figure is None else figure.details.get("peak_s")
    if figure is not None and isinstance(peak, (int, float)):
        weight = 0.0 if figure.grade is Grade.PASS else 5.0
        yield _Candidate(weight + NOTED_IOD, _nearest(seen.times, peak), "The drawn mouth jumps most here.")


def _marked(score: Score, seen: Measured) -> Iterator[_Candidate]:
    """Where a figure that does not pass is worst."""
    for figure in score.figures.values():
        at = figure.details.get("worst_s")
        if figure.grade is not Grade.PASS and isinstance(at, (int, float)):
            weight = 20.0 if figure.grade is Grade.FAIL else 8.0
            yield _Candidate(weight, _nearest(seen.times, at), figure.sentence)


def _missed_openings(seen: Measured, misses: list[float | None]) -> Iterator[_Candidate]:
    for t, miss in enumerate(misses):
        if miss is not None and miss > NOTED_IOD:
            yield _Candidate(miss, t, f"Open by {seen.seen[t]:.3f} IOD where {seen.asked[t]:.3f} was asked.")


def _met_openings(seen: Measured, misses: list[float | None]) -> Iterator[_Candidate]:
    if not seen.asked:
        return
    wide = sorted(seen.asked)[int(WIDE_SHARE * (len(seen.asked) - 1))]
    for t, miss in enumerate(misses):
        if miss is not None and seen.asked[t] >= wide and seen.asked[t] > seen.closed:
            exact = abs((seen.seen[t] or 0.0) - seen.asked[t])
            yield _Candidate(1 - exact, t, f"Open by {seen.seen[t]:.3f} IOD, {seen.asked[t]:.3f} was asked.")


def _tightest(closure: dict[str, object], seen: Measured) -> int | None:
    """The frame at which the lips are nearest to shut on a p b m; None where it is not seen."""
    start, end = closure.get("start"), closure.get("end")
    if not (isinstance(start, (int, float)) and isinstance(end, (int, float))):
        return None
    first, last = bisect_left(seen.times, start - TOLERANCE_S), bisect_right(seen.times, end + TOLERANCE_S)
    there = [(opening, t) for t in range(first, last) if (opening := seen.seen[t]) is not None]
    return min(there)[1] if there else None


def _spread(
    candidates: list[_Candidate], seen: Measured, count: int, taken: list[int] | None = None
) -> list[_Candidate]:
    """The heaviest candidates that are apart in time."""
    chosen: list[_Candidate] = []
    times = [seen.times[frame] for frame in taken or []]
    for candidate in sorted(candidates, key=lambda each: -each.weight):
        at = seen.times[candidate.frame]
        if len(chosen) < count and all(abs(at - other) >= APART_S for other in times):
            chosen.append(candidate)
            times.append(at)
    return chosen


def _told(kind: Kind, chosen: list[_Candidate], seen: Measured) -> Iterator[Notable]:
    for each in sorted(chosen, key=lambda one: one.frame):
        yield Notable(kind, each.frame, seen.times[each.frame], each.reason)


def _nearest(times: tuple[float, ...], at: float) -> int:
    after = min(bisect_left(times, at), len(times) - 1)
    before = max(0, after - 1)
    return before if abs(times[before] - at) < abs(times[after] - at) else after
