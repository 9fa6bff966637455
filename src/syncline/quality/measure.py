"""Scoring a take: everything that is known about the finished file, brought together."""

from __future__ import annotations

import numpy.typing as npt

from syncline.motion.mouthtrack import MouthTrack
from syncline.motion.style import closed_threshold
from syncline.quality import gates as grading
from syncline.quality.closures import measure_closures
from syncline.quality.gates import Gates
from syncline.quality.measured import measured
from syncline.quality.offset import measure_offset
from syncline.quality.opening import measure_opening
from syncline.quality.passed import PassedRange
from syncline.quality.pictures import PictureFigures
from syncline.quality.score import Score, worst
from syncline.quality.seen import SeenMouth
from syncline.quality.tears import Tears
from syncline.speech.cuesheet import CueSheet


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
) -> Score:
    """Score a take.

    Parameters
    ----------
    mouth : tracked on the finished pictures (`quality.seen.seen_mouth`), times on the sound's clock.
    y16k : (n,) the take's sound, mono 16 kHz.
    cue : its phones; None: closures stay unknown.
    asked : the mouth track the engine was given; None: the opening is not compared.
    closed : opening at which this person's lips are shut, IOD units, from real footage
        (`motion.style.Style.closed`); None: guessed from the take itself.
    pictures : from `quality.pictures.PictureMeter`; None: nothing was drawn.
    tears : from `quality.tears.TearMeter`; None: the plate is no still.
    passed : from `quality.passed.passed_ranges`; None: nothing was to be drawn.
    remarks : of the engine (`engines.base.DrawPlan`).
    seconds, cores : of the run that made the take.
    """
    offset = measure_offset(mouth.shape, mouth.times, y16k, usable=mouth.usable, asked=asked)
    threshold = closed_threshold(mouth.opening[mouth.usable]) if closed is None else closed
    closures = None if cue is None else measure_closures(cue, mouth, threshold)
    figures = {"offset": grading.grade_offset(offset, gates), "closures": grading.grade_closures(closures, gates)}
    if asked is not None:
        figures["opening"] = grading.grade_opening(measure_opening(mouth, asked), gates)
    if pictures is not None:
        figures |= grading.grade_pictures(pictures, gates)
    if tears is not None:
        figures["tears"] = grading.grade_tears(tears, gates)
    if passed is not None:
        figures["passed"] = grading.grade_passed(passed, len(mouth), gates)
    return Score(
        grade=worst([figure.grade for figure in figures.values()]),
        figures=figures,
        closures=() if closures is None else tuple(grading.plain(each) for each in closures.each),
        passed=tuple(grading.plain(each) for each in passed or ()),
        remarks=remarks,
        seconds=None if seconds is None else round(seconds, 3),
        cores=None if cores is None else round(cores, 2),
        measured=measured(mouth, asked, threshold, offset),
    )
