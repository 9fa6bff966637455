"""Grades of what picture, sound and container say about sync beside the offset itself."""

from __future__ import annotations

from syncline.quality.container import ContainerOffset
from syncline.quality.drift import Drift
from syncline.quality.gates import DEFAULT, Gates, at_most, between
from syncline.quality.mismatch import Mismatch
from syncline.quality.score import Figure, Grade
from syncline.quality.standards import standing

DRIFT_EXPECTED_S = 24.0  # clips as long as this should show whether they drift; a shorter one is not blamed


def grade_drift(drift: Drift, seconds: float, gates: Gates = DEFAULT, *, rate: float | None = None) -> Figure | None:
    """Grade of how much the offset changes through a clip; None where the clip is too short for it to be known.

    seconds : the clip's length. rate : pictures a second, for the change in frames; None: not told.
    """
    standard = (
        f"the offset changes by at most {gates.drift_pass_ms:g} ms through the clip ({gates.drift_warn_ms:g} warns)"
    )
    details = {
        "kind": drift.kind,
        "ppm": _rounded(drift.ppm, 1),
        "percent": _rounded(drift.percent, 4),
        "rates": drift.rates,
        "jump_s": _rounded(drift.jump_s, 3),
        "jump_ms": _rounded(drift.jump_ms, 1),
        "jump_from_s": _rounded(drift.jump_from_s, 3),
        "jump_to_s": _rounded(drift.jump_to_s, 3),
    }
    sentence = _sentence(drift.sentence)
    if drift.kind == "unknown":
        if seconds < DRIFT_EXPECTED_S:
            return None
        return Figure(unit="ms", grade=Grade.WARN, standard=standard, sentence=sentence, details=details)
    change = 0.0
    if drift.kind == "growing" and drift.ppm is not None:
        change = drift.ppm * seconds / 1000
    elif drift.kind == "jump" and drift.jump_ms is not None:
        change = drift.jump_ms
    if rate is not None:
        details["frames"] = round(change * rate / 1000, 2)
    return Figure(
        value=round(change, 1),
        unit="ms",
        grade=at_most(abs(change), gates.drift_pass_ms, gates.drift_warn_ms),
        standard=standard,
        sentence=sentence,
        details=details,
    )


def grade_foreign(mismatch: Mismatch, gates: Gates = DEFAULT) -> Figure | None:
    """Grade of whether the sound is the speech that is seen; None where nothing could be measured."""
    if mismatch.probability is None:
        return None
    return Figure(
        value=round(mismatch.probability, 3),
        unit="probability",
        grade=at_most(mismatch.probability, gates.foreign_pass, gates.foreign_warn),
        standard=f"at most {100 * gates.foreign_pass:.0f} % likely to be another speech than the one that is seen",
        sentence=_sentence(mismatch.sentence),
        details={"foreign": mismatch.foreign, "seconds": round(mismatch.seconds, 2)},
    )


def grade_container(offset: ContainerOffset, gates: Gates = DEFAULT, *, rate: float | None = None) -> Figure:
    """Grade of the offset that start times and edit lists make: it is on purpose or not, so that it only warns."""
    good = gates.container_pass_ms
    details = {
        "samples": offset.samples,
        "sample_rate": offset.sample_rate,
        "picture_start": str(offset.picture_start),
        "sound_start": str(offset.sound_start),
        "priming_samples": offset.priming,
        "without_edit_lists_ms": None if offset.unedited is None else round(float(1000 * offset.unedited), 3),
        **standing(offset.ms, rate),
    }
    if offset.samples == 0:
        sentence = "The container starts sound and picture together, to the sample."
    else:
        side = "before" if offset.ms > 0 else "after"
        apart = f"{abs(offset.ms):.3f} ms ({abs(offset.samples):,} samples)"
        sentence = f"The container starts the sound {apart} {side} the picture."
    return Figure(
        value=round(offset.ms, 4),
        unit="ms",
        grade=between(offset.ms, good, gates.container_warn_ms),
        standard=f"{good[1]:+g}/{good[0]:+g} ms by start times and edit lists (EBU R37, each stage of production)",
        sentence=sentence,
        details=details,
    )


def _sentence(words: str) -> str:
    words = words.strip()
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
