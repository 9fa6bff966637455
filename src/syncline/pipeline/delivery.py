"""The finished pictures, encoded and looked at in a process of their own.

Drawing is many short calls that wait for Python's lock; encoding's and tracking's callers beside it make it a third
slower on two cores. A process costs a second to start, which passes while the faces are tracked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.child import Child
from syncline.events import Event, Listener
from syncline.face.regions import Region
from syncline.media.arrays import read_stored, write_array
from syncline.media.info import VideoStream
from syncline.media.options import OutputOptions
from syncline.media.picture import Picture
from syncline.media.sound import Sound
from syncline.pipeline.ring import SLOTS, Ring
from syncline.quality.tears import Tears

PICTURE_DONE: Final = None  # the worker's answer to a Shot, when its slot is free


@dataclass(frozen=True, eq=False)
class Job:
    """What is written: see `media.write.Writer`.

    ring : a scratch file for pictures on their way (see `pipeline.ring`); beside it the sound's samples will lie.
    usable : (T,) bool, output frames on which the mouth was drawn.
    still : the photograph that all frames are made of; None: a clip.
    """

    path: Path
    ring: Path
    like: VideoStream
    sound: Sound
    options: OutputOptions
    total: Fraction
    threads: int
    usable: npt.NDArray[np.bool_]
    still: Picture | None = None

    def without_samples(self) -> Job:
        """The same job for another process: the samples stay in a file, for long sound fills a pipe and two memories.

        Raises OSError where the disk is full.
        """
        with self._samples.open("wb") as file:
            write_array(file, self.sound.samples)
        return replace(self, sound=replace(self.sound, samples=self.sound.samples[:0].copy()))

    def with_samples(self) -> Job:
        """The job as it was before `without_samples`; samples are read from their file when they are needed."""
        with self._samples.open("rb") as file:
            samples = read_stored(self._samples, file, (0, self._samples.stat().st_size), mapped=True)
        return replace(self, sound=replace(self.sound, samples=samples))

    @property
    def _samples(self) -> Path:
        return self.ring.with_suffix(".npy")


@dataclass(frozen=True)
class Shot:
    """One output frame, whose planes lie in the ring: when it begins to show (s), where its face is looked for."""

    time: Fraction
    region: Region | None


@dataclass(frozen=True, eq=False)
class Delivered:
    """The mouth seen on T finished pictures: `quality.SeenMouth` without its times, which the file tells.

    tears : what was counted on those made of a still.
    """

    shape: npt.NDArray[np.float32]
    lips: npt.NDArray[np.float32]
    usable: npt.NDArray[np.bool_]
    tears: Tears | None


class Delivery:
    """A context manager; the process starts with it and ends with it."""

    def __init__(self) -> None:
        self._child = Child("syncline.pipeline.delivery_worker", stage="encode")
        self._ring: Ring | None = None
        self._sent = self._done = 0
        self._events: list[Event] = []

    def __enter__(self) -> Delivery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.__exit__(kind, error, trace)

    def open(self, job: Job) -> None:
        """Begin the file."""
        like = job.like
        self._ring = Ring(job.ring, like.layout, like.width, like.height, create=True)
        self._child.send(job.without_samples())

    def write(self, picture: Picture, time: Fraction, region: Region | None) -> None:
        """Add a frame; waits while the encoder is busy.

        time : when it begins to show, s. region : where its face is looked for, None: nowhere.

        Raises what went wrong with those before.
        """
        if self._ring is None:
            raise RuntimeError("a delivery is opened before it is written to")
        while self._sent - self._done >= SLOTS:
            self._receive()
        for target, plane in zip(self._ring.planes(self._sent), picture.planes, strict=True):
            target[:] = plane
        self._child.send(Shot(time, region))
        self._sent += 1

    def finish(self, on_event: Listener) -> Delivered:
        """End the file: it is complete when this returns. Raises InputError or StageError (full disk)."""
        self._child.send(None)
        while (delivered := self._receive()) is None:
            continue
        for event in self._events:
            on_event(event)
        return delivered

    def _receive(self) -> Delivered | None:
        """Take the next answer: an event, a picture that is done, or the end."""
        answer = self._child.receive()
        if isinstance(answer, Delivered):
            return answer
        if answer is PICTURE_DONE:
            self._done += 1
        else:
            self._events.append(answer)
        return None
