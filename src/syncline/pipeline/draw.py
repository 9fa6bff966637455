"""Pass 2: read, draw and hand over, picture by picture, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from syncline.engines.base import Engine
from syncline.errors import StageError
from syncline.events import Listener, Progress
from syncline.face.hull import face_box
from syncline.face.regions import region_of_landmarks
from syncline.face.tracks import FaceTrack
from syncline.media.info import MediaInfo
from syncline.media.picture import Picture
from syncline.media.probe import need_picture
from syncline.media.read import read_pictures
from syncline.media.sync import OutputFrame
from syncline.pipeline.delivery import Delivery
from syncline.quality import PictureFigures, PictureMeter
from syncline.threads import ordered

STAGE = "draw"
PROGRESS_EVERY = 5  # frames


@dataclass(frozen=True, eq=False)
class Canvas:
    """What is drawn on: the plate and its face, and what each output frame shows and when."""

    plate: MediaInfo
    face: FaceTrack
    frames: Sequence[OutputFrame]


def draw_take(
    engine: Engine, canvas: Canvas, delivery: Delivery, *, threads: int, on_event: Listener
) -> PictureFigures:
    """Draw a take and hand its pictures over.

    delivery : opened; not yet finished when this returns.
    threads : that draw; one more reads, and this one hands over.

    Returns what the drawing cost the picture, measured on the way.
    """
    work = ordered(_numbered(canvas, on_event), lambda item: _drawn(engine, canvas.face, *item), threads=threads)
    meter = PictureMeter(still=need_picture(canvas.plate).still)
    with work as results:
        for done, (frame, result) in enumerate(zip(canvas.frames, results, strict=True), start=1):
            landmarks = canvas.face.landmarks[frame.plate_index]
            region = region_of_landmarks(landmarks) if np.isfinite(landmarks).all() else None
            delivery.write(result.picture, frame.time, region)
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
