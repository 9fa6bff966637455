"""The finished file, looked at with fresh eyes: decoded again, its mouth tracked, and graded."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
from syncline.media.probe import need_picture, probe
from syncline.media.read import read_pictures
from syncline.pipeline.line import Line
from syncline.pipeline.prepare import own_sound_of, plate_times
from syncline.pipeline.stream import ordered
from syncline.quality import PassedRange, PictureFigures, Score, SeenMouth, measure, passed_ranges, seen_mouth

STAGE = "score"
PROGRESS_EVERY = 10

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
    video = need_picture(info)
    if video.frames != len(line.frames):
        raise StageError(f"{len(line.frames)} frames were written and {video.frames} can be read", stage=STAGE)
    y16k = own_sound_of(info)
    if y16k is None:
        raise StageError("the sound is missing in the written file", stage=STAGE)
    shown = np.array([frame.plate_index for frame in line.frames], np.int64)
    landmarks = _tracked(read_pictures(info), line.face, shown, threads, on_event)
    mouth = seen_mouth(landmarks, plate_times(info), usable=line.plan.source != Source.PASS)
    return measure(
        mouth,
        y16k,
        cue=line.heard.cue,
        asked=line.mouth,
        closed=line.table.style.closed,
        pictures=pictures,
        passed=_passed(line, mouth, shown),
        seconds=seconds,
        cores=cores,
    )


def _tracked(
    pictures: Iterator[Picture], face: FaceTrack, shown: npt.NDArray[np.int64], threads: int, on_event: Listener
) -> Floats:
    """(T, 478, 3) float32 pixels of the output, NaN where no face is seen; looked for where the plate's face was."""
    found = np.full((len(shown), POINTS, 3), np.nan, np.float32)
    with _graphs(threads) as graphs:

        def look(item: tuple[int, Picture]) -> tuple[int, Floats | None]:
            t, picture = item
            place = face.landmarks[shown[t]]
            if not np.isfinite(place).all():
                return t, None
            crop = cut_region(picture, region_of_landmarks(place))
            if crop is None:
                return t, None
            graph = graphs.get()
            try:
                seen = graph(crop.rgb)
            finally:
                graphs.put(graph)
            return t, None if seen is None else crop.to_picture(seen)

        with ordered(enumerate(pictures), look, threads=threads) as looks:
            for t, seen in looks:
                if seen is not None:
                    found[t] = seen
                if (t + 1) % PROGRESS_EVERY == 0 or t + 1 == len(shown):
                    on_event(Progress(STAGE, t + 1, len(shown)))
    return found


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
