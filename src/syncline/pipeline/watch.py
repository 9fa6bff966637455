"""Fresh eyes on a take while it is written: the mouth is tracked on what the encoder made of each picture."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.face.graphs import MeshGraph
from syncline.face.regions import Crop, Region, cut_region
from syncline.face.topology import POINTS
from syncline.media.picture import Picture
from syncline.motion.mouthtrack import CHANNELS
from syncline.pipeline.aside import Aside
from syncline.quality import seen_mouth
from syncline.quality.lips import LIP_FEATURES
from syncline.quality.tears import TearMeter, Tears

BLOCK: Final = 64  # pictures whose landmarks are held at once
WAITING: Final = 8  # crops that wait to be looked at
POLL_SECONDS: Final = 0.1

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class _Look:
    """One face to look at; for a still also what it was and what was made of it, from `corner` (px) on."""

    crop: Crop
    before: Pixels | None = None
    after: Pixels | None = None
    corner: tuple[int, int] = (0, 0)


class Watch:
    """A context manager that is shown finished pictures in order, and measures the mouth on each in a thread.

    still : the photograph that all pictures are made of, against which tears are counted; None: it is a clip.
    """

    def __init__(self) -> None:
        self.still: Picture | None = None
        self._tears = TearMeter()
        self._regions: deque[Region | None] = deque()
        self._waiting: queue.Queue[_Look | bool] = queue.Queue(WAITING)  # a look, True: no face there, False: the end

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
        if region is None or crop is None:
            self._offer(True)
            return
        self._offer(_Look(crop) if self.still is None else _Look(crop, *_beside(self.still, picture, region)))

    def seen(self) -> tuple[Floats, Floats, Mask, Tears | None]:
        """Wait for the last picture; shape (T, 4), lips (T, 8) and usable (T,) as `quality.SeenMouth` has them.

        Last the tears of a still.
        """
        self._offer(False)
        return *self._watching.result(), None if self.still is None else self._tears.result()

    def _offer(self, entry: _Look | bool) -> None:
        while True:
            self._watching.check()
            try:
                self._waiting.put(entry, timeout=POLL_SECONDS)
                return
            except queue.Full:
                continue

    def _measured(self) -> tuple[Floats, Floats, Mask]:
        """Landmarks are measured a block at a time, so that few are held."""
        shapes, lips = [np.zeros((0, len(CHANNELS)), np.float32)], [np.zeros((0, len(LIP_FEATURES)), np.float32)]
        good = [np.zeros(0, np.bool_)]
        block: list[Floats] = []

        def measure() -> None:
            mouth = seen_mouth(np.stack(block), np.arange(len(block)))
            assert mouth.lips is not None
            shapes.append(mouth.shape)
            lips.append(mouth.lips)
            good.append(mouth.usable)
            block.clear()

        for landmarks in self._tracked():
            block.append(landmarks)
            if len(block) == BLOCK:
                measure()
        if block:
            measure()
        return np.concatenate(shapes), np.concatenate(lips), np.concatenate(good)

    def _tracked(self) -> Iterator[Floats]:
        """(478, 3) float32 pixels of each picture, NaN where no face is seen."""
        nothing = np.full((POINTS, 3), np.nan, np.float32)
        with MeshGraph() as mesh:
            while (look := self._waiting.get()) is not False:
                seen = mesh(look.crop.rgb) if isinstance(look, _Look) else None
                if seen is None or not isinstance(look, _Look):
                    yield nothing
                    continue
                landmarks = look.crop.to_picture(seen)
                if look.before is not None and look.after is not None:
                    self._tears.add(look.before, look.after, landmarks - np.array([*look.corner, 0], np.float32))
                yield landmarks


def _beside(still: Picture, picture: Picture, region: Region) -> tuple[Pixels, Pixels, tuple[int, int]]:
    """The face on the still and on the picture made of it, and where these crops begin."""
    half = region.side / 2
    x0, y0 = max(0, int(region.x - half)), max(0, int(region.y - half))
    # A picture may be a column or row larger than the still: encoders want even sides.
    x1, y1 = min(still.width, int(region.x + half)), min(still.height, int(region.y + half))
    return still.bgr((x0, y0, x1, y1)), picture.bgr((x0, y0, x1, y1)), (x0, y0)
