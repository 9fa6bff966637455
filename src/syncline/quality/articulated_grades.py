"""Grades of what the mouth does beyond closures, each with one sentence for whoever cuts the film.

The limits were chosen on real footage with known text (GRID, one speaker) and eight other clips, all of which pass,
against the same pictures under the sound of other sentences.
"""

from __future__ import annotations

from typing import Any, Final

from syncline.quality.articulated import Articulation, Stretch
from syncline.quality.score import Figure, Grade

NEEDED: Final = 4  # phones of a kind: fewer warn at most
LABIODENTALS: Final = (0.75, 0.5)  # share right: pass, warn (real footage 98 %, another sentence 65 %)
ROUNDING: Final = (0.65, 0.45)  # real 87 to 96 %, another sentence 40 %
SHAPES: Final = (0.15, 0.25)  # share wrong: real 5 %, another sentence 27 %
SHAPES_NEEDED: Final = 12
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
    found: Articulation, kind: str, share: float | None, limits: tuple[float, float], what: str
) -> Figure | None:
    if share is None:
        return None
    seen = [phone for phone in found.phones if phone.kind == kind and phone.right is not None]
    right = sum(bool(phone.right) for phone in seen)
    grade = Grade.PASS if share >= limits[0] else Grade.WARN if share >= limits[1] else Grade.FAIL
    if grade is Grade.FAIL and len(seen) < NEEDED:
        grade = Grade.WARN  # one or two sounds do not prove a fault
    wrong = [round(phone.start, 2) for phone in seen if not phone.right]
    return Figure(
        value=share,
        unit="share",
        grade=grade,
        standard=f"{what}: at least {100 * limits[0]:.0f} %",
        sentence=f"{right} of {len(seen)} {'f and v' if kind == 'labiodental' else 'rounded vowels'} look right.",
        details={"wrong_s": wrong[:MOST_LISTED]},
    )


def _shapes(found: Articulation) -> Figure | None:
    seen = sum(share.seen for share in found.by_class)
    wrong = sum(share.wrong for share in found.by_class)
    if not seen:
        return None
    part = wrong / seen
    grade = Grade.PASS if part <= SHAPES[0] else Grade.WARN if part <= SHAPES[1] else Grade.FAIL
    if grade is Grade.FAIL and seen < SHAPES_NEEDED:
        grade = Grade.WARN
    why = "" if grade is Grade.PASS or found.pattern not in _PATTERNS else f": {_PATTERNS[found.pattern]}"
    worst = max(found.by_time, key=lambda stretch: stretch.share or 0.0, default=None)
    details: dict[str, Any] = {
        "pattern": found.pattern,
        "by_class": {share.name: [share.wrong, share.seen] for share in found.by_class},
        "worst_s": None if worst is None or not worst.wrong else worst.start,
    }
    return Figure(
        value=round(part, 4),
        unit="share",
        grade=grade,
        standard=f"wrong shapes among sounds that demand one: at most {100 * SHAPES[0]:.0f} %",
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


def _at_most(value: float, limits: tuple[float, float]) -> Grade:
    return Grade.PASS if value < limits[0] else Grade.WARN if value < limits[1] else Grade.FAIL


def _first(stretches: tuple[Stretch, ...]) -> str:
    return f", first at {stretches[0].start:.1f} s" if stretches else ""


def _where(stretches: tuple[Stretch, ...]) -> list[list[float]]:
    return [[each.start, each.end] for each in stretches[:MOST_LISTED]]
