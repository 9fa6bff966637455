"""Grades of what a mouth costs the picture, each with one sentence for whoever cuts the film.

The limits were chosen on real footage of nine people and on faults made on purpose (`benchmarks/score_faults.py`):
all of the footage passes, each fault is caught by its own figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from syncline.quality.looks import AgainstFigures, WithinFigures, Worst
from syncline.quality.score import Figure, Grade


@dataclass(frozen=True)
class Limit:
    """Up to which value a figure passes and warns; `side` says whether small or large values are the bad ones."""

    passes: float
    warns: float
    side: Literal["at least", "at most"]

    def grade(self, value: float) -> Grade:
        """The grade of a value."""
        sign = 1 if self.side == "at least" else -1
        if sign * value >= sign * self.passes:
            return Grade.PASS
        return Grade.WARN if sign * value >= sign * self.warns else Grade.FAIL


# Re-encoded footage without a fault shows 0.97 and more; a viewer sees another face from about 0.9.
IDENTITY: Final = Limit(0.94, 0.89, "at least")
UPPER_FACE: Final = Limit(0.011, 0.020, "at most")  # IOD; the tracker's own difference is 0.002 to 0.009
COLOUR: Final = Limit(2.5, 4.5, "at most")  # Lab units; about 2.3 is just seen (M. Mahy and others, 1994)
SHARPNESS: Final = Limit(0.68, 0.50, "at least")  # a face 96 px wide keeps 0.74
RESOLUTION: Final = Limit(0.68, 0.45, "at least")  # a face 96 px wide, enlarged, keeps 0.5
FLICKER: Final = Limit(1.45, 1.8, "at most")
SEAM: Final = Limit(1.4, 2.4, "at most")  # grey levels
TEETH: Final = Limit(0.005, 0.008, "at most")  # IOD
UNTOUCHED: Final = Limit(0.5, 1.0, "at most")  # share; a line leaves its silences as they are

WITHIN_COLOUR: Final = Limit(3.0, 5.0, "at most")
WITHIN_SHARPNESS: Final = Limit(-1.18, -1.5, "at least")
WITHIN_RESOLUTION: Final = Limit(-1.62, -2.0, "at least")
WITHIN_FLICKER: Final = Limit(0.68, 0.85, "at most")
WITHIN_SEAM: Final = Limit(2.3, 3.2, "at most")
WITHIN_TEETH: Final = Limit(0.007, 0.0095, "at most")  # IOD


def grade_looks(figures: AgainstFigures | WithinFigures) -> dict[str, Figure]:
    """Grades by name; what could not be measured is left out."""
    return grade_against(figures) if isinstance(figures, AgainstFigures) else grade_within(figures)


def grade_against(figures: AgainstFigures) -> dict[str, Figure]:
    """Grades of a clip against its original: "identity", "upper_face", "colour", "sharpness", "resolution", "flicker",
    "seam", "teeth", "untouched"; what could not be measured is left out.
    """
    made: dict[str, Figure] = {}
    _put(
        made,
        "identity",
        figures.identity,
        IDENTITY,
        "similarity",
        "structural similarity of the face above the nose's tip with the original",
        (
            "The upper face is the original's",
            "The upper face is not quite the original's",
            "The upper face was altered",
        ),
    )
    _put(
        made,
        "upper_face",
        figures.upper_face,
        UPPER_FACE,
        "IOD",
        "movement of brows, eyes and nose against the original's",
        (
            "Brows, eyes and nose are where they were",
            "Brows, eyes or nose have moved a little",
            "Brows, eyes or nose have another shape",
        ),
    )
    _put(
        made,
        "colour",
        figures.colour,
        COLOUR,
        "Lab units",
        "change of the colour around the mouth beyond the rest of the face",
        (
            "The skin around the mouth kept its colour",
            "The skin around the mouth is slightly off in colour",
            "The skin around the mouth has another colour than the face",
        ),
    )
    _put(
        made,
        "sharpness",
        figures.sharpness,
        SHARPNESS,
        "share",
        "detail of the mouth, of the original's",
        ("The mouth is as sharp as the original", "The mouth is softer than the original", "The mouth is blurred"),
    )
    size = "" if figures.generated_px is None else f" (as a face about {figures.generated_px} px wide has)"
    _put(
        made,
        "resolution",
        figures.resolution,
        RESOLUTION,
        "share",
        "finest detail of the mouth, of the original's",
        (
            "The mouth holds the original's finest detail",
            f"The mouth has lost fine detail, as if made smaller and enlarged{size}",
            f"The mouth was made smaller and enlarged{size}",
        ),
    )
    _told_once(made)
    _put(made, "flicker", figures.flicker, FLICKER, "ratio", "trembling of the mouth, times the original's", _FLICKER)
    _put(
        made, "seam", figures.seam, SEAM, "grey levels", "a straight step on the skin that the original has not", _SEAM
    )
    _put_teeth(made, figures.teeth, TEETH, "sideways trembling of the teeth against the nose beyond the original's")
    _put_untouched(made, figures)
    return made


def grade_within(figures: WithinFigures) -> dict[str, Figure]:
    """Grades of a clip by itself: "colour", "sharpness", "resolution", "flicker", "seam", "teeth"."""
    made: dict[str, Figure] = {}
    _put(
        made,
        "colour",
        figures.colour,
        WITHIN_COLOUR,
        "Lab units",
        "lean in hue of the skin around the mouth from the rest of the face",
        (
            "The skin around the mouth has the colour of the face",
            "The skin around the mouth leans to another colour than the face",
            "The skin around the mouth has another colour than the face",
        ),
    )
    _put(
        made,
        "sharpness",
        figures.sharpness,
        WITHIN_SHARPNESS,
        "log10",
        "detail of the mouth against that of the eyes (real faces: -0.9 to +0.4)",
        (
            "The mouth is as sharp as the rest of the face",
            "The mouth is softer than the rest of the face",
            "The mouth is blurred, the rest of the face is not",
        ),
    )
    _put(
        made,
        "resolution",
        figures.resolution,
        WITHIN_RESOLUTION,
        "log10",
        "finest detail of the mouth against that of the eyes (real faces: -1.4 to +0.5)",
        (
            "The mouth holds detail as fine as the eyes do",
            "The mouth holds less fine detail than the eyes, as if made smaller and enlarged",
            "The mouth was made smaller than the face and enlarged",
        ),
    )
    _told_once(made)
    _put(
        made,
        "flicker",
        figures.flicker,
        WITHIN_FLICKER,
        "ratio",
        "what a picture of the mouth has not in common with its neighbours (real speech: 0.4 to 0.55)",
        _FLICKER,
    )
    _put(
        made,
        "seam",
        figures.seam,
        WITHIN_SEAM,
        "grey levels",
        "straight steps on the skin on both sides of the mouth",
        _SEAM,
    )
    _put_teeth(
        made, figures.teeth, WITHIN_TEETH, "sideways trembling of the teeth against the nose (real speech: under 0.005)"
    )
    return made


_Sentences = tuple[str, str, str]  # for pass, warn, fail; the time is added
_FLICKER: Final[_Sentences] = (
    "The mouth does not flicker",
    "The mouth flickers a little",
    "The mouth flickers from picture to picture",
)
_SEAM: Final[_Sentences] = (
    "No border of a pasted region shows",
    "A border shows faintly on the skin around the mouth",
    "The border of a pasted region shows around the mouth",
)
_TEETH: Final[_Sentences] = ("The teeth are steady", "The teeth are not quite steady", "The teeth swim in the mouth")


def _put(
    made: dict[str, Figure], name: str, worst: Worst, limit: Limit, unit: str, what: str, sentences: _Sentences
) -> None:
    """Add a figure under its name, where it was measured."""
    if worst.value is None:
        return
    grade = limit.grade(worst.value)
    text = sentences[(Grade.PASS, Grade.WARN, Grade.FAIL).index(grade)]
    when = "" if grade is Grade.PASS or worst.at_s is None else f", most around {worst.at_s:.1f} s"
    details: dict[str, Any] = {"worst_s": worst.at_s}
    made[name] = Figure(
        value=worst.value,
        unit=unit,
        grade=grade,
        standard=f"{what}: {limit.side} {limit.passes:g}",
        sentence=f"{text}{when}.",
        details=details,
    )


def _told_once(made: dict[str, Figure]) -> None:
    """A soft mouth has lost its finest detail as well: nothing more is said of that."""
    if "sharpness" in made and made["sharpness"].grade is not Grade.PASS:
        made.pop("resolution", None)


def _put_teeth(made: dict[str, Figure], teeth: Worst, limit: Limit, what: str) -> None:
    """Where the whole mouth flickers or is soft, the teeth are so with it, and nothing is said of them."""
    if all(made[name].grade is Grade.PASS for name in ("flicker", "sharpness") if name in made):
        _put(made, "teeth", teeth, limit, "IOD", what, _TEETH)


def _put_untouched(made: dict[str, Figure], figures: AgainstFigures) -> None:
    if not figures.frames:
        return
    count = sum(each.frames for each in figures.untouched)
    share = round(count / figures.frames, 4)
    reasons = sorted({reason for each in figures.untouched for reason in each.reasons})
    why = f" ({', '.join(reasons)})" if reasons else ""
    made["untouched"] = Figure(
        value=share,
        unit="share",
        grade=UNTOUCHED.grade(share),
        standard=f"frames whose mouth is the original's: {UNTOUCHED.side} {UNTOUCHED.passes:g}",
        sentence=f"{count} of {figures.frames} frames show the original's own mouth{why}.",
        details={"ranges": [[each.start, each.end] for each in figures.untouched[:50]]},
    )
