"""Looking over all mouth pictures of a bank: their components, their detail, and which of them are damaged.

Real footage has broken frames (decoder blocks over the mouth), clips in another tint and clips whose landmarks sit
beside the face. One such frame drawn is seen at once, and a few of them spoil the components of all the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.engines.actor import appearance
from syncline.engines.actor.appearance import HEIGHT, WIDTH, MouthBasis
from syncline.media.samples import release

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

BLOCK: Final = 512  # pictures after which the memory of a mapped file is given back
MEDIAN_FRAMES: Final = 64  # of a clip, evenly, for its median picture
FEW_CLIPS: Final = 5  # with fewer, nobody can say which of them is the odd one
LIKE_OTHERS: Final = (
    0.5  # correlation of a clip's median picture with all clips': tracked faces 0.80 to 0.99, noise 0.1
)
TINT: Final = 0.05  # share of a colour in the skin: clips of one set differ by 0.01 to 0.02, a tinted one by 0.10
FLASH: Final = 20.0  # levels: skin of a frame against its clip's
COARSE: Final = 16  # components that any mouth may be far out in: wide open, pursed
ODD: Final = 9.0  # mean square of the finer components; 99.9 of 100 good frames lie under 8.7


@dataclass(frozen=True, eq=False)
class Looks:
    """Components (N, K) of N mouth pictures in standard deviations of `basis`, detail (N,) in levels, which to keep.

    tinted, strange : numbers of clips that were left out, for their colour and for not showing a mouth like the others.
    """

    basis: MouthBasis
    components: Floats
    detail: Floats
    keep: Mask
    tinted: tuple[int, ...]
    strange: tuple[int, ...]


def look_over(
    pictures: Pixels, owner: npt.NDArray[np.int64], centre: Floats, count: int, samples: int, threads: int = 1
) -> Looks:
    """Learn the components of mouth pictures and find the damaged ones.

    pictures : (N, HEIGHT, WIDTH, 3) uint8 BGR, may lie in a file.
    owner : (N,) clip of each, 0 .. C - 1, in order, each clip with one frame at least.
    count, samples : how many components, from how many frames. threads : that look.
    """
    edges = np.searchsorted(owner, np.arange(int(owner[-1]) + 2))
    medians = np.stack([_median(pictures[a:b]) for a, b in pairwise(edges)])
    strange, tinted = _odd_clips(medians)
    keep = ~np.isin(owner, [*strange, *tinted])
    rim = _rim()
    skin = medians[:, rim].mean(axis=1)
    detail = np.empty(len(pictures), np.float32)
    for i, picture in enumerate(pictures):
        if i % BLOCK == 0:
            release(pictures)
        keep[i] &= bool(np.abs(picture[rim].mean(axis=0) - skin[owner[i]]).max() < FLASH)
        detail[i] = _detail(picture)
    if not keep.any():
        keep[:] = True
    known = np.flatnonzero(keep)
    means = np.stack(
        [_mean(pictures[a:b], keep[a:b], median) for (a, b), median in zip(pairwise(edges), medians, strict=True)]
    )
    sample = known[np.unique(np.linspace(0, len(known) - 1, min(samples, len(known))).astype(np.int64))]
    release(pictures)
    basis = appearance.learn_basis(pictures[sample], means, owner[sample], centre, count, threads)
    release(pictures)
    components = np.concatenate(
        [basis.components(pictures[a:b], mean) for (a, b), mean in zip(pairwise(edges), means, strict=True)]
    )
    fine = components[:, COARSE:]
    if fine.shape[1] >= COARSE and len(known) > 10 * len(basis):
        keep &= (fine**2).mean(axis=1) < ODD
    return Looks(basis, components, detail, keep, tuple(tinted), tuple(strange))


def _median(pictures: Pixels) -> Floats:
    """Median of a clip's pictures: a few damaged ones leave no trace in it."""
    chosen = np.unique(np.linspace(0, len(pictures) - 1, min(MEDIAN_FRAMES, len(pictures))).astype(np.int64))
    return np.asarray(np.median(pictures[chosen], axis=0), np.float32)


def _mean(pictures: Pixels, keep: Mask, median: Floats) -> Floats:
    """Mean of a clip's sound pictures; its median where it has none."""
    if not keep.any():
        return median
    total = np.zeros(median.shape, np.float64)
    for i in np.flatnonzero(keep):
        if i % BLOCK == 0:
            release(pictures)
        total += pictures[i]
    return np.asarray(total / keep.sum(), np.float32)


def _rim() -> Mask:
    """(HEIGHT, WIDTH) bool: skin above, below and beside the lips."""
    rim = np.ones((HEIGHT, WIDTH), np.bool_)
    rim[HEIGHT // 7 : -HEIGHT // 6, WIDTH // 6 : -WIDTH // 6] = False
    return rim


def _odd_clips(medians: Floats) -> tuple[list[int], list[int]]:
    """Clips that do not show a mouth like the others', and clips whose skin has another tint."""
    if len(medians) < FEW_CLIPS:
        return [], []
    light = medians.mean(axis=3).reshape(len(medians), -1)
    light = light - light.mean(axis=1, keepdims=True)
    light /= np.maximum(np.linalg.norm(light, axis=1, keepdims=True), 1e-6)
    usual = np.median(light, axis=0)
    likeness = light @ (usual / max(float(np.linalg.norm(usual)), 1e-6))
    strange = np.flatnonzero(likeness < LIKE_OTHERS)
    skin = medians[:, _rim()].mean(axis=1)
    share = skin / np.maximum(skin.sum(axis=1, keepdims=True), 1.0)
    apart = np.abs(share - np.median(share, axis=0)).max(axis=1)
    tinted = np.setdiff1d(np.flatnonzero(apart > TINT), strange)
    if len(tinted) > len(medians) // 4:  # not the odd ones out: footage of several days or places
        tinted = tinted[:0]
    return [int(c) for c in strange], [int(c) for c in tinted]


def _detail(picture: Pixels) -> float:
    """Mean absolute Laplacian of a mouth's lightness, levels."""
    rows, columns = slice(HEIGHT // 5, 4 * HEIGHT // 5), slice(WIDTH // 5, 4 * WIDTH // 5)
    grey = cv2.cvtColor(np.ascontiguousarray(picture[rows, columns]), cv2.COLOR_BGR2GRAY)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean())


def relative_detail(detail: Floats, opening: Floats) -> Floats:
    """Detail of each frame over what is usual at its opening: teeth and tongue have more of it than shut lips."""
    order = np.argsort(opening, kind="stable")
    usual = np.empty_like(detail)
    for part in np.array_split(order, max(1, min(12, len(order) // 20))):
        usual[part] = np.median(detail[part])
    return np.asarray(detail / np.maximum(usual, 1e-3), np.float32)
