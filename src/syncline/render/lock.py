"""Locks a source to the skull of the plate by the pixels of the nose.

The pose says where the mouth goes to about 0.2 % of the face, and its error changes from picture to picture: teeth
would swim against the nose above them. The nose is bone and cartilage, stands in both pictures, and is the nearest
fixed texture to the upper teeth; registering it takes most of that error away. B. D. Lucas, T. Kanade 1981, translation
only.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]

# Wings, tip and base of the nose.
NOSE_POINTS = (1, 2, 4, 5, 19, 94, 97, 326, 98, 327, 64, 294, 129, 358)
WIDE, HIGH = 0.56, 0.36  # IOD, size of the patch
COLUMNS, ROWS = 42, 27  # samples of it
# Larger shifts than this (IOD) are another face's fault (hair, glasses, a shadow), not trembling.
LIMIT = 0.03
LIKENESS = (0.55, 0.8)  # normalised correlation at which a shift begins to count and counts whole


def nose_shift(
    before: Pixels, box: Box, predicted: Floats, crop: Pixels, origin: tuple[int, int], own: Floats
) -> Floats:
    """How far the plate's nose lies from where the pose says a source's nose should be.

    Parameters
    ----------
    before, box : the plate's pixels and where they lie in the picture.
    predicted : (478, 3) px of the plate's picture, the source's landmarks brought there by the pose.
    crop, origin, own : the source's pixels, their place in its frame, its landmarks there.

    Returns
    -------
    (2,) float32 px to add to everything the pose places; zeros where the noses do not look alike.
    """
    index = list(NOSE_POINTS)
    goal, start = predicted[index, :2], own[index, :2]
    across = predicted[263, :2] - predicted[33, :2]
    iod = float(np.linalg.norm(across))
    if not np.isfinite(iod) or iod < 8.0:
        return np.zeros(2, np.float32)
    axis = across / iod * (WIDE * iod / COLUMNS)
    centre = goal.mean(axis=0)
    # px of the patch to px of the plate: turned with the eyes, one sample every WIDE / COLUMNS of the face.
    place = np.array([[axis[0], -axis[1], 0.0], [axis[1], axis[0], 0.0]])
    place[:, 2] = centre - place[:, :2] @ np.array([(COLUMNS - 1) / 2, (ROWS - 1) / 2])
    # px of the plate to px of the source: the affine map that takes one nose to the other.
    home = np.concatenate([goal, np.ones((len(goal), 1), np.float32)], axis=1).astype(np.float64)
    solved, there = cv2.solve(home, start.astype(np.float64), flags=cv2.DECOMP_SVD)
    if not solved:
        return np.zeros(2, np.float32)
    there = there.T
    chain = np.concatenate([there[:, :2] @ place[:, :2], (there[:, :2] @ place[:, 2] + there[:, 2])[:, None]], axis=1)
    plate = _patch(before, box[:2], place)
    source = _patch(crop, origin, chain)
    if plate is None or source is None:
        return np.zeros(2, np.float32)
    shift, likeness = _register(plate, source)
    trust = min(1.0, max(0.0, (likeness - LIKENESS[0]) / (LIKENESS[1] - LIKENESS[0])))
    found = place[:, :2] @ shift * trust
    length = float(np.linalg.norm(found))
    return np.asarray(found * min(1.0, LIMIT * iod / max(length, 1e-6)), np.float32)


def _patch(picture: Pixels, origin: tuple[int, int], place: npt.NDArray[np.float64]) -> Floats | None:
    """(ROWS, COLUMNS) float32 grey, sampled through an affine map; None where most of it lies outside the picture."""
    fine = max(1, round(float(np.linalg.norm(place[:, 0]))))  # pixels a sample: average them all
    local = place.copy()
    local[:, 2] -= np.asarray(origin, np.float64)
    local[:, :2] /= fine
    local[:, 2] -= local[:, :2] @ np.array([(fine - 1) / 2, (fine - 1) / 2])
    corners = local[:, :2] @ np.array([[0, COLUMNS * fine, 0, COLUMNS * fine], [0, 0, ROWS * fine, ROWS * fine]])
    corners += local[:, 2:]
    h, w = picture.shape[:2]
    slack = 0.15 * COLUMNS * fine
    if corners[0].min() < -slack or corners[1].min() < -slack:
        return None
    if corners[0].max() > w + slack or corners[1].max() > h + slack:
        return None
    size = (COLUMNS * fine, ROWS * fine)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    big = cv2.warpAffine(picture, local, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    grey = cv2.cvtColor(cv2.resize(big, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0), np.float32)


def _window() -> Floats:
    """Weight of a patch's samples: none at its border, where the shift brings in what was not there."""
    rows, columns = np.hanning(ROWS + 2)[1:-1], np.hanning(COLUMNS + 2)[1:-1]
    return (rows[:, None] * columns[None]).astype(np.float32)


def _normal(patch: Floats, window: Floats) -> Floats:
    """Weighted mean 0 and deviation 1: light and contrast do not count."""
    total = float(window.sum())
    centred = patch - float((patch * window).sum()) / total
    return np.asarray(centred / np.sqrt(float((centred**2 * window).sum()) / total + 1e-3), np.float32)


def _register(plate: Floats, source: Floats, steps: int = 4) -> tuple[npt.NDArray[np.float64], float]:
    """Shift of the plate against the source in samples (plate(x + shift) = source(x)), and their likeness then."""
    window = _window()
    goal = _normal(source, window)
    dx = cv2.Sobel(goal, cv2.CV_32F, 1, 0, scale=0.125)
    dy = cv2.Sobel(goal, cv2.CV_32F, 0, 1, scale=0.125)
    xx, xy, yy = (float((a * b * window).sum()) for a, b in ((dx, dx), (dx, dy), (dy, dy)))
    determinant = xx * yy - xy * xy
    if determinant < 1e-6 * (xx + yy) ** 2 + 1e-9:
        return np.zeros(2), 0.0
    shift = np.zeros(2)
    moved = _normal(plate, window)
    for _ in range(steps):
        error = (goal - moved) * window
        bx, by = float((dx * error).sum()), float((dy * error).sum())
        shift += np.array([yy * bx - xy * by, xx * by - xy * bx]) / determinant
        if np.abs(shift).max() > 4.0:
            return np.zeros(2), 0.0
        back = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
        moved = cv2.warpAffine(
            plate,
            back,
            (COLUMNS, ROWS),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        moved = _normal(moved, window)
    return shift, float((goal * moved * window).sum() / window.sum())
