"""What is seen of faces while a plate is tracked, kept in a temporary file: memory does not grow with the plate."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Sequence
from types import TracebackType
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

from syncline.face.patch import COLUMNS, ROWS, MouthPatch
from syncline.face.pose import Floats
from syncline.face.topology import POINTS
from syncline.media.arrays import no_room

HELD: Final = 256  # records held before they are written, 1.8 MB
_RECORD: Final = np.dtype([("landmarks", np.float32, (POINTS, 3)), ("patch", np.uint8, (ROWS, COLUMNS, 3))])


class Spool:
    """A context manager: raw landmarks and mouth patches, appended and read back by their numbers, from one thread.

    Short plates never reach the disk. Raises StageError where the temporary folder is full.
    """

    def __init__(self) -> None:
        self._held = np.empty(HELD, _RECORD)
        self._count = 0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held = np.empty(0, _RECORD)
        if self._file is not None:
            self._file.close()

    def add(self, landmarks: Floats, patch: MouthPatch) -> int:
        """Append landmarks (478, 3) and a patch (ROWS, COLUMNS, 3); returns the record's number."""
        place = self._count % HELD
        if place == 0 and self._count:
            self._write()
        self._held["landmarks"][place] = landmarks
        self._held["patch"][place] = patch
        self._count += 1
        return self._count - 1

    def landmarks(self, numbers: Sequence[int]) -> Floats:
        """(N, 478, 3) float32 of some records."""
        return np.asarray(self._read(numbers)["landmarks"], np.float32)

    def patches(self, numbers: Sequence[int]) -> npt.NDArray[np.uint8]:
        """(N, ROWS, COLUMNS, 3) uint8 of some records."""
        return np.asarray(self._read(numbers)["patch"], np.uint8)

    def _write(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="syncline-faces-")  # noqa: SIM115  (closed on exit)
            self._file.seek(0, 2)
            self._file.write(self._held.tobytes())
        except OSError as error:
            raise no_room(error) from error

    def _read(self, numbers: Sequence[int]) -> npt.NDArray[Any]:
        """Records by number; stretches that follow one another in the file are read at once."""
        result = np.empty(len(numbers), _RECORD)
        written = max(0, (self._count - 1) // HELD * HELD)
        place = 0
        for _, group in itertools.groupby(enumerate(numbers), lambda pair: (pair[1] - pair[0], pair[1] < written)):
            run = [number for _, number in group]
            part = slice(place, place + len(run))
            if run[0] >= written:
                result[part] = self._held[run[0] - written : run[-1] - written + 1]
            else:
                assert self._file is not None
                self._file.seek(run[0] * _RECORD.itemsize)
                data = self._file.read(len(run) * _RECORD.itemsize)
                result[part] = np.frombuffer(data, _RECORD)
            place += len(run)
        return result
