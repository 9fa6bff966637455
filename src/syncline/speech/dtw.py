"""Dynamic time warping: one sequence of features laid over another, cell by cell along anti-diagonals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncline.speech.features import POWER_FLOOR, power_mel

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
Times = npt.NDArray[np.float64]

_BANDS = 26
_STEP_COST = 2.0  # added for each frame that one side stands still; a typical distance of two frames is 5
_BOTH, _DOWN, _ACROSS, _PAST = range(4)  # the last step to a cell; _PAST left out one row that may be left out
_BACK = ((1, 1), (1, 0), (0, 1), (2, 1))  # rows and columns that each of them goes back


@dataclass(frozen=True)
class StepCosts:
    """What is added to a path on each row, beside the distance of each cell: (rows,) float64 each.

    across : where only the column moves on. down : where only the row does. past : where the row before is left out
    (infinite: it may not be).
    """

    across: Times
    down: Times
    past: Times

    @classmethod
    def even(cls, rows: int, cost: float) -> StepCosts:
        """The same cost everywhere, and no row left out."""
        return cls(np.full(rows, cost), np.full(rows, cost), np.full(rows, np.inf))


@dataclass(frozen=True)
class Warp:
    """A path: for each row the mean column that it visits (NaN: left out), how many, and the mean distance there."""

    place: Times
    visits: npt.NDArray[np.int64]
    distance: Times


def comparison_features(y: FloatArray) -> FloatArray:
    """(n, 26) float32 at 100 Hz: log-mel bands over 25 ms, each of mean 0 and variance 1 over the sound.

    Slopes beside them, as is common, were measured to lose: 40 against 44 % of GRID's boundaries within 20 ms.
    """
    bands = np.log(power_mel(y, n_mels=_BANDS, n_fft=512, window=400) + POWER_FLOOR)
    return np.asarray((bands - bands.mean(0)) / np.maximum(bands.std(0), 1e-3), np.float32)


def warp(cost: FloatArray, steps: StepCosts) -> Warp:
    """The cheapest path through a matrix of distances, from its first cell to its last."""
    return _traced(_cheapest_steps(cost, steps)[0], cost, len(cost) - 1)


def open_ended_path(spoken: FloatArray, recorded: FloatArray, step_cost: float = _STEP_COST) -> Times:
    """Frames of `recorded` on which those of `spoken` fall, not decreasing: (m,) float64, m at most `len(spoken)`.

    As `warp` with even steps, but `spoken` may go on after `recorded` ends. Time and memory go with the product of the
    lengths (five bytes a cell), so long sounds are cut before they come here.
    The path ends in the last frame of `recorded`, at the frame of `spoken` where it is cheapest for its length.
    """
    cost = distances(spoken, recorded)
    steps, totals = _cheapest_steps(cost, StepCosts.even(len(spoken), step_cost))
    lengths = np.arange(1, len(spoken) + 1) + len(recorded)
    end = int(np.argmin(totals / lengths))
    return _traced(steps[: end + 1], cost, end).place


def distances(a: FloatArray, b: FloatArray) -> FloatArray:
    """Euclidean distance of each frame of `a` from each of `b`: (len(a), len(b)) float32."""
    cost = a @ (-2 * b.T)  # in place from here on: this matrix is the largest thing of an alignment
    cost += (a**2).sum(1)[:, None]
    cost += (b**2).sum(1)[None, :]
    np.maximum(cost, 0, out=cost)
    np.sqrt(cost, out=cost)
    return np.asarray(cost, np.float32)


def _traced(steps: npt.NDArray[np.uint8], cost: FloatArray, end: int) -> Warp:
    i, j = end, steps.shape[1] - 1
    places, total = np.zeros(end + 1), np.zeros(end + 1)
    visits = np.zeros(end + 1, np.int64)
    while True:
        places[i] += j
        total[i] += cost[i, j]
        visits[i] += 1
        if i == 0 and j == 0:
            break
        rows, columns = _BACK[steps[i, j]]
        i, j = i - rows, j - columns
    seen = np.where(visits > 0, visits, np.nan)
    return Warp(places / seen, visits, total / seen)


def _cheapest_steps(cost: FloatArray, costs: StepCosts) -> tuple[npt.NDArray[np.uint8], Times]:
    """The last step of the cheapest path to each cell, and the cost of the path to each row's last cell."""
    rows, columns = cost.shape
    steps = np.zeros((rows, columns), np.uint8)
    # Anti-diagonals do not depend on themselves: each is one vector operation. Its index is the row, plus two.
    third, second = np.full(rows + 2, np.inf), np.full(rows + 2, np.inf)
    last = np.full(rows + 2, np.inf)
    last[2] = cost[0, 0]
    flat = cost.reshape(-1)
    flat_steps = steps.reshape(-1)
    totals = np.full(rows, cost[0, 0], np.float64)
    some_past = bool(np.isfinite(costs.past).any())
    for diagonal in range(1, rows + columns - 1):
        low, high = max(0, diagonal - columns + 1), min(rows - 1, diagonal) + 1
        cells = slice(low * (columns - 1) + diagonal, (high - 1) * (columns - 1) + diagonal + 1, max(1, columns - 1))
        best = second[low + 1 : high + 1]
        step = np.zeros(high - low, np.uint8)
        for kind, other in (
            (_DOWN, last[low + 1 : high + 1] + costs.down[low:high]),
            (_ACROSS, last[low + 2 : high + 2] + costs.across[low:high]),
            *([(_PAST, third[low:high] + costs.past[low:high])] if some_past else []),
        ):
            step[other < best] = kind
            best = np.minimum(best, other)
        flat_steps[cells] = step
        now = np.full(rows + 2, np.inf)
        now[low + 2 : high + 2] = best + flat[cells]
        if diagonal >= columns - 1:
            totals[diagonal - columns + 1] = now[diagonal - columns + 3]
        third, second, last = second, last, now
    return steps, totals
