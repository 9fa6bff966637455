"""Backward displacement of the lower face: one smooth field above the mouth's line and one below it.

Both are fitted to the same landmarks of cheeks and jaw and each to its own lip, so they differ at the mouth alone. All
of it lies on a coarse grid; per frame a small system of equations is solved for each.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.engines.portrait.face import Box, StillFace
from syncline.face.topology import JAW, LEFT_BROW, LOWER_OUTER, RIGHT_BROW, UPPER_OUTER
from syncline.render import mask
from syncline.render.layout import CHEEKS, CHIN_AND_JAW, NOSE
from syncline.render.warp import Grid, fit_displacement

Floats = npt.NDArray[np.float32]

EYES: Final = (33, 133, 159, 145, 362, 263, 386, 374, 153, 158, 380, 385)
UPPER_FACE: Final = (6, 197, 195, 50, 280, 117, 346, 119, 348, 101, 330)
CORNER_SKIN: Final = (57, 287, 186, 410, 43, 273, 92, 322, 165, 391, 106, 335, 182, 406, 83, 313, 167, 393)
LIPS: Final = frozenset({*UPPER_OUTER, *LOWER_OUTER})
SKIN: Final = tuple(
    i for i in sorted({*JAW, *CHEEKS, *CHIN_AND_JAW, *NOSE, *UPPER_FACE, *CORNER_SKIN}) if i not in LIPS
)
RIDGE: Final = 0.004
TAPER: Final = 0.10  # IOD over which movement ends at the lower face's outline


class FaceField:
    """Fits both fields to where landmarks have gone; zero outside the outline of the lower face."""

    def __init__(self, face: StillFace, box: Box, cell: int) -> None:
        self.grid = Grid(box, cell)
        self._face = face
        self.nodes: Floats = self.grid.nodes()
        self.outline = mask.hull(face.landmarks, face.scale)
        ring = self.outline.reshape(-1, 1, 2)
        flat = self.nodes.reshape(-1, 2)
        depth = [cv2.pointPolygonTest(ring, (float(x), float(y)), True) for x, y in flat]
        # Zero a whole cell inside the outline: enlarging the grid spreads a node's value that far.
        taper = np.clip((np.array(depth, np.float32) - 1.5 * cell) / (TAPER * face.scale), 0.0, 1.0)
        self._taper: Floats = (taper * taper * (3.0 - 2.0 * taper)).astype(np.float32)
        self._inside = np.flatnonzero(self._taper > 0.0)

    def fitted(self, skin: tuple[Floats, Floats], upper: tuple[Floats, Floats], lower: tuple[Floats, Floats]) -> Floats:
        """(2, rows, columns, 2) float32 px: what to add to a place to find where it is read, above and below the mouth.

        skin, upper, lower : places and displacements, (n, 2) px each.
        """
        out = np.zeros((2, self.nodes.shape[0] * self.nodes.shape[1], 2), np.float32)
        where = self.nodes.reshape(-1, 2)[self._inside]
        still = np.zeros_like(self.outline)
        for branch, lip in enumerate((upper, lower)):
            points = np.concatenate([skin[0], lip[0], self.outline])
            values = np.concatenate([skin[1], lip[1], still])
            found = fit_displacement(points, values, where, self._face.scale, RIDGE)
            out[branch, self._inside] = found * self._taper[self._inside, None]
        return out.reshape(2, *self.nodes.shape)

    def brows(self) -> Floats:
        """(rows, columns, 2) float32 px: backward displacement that raises both brows by one IOD."""
        face, iod = self._face, self._face.scale
        down = face.rotation[:2, 1]
        moving = [*LEFT_BROW, *RIGHT_BROW]
        landmarks = face.landmarks[:, :2]
        lids = landmarks[[*EYES, 223, 443, 224, 444, 225, 445, 222, 442]]
        forehead = landmarks[[10, 109, 67, 103, 54, 21, 338, 297, 332, 284, 251]] - 0.1 * iod * down
        sides = landmarks[[127, 356, 162, 389, 6, 197, 117, 346, 50, 280]]
        still = np.concatenate([lids, forehead, sides])
        points = np.concatenate([landmarks[moving], still])
        values = np.concatenate([np.tile(down * iod, (len(moving), 1)), np.zeros_like(still)]).astype(np.float32)
        flat = self.nodes.reshape(-1, 2)
        found = fit_displacement(points, values, flat, iod, RIDGE)
        oval = np.concatenate([forehead, sides[[0, 1]], lids]).astype(np.float32)
        ring = cv2.convexHull(oval)
        depth = np.array([cv2.pointPolygonTest(ring, (float(x), float(y)), True) for x, y in flat], np.float32)
        taper = np.clip(depth / (0.12 * iod), 0.0, 1.0)
        return np.asarray(found * taper[:, None], np.float32).reshape(self.nodes.shape)
