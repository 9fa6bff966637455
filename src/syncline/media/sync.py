"""Which plate picture is shown when: the sync modes, in exact fractions.

| mode    | output lasts | where the plate is shorter            | where the plate is longer |
|---------|--------------|---------------------------------------|---------------------------|
| cut_off | the shorter  | the sound is cut                      | the plate is cut          |
| loop    | the sound    | the plate starts again                | the plate is cut          |
| bounce  | the sound    | the plate runs backwards, then again  | the plate is cut          |
| silence | the longer   | the last picture is held              | the sound is padded       |
| remap   | the sound    | the plate is slowed                   | the plate is hurried      |

A still is shown for as long as the sound lasts, in every mode. A plate of constant rate stays at that rate in every
mode, and its last picture is whole (so the picture may outlast the sound by less than one frame). A plate of variable
rate keeps its own timestamps; held pictures are repeated at its mean rate, so that a mouth can move on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import count, takewhile

from syncline.errors import InputError
from syncline.media.info import VideoStream
from syncline.timebase import frame_time, frames_in


class SyncMode(str, Enum):
    """What to do where plate and sound differ in length."""

    CUT_OFF = "cut_off"
    LOOP = "loop"
    BOUNCE = "bounce"
    SILENCE = "silence"
    REMAP = "remap"


@dataclass(frozen=True)
class OutputFrame:
    """At `time` (exact seconds from the start of the output) picture `plate_index` of the plate begins to show."""

    time: Fraction
    plate_index: int


def plan_output(
    video: VideoStream, sound_seconds: Fraction, mode: SyncMode | str
) -> tuple[list[OutputFrame], Fraction]:
    """The output's pictures, in order, and its exact duration in seconds (to which the sound is cut or padded).

    Raises InputError for a sound of no length.
    """
    mode = SyncMode(mode)
    if sound_seconds <= 0:
        raise InputError("the sound has no length", stage="sync")
    if video.still:
        count = frames_in(sound_seconds, video.measured_rate)
        return [OutputFrame(frame_time(k, video.measured_rate), 0) for k in range(count)], sound_seconds
    plate = video.duration
    total = {SyncMode.CUT_OFF: min(plate, sound_seconds), SyncMode.SILENCE: max(plate, sound_seconds)}.get(
        mode, sound_seconds
    )
    frames = _variable(video, total, mode) if video.variable else _constant(video, total, mode)
    return frames, total


def _constant(video: VideoStream, total: Fraction, mode: SyncMode) -> list[OutputFrame]:
    rate, frames = video.measured_rate, video.frames
    wanted = frames_in(total, rate)
    if mode is SyncMode.REMAP:
        speed = video.duration / total  # plate seconds shown in an output second
        indices = [min(frames - 1, ((k + Fraction(1, 2)) * speed).__floor__()) for k in range(wanted)]
    elif mode is SyncMode.LOOP:
        indices = [k % frames for k in range(wanted)]
    elif mode is SyncMode.BOUNCE:
        period = max(1, 2 * frames - 2)
        indices = [min(k % period, period - k % period) for k in range(wanted)] if frames > 1 else [0] * wanted
    else:
        indices = [min(k, frames - 1) for k in range(wanted)]
    return [OutputFrame(frame_time(k, rate), index) for k, index in enumerate(indices)]


def _variable(video: VideoStream, total: Fraction, mode: SyncMode) -> list[OutputFrame]:
    if mode is SyncMode.REMAP:
        return list(_remapped(video, total))
    shown = {SyncMode.LOOP: _looped, SyncMode.BOUNCE: _bounced}.get(mode, _held)
    return list(takewhile(lambda frame: frame.time < total, shown(video)))


def _once(video: VideoStream) -> list[Fraction]:
    return [video.seconds(i) for i in range(video.frames)]


def _held(video: VideoStream) -> Iterator[OutputFrame]:
    """Once through, then the last picture again and again."""
    for index, time in enumerate(_once(video)):
        yield OutputFrame(time, index)
    for k in count():
        yield OutputFrame(video.duration + frame_time(k, video.measured_rate), video.frames - 1)


def _looped(video: VideoStream) -> Iterator[OutputFrame]:
    times = _once(video)
    for lap in count():
        for index, time in enumerate(times):
            yield OutputFrame(lap * video.duration + time, index)


def _bounced(video: VideoStream) -> Iterator[OutputFrame]:
    """Each picture keeps its own duration on the way back; the two end pictures are shown once a turn."""
    times = [*_once(video), video.duration]
    lap = list(range(video.frames)) + list(range(video.frames - 2, 0, -1))
    now = Fraction(0)
    while True:
        for index in lap:
            yield OutputFrame(now, index)
            now += times[index + 1] - times[index]


def _remapped(video: VideoStream, total: Fraction) -> Iterator[OutputFrame]:
    """Timestamps scaled to the sound; pictures repeated or dropped where the rate would leave the plate's by half."""
    scale = total / video.duration
    repeats, step = max(1, round(scale)), max(1, round(1 / scale))
    times = [*_once(video), video.duration]
    chosen = range(0, video.frames, step)
    for index in chosen:
        start, end = times[index], times[min(index + step, video.frames)]
        for k in range(repeats):
            yield OutputFrame((start + (end - start) * k / repeats) * scale, index)
