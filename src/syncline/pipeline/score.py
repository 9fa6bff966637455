"""The finished file, looked at with fresh eyes: decoded again, its mouth tracked, and graded."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from syncline.engines.base import Reason, Source
from syncline.errors import StageError
from syncline.events import Listener, Progress
from syncline.face.graphs import MeshGraph
from syncline.face.regions import cut_region, region_of_landmarks
from syncline.face.topology import POINTS
from syncline.face.tracks import UNDRAWABLE, FaceTrack, reasons
from syncline.media.picture import Picture
from syncline.media.probe import need_picture, need_sound, probe
from syncline.media.read import read_pictures
from syncline.pipeline.line import Line
from syncline.pipeline.prepare import plate_times
from syncline.pipeline.stream import ordered
from syncline.quality import PassedRange, PictureFigures, Score, SeenMouth, measure, passed_ranges, seen_mouth
from syncline.speech.cuesheet import CueSheet

STAGE = "score"
BLOCK = 64  # pictures whose landmarks are held at once

Floats = npt.NDArray[np.float32]


def score_take(
    line: Line,
    written: Path,
    pictures: PictureFigures,
    on_event: Listener,
    *,
    threads: int,
    seconds: float,
    cores: float,
) -> Score:
    """Score a written take.

    written : the finished file, whatever its name. pictures : what the drawing cost the picture.
    threads : that track. seconds, cores : wall time so far and processors in use on average.

    Raises StageError where the file does not hold what was written into it.
    """
    info = probe(written)
    video, audio = need_picture(info), need_sound(info)
    if video.frames != len(line.frames):
        raise StageError(f"{len(line.frames)} frames were written and {video.frames} can be read", stage=STAGE)
    # Seconds on the sound's clock, by the file's own timestamps: what encoding and muxing shifted, counts.
    times = plate_times(info) - float(audio.start - info.start)
    shown = np.array([frame.plate_index for frame in line.frames], np.int64)
    mouth = _seen(read_pictures(info), line, times, shown, threads, on_event)
    return measure(
        mouth,
        line.heard.y16k,
        cue=_heard_part(line.heard.cue, float(line.seconds)),
        asked=line.mouth,
        closed=line.table.style.closed,
        pictures=pictures,
        passed=_passed(line, mouth, shown),
        seconds=seconds,
        cores=cores,
    )


def _heard_part(cue: CueSheet, seconds: float) -> CueSheet:
    """The phones that are heard in a take: a sound that was cut keeps those that begin before the cut."""
    return replace(cue, phones=tuple(phone for phone in cue.phones if phone.start < seconds))


def _seen(
    pictures: Iterator[Picture],
    line: Line,
    times: npt.NDArray[np.float64],
    shown: npt.NDArray[np.int64],
    threads: int,
    on_event: Listener,
) -> SeenMouth:
    """The mouth on the finished pictures; landmarks are measured a block at a time, so that few are held."""
    usable = line.plan.source != Source.PASS
    parts: list[SeenMouth] = []
    block: list[Floats] = []
    for landmarks in _tracked(pictures, line.face, shown, threads):
        block.append(landmarks)
        done = sum(len(part) for part in parts) + len(block)
        if len(block) == BLOCK or done == len(shown):
            rows = slice(done - len(block), done)
            parts.append(seen_mouth(np.stack(block), times[rows], usable=usable[rows]))
            block.clear()
            on_event(Progress(STAGE, done, len(shown)))
    shape = np.concatenate([part.shape for part in parts])
    return SeenMouth(times, shape, np.concatenate([part.usable for part in parts]))


def _tracked(
    pictures: Iterator[Picture], face: FaceTrack, shown: npt.NDArray[np.int64], threads: int
) -> Iterator[Floats]:
    """(478, 3) float32 pixels of each output picture, NaN where no face is seen; looked for where the plate's was."""
    nothing = np.full((POINTS, 3), np.nan, np.float32)
    with _graphs(threads) as graphs:

        def look(item: tuple[int, Picture]) -> Floats:
            t, picture = item
            place = face.landmarks[shown[t]]
            if not np.isfinite(place).all():
                return nothing
            crop = cut_region(picture, region_of_landmarks(place))
            if crop is None:
                return nothing
            graph = graphs.get()
            try:
                seen = graph(crop.rgb)
            finally:
                graphs.put(graph)
            return nothing if seen is None else crop.to_picture(seen)

        with ordered(enumerate(pictures), look, threads=threads) as looks:
            yield from looks


@contextmanager
def _graphs(count: int) -> Iterator[queue.SimpleQueue[MeshGraph]]:
    """Landmark models, one for each thread that may ask at once; all closed at the end."""
    with ExitStack() as stack:
        free: queue.SimpleQueue[MeshGraph] = queue.SimpleQueue()
        for _ in range(count):
            free.put(stack.enter_context(MeshGraph()))
        yield free


def _passed(line: Line, mouth: SeenMouth, shown: npt.NDArray[np.int64]) -> tuple[PassedRange, ...]:
    """The output frames that went through, with what stood in the way: the plate's flags, else the engine's reasons."""
    why = []
    for t, plate in enumerate(shown):
        names = reasons(int(line.face.flags[plate]) & int(UNDRAWABLE))
        why.append(names or _names(int(line.plan.reason[t])))
    return passed_ranges(mouth.times, line.plan.source == Source.PASS, why)


def _names(flags: int) -> tuple[str, ...]:
    return tuple(flag.name.lower() for flag in Reason if flag and flags & flag and flag.name)
