"""Looking for faces in a whole picture, near and far."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from syncline.face.graphs import Detection, DetectorGraphs
from syncline.face.regions import Bytes, overlap
from syncline.media.picture import Picture

NEAR_SIDE: Final = 256  # the short-range detector looks at 128 pixels; more would only be averaged away
FAR_SIDE: Final = 384  # the full-range detector looks at 192 pixels
TILE_SIDE: Final = 600  # at this size a face of 60 pixels is a tenth of the tile: the least the full-range model finds
TILE_OVERLAP: Final = 120  # a face on the seam of two tiles is whole in one of them
SAME: Final = 0.3  # overlap from which two detections are one face


def find_faces(picture: Picture, detectors: DetectorGraphs, *, small: bool = False) -> list[Detection]:
    """Faces in a picture, in its pixels, the surest first: down to about a tenth of its longer side.

    small : also cut the picture into tiles, which finds faces down to about 60 pixels, at ten times the cost.
    """
    thumbnail, scale = picture.thumbnail(FAR_SIDE)
    near, near_scale = _fit(thumbnail, NEAR_SIDE)
    found = [item.moved(1 / (scale * near_scale), 0, 0) for item in detectors.near(near)]
    found += [item.moved(1 / scale, 0, 0) for item in detectors.far(thumbnail)]
    if small and max(picture.width, picture.height) > TILE_SIDE:
        for box in _tiles(picture.width, picture.height):
            tile, tile_scale = _fit(np.ascontiguousarray(picture.bgr(box)[:, :, ::-1]), FAR_SIDE)
            found += [item.moved(1 / tile_scale, box[0], box[1]) for item in detectors.far(tile)]
    return _distinct(found)


def find_near(picture: Picture, detectors: DetectorGraphs, box: tuple[float, float, float, float]) -> list[Detection]:
    """Faces in and around a box where one was just lost: cheap, and sees faces that are small in the whole picture."""
    width, height = box[2] - box[0], box[3] - box[1]
    x0, y0 = max(0, int(box[0] - width)), max(0, int(box[1] - height))
    x1, y1 = min(picture.width, int(box[2] + width)), min(picture.height, int(box[3] + height))
    if x1 - x0 < 16 or y1 - y0 < 16:
        return []
    image, scale = _fit(np.ascontiguousarray(picture.bgr((x0, y0, x1, y1))[:, :, ::-1]), NEAR_SIDE)
    return _distinct([item.moved(1 / scale, x0, y0) for item in detectors.near(image)])


def _fit(rgb: Bytes, side: int) -> tuple[Bytes, float]:
    """The image averaged down so that its longer side is at most `side`, and the scale."""
    scale = side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb, 1.0
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _tiles(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Squares of `TILE_SIDE` that cover the picture and overlap by at least `TILE_OVERLAP`."""
    columns, rows = (_starts(length) for length in (width, height))
    return [(x, y, min(x + TILE_SIDE, width), min(y + TILE_SIDE, height)) for y in rows for x in columns]


def _starts(length: int) -> list[int]:
    if length <= TILE_SIDE:
        return [0]
    count = -(-(length - TILE_OVERLAP) // (TILE_SIDE - TILE_OVERLAP))
    return [round(i * (length - TILE_SIDE) / (count - 1)) for i in range(count)]


def _distinct(found: list[Detection]) -> list[Detection]:
    """The surest of those that mean the same face."""
    kept: list[Detection] = []
    for item in sorted(found, key=lambda one: -one.score):
        if all(overlap(item.box, other.box) < SAME for other in kept):
            kept.append(item)
    return kept
