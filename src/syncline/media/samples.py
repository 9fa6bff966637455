"""Keeping long sound out of memory: samples beyond a few megabytes lie in an unnamed temporary file that is mapped.

Such an array reads like any other; `release` gives its pages back to the system once they have been used, so that
memory does not grow with the clip's length.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from typing import IO

import numpy as np
import numpy.typing as npt

from syncline.errors import StageError

Samples = npt.NDArray[np.generic]

SPILL_BYTES = 16 << 20  # 1.5 minutes of CD sound
BLOCK_SAMPLES = 1 << 16


class SampleStore:
    """Collects blocks of (n, channels) samples of one type."""

    def __init__(self) -> None:
        self.count = 0
        self._bytes = 0
        self._parts: list[Samples] = []
        self._file: IO[bytes] | None = None
        self._like: Samples | None = None

    def append(self, block: Samples) -> None:
        """Add samples. Raises StageError where the temporary folder is full."""
        self._like = block[:0]
        self.count += block.shape[0]
        self._bytes += block.nbytes
        if self._file is None and self._bytes > SPILL_BYTES:
            self._file = tempfile.TemporaryFile(prefix="syncline-sound-")  # noqa: SIM115 - finish or close closes it
            for part in self._parts:
                self._spill(part)
            self._parts.clear()
        if self._file is None:
            self._parts.append(block)
        else:
            self._spill(block)

    def _spill(self, block: Samples) -> None:
        if self._file is None:
            raise RuntimeError("nothing to spill to")
        try:
            self._file.write(np.ascontiguousarray(block).data)
        except OSError as error:
            raise StageError(
                f"the sound found no room in the temporary folder {tempfile.gettempdir()}; free some space",
                stage="decode",
            ) from error

    def finish(self) -> Samples:
        """(n, channels) of all blocks; read-only where it is mapped."""
        if self._like is None:
            raise ValueError("no samples were stored")
        if self._file is None:
            return np.concatenate([self._like, *self._parts])
        self._file.flush()
        with self._file as file:
            shape = (self.count, *self._like.shape[1:])
            return np.memmap(file, dtype=self._like.dtype, mode="r", shape=shape)

    def close(self) -> None:
        """Drop what was collected."""
        self._parts.clear()
        if self._file is not None:
            self._file.close()


def blocks(samples: Samples, size: int = BLOCK_SAMPLES) -> Iterator[Samples]:
    """The samples in order, a block at a time; pages of mapped ones are given back on the way."""
    for first in range(0, samples.shape[0], size):
        yield samples[first : first + size]
        release(samples)


def release(samples: Samples) -> None:
    """Give the memory of mapped samples back; they are read from the file again when they are needed."""
    owner: object = samples
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if isinstance(owner, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        owner.madvise(mmap.MADV_DONTNEED)
