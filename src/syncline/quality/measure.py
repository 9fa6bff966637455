"""Scoring a take or a clip: everything that is known about the finished file, brought together."""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from syncline.motion.mouthtrack import MouthTrack
from syncline.motion.style import closed_threshold
from syncline.quality import gates as grading
from syncline.quality.articulated import Articulation
from syncline.quality.articulated_grades import grade_articulation
from syncline.quality.closures import measure_closures
from syncline.quality.container import ContainerOffset
from syncline.quality.drift import Drift, measure_drift
from syncline.quality.gates import Gates
from syncline.quality.looks import AgainstFigures, WithinFigures
from syncline.quality.looks_grades import grade_looks
from syncline.quality.measured import measured
from syncline.quality.mismatch import measure_mismatch
from syncline.quality.offset import measure_offset
from syncline.quality.opening import measure_opening
from syncline.quality.passed import PassedRange
from syncline.quality.pictures import PictureFigures
from syncline.quality.score import Figure, Score, worst
from syncline.quality.seen import SeenMouth
from syncline.quality.syncgates import grade_container, grade_drift, grade_foreign
from syncline.quality.syncnet import SyncNetFigures, grade_syncnet
from syncline.quality.tears import Tears
from syncline.speech.cuesheet import CueSheet

RECOGNISED = "recognised"  # source of a cue sheet whose phones no text confirms


@dataclass(frozen=True)
class Clip:
    """What is known of anybody's clip beyond mouth and sound; with it a score tells all that a clip can be asked.

    rate : pictures a second. seconds : the clip's length.
    container : starts of its streams; None: the sound is another file's.
    articulation : what its mouth does beyond closures; None: not measured.
    looks : what its mouth costs the picture, against an original or by itself; None: not looked at.
    syncnet : by the user's weights; None: not asked for.
    """

    rate: float
    seconds: float
    container: ContainerOffset | None = None
    articulation: Articulation | None = None
    looks: AgainstFigures | WithinFigures | None = None
    syncnet: SyncNetFigures | None = None


def measure(
    mouth: SeenMouth,
    y16k: npt.ArrayLike,
    *,
    cue: CueSheet | None = None,
    asked: MouthTrack | None = None,
    closed: float | None = None,
    pictures: PictureFigures | None = None,
    tears: Tears | None = None,
    passed: tuple[PassedRange, ...] | None = None,
    remarks: tuple[str, ...] = (),
    seconds: float | None = None,
    cores: float | None = None,
    gates: Gates = grading.DEFAULT,
    gate: str = "default",
    clip: Clip | None = None,
) -> Score:
    """Score a take, or with `clip` anybody's clip.

    Parameters
    ----------
    mouth : tracked on the finished pictures (`quality.seen.seen_mouth`), times on the sound's clock.
    y16k : (n,) the sound, mono 16 kHz.
    cue : its phones; None: closures stay unknown. Where they were recognised without a text, the closures say so.
    asked : the mouth track the engine was given; None: the opening is not compared.
    closed : opening at which this person's lips are shut, IOD units, from real footage
        (`motion.style.Style.closed`); None: guessed from the take itself.
    pictures : from `quality.pictures.PictureMeter`; None: nothing was drawn.
    tears : from `quality.tears.TearMeter`; None: the plate is no still.
    passed : from `quality.passed.passed_ranges`; None: nothing was to be drawn.
    remarks : of the engine (`engines.base.DrawPlan`).
    seconds, cores : of the run that made the take.
    gates, gate : what the figures are held against, and its name.
    clip : also measure drift, foreign sound and articulation, and grade what it holds.
    """
    sound = np.asarray(y16k)
    offset = measure_offset(mouth.shape, mouth.times, sound, usable=mouth.usable, asked=asked, lips=mouth.lips)
    threshold = closed_threshold(mouth.opening[mouth.usable]) if closed is None else closed
    closures = None if cue is None else measure_closures(cue, mouth, threshold)
    recognised = cue is not None and cue.source == RECOGNISED
    figures = {
        "offset": grading.grade_offset(offset, gates, rate=None if clip is None else clip.rate),
        "closures": grading.grade_closures(closures, gates, recognised=recognised),
    }
    if asked is not None:
        figures["opening"] = grading.grade_opening(measure_opening(mouth, asked), gates)
    if pictures is not None:
        figures |= grading.grade_pictures(pictures, gates)
    if tears is not None:
        figures["tears"] = grading.grade_tears(tears, gates)
    if passed is not None:
        figures["passed"] = grading.grade_passed(passed, len(mouth), gates)
    drift = None
    if clip is not None:
        drift = measure_drift(mouth.shape, mouth.times, sound, usable=mouth.usable, lips=mouth.lips)
        figures |= _clip_figures(clip, mouth, sound, drift, gates)
    figures = {name: gates.regraded(name, figure) for name, figure in figures.items()}
    return Score(
        grade=worst([figure.grade for figure in figures.values()]),
        figures=figures,
        closures=() if closures is None else tuple(grading.plain(each) for each in closures.each),
        passed=tuple(grading.plain(each) for each in passed or ()),
        remarks=remarks,
        seconds=None if seconds is None else round(seconds, 3),
        cores=None if cores is None else round(cores, 2),
        measured=measured(mouth, asked, threshold, offset),
        gate=gate,
        drift=_told(drift),
        articulation=None if clip is None else _told(clip.articulation),
        picture=None if clip is None else _told(clip.looks),
        syncnet=None if clip is None else _told(clip.syncnet),
    )


def _clip_figures(
    clip: Clip, mouth: SeenMouth, y16k: npt.NDArray[Any], drift: Drift, gates: Gates
) -> dict[str, Figure]:
    """Everything beyond offset and closures."""
    figures: dict[str, Figure | None] = {}
    if clip.container is not None:
        figures["container"] = grade_container(clip.container, gates, rate=clip.rate)
    figures["drift"] = grade_drift(drift, clip.seconds, gates, rate=clip.rate)
    if drift.kind not in ("growing", "jump"):  # at no single shift does drifting sound fit its mouth
        mismatch = measure_mismatch(mouth.shape, mouth.times, y16k, usable=mouth.usable, lips=mouth.lips)
        figures["foreign"] = grade_foreign(mismatch, gates)
    if clip.articulation is not None:
        figures |= grade_articulation(clip.articulation)
    if clip.looks is not None:
        figures |= grade_looks(clip.looks)
    if clip.syncnet is not None:
        figures |= grade_syncnet(clip.syncnet, gates)
    return {name: figure for name, figure in figures.items() if figure is not None}


def _told(item: Any) -> dict[str, Any] | None:
    """A frozen dataclass as JSON types; numbers rounded to six places, None of None."""
    if item is None:
        return None
    told = _plain(item)
    assert isinstance(told, dict)
    return told


def _plain(item: Any) -> Any:
    if is_dataclass(item) and not isinstance(item, type):
        return {name: _plain(getattr(item, name)) for name in item.__dataclass_fields__}
    if isinstance(item, tuple | list):
        return [_plain(each) for each in item]
    if isinstance(item, dict):
        return {str(key): _plain(value) for key, value in item.items()}
    if isinstance(item, float | np.floating):
        return round(float(item), 6) if np.isfinite(item) else None
    return item.item() if isinstance(item, np.generic) else item
