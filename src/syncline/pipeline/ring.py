"""Pictures handed from one process to another through a file that both map: no pipe, and no copy but one."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

import numpy as np

from syncline.media.picture import Plane
from syncline.media.pixels import PixelLayout

SLOTS: Final = 6  # pictures on their way: the encoder holds one, the others cover its pauses


class Ring:
    """`SLOTS` pictures of one layout and size; picture n lies in slot n modulo `SLOTS`.

    path : the file; whoever is first `create`s it, and removes it when both are done.
    """

    def __init__(self, path: Path, layout: PixelLayout, width: int, height: int, *, create: bool = False) -> None:
        self._layout, self._width, self._height = layout, width, height
        size = layout.frame_bytes(height, width)
        if create:
            with path.open("wb") as file:  # written, not left sparse: a full disk is told here and kills nobody later
                for _ in range(SLOTS):
                    file.write(bytes(size))
        self._slots = np.memmap(path, np.uint8, "r+", shape=(SLOTS, size))

    def planes(self, number: int) -> tuple[Plane, ...]:
        """Views on the planes of picture `number`, as `media.picture.Picture` has them; they may be written to."""
        slot, start, views = self._slots[number % SLOTS], 0, []
        for plane in range(self._layout.plane_count):
            shape = self._layout.plane_shape(plane, self._height, self._width)
            end = start + shape[0] * shape[1] * np.dtype(self._layout.dtype).itemsize
            views.append(cast(Plane, slot[start:end].view(self._layout.dtype).reshape(shape)))
            start = end
        return tuple(views)
