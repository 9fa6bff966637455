"""Sync by picture and sound: offset at known shifts, drift, and foreign sound, on speakers never trained on.

Needs the weights without each speaker that `python -m training.sync_matcher` leaves in the work folder.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from training.sync_material import SyncClip
from training.sync_trials import Window, cut, pieces, starts

from benchmarks.part import Part
from benchmarks.report import table
from benchmarks.sync_drift import drift_section
from benchmarks.sync_material import material, own_offset, stranger_to
from syncline.motion.mouthtrack import CHANNELS
from syncline.quality.mismatch import FOREIGN, measure_mismatch
from syncline.quality.offset import measure_offset

LENGTHS_S: Final = (3.0, 5.0, 8.0, 20.0)
ASKED: Final = {3.0: 0.90, 5.0: 0.97, 8.0: 0.99}
ASKED_UNKNOWN: Final = 0.10  # at 8 s
SHIFTS: Final = (*range(-10, 11), -0.5, 0.5)  # pictures; ±½ stands for ±20 ms
JOINS: Final = {3.0: 60, 5.0: 30, 8.0: 16, 20.0: 8}
FALSE_ALARMS: Final = 0.05
FOREIGN_A_WINDOW: Final = 2


@dataclass(frozen=True)
class Shifted:
    """One window at a known shift: whose, how long, error in pictures, and whether the offset was told."""

    speaker: str
    seconds: float
    error: float
    known: bool
    confidence: float


@dataclass(frozen=True)
class Paired:
    """Probability that the sound is foreign, of a window with its own sound and with another; whether an offset of the
    foreign sound is told."""

    speaker: str
    seconds: float
    own: float
    foreign: float
    told: bool


def run() -> Part:
    """All three, as one part."""
    began = time.process_time()
    shifted, paired = shifted_windows()
    text, missed, figures = offset_section(shifted)
    for made in (drift_section(), mismatch_section(paired)):
        text += "\n\n" + made[0]
        missed += made[1]
        figures |= made[2]
    figures["processor_seconds"] = round(time.process_time() - began, 1)
    return Part("Offset, drift and foreign sound", text, tuple(missed), figures)


def shifted_windows() -> tuple[list[Shifted], list[Paired]]:
    """Every clip, every length it has, every shift; foreign sound at one shift a window."""
    rng = np.random.default_rng(11)
    found: list[Shifted] = []
    paired: list[Paired] = []
    stock = material()
    for seconds in LENGTHS_S:
        sources = pieces(stock.few, stock.held_out, seconds, JOINS[seconds])
        for number, clip in enumerate(sources):
            own = _own_of(clip)
            begins = starts(clip, seconds, seconds / 2)
            for start in begins:
                # All shifts at the first window, some at each: neighbours say nearly the same.
                several = SHIFTS if clip in stock.few and start == begins[0] else rng.choice(SHIFTS, 5, replace=False)
                for shift in several:
                    by = 0.02 * np.sign(shift) if abs(shift) == 0.5 else shift * clip.period
                    window = cut(clip, own, float(start), seconds, float(by))
                    told = _measured(window, measure_offset)
                    error = abs(told.best_ms / 1000 - window.offset_s) / clip.period
                    found.append(Shifted(clip.speaker, seconds, error, told.known, told.confidence))
                begin = float(start)
                for other in _others(sources, number, seconds):
                    by = float(rng.integers(-10, 11)) * clip.period
                    away = float(rng.uniform(0, max(float(other.times[-1]) - seconds, 0.0))) - begin
                    strange = cut(clip, own, begin, seconds, away, sound=other)
                    odds = [
                        _measured(w, measure_mismatch).probability
                        for w in (cut(clip, own, begin, seconds, by), strange)
                    ]
                    if odds[0] is not None and odds[1] is not None:
                        told = _measured(strange, measure_offset).known
                        paired.append(Paired(clip.speaker, seconds, odds[0], odds[1], told))
    return found, paired


def _own_of(clip: SyncClip) -> float:
    """The clip's own offset; joined sentences of GRID, which is in sync, have none."""
    return own_offset(clip).both if clip in material().few else 0.0


def _others(sources: Sequence[SyncClip], number: int, seconds: float) -> list[SyncClip]:
    """Other clips that are long enough: two of the same speaker where there are, else of strangers."""
    turned = [*sources[number + 1 :], *sources[:number]]
    enough = [clip for clip in turned if float(clip.times[-1]) >= seconds - 0.2] or turned
    same = [clip for clip in enough if clip.speaker == sources[number].speaker]
    return (same or enough)[:FOREIGN_A_WINDOW]


def _measured(window: Window, measure: Callable[..., Any]) -> Any:
    shape, lips = window.mouth[:, : len(CHANNELS)], window.mouth[:, len(CHANNELS) :]
    return measure(shape, window.times, window.sound, lips=lips, model=stranger_to(window.speaker))


