"""What is spooled comes back, from memory and from the file alike."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.errors import StageError
from syncline.face import spool as spooling
from syncline.face.patch import COLUMNS, ROWS
from syncline.face.spool import Spool


def landmarks(number: int) -> np.ndarray:
    return np.full((478, 3), number, np.float32)


def patch(number: int) -> np.ndarray:
    return np.full((ROWS, COLUMNS, 3), number % 251, np.uint8)


@pytest.mark.parametrize("count", [1, 4, 5, 8, 9, 23])
def test_there_and_back(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooling, "HELD", 4)
    with Spool() as spool:
        assert [spool.add(landmarks(number), patch(number)) for number in range(count)] == list(range(count))
        for numbers in (list(range(count)), list(range(0, count, 3)), [count - 1, 0], []):
            found, patches = spool.landmarks(numbers), spool.patches(numbers)
            assert (found.dtype, patches.dtype) == (np.float32, np.uint8)
            assert found.shape == (len(numbers), 478, 3)
            assert found[:, 7, 2].tolist() == numbers
            assert patches[:, 3, 4, 1].tolist() == [number % 251 for number in numbers]


def test_reading_between_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooling, "HELD", 4)
    with Spool() as spool:
        for number in range(30):
            spool.add(landmarks(number), patch(number))
            assert spool.landmarks([0, number])[:, 0, 0].tolist() == [0, number]


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spooling, "HELD", 2)
    monkeypatch.setattr(spooling.tempfile, "TemporaryFile", full)
    with Spool() as spool:
        for number in range(2):
            spool.add(landmarks(number), patch(number))
        with pytest.raises(StageError, match="No space left"):
            spool.add(landmarks(2), patch(2))
