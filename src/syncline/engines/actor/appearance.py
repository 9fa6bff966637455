"""What mouths look like, as a few numbers: pictures of the mouth with the head's pose taken out, and their components.

The *mouth picture* is cut from a frame along the person's own face frame: its pixel (column, row) shows the point
`centre + (column - (WIDTH - 1) / 2, row - (HEIGHT - 1) / 2 + drop) * STEP` of the plane z = centre z, in IOD units.
Turning and moving the head therefore changes nothing in it, and lips and teeth of every clip compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.face.pose import Poses
from syncline.media.samples import release
from syncline.threads import ordered

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int64]

WIDTH, HEIGHT = 64, 56  # px of the mouth picture
STEP: Final = 0.015  # IOD a pixel: 0.96 x 0.84 IOD, from the nose's base to the chin
DROP: Final = 0.05  # IOD by which the picture's middle lies below the lips' middle: the jaw opens downwards
MAX_COMPONENTS: Final = 64
BLOCK: Final = 256  # pictures worked on at once, 11 MB in float32
LIP_MIDDLE: Final = (13, 14)  # inner edges of upper and lower lip


def soft_mask() -> Floats:
    """(HEIGHT, WIDTH) float32 weight of the mouth picture's pixels: 1 on the lips, falling to 0 at the borders."""
    x = np.abs(np.linspace(-1, 1, WIDTH))[None, :]
    y = np.abs(np.linspace(-1, 1, HEIGHT) + 0.1)[:, None]
    far = np.maximum(0.0, x - 0.5) ** 2 + np.maximum(0.0, y - 0.55) ** 2
    return np.asarray(np.exp(-far / 0.25**2), np.float32)


def mouth_centre(lips: Floats) -> Floats:
    """(3,) float32 IOD: the lips' middle at its median over frames of `LIP_MIDDLE` (T, 2, 3); NaN rows are left out."""
    middle = lips.mean(axis=1)
    seen = np.isfinite(middle).all(axis=1)
    if not seen.any():
        raise InputError("no frame of the footage shows a face", stage="bank")
    return np.asarray(np.median(middle[seen], axis=0), np.float32)


def to_pixels(pose: Poses, i: int, centre: Floats) -> Floats:
    """(2, 3) float32: from px of the mouth picture to px of frame i's own picture."""
    scale, rotation, shift = float(pose.scale[i]), pose.rotation[i], pose.translation[i]
    linear = scale * STEP * rotation[:2, :2]
    corner = centre + np.array([-(WIDTH - 1) / 2 * STEP, -(HEIGHT - 1) / 2 * STEP + DROP, 0.0], np.float32)
    offset = scale * (rotation @ corner)[:2] + shift[:2]
    return np.asarray(np.concatenate([linear, offset[:, None]], axis=1), np.float32)


def mouth_picture(crop: Pixels, origin: tuple[int, int], transform: Floats) -> Pixels:
    """Cut the mouth picture, (HEIGHT, WIDTH, 3) uint8 BGR, from a crop whose upper left pixel lies at `origin`."""
    local = transform.copy()
    local[:, 2] -= np.asarray(origin, np.float32)
    shrink = float(np.hypot(local[0, 0], local[1, 0]))
    if shrink > 2.0:  # many source pixels a pixel: average them first, or grain becomes a component
        factor = 1.0 / np.floor(shrink)
        crop = cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        local = (local + np.array([[0, 0, 0.5], [0, 0, 0.5]], np.float32)) * np.float32(factor)
        local[:, 2] -= 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(crop, local, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


@dataclass(frozen=True, eq=False)
class MouthBasis:
    """Principal components of a person's mouth pictures.

    centre : (3,) float32 IOD, where the mouth picture is cut.
    pictures : (K, HEIGHT, WIDTH, 3) float32 BGR levels, what one standard deviation of each component adds.
    """

    centre: Floats
    pictures: Floats

    def __len__(self) -> int:
        return len(self.pictures)

    def visible(self) -> Floats:
        """`pictures` as they may be added to a frame: fading to nothing towards the borders."""
        fade = np.minimum(1.0, soft_mask() / 0.25)[..., None]
        return np.asarray(self.pictures * fade, np.float32)

    def components(self, pictures: npt.NDArray[np.uint8], mean: Floats) -> Floats:
        """(T, K) float32 standard deviations, of mouth pictures (T, HEIGHT, WIDTH, 3), given their clip's mean."""
        if not len(self):
            return np.zeros((len(pictures), 0), np.float32)
        weight = np.sqrt(soft_mask())[..., None]
        flat = (self.pictures * weight).reshape(len(self), -1)
        inverse = flat / (flat**2).sum(axis=1, keepdims=True)
        out = np.empty((len(pictures), len(self)), np.float32)
        for first in range(0, len(pictures), BLOCK):
            release(pictures)
            part = (pictures[first : first + BLOCK].astype(np.float32) - mean) * weight
            out[first : first + BLOCK] = part.reshape(len(part), -1) @ inverse.T
        return out

    def to_pixels(self, pose: Poses, i: int) -> Floats:
        """(2, 3) float32: from px of a component's picture to px of bank frame i's own picture."""
        return to_pixels(pose, i, self.centre)


def learn_basis(
    pictures: Pixels, means: Floats, owner: Whole, centre: Floats, count: int = MAX_COMPONENTS, threads: int = 1
) -> MouthBasis:
    """Principal components of mouth pictures, as differences from each clip's mean picture.

    pictures : (S, HEIGHT, WIDTH, 3) uint8; a few thousand are enough.
    means : (C, HEIGHT, WIDTH, 3) float32, a clip each. owner : (S,) the clip of each picture.

    Randomised subspace iteration (Halko, Martinsson, Tropp 2011) with a fixed start: the same samples, the same basis.
    The differences are made a block at a time, `threads` at once: of two thousand pictures they are 86 MB.
    """
    weight = np.sqrt(soft_mask())[..., None]
    size = HEIGHT * WIDTH * 3
    count = max(0, min(count, len(pictures) - 1))
    if count == 0:
        return MouthBasis(centre, np.zeros((0, HEIGHT, WIDTH, 3), np.float32))

    def flat(first: int) -> Floats:
        """Weighted differences of a block of pictures, (B, size)."""
        part = slice(first, first + BLOCK)
        return np.asarray(((pictures[part] - means[owner[part]]) * weight).reshape(-1, size), np.float32)

    def moved_by(first: int) -> Floats:
        block = flat(first)
        return np.asarray(block.T @ (block @ directions), np.float32)

    blocks = range(0, len(pictures), BLOCK)

    width = min(count + 16, len(pictures))
    directions = np.random.default_rng(0).standard_normal((size, width)).astype(np.float32)
    for _ in range(4):
        moved = np.zeros((size, width), np.float32)
        with ordered(blocks, moved_by, threads=threads, ahead=threads) as parts:
            for part in parts:  # in their order: the sum is the same whatever the threads
                moved += part
        directions, _ = np.linalg.qr(moved)
    whole = np.concatenate([flat(first) @ directions for first in blocks])
    _, values, turned = np.linalg.svd(whole.astype(np.float64), full_matrices=False)
    keep = values[:count] > values[0] * 1e-4
    spread = values[:count][keep] / np.sqrt(len(pictures))
    axes = (turned[:count][keep] @ directions.T).astype(np.float32)
    basis = (axes * spread[:, None].astype(np.float32)).reshape(-1, HEIGHT, WIDTH, 3) / np.maximum(weight, 0.05)
    return MouthBasis(centre, basis.astype(np.float32))
