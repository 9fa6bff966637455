"""Shuts the lips of a drawn mouth: a piecewise-linear remapping across the lips, column by column.

A smooth field cannot take an opening away (upper and lower edge would have to come from the same place), and a mesh
tears the inner mouth. Along each line across the mouth the places of the lips' edges are knots; between them the
picture is stretched linearly, so that nothing folds and the seam may be a jump.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from syncline.render.layout import (
    CHIN,
    INNER_CORNERS,
    LOWER_INNER,
    LOWER_OUTER,
    NOSE_BASE,
    UPPER_INNER,
    UPPER_OUTER,
)
from syncline.render.warp import pixel_places

Floats = npt.NDArray[np.float32]
Box = tuple[int, int, int, int]

# Share of the closing that the upper lip does; the lower lip does the rest.
UPPER_SHARE = 0.3
SHADE = 0.22  # of light lost between shut lips
# The edges as tracked lie a little inside the gap's dark rim: shutting exactly to them leaves a thread of teeth.
OVERSHOOT = 0.026  # IOD, in the middle of the mouth


def closing(target: Floats, box: Box, iod: float, close: float) -> tuple[Floats, Floats]:
    """Where each pixel of a box must be read so that the gap between the lips shrinks.

    Parameters
    ----------
    target : (478, 2 or 3) px, landmarks of the mouth as it is before closing.
    close : 0..1, share of the gap to take away.

    Returns
    -------
    here : (h, w, 2) float32 px of the whole picture.
    seam : (h, w) float32 in 0..1, where upper lip and lower lip meet: the map jumps there.
    """
    here = pixel_places(box)
    left, right = (target[i, :2] for i in INNER_CORNERS)
    width = float(np.linalg.norm(right - left))
    if width < 1.0:
        return here, np.zeros(here.shape[:2], np.float32)
    across = (right - left) / width
    down = np.array([-across[1], across[0]], np.float32)
    relative = here - left
    u, v = relative @ across, relative @ down

    def line(indices: tuple[int, ...]) -> tuple[Floats, Floats]:
        points = target[list(indices), :2] - left
        along = points @ across
        order = np.argsort(along)
        return along[order], (points @ down)[order]

    upper, lower = (_at(u, *line(edge)) for edge in (UPPER_INNER, LOWER_INNER))
    outer_upper, outer_lower = (_at(u, *line(edge)) for edge in (UPPER_OUTER, LOWER_OUTER))
    s = np.clip(u / width, 0.0, 1.0)
    bulge = np.float32(4.0) * s * (1.0 - s)
    gap = np.maximum(lower - upper, 0.0)
    gap = np.where(gap > 0.0, gap + OVERSHOOT * iod * bulge * np.minimum(1.0, gap / (0.01 * iod)), 0.0) * np.float32(
        close
    )
    top = float((target[NOSE_BASE, :2] - left) @ down)
    bottom = float((target[CHIN, :2] - left) @ down)
    fall, rise = gap * UPPER_SHARE, gap * (1.0 - UPPER_SHARE)
    # Outer edges never cross the inner ones, nor the nose and the chin the lips.
    outer_upper = np.minimum(outer_upper, upper)
    outer_lower = np.maximum(outer_lower, lower)
    above = _ramp(v, np.minimum(top, outer_upper - 1.0), outer_upper + fall)
    below = 1.0 - _ramp(v, outer_lower - rise, np.maximum(bottom, outer_lower + 1.0))
    middle = upper + fall + 0.5 * np.maximum(lower - upper - gap, 0.0)
    moved = np.where(v < middle, -fall * above, rise * below)
    # Inside what is left of the gap the picture goes from one lip's movement to the other's.
    rest = lower - rise - (upper + fall)
    inside = (v > upper + fall) & (v < lower - rise) & (rest > 0.5)
    share = np.clip((v - upper - fall) / np.maximum(rest, 0.5), 0.0, 1.0)
    moved = np.where(inside, -fall + share * (fall + rise), moved)
    # As wide as the jump: a pixel, or what that is on a large face.
    line = np.exp(-0.5 * ((v - middle) / max(0.9, 0.006 * iod)) ** 2)
    shut = np.clip(1.0 - rest / (0.02 * iod), 0.0, 1.0) * np.minimum(1.0, gap / (0.01 * iod))
    seam = line * shut * ((u > 0.0) & (u < width))
    return np.asarray(here + moved[..., None] * down, np.float32), np.asarray(seam, np.float32)


def joined(drawn: Floats, seam: Floats) -> Floats:
    """The drawn picture with the jump between shut lips smoothed and shaded, as lips that touch are."""
    soft = cv2.GaussianBlur(drawn, (3, 3), 0.0)
    return np.asarray(drawn + seam[..., None] * (soft * np.float32(1.0 - SHADE) - drawn), np.float32)


def _at(u: Floats, x: Floats, y: Floats) -> Floats:
    """Height of a lip's edge at places along the mouth; constant beyond its ends."""
    return np.asarray(np.interp(u.ravel(), x, y).reshape(u.shape), np.float32)


def _ramp(v: Floats, low: Floats, high: Floats) -> Floats:
    """0 at `low` and before, 1 at `high` and beyond."""
    return np.asarray(np.clip((v - low) / np.maximum(high - low, 1e-3), 0.0, 1.0), np.float32)
