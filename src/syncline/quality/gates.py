"""What each figure is held against, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from syncline.quality.closures import Closures
from syncline.quality.offset import Offset
from syncline.quality.opening import OpeningMatch
from syncline.quality.passed import PassedRange
from syncline.quality.pictures import PictureFigures
from syncline.quality.score import Figure, Grade
from syncline.quality.standards import standing
from syncline.quality.tears import Tears


@dataclass(frozen=True)
class FigureGate:
    """A gate of one figure by its name: `passes` above `warns` asks for large values, below it for small ones."""

    passes: float
    warns: float

    def grade(self, value: float) -> Grade:
        """The grade of a value."""
        large = self.passes >= self.warns
        return (at_least if large else at_most)(value, self.passes, self.warns)


@dataclass(frozen=True)
class Gates:
    """Limits of pass and warn; beyond warn is fail (DESIGN §4).

    offset_pass_ms, offset_warn_ms : (sound late, sound early).
    closures_pass, closures_warn : smallest share of p b m that shut.
    closures_recognised : smallest share that passes where phones were recognised and not read from a text: on fourteen
        real clips 77 % of recognised p b m shut, with the sound of another clip 46 %. It warns and never fails.
    opening_pass, opening_warn : smallest correlation with the mouth asked for. A real frame keeps its own shape, so
        that a low value alone does not fail a take, nor does any value of fewer pictures than `opening_needed`.
    flicker_pass, flicker_warn : largest ratio to the plate. sharpness: (smallest, largest) ratio.
    sharpness_still : smallest ratio that passes on a still: a smile that shuts hides its teeth.
    seam_pass, seam_warn : largest step in grey levels that the plate has not nearby.
    tears_pass, tears_warn : largest mean number of isolated pixels along the lips of a still.
    passed_pass : largest share of frames that went through.
    offset_required : an offset that is not known fails.
    drift_pass_ms, drift_warn_ms : largest change of the offset through a clip, ms either way.
    foreign_pass, foreign_warn : largest probability that the sound is another speech than the one that is seen.
    container_pass_ms, container_warn_ms : (sound late, sound early) by the container's start times alone.
    figures : gates of single figures by name, in place of those that the figure comes with.
    """

    offset_pass_ms: tuple[float, float] = (-45.0, 22.0)
    offset_warn_ms: tuple[float, float] = (-125.0, 45.0)
    closures_pass: float = 0.95
    closures_warn: float = 0.80
    closures_needed: int = 3
    closures_recognised: float = 0.6
    closures_recognised_needed: int = 6
    opening_pass: float = 0.6
    opening_warn: float = 0.0
    opening_needed: int = 50
    flicker_pass: float = 1.6
    flicker_warn: float = 4.0
    sharpness_pass: tuple[float, float] = (0.7, 1.5)
    sharpness_warn: tuple[float, float] = (0.4, 2.5)
    sharpness_still: float = 0.5
    seam_pass: float = 0.5
    seam_warn: float = 1.5
    tears_pass: float = 2.0
    tears_warn: float = 8.0
    passed_pass: float = 0.1
    offset_required: bool = False
    drift_pass_ms: float = 22.0
    drift_warn_ms: float = 45.0
    foreign_pass: float = 0.5
    foreign_warn: float = 0.9
    container_pass_ms: tuple[float, float] = (-15.0, 5.0)
    container_warn_ms: tuple[float, float] = (-60_000.0, 60_000.0)
    figures: Mapping[str, FigureGate] = field(default_factory=dict)

    def regraded(self, name: str, figure: Figure) -> Figure:
        """A figure by the gate that stands under its name; as it is where none does, or where it is unknown."""
        gate = self.figures.get(name)
        if gate is None or figure.value is None:
            return figure
        side = "at least" if gate.passes >= gate.warns else "at most"
        standard = f"{figure.standard}; gate: {side} {gate.passes:g}, {gate.warns:g} warns"
        return figure.model_copy(update={"grade": gate.grade(figure.value), "standard": standard})


DEFAULT = Gates()


def grade_offset(offset: Offset, gates: Gates = DEFAULT, *, rate: float | None = None) -> Figure:
    """Grade of the offset; what is not known warns, or fails where the gates require it.

    rate : pictures a second, for the offset in frames; None: not told.
    """
    good, fair = gates.offset_pass_ms, gates.offset_warn_ms
    standard = (
        f"gates {good[1]:+g}/{good[0]:+g} ms pass, {fair[1]:+g}/{fair[0]:+g} ms warn "
        "(ITU-R BT.1359-1: +45/-125 ms is detectable)"
    )
    details: dict[str, Any] = {
        "margin": round(offset.margin, 3),
        "seconds": round(offset.seconds, 2),
        "confidence": round(offset.confidence, 3),
        "pass_ms": list(good),
        "warn_ms": list(fair),
    }
    if not offset.known or offset.ms is None:
        return Figure(
            unit="ms",
            grade=Grade.FAIL if gates.offset_required else Grade.WARN,
            standard=standard,
            sentence=f"Offset unknown: {offset.reason}.",
            details=details,
        )
    side = "early" if offset.ms > 0 else "late"
    details |= standing(offset.ms, rate)
    told = [] if rate is None else [f"{abs(details['frames']):.1f} frames at {rate:g} a second"]
    if offset.confidence:
        told.append(f"{100 * min(offset.confidence, 0.99):.0f} % sure")
    frames = f" ({', '.join(told)})" if told else ""
    grade = between(offset.ms, good, fair)
    words = {Grade.PASS: "in sync", Grade.WARN: "some viewers notice", Grade.FAIL: "viewers notice"}[grade]
    return Figure(
        value=offset.ms,
        unit="ms",
        grade=grade,
        standard=standard,
        sentence=f"The sound is {abs(offset.ms):.0f} ms {side}{frames}: {words}.",
        details=details,
    )


def grade_closures(closures: Closures | None, gates: Gates = DEFAULT, *, recognised: bool = False) -> Figure:
    """Grade of the closure rate; a line without p b m passes, one whose closures cannot be seen warns.

    recognised : the phones come from a recogniser and not from a text, so that some are no p b m at all.
    """
    if recognised and closures is not None:
        return _grade_recognised(closures, gates)
    standard = f"{100 * gates.closures_pass:.0f} % of p b m shut the lips (real footage: 97 %)"
    if closures is None:
        return Figure(
            unit="share", grade=Grade.WARN, standard=standard, sentence="Closures unknown: no phones are known."
        )
    details: dict[str, Any] = {
        "closed": sum(each.closed for each in closures.each),
        "seen": closures.seen,
        "unseen": closures.unseen,
        "threshold_iod": round(closures.threshold, 4),
    }
    rate, grade = closures.rate, Grade.PASS
    if not closures.each:
        sentence = "The line holds no p, b or m."
    elif rate is None:
        grade, sentence = Grade.WARN, "Closures unknown: the mouth is not seen on any p, b or m."
    else:
        grade = at_least(rate, gates.closures_pass, gates.closures_warn)
        if grade is Grade.FAIL and closures.seen < gates.closures_needed:
            grade = Grade.WARN  # one or two phones do not prove a fault
        sentence = f"The lips shut on {details['closed']} of {closures.seen} p b m."
    value = None if rate is None else round(rate, 4)
    return Figure(value=value, unit="share", grade=grade, standard=standard, sentence=sentence, details=details)


def _grade_recognised(closures: Closures, gates: Gates) -> Figure:
    rate, seen = closures.rate, closures.seen
    shut = sum(each.closed for each in closures.each)
    enough = rate is not None and seen >= gates.closures_recognised_needed
    passes = enough and rate is not None and rate >= gates.closures_recognised
    sentence = f"The lips shut on {shut} of {seen} p b m, by recognised phones: give a transcript to be sure."
    if not enough:
        sentence = f"Closures unknown: {seen} p b m were recognised; give a transcript to judge them."
    return Figure(
        value=round(rate, 4) if enough and rate is not None else None,
        unit="share",
        grade=Grade.PASS if passes else Grade.WARN,
        standard=f"{100 * gates.closures_recognised:.0f} % of recognised p b m shut the lips (real footage: 77 %)",
        sentence=sentence,
        details={
            "phones": "recognised",
            "closed": shut,
            "seen": seen,
            "unseen": closures.unseen,
            "threshold_iod": round(closures.threshold, 4),
        },
    )


def grade_opening(match: OpeningMatch, gates: Gates = DEFAULT) -> Figure:
    """Grade of the opening against what was asked."""
    standard = f"correlation {gates.opening_pass:g} with the mouth asked for"
    details = {"rms_iod": match.rms_iod, "lag_ms": match.lag_ms, "frames": match.frames}
    if match.correlation is None:
        grade, sentence = Grade.WARN, "Opening not compared: the mouth hardly moves or is not seen."
    else:
        grade = at_least(match.correlation, gates.opening_pass, gates.opening_warn)
        if grade is Grade.FAIL and match.frames < gates.opening_needed:
            grade = Grade.WARN  # a second of pictures does not prove a fault
        sentence = f"The opening follows what was asked with a correlation of {match.correlation:.2f}."
    return Figure(
        value=match.correlation, unit="correlation", grade=grade, standard=standard, sentence=sentence, details=details
    )


def grade_pictures(pictures: PictureFigures, gates: Gates = DEFAULT) -> dict[str, Figure]:
    """Grades of flicker, sharpness and seam; empty where nothing was drawn."""
    figures: dict[str, Figure] = {}
    if pictures.flicker is not None:
        whose = "that of real speech" if pictures.of_still else "the plate's own"
        peak = "" if pictures.flicker_peak_s is None else f", most at {pictures.flicker_peak_s:.2f} s"
        figures["flicker"] = Figure(
            value=pictures.flicker,
            unit="ratio",
            grade=at_most(pictures.flicker, gates.flicker_pass, gates.flicker_warn),
            standard=f"at most {gates.flicker_pass:g} times {whose} (temporal second difference)",
            sentence=f"The mouth flickers {pictures.flicker:.2f} times as much as {whose}{peak}.",
            details={"peak_s": pictures.flicker_peak_s},
        )
    if pictures.sharpness is not None:
        low, high = gates.sharpness_pass
        low = gates.sharpness_still if pictures.of_still else low
        figures["sharpness"] = Figure(
            value=pictures.sharpness,
            unit="ratio",
            grade=between(pictures.sharpness, (low, high), gates.sharpness_warn),
            standard=f"{low:g} to {high:g} times the plate's own Laplacian energy",
            sentence=f"The mouth holds {100 * pictures.sharpness:.0f} % of the plate's own fine detail.",
        )
    if pictures.seam is not None:
        figures["seam"] = Figure(
            value=pictures.seam,
            unit="grey levels",
            grade=at_most(pictures.seam, gates.seam_pass, gates.seam_warn),
            standard=f"a step of at most {gates.seam_pass:g} of 255 levels along the drawn region's border",
            sentence=f"The drawn region's border steps by {pictures.seam:.1f} grey levels.",
        )
    return figures


def grade_tears(tears: Tears, gates: Gates = DEFAULT) -> Figure:
    """Grade of the isolated pixels along the lips: torn warps and masks leave them."""
    return Figure(
        value=round(tears.mean, 3),
        unit="pixels",
        grade=at_most(tears.mean, gates.tears_pass, gates.tears_warn),
        standard=f"at most {gates.tears_pass:g} isolated pixels along the lips beyond the still's own",
        sentence=f"The lips show {tears.mean:.1f} isolated pixels on average that the still has not, "
        f"at most {tears.worst}.",
        details={"worst": tears.worst, "pictures": tears.pictures},
    )


def grade_passed(ranges: tuple[PassedRange, ...], frames: int, gates: Gates = DEFAULT) -> Figure:
    """Grade of the frames that went through; they never fail a take, they are listed."""
    through = sum(each.frames for each in ranges)
    share = through / frames if frames else 0.0
    why = ", ".join(sorted({reason for each in ranges for reason in each.reasons}))
    return Figure(
        value=round(share, 4),
        unit="share",
        grade=Grade.PASS if share <= gates.passed_pass else Grade.WARN,
        standard=f"at most {100 * gates.passed_pass:.0f} % of the frames without a drawn mouth",
        sentence=f"{through} of {frames} frames went through as they were{f' ({why})' if why else ''}.",
        details={"frames": through},
    )


def plain(item: Any) -> dict[str, Any]:
    """A frozen dataclass as JSON types."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(item).items()}


def between(value: float, good: tuple[float, float], fair: tuple[float, float]) -> Grade:
    """pass inside `good`, warn inside `fair`, else fail; ends belong to their ranges."""
    if good[0] <= value <= good[1]:
        return Grade.PASS
    return Grade.WARN if fair[0] <= value <= fair[1] else Grade.FAIL


def at_least(value: float, good: float, fair: float) -> Grade:
    """pass from `good` up, warn from `fair` up, else fail."""
    return between(value, (good, float("inf")), (fair, float("inf")))


def at_most(value: float, good: float, fair: float) -> Grade:
    """pass up to `good`, warn up to `fair`, else fail."""
    return between(value, (float("-inf"), good), (float("-inf"), fair))