def offset_section(found: Sequence[Shifted]) -> tuple[str, list[str], dict[str, Any]]:
    """Shares within ½ and 1½ pictures by length and by speaker."""
    rows, missed, figures = [], [], {}
    for seconds in LENGTHS_S:
        part = [each for each in found if each.seconds == seconds]
        told = [each for each in part if each.known]
        unknown = _mean(part, lambda each: not each.known)
        half, more = (_mean(told, lambda each, limit=limit: each.error <= limit) for limit in (0.5, 1.5))
        every = _mean(part, lambda each: each.error <= 1.5)
        asked = ASKED.get(seconds)
        people = len({each.speaker for each in part})
        rows.append([f"{seconds:g} s", f"{len(part)} / {people}", _percent(unknown), _percent(half), _percent(more)])
        rows[-1] += ["" if asked is None else f"≥ {_percent(asked)}", _percent(every)]
        figures[f"offset_{seconds:g}s"] = {
            "windows": len(part),
            "unknown": unknown,
            "half": half,
            "more": more,
            "all": every,
        }
        if asked is not None and more < asked:
            missed.append(f"offset within 1½ frames at {seconds:g} s: {_percent(more)}, asked {_percent(asked)}")
        if seconds == 8.0 and unknown >= ASKED_UNKNOWN:
            missed.append(f"offset unknown at 8 s: {_percent(unknown)}, asked under {_percent(ASKED_UNKNOWN)}")
    heads = ["length", "windows / speakers", "unknown", "≤ ½ frame", "≤ 1½ frames", "asked", "≤ 1½, none held back"]
    text = [
        "**Offset at known shifts** (−10…+10 frames and ±20 ms). Windows are cut strictly: picture and sound of one "
        "length, so a shift leaves less to compare. Shares are means over speakers, each judged by weights that never "
        "heard them.",
        table(heads, rows),
        _by_speaker(found),
        _own_text(),
    ]
    return "\n\n".join(text), missed, figures


def _by_speaker(found: Sequence[Shifted]) -> str:
    speakers = sorted({each.speaker for each in found})
    rows = []
    for speaker in speakers:
        cells = []
        for seconds in LENGTHS_S:
            part = [each for each in found if each.speaker == speaker and each.seconds == seconds]
            told = [each for each in part if each.known]
            right = f"{100 * np.mean([e.error <= 1.5 for e in told]):.0f} %" if told else "–"
            cells.append(f"{right} ({len(part)}, {len(part) - len(told)} unknown)" if part else "–")
        rows.append([speaker, *cells])
    return "Within 1½ frames by speaker (windows, of these unknown):\n\n" + table(
        ["speaker", *(f"{seconds:g} s" for seconds in LENGTHS_S)], rows
    )


def _own_text() -> str:
    """How the clips' own offsets were found, and whether two ways agree."""
    rows = []
    for clip in material().few:
        own = own_offset(clip)
        cells = [f"{1000 * value:+.0f}" for value in (own.both, own.linear, own.common)]
        rows.append([clip.name, f"{float(clip.times[-1]):.0f} s", *cells, "yes" if own.agree else "no"])
    grid = [own_offset(clip) for clip in material().held_out[:40]]
    errors = 1000 * np.array([each.both for each in grid])
    middle = float(np.median(errors))
    return (
        "A clip's own offset (ms) is what both streams together say of the whole clip; the two, one fitted by least "
        "squares, the other trained to tell shifts, have to agree within a frame. GRID's is 0 on average (lips "
        "against bursts, by hand, to about 10 ms; sentence by sentence it scatters by more, see drift); its 3 s clips "
        f"read {middle:+.0f} ms (median), half of them within "
        f"{np.median(np.abs(errors - middle)):.0f} ms of that. Only GRID's shares are held against a truth "
        "from elsewhere; the others' are agreement of a part with its whole clip, by the same weights, and a window "
        "nearly as long as its clip (5 s of vrt1, astorfi and vox_00015, 20 s of german_news) agrees with it almost by "
        "construction. What was chosen (features, the limit of confidence) was chosen on these speakers.\n\n"
        + table(["clip", "length", "both", "linear", "common", "agree"], rows)
    )


def mismatch_section(found: Sequence[Paired]) -> tuple[str, list[str], dict[str, Any]]:
    """ROC of foreign sound by length."""
    rows, figures = [], {}
    for seconds in LENGTHS_S:
        part = [each for each in found if each.seconds == seconds]
        own, foreign = (np.array([getattr(each, name) for each in part]) for name in ("own", "foreign"))
        area = float(np.mean((foreign[:, None] > own[None]) + 0.5 * (foreign[:, None] == own[None])))
        limits = {share: float(np.quantile(own, 1 - share)) for share in (0.01, FALSE_ALARMS, 0.1)}
        shares = {share: float(np.mean(foreign > limit)) for share, limit in limits.items()}
        said = [float(np.mean(group >= FOREIGN)) for group in (own, foreign)]
        row = [f"{seconds:g} s", str(len(part)), f"{area:.3f}", *(_percent(value) for value in shares.values())]
        told = _percent(float(np.mean([each.told for each in part])))
        rows.append([*row, " / ".join(_percent(value) for value in said), told])
        figures[f"foreign_{seconds:g}s"] = {"auc": area, "detected_at_5": shares[FALSE_ALARMS], "pairs": len(part)}
    heads = [
        "length",
        "pairs",
        "AUC",
        "found at 1 % false alarms",
        "at 5 %",
        "at 10 %",
        "called foreign: own / foreign",
        "offset told",
    ]
    text = (
        "**Foreign sound** told from the clip's own sound shifted by up to ±10 frames. GRID's foreign sound is another "
        "sentence of the same person in the same grammar, the others' another person's. The last column: how often "
        "`measure_offset` alone tells an offset of foreign sound, which is why both are measured.\n\n"
        + table(heads, rows)
    )
    return text, [], figures


def _mean(found: Sequence[Shifted], value: Callable[[Shifted], bool]) -> float:
    """Mean over speakers of a share."""
    by_speaker: dict[str, list[bool]] = {}
    for each in found:
        by_speaker.setdefault(each.speaker, []).append(bool(value(each)))
    return float(np.mean([np.mean(values) for values in by_speaker.values()])) if by_speaker else 0.0


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
