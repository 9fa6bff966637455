"""Scene cuts, seen on coarse copies while the pictures stream by."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

SIDE: Final = 48  # side of the compared copies, pixels: finer detail would see every gesture
MIN_UNLIKE: Final = 0.35  # 1 - correlation of structure between neighbours, below which nothing is a cut
MIN_COLOURS: Final = 0.20  # part of the picture's colours that have to change as well,
ALL_UNLIKE: Final = 0.60  # unless the structure is this unlike (grey footage has few colours)
PEAK: Final = 3.0  # a cut stands out of the motion around it by this factor
FLASH_FRAMES: Final = 4  # a picture that comes back within so many frames was a flash, not a cut

Signature = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


class CutDetector:
    """Feed it every picture in order; it says at once where a cut seems to be, and in the end which were real.

    The measure is the structure's unlikeness (1 - normalised correlation of luma, blind to gain and offset, so that a
    flash or a fade in light is not a cut) together with the change of the colour histogram, against the motion of the
    frames before. A suspected cut after which the old picture returns is withdrawn.
    """

    def __init__(self) -> None:
        self._before: Signature | None = None
        self._activity: deque[float] = deque([0.0] * 4, maxlen=4)
        self._frame = -1
        self._cuts: list[int] = []
        self._open: tuple[int, Signature] | None = None  # suspected cut and the picture before it

    def feed(self, planes: Sequence[npt.NDArray[Any]], depth: int = 8) -> bool:
        """Take the next picture; True if a cut seems to lie before it.

        planes : one or three arrays (h, w) uint8 or uint16 of `depth` bits, the first of them luma (or green).
        """
        self._frame += 1
        now = _signature(planes, depth)
        before, self._before = self._before, now
        if before is None:
            return False
        structure, colours = _difference(before, now)
        expected = max(self._activity)
        self._activity.append(structure)
        if self._open is not None:
            since, reference = self._open
            if self._frame - since > FLASH_FRAMES:
                self._open = None
            elif _difference(reference, now)[0] < MIN_UNLIKE / 2:
                self._cuts.remove(since)
                self._open = None
                return True  # the old picture is back: what was found in the flash has to be looked for anew
        if structure < MIN_UNLIKE or structure < PEAK * expected:
            return False
        if colours < MIN_COLOURS and structure < ALL_UNLIKE:
            return False
        if self._open is None:
            self._open = (self._frame, before)
        self._cuts.append(self._frame)
        return True

    @property
    def cuts(self) -> tuple[int, ...]:
        """Frames that begin a new shot, so far."""
        return tuple(self._cuts)


def _signature(planes: Sequence[npt.NDArray[Any]], depth: int) -> Signature:
    """Blurred luma (48 * 48,) of zero mean and unit norm; colour histogram of sum 1."""
    small = [_small(plane, depth) for plane in planes]
    luma = cv2.GaussianBlur(small[0], (0, 0), 1.5).ravel()
    luma -= luma.mean()
    structure = luma / (np.linalg.norm(luma) + SIDE)  # the constant keeps the noise of an empty picture quiet
    index = np.zeros(luma.size, np.int32)
    for plane in small:
        index = index * 16 + np.minimum((plane.ravel() + 8) / 16, 15).astype(np.int32)  # +8: grey is no bin's edge
    colours = np.bincount(index, minlength=16 ** len(small)).astype(np.float32) / index.size
    return structure.astype(np.float32), colours


def _small(plane: npt.NDArray[Any], depth: int) -> npt.NDArray[np.float32]:
    """The plane on 0..255, (SIDE, SIDE). Rows and columns are skipped first: an average over all costs 1 ms."""
    height, width = (min(length, 3 * SIDE) for length in plane.shape)
    sparse = cv2.resize(plane, (width, height), interpolation=cv2.INTER_NEAREST)
    small = cv2.resize(sparse, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small * np.float32(256.0 / (1 << depth)), np.float32)


def _difference(a: Signature, b: Signature) -> tuple[float, float]:
    """Structure's unlikeness (0: same, 1: unrelated, up to 2) and the part of the colours that changed (0 to 1)."""
    # Half the squared distance: 1 - correlation for unit vectors, and near 0 between two empty pictures.
    structure = float(((a[0] - b[0]) ** 2).sum()) / 2
    return structure, float(np.abs(a[1] - b[1]).sum()) / 2
