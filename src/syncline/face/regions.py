"""Where in the picture the landmark model looks: an upright square around one face, and the way there and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.face.graphs import MESH_SIDE, Detection
from syncline.face.topology import OUTER_EYE_CORNERS, SKIN_POINTS
from syncline.media.picture import Picture

MARGIN: Final = 1.5  # the landmark model was trained on squares 1.5 times the face's longer side
HALVE_BELOW: Final = 0.6  # a crop that has to shrink further is halved first, else it aliases
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Region:
    """A square of `side` pixels about (x, y), turned clockwise by `angle` radians so that the eyes lie level in it."""

    x: float
    y: float
    side: float
    angle: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The face's own box, without the model's margin, ignoring the turn: x0, y0, x1, y1."""
        half = self.side / MARGIN / 2
        return self.x - half, self.y - half, self.x + half, self.y + half

    def nudged(self, shift: float, size: float, turn: float) -> Region:
        """A second look at the same face: moved by a part of the side, resized, turned."""
        return Region(self.x + shift * self.side, self.y + shift * self.side, self.side * size, self.angle + turn)


def region_of_landmarks(landmarks: npt.NDArray[Any]) -> Region:
    """The region for the next picture, from landmarks (478, 3) of this one: box along the eye line, times `MARGIN`."""
    left, right = (landmarks[i, :2].astype(np.float64) for i in OUTER_EYE_CORNERS)
    angle = float(np.arctan2(right[1] - left[1], right[0] - left[0]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    level = landmarks[:SKIN_POINTS, :2].astype(np.float64) @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    centre = (low + high) / 2 @ turn
    return Region(float(centre[0]), float(centre[1]), float(MARGIN * (high - low).max()), angle)


def region_of_detection(found: Detection) -> Region:
    """The region for a face that a detector found."""
    x0, y0, x1, y1 = found.box
    across = found.eyes[1] - found.eyes[0]
    angle = float(np.arctan2(across[1], across[0]))
    return Region((x0 + x1) / 2, (y0 + y1) / 2, MARGIN * max(x1 - x0, y1 - y0), angle)


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


@dataclass(frozen=True)
class Crop:
    """The square the landmark model sees, and the map from the picture into it: crop = matrix @ picture + shift."""

    rgb: Bytes  # (192, 192, 3)
    matrix: npt.NDArray[np.float64]  # (2, 2)
    shift: npt.NDArray[np.float64]  # (2,)

    def to_picture(self, landmarks: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Landmarks (478, 3) from crop pixels to picture pixels."""
        flat = (landmarks[:, :2] - self.shift) @ np.linalg.inv(self.matrix).T
        depth = landmarks[:, 2:] / np.sqrt(abs(np.linalg.det(self.matrix)))
        return np.hstack([flat, depth]).astype(np.float32)


def cut_region(picture: Picture, region: Region) -> Crop | None:
    """Cut a region out of a picture at the landmark model's size; None where it misses the picture.

    Only the pixels around the region are converted to RGB. Large faces are halved first (a plain bilinear warp from
    400 to 192 pixels aliases, which shows as landmark noise). Beyond the border the edge is repeated.
    """
    reach = region.side / 2 * (abs(np.cos(region.angle)) + abs(np.sin(region.angle))) + 2
    x0, y0 = max(0, int(region.x - reach)), max(0, int(region.y - reach))
    x1, y1 = min(picture.width, int(region.x + reach) + 1), min(picture.height, int(region.y + reach) + 1)
    if x1 - x0 < 4 or y1 - y0 < 4 or region.side < 4:
        return None
    image = picture.bgr((x0, y0, x1, y1))
    scale = MESH_SIDE / region.side
    halvings = 0
    while scale * 2**halvings < HALVE_BELOW:
        image = np.asarray(cv2.pyrDown(image), np.uint8)
        halvings += 1
    cos, sin = np.cos(region.angle) * scale, np.sin(region.angle) * scale
    matrix = np.array([[cos, sin], [-sin, cos]])
    shift = MESH_SIDE / 2 - matrix @ np.array([region.x, region.y])
    # Pixel 0 of every pyramid level lies on pixel 0 of the one below.
    inner = matrix * 2.0**halvings
    offset = shift + matrix @ np.array([x0, y0])
    warped = cv2.warpAffine(
        image,
        np.hstack([inner, offset[:, None]]),
        (MESH_SIDE, MESH_SIDE),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Crop(np.asarray(cv2.cvtColor(warped, cv2.COLOR_BGR2RGB), np.uint8), matrix, shift)
