"""Agreement of mouth and sound by time and shift: a table in which straight and broken lines can be looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.interpolate import CubicSpline

from syncline.motion.mouthtrack import Floats, Mask
from syncline.quality.agreement import STEP_S, Doubles, MouthMotion, mouth_motion, standardised
from syncline.quality.offset import heard_columns
from syncline.quality.syncmodel import VALUES, SyncModel

ROW_S: Final = 2 * STEP_S  # rows of 20 ms
BLOCK_ROWS: Final = 25
BLOCK_S: Final = BLOCK_ROWS * ROW_S
FINER: Final = 4  # shifts are read between rows: steps of 5 ms
# Log-likelihood of a row of 20 ms for each unit of correlation: with it the spread of errors on speakers left out of
# training is what the likelihood says (`benchmarks/score_sync.py`).
EVIDENCE_A_ROW: Final = 0.17


@dataclass(frozen=True, eq=False)
class Streams:
    """Mouth and sound as columns whose products tell of their agreement, both at 50 Hz.

    seen : (n, K), 0 where the mouth is not seen; heard : (m, K); row i of `seen` lies at row first + i of `heard`.
    mask : (n,) rows on which the mouth is seen. A row of products sums to a correlation, −1..1.
    """

    seen: Floats
    heard: Floats
    mask: Mask
    first: int

    @property
    def times(self) -> Doubles:
        """(n,) s on the sound's clock."""
        return (self.first + np.arange(len(self.seen))) * ROW_S


def streams(features: Floats, times: Doubles, mask: Mask, bands: Floats, model: SyncModel) -> Streams:
    """Both streams of a model, weighed alike. features : (T, 4 or 12); bands : (m, 40) standardised."""
    motion: MouthMotion = mouth_motion(features, times, mask)
    columns = heard_columns(features.shape[1])
    shares = model.weights["shares"][columns]
    everywhere = np.ones(len(bands) // 2, np.bool_)
    linear = standardised(
        model.mouth_heard(bands)[:, columns][: 2 * len(everywhere) : 2].astype(np.float64), everywhere
    )
    seen, good = motion.columns[::2], motion.seen[::2]
    if features.shape[1] != VALUES:
        return Streams(seen * (shares / shares.sum()), linear, good, motion.first // 2)
    common = _between(standardised(model.sound_common(bands).astype(np.float64), everywhere))
    mouth = standardised(model.mouth_common(seen).astype(np.float64), good)
    mouth = mouth / mouth.shape[1]
    if not shares.any():  # a model of one half
        return Streams(np.asarray(mouth, np.float32), common, good, motion.first // 2)
    left = np.concatenate([seen * (shares / shares.sum()), mouth], axis=1) / 2
    return Streams(left.astype(np.float32), np.concatenate([linear, common], axis=1), good, motion.first // 2)


def _between(rows: Floats) -> Floats:
    """Rows that stand for two frames, whose middle is 5 ms late, read at the frames themselves."""
    before = np.concatenate([rows[:1], rows[:-1]])
    return np.asarray(0.75 * rows + 0.25 * before, np.float32)


@dataclass(frozen=True)
class Guide:
    """A straight line of offsets that a table is laid along: `offset` (s) at `pivot` (s), `slope` s a second."""

    slope: float = 0.0
    offset: float = 0.0
    pivot: float = 0.0

    def at(self, times: Doubles) -> Doubles:
        """Offsets (s) at times."""
        return self.offset + self.slope * (times - self.pivot)


LEVEL: Final = Guide()


@dataclass(frozen=True, eq=False)
class Table:
    """Agreement summed over blocks of ½ s: `cells` (B, L), a block a row, a shift a column.

    middles : (B,) s on the sound's clock. shifts : (L,) s, evenly spaced, besides the guide's own.
    pivot : s, the middle of the picture.
    """

    cells: Doubles
    middles: Doubles
    shifts: Doubles
    guide: Guide
    pivot: float


def table(both: Streams, reach_s: float, guide: Guide = LEVEL, rows: slice = slice(None), finer: int = FINER) -> Table:
    """Agreement within `reach_s` of a line of offsets; `rows` of the picture, `finer` shifts a row of 20 ms."""
    seen, times = both.seen[rows], both.times[rows]
    pivot = float((times[0] + times[-1]) / 2)
    size = min(BLOCK_ROWS, len(seen))
    blocks = len(seen) // size
    reach = int(np.ceil(reach_s / ROW_S)) + 1
    # The sound as it would be without those offsets, a row for each of the picture and `reach` on both sides.
    clock = times[0] + np.arange(-reach, blocks * size + reach) * ROW_S
    heard = _at(both.heard, (clock - guide.at(clock)) / ROW_S)
    cells = np.zeros((blocks, 2 * reach + 1))
    for block in range(blocks):
        first = block * size
        products = seen[first : first + size] @ heard[first : first + size + 2 * reach].T
        # Diagonal k, products[i, i + k], is the shift of reach − k rows.
        high, wide = products.strides
        diagonals = np.lib.stride_tricks.as_strided(products, (size, 2 * reach + 1), (high + wide, wide))
        cells[block] = diagonals.sum(axis=0)[::-1]
    lags = np.arange(-reach, reach + 1)
    fine = np.arange(-(reach - 1) * finer, (reach - 1) * finer + 1) / finer
    smooth = np.asarray(CubicSpline(lags, cells, axis=1)(fine)) if finer > 1 else cells[:, 1:-1]
    middles = times[: blocks * size].reshape(blocks, size).mean(axis=1)
    return Table(smooth, middles, fine * ROW_S * (1 - guide.slope), guide, pivot)


def row_agreement(both: Streams, shift_s: float) -> Doubles:
    """Agreement of each row of the picture at one shift: (n,), 0 where the mouth is not seen."""
    heard = _at(both.heard, (both.times - shift_s) / ROW_S)
    return np.asarray((both.seen * heard).sum(axis=1), np.float64)


def _at(rows: Floats, place: Doubles) -> Floats:
    """Rows at fractional places, 0 beyond both ends: (n, K) float32."""
    padded = np.pad(rows, ((1, 2), (0, 0)))
    position = np.clip(place + 1, 0, len(padded) - 2)
    low = position.astype(np.intp)
    part = (position - low).astype(np.float32)[:, None]
    return np.asarray(padded[low] * (1 - part) + padded[low + 1] * part, np.float32)


def along(found: Table, slopes: Doubles) -> Doubles:
    """Sum of cells along lines of further slopes: (S, L), by slope and the line's offset at the pivot."""
    size = len(found.shifts)
    step = float(found.shifts[1] - found.shifts[0])
    result = np.zeros((len(slopes), size))
    index = np.arange(size)
    for row, slope in enumerate(slopes):
        steps = np.round(slope * (found.middles - found.pivot) / step).astype(np.intp)
        place = index[None] + steps[:, None]
        inside = (place >= 0) & (place < size)
        result[row] = np.where(inside, np.take_along_axis(found.cells, np.clip(place, 0, size - 1), axis=1), 0).sum(
            axis=0
        )
    return result
