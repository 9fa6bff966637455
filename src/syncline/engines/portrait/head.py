"""How the head moves: a smooth field over head, hair and neck that dies away in the background.

The field is linear in six small numbers (three turns, two shifts, a scale), each with a picture of displacements that
is made once. Depth comes from the landmarks on the face and from an ellipsoid around it, so that the nose moves
against the ears as it does when a head turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.engines.portrait.face import Box, StillFace
from syncline.engines.portrait.matte import HeadMatte

Floats = npt.NDArray[np.float32]

TERMS: Final = 6  # yaw, pitch, roll (radians), shift x, shift y (IOD), scale (relative)
YAW, PITCH, ROLL, SHIFT_X, SHIFT_Y, SCALE = range(TERMS)
# In the face frame, IOD. The neck is where a head turns; the ellipse holds head and hair.
NECK: Final = (0.0, 1.25, 0.75)
CENTRE: Final = (0.0, 0.10)
RADII: Final = (1.00, 1.40)
FADE: Final = 0.55  # over which the movement dies away outside the ellipse
BORDER: Final = 0.12  # over which it dies away at the picture's border, so that nothing from outside is needed
CHIN: Final = 1.35
NECK_LENGTH: Final = 0.85


def smooth(x: Floats) -> Floats:
    """Cubic step: 0 below 0, 1 above 1."""
    x = np.clip(x, 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x), np.float32)


@dataclass(frozen=True, eq=False)
class HeadField:
    """Displacements that one unit of each term makes.

    size : (width, height) px of the still.
    matte : what is head and hair; None: an ellipse around the face.
    """

    face: StillFace
    size: tuple[int, int]
    matte: HeadMatte | None = None

    def box(self) -> Box:
        """Whole-pixel box outside which no term moves anything."""
        face = self.face
        x, y = face.point(*CENTRE)[:2]
        along = max(RADII) + 1.6 * FADE
        reach = along * face.scale
        low = np.floor([x - reach, y - reach]).astype(int)
        high = np.ceil([x + reach, y + reach]).astype(int)
        return (
            max(0, int(low[0])),
            max(0, int(low[1])),
            min(self.size[0], int(high[0])),
            min(self.size[1], int(high[1])),
        )

    def at(self, points: Floats, depth: Floats) -> Floats:
        """(6, n, 2) float32 px at points (n, 2) px of a depth (n,) px."""
        face = self.face
        iod = face.scale
        local, u, v = self._own_axes(points)
        weight = self._weight(points, u, v)
        pivot = (face.point(*NECK) - face.translation) / iod
        z = (depth - face.translation[2]) / iod
        x, y, z = local[:, 0] - pivot[0], local[:, 1] - pivot[1], z - pivot[2]
        one, none = np.ones_like(x), np.zeros_like(x)
        terms = np.stack(
            [
                np.stack([-z, none], axis=1),
                np.stack([none, -z], axis=1),
                np.stack([-y, x], axis=1),
                np.stack([one, none], axis=1),
                np.stack([none, one], axis=1),
                np.stack([x, y], axis=1),
            ]
        )
        return np.asarray(terms * (weight * iod)[None, :, None], np.float32)

    def ellipsoid(self, points: Floats) -> Floats:
        """(n,) px, depth of the head where no landmark tells it."""
        _, u, v = self._own_axes(points)
        round_ = ((u - CENTRE[0]) / 0.95) ** 2 + ((v - 0.30) / 1.25) ** 2
        depth = self.face.scale * (0.45 - 0.75 * np.exp(-1.1 * round_)) + self.face.translation[2]
        return np.asarray(depth, np.float32)

    def _own_axes(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Places from between the eyes, IOD: (n, 2) in the picture's axes, and (n,) each across and down the face."""
        face = self.face
        local = (points - face.translation[:2]) / face.scale
        # Only the roll matters for where head and neck lie in the picture.
        down = face.rotation[:2, 1] / max(float(np.linalg.norm(face.rotation[:2, 1])), 1e-6)
        across = np.array([down[1], -down[0]], np.float32)
        return local.astype(np.float32), (local @ across).astype(np.float32), (local @ down).astype(np.float32)

    def _weight(self, points: Floats, u: Floats, v: Floats) -> Floats:
        """(n,) how far each place follows the head."""
        a, b = RADII
        x, y = (u - CENTRE[0]) / a, (v - CENTRE[1]) / b
        radius = np.sqrt(x * x + y * y)
        outside = np.maximum(radius - 1.0, 0.0) * np.hypot(u, v - CENTRE[1]) / np.maximum(radius, 1e-3)
        fade = FADE if self.matte is None else 1.6 * FADE  # the matte knows better where hair ends
        weight = 1.0 - smooth(np.asarray(outside / fade, np.float32))
        if self.matte is not None:
            weight = weight * self.matte.at(points)
        neck = 1.0 - smooth(np.asarray((v - CHIN + 0.1) / NECK_LENGTH, np.float32))
        edge = BORDER * self.face.scale
        width, height = self.size
        inside = np.minimum.reduce([points[:, 0], points[:, 1], width - 1 - points[:, 0], height - 1 - points[:, 1]])
        return np.asarray(weight * neck * smooth(np.asarray(inside / edge, np.float32)), np.float32)
