"""The part of a picture around the mouth, in the mouth's own coordinates, for one output frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.engines.portrait.face import Box

Floats = npt.NDArray[np.float32]

MARGIN_X, MARGIN_Y = 0.22, 0.16  # IOD around the lips' inner edges
# px per IOD at which the inside is made: fine enough for its edges, no finer than anyone sees.
FINEST, COARSEST = 230.0, 150.0
STEPS: Final = 41  # places along a lip's edge after refinement
EDGE: Final = 0.007  # IOD, softness of the lips' inner edges


def _refinement(count: int, steps: int) -> Floats:
    """(steps, count) float32: Catmull-Rom curve through points at equal steps of their number."""
    out = np.zeros((steps, count), np.float32)
    for row, place in enumerate(np.linspace(0.0, count - 1.0, steps)):
        i = min(int(place), count - 2)
        t = place - i
        shares = (
            -0.5 * t**3 + t**2 - 0.5 * t,
            1.5 * t**3 - 2.5 * t**2 + 1.0,
            -1.5 * t**3 + 2.0 * t**2 + 0.5 * t,
            0.5 * t**3 - 0.5 * t**2,
        )
        for k, share in zip(range(i - 1, i + 3), shares, strict=True):
            out[row, min(max(k, 0), count - 1)] += share
    return out


REFINE: Final[Floats] = _refinement(11, STEPS)


@dataclass(frozen=True, eq=False)
class Patch:
    """Coordinates of a patch of a picture, at a scale of its own.

    box : px of the picture.
    zoom : patch px a picture px.
    places : (h, w, 2) float32 px of the picture.
    u, v : (h, w) float32 IOD, along the mouth from its left corner and down from the line of its corners.
    upper, lower : (h, w) float32 IOD, the lips' inner edges at each pixel's place along the mouth.
    width : IOD between the corners.
    inside : (h, w) float32 in 0..1, how much of the pixel is between the lips.
    below : (h, w) float32 in 0..1, how much of it belongs to the lower lip's side.
    """

    box: Box
    zoom: float
    places: Floats
    u: Floats
    v: Floats
    upper: Floats
    lower: Floats
    width: float
    inside: Floats
    below: Floats

    @classmethod
    def around(cls, edges: Floats, iod: float, size: tuple[int, int]) -> Patch | None:
        """Lay a patch around lip edges (2, 11, 2) px; None where a picture of (width, height) holds too little."""
        flat = edges.reshape(-1, 2)
        low, high = flat.min(axis=0), flat.max(axis=0)
        margin = np.array([MARGIN_X, MARGIN_Y], np.float32) * iod
        x0, y0 = (max(0, int(k)) for k in np.floor(low - margin))
        x1, y1 = (min(most, int(k)) for k, most in zip(np.ceil(high + margin), size, strict=True))
        if x1 - x0 < 8 or y1 - y0 < 8:
            return None
        zoom = float(np.clip(1.0, COARSEST / iod, FINEST / iod))
        columns, rows = max(8, round((x1 - x0) * zoom)), max(8, round((y1 - y0) * zoom))
        x = (np.arange(columns, dtype=np.float32) + 0.5) * np.float32((x1 - x0) / columns) - 0.5 + x0
        y = (np.arange(rows, dtype=np.float32) + 0.5) * np.float32((y1 - y0) / rows) - 0.5 + y0
        places = np.empty((rows, columns, 2), np.float32)
        places[..., 0], places[..., 1] = x, y[:, None]
        return cls._measured((x0, y0, x1, y1), zoom, places, edges, iod)

    @classmethod
    def _measured(cls, box: Box, zoom: float, places: Floats, edges: Floats, iod: float) -> Patch:
        left, right = edges[:, 0].mean(axis=0), edges[:, -1].mean(axis=0)
        width = max(float(np.linalg.norm(right - left)), 1.0)
        across = (right - left) / width
        down = np.array([-across[1], across[0]], np.float32)
        relative = (places - left) * np.float32(1.0 / iod)
        u = relative[..., 0] * across[0] + relative[..., 1] * across[1]
        v = relative[..., 0] * down[0] + relative[..., 1] * down[1]
        fine = np.einsum("sp,epc->esc", REFINE, edges) - left
        upper, lower = (_height(u, (edge @ across) / iod, (edge @ down) / iod) for edge in fine)
        crossed = upper > lower
        middle = 0.5 * (upper + lower)
        upper, lower = np.where(crossed, middle, upper), np.where(crossed, middle, lower)
        width /= iod
        past = np.maximum(np.maximum(-u, u - width), 0.0)
        soft = EDGE
        inside = np.clip((v - upper) / soft + 0.5, 0.0, 1.0) * np.clip((lower - v) / soft + 0.5, 0.0, 1.0)
        inside *= np.clip((lower - upper) / soft - 0.25, 0.0, 1.0) * (past <= 0.0)
        # One px of mixing where the lips meet; wider and wider beyond the corners, where both sides are the same skin.
        mixing = np.maximum(1.0 / (iod * zoom), 1.2 * past)
        below = np.clip((v - middle) / mixing + 0.5, 0.0, 1.0)
        return cls(box, zoom, places, u, v, upper, lower, width, inside.astype(np.float32), below.astype(np.float32))


def _height(u: Floats, x: Floats, y: Floats) -> Floats:
    """Height of a curve at places along the mouth; level beyond its ends."""
    order = np.argsort(x)
    x, y = x[order], y[order]
    # A fine table is read in place of a search for each pixel.
    low, high = float(x[0]), float(x[-1])
    table = np.interp(np.linspace(low, high, 512), x, y).astype(np.float32)
    index = np.clip((u - low) * (511.0 / max(high - low, 1e-6)), 0.0, 511.0)
    return np.asarray(table[index.astype(np.int32)], np.float32)
