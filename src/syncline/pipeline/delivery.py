"""The finished pictures, encoded and looked at in a process of their own.

Drawing is many short calls that wait for Python's lock; encoding's and tracking's callers beside it make it a third
slower on two cores. A process costs a second to start, which passes while the faces are tracked.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from syncline.child import Child
from syncline.events import Listener
from syncline.face.regions import Region
from syncline.media.info import VideoStream
from syncline.media.options import OutputOptions
from syncline.media.picture import Picture
from syncline.media.sound import Sound


@dataclass(frozen=True, eq=False)
class Job:
    """What is written: see `media.write.Writer`; usable : (T,) bool, output frames on which the mouth was drawn."""

    path: Path
    like: VideoStream
    sound: Sound
    options: OutputOptions
    total: Fraction
    threads: int
    usable: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Shot:
    """One output frame: the picture, when it begins to show (s), and where its face is looked for (None: nowhere)."""

    picture: Picture
    time: Fraction
    region: Region | None


@dataclass(frozen=True, eq=False)
class Delivered:
    """The mouth seen on T finished pictures: `quality.SeenMouth` without its times, which the file tells."""

    shape: npt.NDArray[np.float32]
    usable: npt.NDArray[np.bool_]


class Delivery:
    """A context manager; the process starts with it and ends with it."""

    def __init__(self) -> None:
        self._child = Child("syncline.pipeline.delivery_worker", stage="encode")

    def __enter__(self) -> Delivery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.__exit__(kind, error, trace)

    def open(self, job: Job) -> None:
        """Begin the file."""
        self._child.send(job)

    def write(self, shot: Shot) -> None:
        """Add a frame; waits while the encoder is busy. Raises what went wrong with those before."""
        self._child.send(shot)

    def finish(self, on_event: Listener) -> Delivered:
        """End the file: it is complete when this returns. Raises InputError or StageError (full disk)."""
        self._child.send(None)
        while not isinstance(answer := self._child.receive(), Delivered):
            on_event(answer)
        return answer
