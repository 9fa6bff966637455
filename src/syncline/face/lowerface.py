"""The lower face of every picture that is tracked, cut out while the picture is at hand.

A bank of the plate's own frames is made of these crops. Cutting them in pass 1 spares it decoding the plate once more:
5 ms of processor time a picture of 1080x1920, half of what building the bank costs.
"""

from __future__ import annotations

from array import array
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.face.pose import Floats
from syncline.face.topology import JAW, NOSE_BRIDGE, OUTER_EYE_CORNERS
from syncline.media.crops import MAX_SIDE, CropStore, CropWriter, compressed
from syncline.media.picture import Box, Picture

# Beyond the landmarks, IOD: room for a warp's neighbourhood.
MARGIN_SIDE: Final = 0.10
MARGIN_BELOW: Final = 0.22
MARGIN_ABOVE: Final = 0.08
HELD: Final = 6  # pictures that wait to be compressed

Rows = npt.NDArray[np.int64]


def lower_face_box(landmarks: Floats, width: int, height: int) -> Box:
    """Box x0, y0, x1, y1 (px, inside the picture) from the nose bridge to under the chin, ear to ear.

    landmarks : (478, 3) px.
    """
    left, right = OUTER_EYE_CORNERS
    iod = float(np.linalg.norm(landmarks[right] - landmarks[left]))
    points = landmarks[list(JAW), :2]
    x0, x1 = points[:, 0].min() - MARGIN_SIDE * iod, points[:, 0].max() + MARGIN_SIDE * iod
    y0 = min(float(landmarks[NOSE_BRIDGE, 1]), float(points[:, 1].min())) - MARGIN_ABOVE * iod
    y1 = points[:, 1].max() + MARGIN_BELOW * iod
    first, upper = max(0, int(np.floor(x0))), max(0, int(np.floor(y0)))
    return first, upper, min(width, int(np.ceil(x1))), min(height, int(np.ceil(y1)))


class LowerFaces:
    """Crops of faces, in the order in which they were seen; a context manager that one tracker fills.

    path : the file to write them to; it must stay for as long as crops are read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = ExitStack()
        self._store: CropStore | None = None
        self._waiting: deque[tuple[Future[bytes], Box]] = deque()
        self._rows = array("q")  # of each face seen: its crop's number, -1 where it has none
        self._crops = 0
        self._faces: dict[int, Rows] = {}

    def __enter__(self) -> LowerFaces:
        self._writer = self._open.enter_context(CropWriter(self._path))
        self._pool = self._open.enter_context(ThreadPoolExecutor(1, thread_name_prefix="lower-faces"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if kind is None:
                self._write(0)
        self._waiting.clear()
        self._store = self._writer.store()

    def add(self, picture: Picture, landmarks: Floats) -> None:
        """Cut out a face that is seen in a picture; landmarks (478, 3) px."""
        x0, y0, x1, y1 = box = lower_face_box(landmarks, picture.width, picture.height)
        if not (0 < x1 - x0 <= MAX_SIDE and 0 < y1 - y0 <= MAX_SIDE):
            self._rows.append(-1)
            return
        self._rows.append(self._crops)
        self._crops += 1
        self._waiting.append((self._pool.submit(_cut, picture, box), (x0, y0, x1 - x0, y1 - y0)))
        self._write(HELD)

    def settle(self, face: int, frames: int, seen: dict[int, int]) -> None:
        """Say whose crops these are: `seen` gives for frames of a face, 0 .. frames - 1, which sighting shows it."""
        rows = np.full(frames, -1, np.int64)
        for frame, sighting in seen.items():
            rows[frame] = self._rows[sighting]
        self._faces[face] = rows

    def of(self, face: int) -> tuple[CropStore, Rows] | None:
        """The crops, and (T,) int64 which of them shows a face in each frame (-1: none); None: nothing was tracked."""
        rows = self._faces.get(face)
        return None if rows is None or self._store is None else (self._store, rows)

    def _write(self, waiting: int) -> None:
        """Write what is compressed, until no more than `waiting` crops are not."""
        while len(self._waiting) > waiting:
            made, box = self._waiting.popleft()
            self._writer.add_compressed(made.result(), box)


def _cut(picture: Picture, box: Box) -> bytes:
    return compressed(picture.bgr(box))
