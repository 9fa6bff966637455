"""Fresh eyes on a take while it is written: the mouth is tracked on what the encoder made of each picture."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.face.graphs import MeshGraph
from syncline.face.regions import Crop, Region, cut_region
from syncline.face.topology import POINTS
from syncline.media.picture import Picture
from syncline.pipeline.aside import Aside
from syncline.quality import seen_mouth

BLOCK: Final = 64  # pictures whose landmarks are held at once
WAITING: Final = 8  # crops that wait to be looked at
POLL_SECONDS: Final = 0.1

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


class Watch:
    """A context manager that is shown finished pictures in order, and measures the mouth on each in a thread."""

    def __init__(self) -> None:
        self._regions: deque[Region | None] = deque()
        self._waiting: queue.Queue[Crop | bool] = queue.Queue(WAITING)  # a crop, True: no face there, False: the end

    def __enter__(self) -> Watch:
        self._watching = Aside("watch", self._measured)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._waiting.mutex:  # where nobody asked for the result, what still waits is not looked at
            self._waiting.queue.clear()
            self._waiting.queue.append(False)
            self._waiting.not_empty.notify()

    def expect(self, region: Region | None) -> None:
        """Say where the face of the next picture that is written will be (None: nowhere)."""
        self._regions.append(region)

    def show(self, picture: Picture) -> None:
        """Take the next picture; waits while too many are waiting. Raises what went wrong with those before."""
        region = self._regions.popleft()
        crop = None if region is None else cut_region(picture, region)
        self._offer(True if crop is None else crop)

    def seen(self, usable: Mask) -> tuple[Floats, Mask]:
        """Wait for the last picture; shape (T, 4) and usable (T,) as `quality.SeenMouth` has them.

        usable : (T,) bool, what the caller knows of it.
        """
        self._offer(False)
        shape, good = self._watching.result()
        return shape, good & usable

    def _offer(self, entry: Crop | bool) -> None:
        while True:
            self._watching.check()
            try:
                self._waiting.put(entry, timeout=POLL_SECONDS)
                return
            except queue.Full:
                continue

    def _measured(self) -> tuple[Floats, Mask]:
        """Landmarks are measured a block at a time, so that few are held."""
        shapes, good = [np.zeros((0, 4), np.float32)], [np.zeros(0, np.bool_)]
        block: list[Floats] = []

        def measure() -> None:
            mouth = seen_mouth(np.stack(block), np.arange(len(block)))
            shapes.append(mouth.shape)
            good.append(mouth.usable)
            block.clear()

        for landmarks in self._tracked():
            block.append(landmarks)
            if len(block) == BLOCK:
                measure()
        if block:
            measure()
        return np.concatenate(shapes), np.concatenate(good)

    def _tracked(self) -> Iterator[Floats]:
        """(478, 3) float32 pixels of each picture, NaN where no face is seen."""
        nothing = np.full((POINTS, 3), np.nan, np.float32)
        with MeshGraph() as mesh:
            while (crop := self._waiting.get()) is not False:
                seen = mesh(crop.rgb) if isinstance(crop, Crop) else None
                yield nothing if seen is None or not isinstance(crop, Crop) else crop.to_picture(seen)
