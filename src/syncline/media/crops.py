"""Crops of pictures as JPEGs in one file, decoded when they are asked for."""

from __future__ import annotations

import struct
import threading
import weakref
from collections import OrderedDict
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.errors import InputError, LimitError, StageError

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

# JPEG 95 with full chroma: lips live in chroma. Against PNG a fifth of the size, and the error lies under film grain.
QUALITY: Final = 95
ENCODING: Final = (cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111)
MAX_SIDE: Final = 4096  # px; a lower face wider than this is no footage of a person
MAX_BYTES: Final = 32 << 20  # of one crop
HELD_BYTES: Final = 48 << 20  # decoded crops kept, all threads together


def compressed(crop: Pixels) -> bytes:
    """An (h, w, 3) uint8 BGR crop as a JPEG. Raises StageError where it cannot be made one."""
    done, data = cv2.imencode(".jpg", crop, list(ENCODING))
    if not done:
        raise StageError("a crop of the footage could not be compressed", stage="crops")
    return bytes(data)


class CropWriter:
    """Appends crops to a file; the file is complete when the context ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._ends: list[int] = [0]
        self._boxes: list[tuple[int, int, int, int]] = []

    def add(self, crop: Pixels, origin: tuple[int, int]) -> None:
        """Append an (h, w, 3) uint8 BGR crop whose upper left pixel lies at `origin` in its own picture."""
        self.add_compressed(compressed(crop), (*origin, crop.shape[1], crop.shape[0]))

    def add_compressed(self, data: bytes, box: tuple[int, int, int, int]) -> None:
        """Append a crop that `compressed` has made; box: x and y of its upper left pixel, width, height."""
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))
        self._boxes.append(box)

    def __enter__(self) -> CropWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def store(self) -> CropStore:
        """The crops written, for reading; after the context has ended."""
        ends = np.array(self._ends, np.int64)
        boxes = np.array(self._boxes, np.int32).reshape(-1, 4)
        return CropStore(self._path, 0, np.stack([ends[:-1], ends[1:]], axis=1), boxes)


class CropStore:
    """N crops in a stretch of a file; safe from many threads.

    Parameters
    ----------
    path : the file; it must stay in place for as long as crops are read.
    start : byte at which the stretch begins.
    spans : (N, 2) int64, first byte of each crop and the one after its last, from `start`.
    boxes : (N, 4) int32, x and y of each crop's upper left pixel in its own picture, width and height.

    Raises
    ------
    InputError : the numbers do not fit the file.
    """

    def __init__(self, path: Path, start: int, spans: npt.NDArray[np.int64], boxes: npt.NDArray[np.int32]) -> None:
        self._path, self._start, self.spans, self.boxes = path, start, spans, boxes
        self._check()
        self._lock = threading.Lock()
        self._held: OrderedDict[int, Pixels] = OrderedDict()
        self._held_bytes = 0
        # Read and not mapped: the pages of a map would count as this process's memory, all crops in the end.
        self._reading = threading.Lock()
        self._file = path.open("rb") if len(spans) else None
        if self._file is not None:
            weakref.finalize(self, self._file.close)

    def _check(self) -> None:
        count = len(self.boxes)
        if self.spans.shape != (count, 2) or self.boxes.shape != (count, 4):
            raise InputError("the crops and their index differ in number", file=self._path, stage="crops")
        if not count:
            return
        sizes = self.spans[:, 1] - self.spans[:, 0]
        end = self._start + int(self.spans[:, 1].max())
        if sizes.min() <= 0 or self.spans.min() < 0 or end > self._path.stat().st_size:
            raise InputError("the index of the crops reaches beyond the file", file=self._path, stage="crops")
        if sizes.max() > MAX_BYTES or self.boxes[:, 2:].max() > MAX_SIDE or self.boxes[:, 2:].min() < 1:
            raise LimitError(
                f"a crop is larger than {MAX_SIDE} px or {MAX_BYTES} bytes", file=self._path, stage="crops"
            )

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def nbytes(self) -> int:
        """Bytes of all crops, compressed."""
        return int((self.spans[:, 1] - self.spans[:, 0]).sum())

    def subset(self, rows: npt.NDArray[np.int64]) -> CropStore:
        """The crops `rows` of this store, in that order, in the same file."""
        return CropStore(self._path, self._start, self.spans[rows], self.boxes[rows])

    def data(self, i: int) -> bytes:
        """Crop i as it is kept: a JPEG."""
        if self._file is None:
            raise IndexError(f"crop {i} of an empty store")
        first, end = (int(edge) for edge in self.spans[i])
        with self._reading:
            self._file.seek(self._start + first)
            return self._file.read(end - first)

    def read(self, i: int) -> tuple[Pixels, tuple[int, int]]:
        """Crop i, (h, w, 3) uint8 BGR, read-only, and the px (x, y) of its upper left pixel in its own picture."""
        x, y = int(self.boxes[i, 0]), int(self.boxes[i, 1])
        with self._lock:
            if i in self._held:
                self._held.move_to_end(i)
                return self._held[i], (x, y)
        crop = self._decoded(i)
        with self._lock:
            if i not in self._held:
                self._held[i] = crop
                self._held_bytes += crop.nbytes
                while self._held_bytes > HELD_BYTES and len(self._held) > 1:
                    self._held_bytes -= self._held.popitem(last=False)[1].nbytes
        return crop, (x, y)

    def _decoded(self, i: int) -> Pixels:
        data = self.data(i)
        width, height = int(self.boxes[i, 2]), int(self.boxes[i, 3])
        # The size is read before decoding: a file of a few bytes can name a picture of gigabytes.
        if jpeg_size(data) != (width, height):
            raise InputError("a crop of the actor file is damaged", file=self._path, at=f"frame {i}")
        crop = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        if crop is None or crop.shape != (height, width, 3):
            raise InputError("a crop of the actor file cannot be decoded", file=self._path, at=f"frame {i}")
        crop.flags.writeable = False
        return np.asarray(crop, np.uint8)


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a JPEG's frame header names; None where there is no such header (ITU-T T.81, B.2)."""
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return int(width), int(height)
        at += 2 + length
    return None
