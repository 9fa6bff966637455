"""Smooth warps: a displacement fitted to control points, held on a coarse grid, applied with `cv2.remap`.

A linear radial basis (φ = −r) with an affine part: Duchon's minimum-energy interpolant, smoothed by a ridge so that the
noise of one landmark does not dent the picture. Coordinates inside are in units of the face (IOD = 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Grid:
    """Nodes `step` pixels apart that cover `box` with one cell to spare all around."""

    box: Box
    step: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of nodes."""
        x0, y0, x1, y1 = self.box
        return -(-(y1 - y0) // self.step) + 2, -(-(x1 - x0) // self.step) + 2

    def nodes(self) -> Floats:
        """(rows, columns, 2) float32, x and y of each node in pixels of the whole picture."""
        rows, columns = self.shape
        # cv2.resize maps node i to the centre of the i-th block of `step` pixels.
        x = self.box[0] + (np.arange(columns, dtype=np.float32) - 0.5) * self.step - 0.5
        y = self.box[1] + (np.arange(rows, dtype=np.float32) - 0.5) * self.step - 0.5
        return np.stack(np.meshgrid(x, y), axis=-1)

    def enlarge(self, values: Floats) -> Floats:
        """Values on the nodes (rows, columns[, c]) to every pixel of the box."""
        rows, columns = self.shape
        x0, y0, x1, y1 = self.box
        big = cv2.resize(values, (columns * self.step, rows * self.step), interpolation=cv2.INTER_LINEAR)
        s = self.step
        return np.asarray(big[s : s + y1 - y0, s : s + x1 - x0], np.float32)


def fit_displacement(points: Floats, values: Floats, where: Floats, unit: float, ridge: float = 0.0) -> Floats:
    """Smooth interpolation of values given at scattered points.

    Parameters
    ----------
    points : (n, 2) px, where the values are known (n ≥ 3, not all on one line).
    values : (n, k).
    where : (m, 2) px, where they are wanted.
    unit : px, the length that makes coordinates of order 1 (the face's outer-eye distance).
    ridge : in units; 0 interpolates, larger values smooth.

    Returns
    -------
    (m, k) float32
    """
    n = len(points)
    centre = points.mean(axis=0)
    a, b = ((points - centre) / unit).astype(np.float32), ((where - centre) / unit).astype(np.float32)
    system = np.zeros((n + 3, n + 3))
    system[:n, :n] = ridge * np.eye(n) - _distances(a, a)
    system[:n, n] = system[n, :n] = 1.0
    system[:n, n + 1 :] = a
    system[n + 1 :, :n] = a.T
    right = np.zeros((n + 3, values.shape[1]))
    right[:n] = values
    # OpenCV's LU and product run on the calling thread; LAPACK's would wake a pool of threads: 12 ms, not 0.1.
    solved, exact = cv2.solve(system, right, flags=cv2.DECOMP_LU)
    if not solved:
        return np.tile(values.mean(axis=0, dtype=np.float32), (len(where), 1))
    weights = exact.astype(np.float32)
    near = cv2.gemm(_distances(b, a), weights[:n], -1.0, None, 0.0)
    return np.asarray(near + weights[n] + b @ weights[n + 1 :], np.float32)


def _distances(a: Floats, b: Floats) -> Floats:
    """(n, m) distances of points (n, 2) and (m, 2)."""
    # Not cv2.magnitude: its last bit depends on where in memory an array lies, and a seed must repeat exactly.
    x = np.subtract.outer(np.ascontiguousarray(a[:, 0]), b[:, 0])
    y = np.subtract.outer(np.ascontiguousarray(a[:, 1]), b[:, 1])
    x *= x
    y *= y
    x += y
    return np.asarray(np.sqrt(x, out=x), np.float32)


def resample(xy: Floats, box: Box, here: Floats) -> Floats:
    """Read a map over `box` at other places than its own pixels: (h, w, 2) float32 both."""
    place = here - np.array(box[:2], np.float32)
    return np.asarray(cv2.remap(xy, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def pixel_places(box: Box) -> Floats:
    """(h, w, 2) float32, x and y of every pixel of a box in the whole picture."""
    x0, y0, x1, y1 = box
    out = np.empty((y1 - y0, x1 - x0, 2), np.float32)
    out[..., 0] = np.arange(x0, x1, dtype=np.float32)
    out[..., 1] = np.arange(y0, y1, dtype=np.float32)[:, None]
    return out


def sample(picture: Pixels, xy: Floats) -> Pixels:
    """Read a picture (h, w, 3) uint8 at positions xy (rows, columns, 2) float32 px; outside it its border goes on."""
    return np.asarray(cv2.remap(picture, xy, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def sample_area(picture: Pixels, xy: Floats, shrink: float) -> Pixels:
    """As `sample`; a picture that is made smaller (`shrink` of its px to one px) is averaged first."""
    if shrink < 1.4:
        return sample(picture, xy)
    size = (max(1, round(picture.shape[1] / shrink)), max(1, round(picture.shape[0] / shrink)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    ratio = np.array([size[0] / picture.shape[1], size[1] / picture.shape[0]], np.float32)
    return sample(small, (xy + 0.5) * ratio - 0.5)


def reach(xy: Floats, shape: tuple[int, ...], soft: float) -> Floats | None:
    """How well a picture of a shape covers the places it is read at.

    Returns
    -------
    (rows, columns) float32: 1 from `soft` px inside the picture's border on, 0 outside; None where all of it is 1.
    """
    x, y = xy[..., 0], xy[..., 1]
    right, bottom = shape[1] - 1, shape[0] - 1
    if x.min() >= soft and y.min() >= soft and x.max() <= right - soft and y.max() <= bottom - soft:
        return None
    depth = np.minimum(np.minimum(x, right - x), np.minimum(y, bottom - y))
    return np.asarray(np.clip(depth / max(soft, 1e-3), 0.0, 1.0), np.float32)
