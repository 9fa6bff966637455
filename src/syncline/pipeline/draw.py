"""Pass 2: read, draw and write, picture by picture, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from syncline.engines.base import Engine
from syncline.errors import StageError
from syncline.events import Listener, Progress
from syncline.face.hull import face_box
from syncline.face.tracks import FaceTrack
from syncline.media.info import MediaInfo
from syncline.media.options import OutputOptions
from syncline.media.picture import Picture
from syncline.media.probe import need_picture
from syncline.media.read import read_pictures
from syncline.media.sound import Sound
from syncline.media.sync import OutputFrame
from syncline.media.write import Writer
from syncline.pipeline.stream import ordered
from syncline.quality import PictureFigures, PictureMeter

STAGE = "draw"
PROGRESS_EVERY = 5  # frames


@dataclass(frozen=True, eq=False)
class Canvas:
    """What is drawn on: the plate and its face, what each output frame shows and when, and how long the take is."""

    plate: MediaInfo
    face: FaceTrack
    frames: Sequence[OutputFrame]
    seconds: Fraction


def draw_take(
    engine: Engine,
    canvas: Canvas,
    sound: Sound,
    out: Path,
    options: OutputOptions,
    *,
    threads: int,
    on_event: Listener,
) -> PictureFigures:
    """Write a take: every output frame's plate picture, drawn on by the engine, with the new sound.

    sound : cut or padded to the take's length, exact to the sample.
    out : where to write (an `AtomicOutput`'s temporary path).
    threads : that draw; one more reads, and this one writes.

    Returns what the drawing cost the picture, measured on the way.
    """
    video = need_picture(canvas.plate)
    heard = sound.fitted(canvas.seconds)
    writer = Writer(out, video, heard, options, total=canvas.seconds, threads=threads, on_event=on_event)
    work = ordered(_numbered(canvas, on_event), lambda item: _drawn(engine, canvas.face, *item), threads=threads)
    meter = PictureMeter()
    with writer, work as results:
        for done, (frame, result) in enumerate(zip(canvas.frames, results, strict=True), start=1):
            writer.write(result.picture, frame.time)
            if result.crops is None:
                meter.skip()
            else:
                meter.add(float(frame.time), *result.crops)
            if done % PROGRESS_EVERY == 0 or done == len(canvas.frames):
                on_event(Progress(STAGE, done, len(canvas.frames)))
    return meter.result()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep OpenCV and BLAS from starting threads of their own while ours work side by side.

    A 90 x 90 solve takes 0.1 ms on one thread and 12 ms where OpenBLAS's threads wait for cores that ours hold.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        cv2.setNumThreads(before)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A picture to write; where it was drawn on, the face before and after (BGR crops) and the crop's landmarks."""

    picture: Picture
    crops: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.float32]] | None = None


def _numbered(canvas: Canvas, on_event: Listener) -> Iterator[tuple[int, Picture]]:
    order = [frame.plate_index for frame in canvas.frames]
    yield from enumerate(read_pictures(canvas.plate, order, on_event=on_event))


def _drawn(engine: Engine, face: FaceTrack, t: int, picture: Picture) -> _Drawn:
    try:
        drawn = engine.draw(picture, t)
    except (ArithmeticError, ValueError, IndexError, cv2.error) as exc:
        raise StageError(f"the {engine.name} engine could not draw ({exc})", stage=STAGE, at=f"frame {t}") from exc
    landmarks = face.landmarks[picture.index]
    if drawn is picture or not np.isfinite(landmarks).all():
        return _Drawn(drawn)
    box = face_box(landmarks, picture.width, picture.height)
    corner = np.array([box[0], box[1], 0], np.float32)
    return _Drawn(drawn, (picture.bgr(box), drawn.bgr(box), landmarks - corner))
