"""The finished file graded: what was seen in it, against what was asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from syncline.engines.base import Reason, Source
from syncline.errors import StageError
from syncline.face.tracks import UNDRAWABLE, reasons
from syncline.media.probe import need_picture, need_sound, probe
from syncline.pipeline.delivery import Delivered
from syncline.pipeline.line import Line
from syncline.pipeline.prepare import plate_times
from syncline.quality import PassedRange, PictureFigures, Score, SeenMouth, measure, passed_ranges
from syncline.speech.cuesheet import CueSheet

STAGE = "score"


def score_take(
    line: Line,
    written: Path,
    delivered: Delivered,
    pictures: PictureFigures,
    *,
    seconds: float,
    cores: float,
) -> Score:
    """Score a written take.

    written : the finished file, whatever its name. delivered : what was seen on its pictures.
    pictures : what the drawing cost the picture. seconds, cores : wall time so far and processors in use on average.

    Raises StageError where the file does not hold what was written into it.
    """
    info = probe(written)
    video, audio = need_picture(info), need_sound(info)
    if not video.frames == len(delivered.usable) == len(line.frames):
        raise StageError(f"{len(line.frames)} frames were written and {video.frames} can be read", stage=STAGE)
    # Seconds on the sound's clock, by the file's own timestamps: what encoding and muxing shifted, counts.
    times = plate_times(info) - float(audio.start - info.start)
    shown = np.array([frame.plate_index for frame in line.frames], np.int64)
    mouth = SeenMouth(times, delivered.shape, delivered.usable, delivered.lips)
    return measure(
        mouth,
        line.heard.y16k,
        cue=_heard_part(line.heard.cue, float(line.seconds)),
        asked=line.mouth,
        closed=line.table.style.closed,
        pictures=pictures,
        tears=delivered.tears,
        remarks=line.plan.remarks,
        passed=_passed(line, mouth, shown),
        seconds=seconds,
        cores=cores,
    )


def _heard_part(cue: CueSheet, seconds: float) -> CueSheet:
    """The phones that are heard in a take: a sound that was cut keeps those that begin before the cut."""
    return replace(cue, phones=tuple(phone for phone in cue.phones if phone.start < seconds))


def _passed(line: Line, mouth: SeenMouth, shown: npt.NDArray[np.int64]) -> tuple[PassedRange, ...]:
    """The output frames that went through, with what stood in the way: the plate's flags, else the engine's reasons."""
    why = []
    for t, plate in enumerate(shown):
        names = reasons(int(line.face.flags[plate]) & int(UNDRAWABLE))
        why.append(names or _names(int(line.plan.reason[t])))
    return passed_ranges(mouth.times, line.plan.source == Source.PASS, why)


def _names(flags: int) -> tuple[str, ...]:
    return tuple(flag.name.lower() for flag in Reason if flag and flags & flag and flag.name)
