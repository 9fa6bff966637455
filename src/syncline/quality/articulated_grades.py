"""Grades of what the mouth does beyond closures, each with one sentence for whoever cuts the film.

The limits were chosen on real footage with known text (GRID, one speaker) and eight other clips, all of which pass,
against the same pictures under the sound of other sentences.
"""

from __future__ import annotations

from typing import Any, Final

from scipy.stats import binom

from syncline.quality.articulated import Articulation, Stretch
from syncline.quality.score import Figure, Grade

# Share right: pass, warn; and the share wrong that real footage has.
LABIODENTALS: Final = (0.75, 0.5, 0.05)  # real footage 98 %, another sentence 65 %
ROUNDING: Final = (0.65, 0.45, 0.15)  # real 87 to 96 %, another sentence 40 %
SHAPES: Final = (0.85, 0.75, 0.08)  # real 95 %, another sentence 73 %
# How unlikely so many wrong ones must be in real footage, to warn and to fail: few sounds prove no fault.
UNLIKELY: Final = (0.02, 0.001)
MOVING_S: Final = (0.4, 1.0)  # seconds of movement in silence: pass below, warn below; real footage none
FROZEN_S: Final = (0.4, 1.5)  # seconds of standing still in speech; real footage none
JAW: Final = -0.5  # correlation; real footage -0.3 to 0.7: only what lies well below is strange
MOST_LISTED: Final = 50

_PATTERNS: Final = {
    "by time": "they come at certain times, as when picture and sound drift apart (compare rates)",
    "by class": "they are those of certain sounds, as when whatever draws the mouth does not know them",
    "everywhere": "they are spread over all sounds and times, as with the sound of another sentence",
}


def grade_articulation(found: Articulation) -> dict[str, Figure]:
    """Grades by name: "labiodentals", "rounding", "shapes", "silence", "freezing", "jaw"; the unknown is left out."""
    figures = {
        "labiodentals": _share(
            found, "labiodental", found.labiodentals, LABIODENTALS, "f and v bring the lip to the teeth"
        ),
        "rounding": _share(found, "rounded", found.rounding, ROUNDING, "rounded vowels narrow the mouth"),
        "shapes": _shapes(found),
        "silence": _silence(found),
        "freezing": _freezing(found),
        "jaw": _jaw(found),
    }
    return {name: figure for name, figure in figures.items() if figure is not None}


def _share(
    found: Articulation, kind: str, share: float | None, limits: tuple[float, float, float], what: str
) -> Figure | None:
    if share is None:
        return None
    seen = [phone for phone in found.phones if phone.kind == kind and phone.right is not None]
    right = sum(bool(phone.right) for phone in seen)
    wrong = [round(phone.start, 2) for phone in seen if not phone.right]
    return Figure(
        value=share,
        unit="share",
        grade=_by_share(right, len(seen), limits),
        standard=f"{what}: at least {100 * limits[0]:.0f} %",
        sentence=f"{right} of {len(seen)} {'f and v' if kind == 'labiodental' else 'rounded vowels'} look right.",
        details={"wrong_s": wrong[:MOST_LISTED]},
    )


def _shapes(found: Articulation) -> Figure | None:
    seen = sum(share.seen for share in found.by_class)
    wrong = sum(share.wrong for share in found.by_class)
    if not seen:
        return None
    grade = _by_share(seen - wrong, seen, SHAPES)
    why = "" if grade is Grade.PASS or found.pattern not in _PATTERNS else f": {_PATTERNS[found.pattern]}"
    worst = max(found.by_time, key=lambda stretch: stretch.share or 0.0, default=None)
    details: dict[str, Any] = {
        "pattern": found.pattern,
        "by_class": {share.name: [share.wrong, share.seen] for share in found.by_class},
        "worst_s": None if worst is None or not worst.wrong else worst.start,
    }
    return Figure(
        value=round(wrong / seen, 4),
        unit="share",
        grade=grade,
        standard=f"wrong shapes among sounds that demand one: at most {100 * (1 - SHAPES[0]):.0f} %",
        sentence=f"{wrong} of {seen} sounds have a wrong mouth{why}.",
        details=details,
    )


def _silence(found: Articulation) -> Figure | None:
    if found.silent_s <= 0:
        return None
    moves = found.moving_s >= MOVING_S[0]
    sentence = (
        f"The mouth goes on moving in silence for {found.moving_s:.1f} s{_first(found.moving)}."
        if moves
        else "The mouth rests in silence."
    )
    return Figure(
        value=found.moving_s,
        unit="s",
        grade=_at_most(found.moving_s, MOVING_S),
        standard=f"movement in silence: under {MOVING_S[0]:g} s",
        sentence=sentence,
        details={"silent_s": found.silent_s, "where": _where(found.moving)},
    )


def _freezing(found: Articulation) -> Figure | None:
    if found.spoken_s <= 0:
        return None
    freezes = found.frozen_s >= FROZEN_S[0]
    sentence = (
        f"The mouth stands still for {found.frozen_s:.1f} s while somebody speaks{_first(found.frozen)}."
        if freezes
        else "The mouth moves wherever somebody speaks."
    )
    return Figure(
        value=found.frozen_s,
        unit="s",
        grade=_at_most(found.frozen_s, FROZEN_S),
        standard=f"standing still in speech: under {FROZEN_S[0]:g} s",
        sentence=sentence,
        details={"spoken_s": found.spoken_s, "where": _where(found.frozen)},
    )


def _jaw(found: Articulation) -> Figure | None:
    if found.jaw_loudness is None:
        return None
    good = found.jaw_loudness >= JAW
    return Figure(
        value=found.jaw_loudness,
        unit="correlation",
        grade=Grade.PASS if good else Grade.WARN,
        standard=f"jaw and loudness: at least {JAW:g} (real footage -0.3 to 0.7)",
        sentence="The jaw does as the loudness does." if good else "The jaw closes where the voice is loud.",
    )


def _by_share(right: int, seen: int, limits: tuple[float, float, float]) -> Grade:
    """Grade of so many right of so many seen; too few to prove a fault do not."""
    passes, warns, usual = limits
    unlikely = float(binom.sf(seen - right - 1, seen, usual))
    if right >= passes * seen or unlikely >= UNLIKELY[0]:
        return Grade.PASS
    return Grade.WARN if right >= warns * seen or unlikely >= UNLIKELY[1] else Grade.FAIL


def _at_most(value: float, limits: tuple[float, float]) -> Grade:
    return Grade.PASS if value < limits[0] else Grade.WARN if value < limits[1] else Grade.FAIL


def _first(stretches: tuple[Stretch, ...]) -> str:
    return f", first at {stretches[0].start:.1f} s" if stretches else ""


def _where(stretches: tuple[Stretch, ...]) -> list[list[float]]:
    return [[each.start, each.end] for each in stretches[:MOST_LISTED]]
