"""Blinks: the upper lid's skin is drawn down over the eye, its lashes with it."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.engines.portrait.face import Box, StillFace

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

# From the outer to the inner corner of each eye: upper lid, lower lid; and the brow above it.
LIDS: Final = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133), (33, 7, 163, 144, 145, 153, 154, 155, 133), (105, 66, 52)),
    ((263, 466, 388, 387, 386, 385, 384, 398, 362), (263, 249, 390, 373, 374, 380, 381, 382, 362), (334, 296, 282)),
)
LASHES: Final = 0.018  # IOD above the lid's edge that moves as one piece
REACH: Final = 0.75  # share of the way to the brow over which the skin is stretched
LEAST_OPEN: Final = 0.035  # IOD between the lids: an eye that the still shows nearly shut is left alone
SOFT: Final = 0.008  # IOD


class Lid:
    """One eye of a still."""

    def __init__(self, face: StillFace, which: int) -> None:
        upper, lower, brow = (face.landmarks[list(points), :2] for points in LIDS[which])
        self._iod = face.scale
        outer, inner = upper[0], upper[-1]
        if outer[0] > inner[0]:
            outer, inner, upper, lower = inner, outer, upper[::-1], lower[::-1]
        across = inner - outer
        self._width = max(float(np.linalg.norm(across)), 1.0)
        self._across = across / self._width
        self._down = np.array([-self._across[1], self._across[0]], np.float32)
        self._corner = outer
        self._upper = self._curve(upper)
        self._lower = self._curve(lower)
        self.opening = float(np.max(self._lower[1] - np.interp(self._lower[0], *self._upper))) / face.scale
        above = float(np.mean(np.interp(0.5 * self._width, *self._upper) - (brow - outer) @ self._down))
        self._above = REACH * max(above, 0.08 * face.scale)

    def _curve(self, points: Floats) -> tuple[Floats, Floats]:
        along, below = (points - self._corner) @ self._across, (points - self._corner) @ self._down
        order = np.argsort(along)
        x = np.linspace(0.0, self._width, 48)
        y = np.interp(x, along[order], below[order])
        y = cv2.GaussianBlur(y[None], (5, 1), 1.0)[0]
        return x.astype(np.float32), np.asarray(y, np.float32)

    @property
    def usable(self) -> bool:
        """Whether the still shows this eye open."""
        return self.opening > LEAST_OPEN

    def box(self, shift: Floats, size: tuple[int, int]) -> Box:
        """Px around the eye, its middle moved by `shift`, within a picture of (width, height)."""
        middle = self._corner + 0.5 * self._width * self._across + shift
        reach_x, reach_y = 0.75 * self._width, self._above + 0.30 * self._width
        return (
            max(0, int(middle[0] - reach_x)),
            max(0, int(middle[1] - reach_y)),
            min(size[0], int(middle[0] + reach_x) + 1),
            min(size[1], int(middle[1] + reach_y) + 1),
        )

    def drawn(self, base: Pixels, still: Pixels, origin: tuple[int, int], places: Floats, shut: float) -> Pixels:
        """The eye partly shut.

        base : (h, w, 3) uint8, the picture as it is with this eye open.
        still : (H, W, 3) uint8, pixels of the still; origin : px of its first one.
        places : (h, w, 2) float32 px, where each pixel of `base` is read in the still.
        shut : 0..1.
        """
        relative = places - self._corner
        u, v = relative @ self._across, relative @ self._down
        s = np.clip(u / self._width, 0.0, 1.0)
        upper, lower = _at(self._upper, u), _at(self._lower, u)
        # A little past the open eye's lower lid: no thread of the eye is left where a landmark lies too high.
        travel = shut * np.maximum(lower - upper + 0.012 * self._iod * np.clip(4.0 * s * (1.0 - s), 0.0, 1.0), 0.0)
        edge = upper + travel
        lashes = LASHES * self._iod
        top = upper - self._above
        stretch = (upper - lashes - top) / np.maximum(edge - lashes - top, 1.0)
        read = np.where(v > edge - lashes, v - travel, top + (v - top) * stretch)
        read = np.where(v < top, v, read)
        beside = np.clip(1.0 - np.maximum(np.abs(u / self._width - 0.5) - 0.5, 0.0) / 0.2, 0.0, 1.0)
        moved = (read - v) * beside
        at = places + moved[..., None] * self._down - np.array(origin, np.float32)
        skin = cv2.remap(still, at.astype(np.float32), None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        soft = max(SOFT * self._iod, 1.0)
        cover = np.clip((edge - v) / soft + 0.5, 0.0, 1.0) * (moved != 0.0)
        inside = (s > 0.0) & (s < 1.0)
        cover = np.where(inside, cover, np.clip(beside, 0.0, 1.0) * (moved != 0.0)).astype(np.float32)
        mixed = base + cover[..., None] * (skin.astype(np.float32) - base)
        return np.asarray(np.clip(np.rint(mixed), 0, 255), np.uint8)


def _at(curve: tuple[Floats, Floats], u: Floats) -> Floats:
    x, y = curve
    index = np.clip(u * ((len(x) - 1) / float(x[-1])), 0.0, len(x) - 1.001)
    low = index.astype(np.int32)
    share = index - low
    return np.asarray(y[low] * (1.0 - share) + y[low + 1] * share, np.float32)
