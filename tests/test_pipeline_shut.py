"""Shut lips on a small real face are seen as shut, and open ones stay open."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from syncline.face.track import track_faces
from syncline.media.probe import need_picture, probe
from syncline.pipeline.shut import look_again
from syncline.quality.closures import measure_closures
from syncline.quality.seen import SeenMouth, seen_mouth
from syncline.speech.cuesheet import CueSheet, Phone, contiguous


def cue(phone: str, start: float, end: float) -> CueSheet:
    phones = contiguous([Phone("a", 0.0, start), Phone(phone, start, end), Phone("a", end, 3.0)], 3.0)
    return CueSheet(language="en", words=(), phones=phones, duration=3.0, source="given")


def test_a_wet_lip_is_not_an_open_mouth(shared_data: Path) -> None:
    info = probe(shared_data / "grid_s1" / "pwwy4p.mpg")
    face = track_faces(info).faces[0]
    video = need_picture(info)
    times = np.array([float(tick * video.time_base) for tick in video.times], np.float64)
    mouth = seen_mouth(np.asarray(face.landmarks), times, face.drawable)
    shut = cue("p", 0.60, 0.73)  # "place", whose lips touch and shine
    assert measure_closures(shut, mouth, 0.023).rate == 0.0
    assert measure_closures(shut, look_again(info, face, mouth, shut, 0.023), 0.023).rate == 1.0
    # Pictures on which teeth show stay open, however little the tracker makes of them.
    open_again = np.flatnonzero((mouth.opening > 0.1) & (times > 0.6))[:1]
    assert len(open_again)
    shape = mouth.shape.copy()
    shape[:, 0] = np.where(np.isin(np.arange(len(times)), open_again), 0.05, 0.2)
    at = float(times[open_again[0]])
    parted = SeenMouth(times, shape, mouth.usable)
    teeth = cue("p", at - 0.02, at + 0.02)
    assert measure_closures(teeth, look_again(info, face, parted, teeth, 0.023), 0.023).rate == 0.0
