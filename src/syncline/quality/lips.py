"""Eight more numbers of the mouth, from all points of the lips: what opening, width, protrusion and jaw leave out."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.face.topology import INNER_LIPS, NOSE_BASE, OUTER_LIPS

Floats = npt.NDArray[np.float32]

LIP_FEATURES: Final = (
    "inner_area",
    "outer_area",
    "inner_width",
    "upper",
    "lower",
    "upper_thickness",
    "lower_thickness",
    "corners",
)
# Places on the rings, which run from the left corner over the upper lip to the right corner and back.
_LEFT, _TOP, _RIGHT, _BOTTOM = 0, 5, 10, 15


def lip_features(shape_face: npt.NDArray[Any]) -> Floats:
    """Lip measures of shapes in the face frame: (T, 8) float32 IOD units, NaN where there is no face.

    shape_face : (T, 478, 3), as from `Poses.to_face`.
    Columns: square roots of the areas within inner and outer lips; distance of the inner corners; how far the edges
    of the upper and the lower lip, and the mouth's corners, lie under the base of the nose; thickness of both lips.
    """
    shape = np.asarray(shape_face, np.float32)
    outer, inner = shape[:, list(OUTER_LIPS), :2], shape[:, list(INNER_LIPS), :2]
    nose = shape[:, NOSE_BASE, 1]
    columns = [
        np.sqrt(_area(inner)),
        np.sqrt(_area(outer)),
        np.linalg.norm(inner[:, _LEFT] - inner[:, _RIGHT], axis=1),
        outer[:, _TOP, 1] - nose,
        outer[:, _BOTTOM, 1] - nose,
        inner[:, _TOP, 1] - outer[:, _TOP, 1],
        outer[:, _BOTTOM, 1] - inner[:, _BOTTOM, 1],
        (outer[:, _LEFT, 1] + outer[:, _RIGHT, 1]) / 2 - nose,
    ]
    return np.asarray(np.stack(columns, axis=1), np.float32)


def _area(ring: Floats) -> Floats:
    """Areas of T closed rings (T, n, 2), by the shoelace formula."""
    x, y = ring[..., 0], ring[..., 1]
    return np.asarray(0.5 * np.abs((x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(axis=1)), np.float32)
