"""Choosing frames: the cheapest path through a bank (Viterbi, as in unit-selection speech synthesis).

Every output frame has a target vector and every row of the bank a vector in the same space; their squared distance is
what it costs to show that row there. Going on along the footage is free, holding a picture and jumping cost, and a jump
costs more the less the two mouths look alike. After A. Hunt and A. Black, "Unit selection in a concatenative speech
synthesis system using a large speech database", ICASSP 1996.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]

CELLS: Final = 4_000_000  # of the distance matrix at a time (16 MB)


@dataclass(frozen=True)
class Walk:
    """What moving through the bank costs; 1 is a jump between mouths that look the same.

    candidates : rows considered for each output frame, beside the successors of those before.
    beam : so many rows before, the cheapest reached, hand their successors on; without it the rows considered grow
        with every frame until they are the whole bank.
    jump : cost of any jump. hold : cost of showing the same row again.
    join : cost of a jump for each unit of squared distance between the mouths (`join` space).
    """

    candidates: int = 100
    beam: int = 200
    jump: float = 1.0
    hold: float = 0.35
    join: float = 0.02


@dataclass(frozen=True, eq=False)
class Selection:
    """For each of T output frames: row (int64), number of its run (int64), and the row's own cost (float32)."""

    row: Whole
    run: Whole
    cost: Floats


Extra = Callable[[int, int, Floats], None]


def select(
    wanted: Floats, rows: Floats, following: Whole, join: Floats, walk: Walk | None = None, extra: Extra | None = None
) -> Selection:
    """Choose a row for each of T output frames.

    Parameters
    ----------
    wanted : (T, D) float32 target vectors.
    rows : (V, D) float32 vectors of the bank's rows, V >= 1.
    following : (V,) row that comes one output frame later in the footage, -1 where there is none.
    join : (V, J) float32, what mouths at a jump are compared by.
    extra : called with (first, last, distances) for each block of output frames; may add to `distances`
        (last - first, V) in place what cannot be said by a distance.

    Memory: two numbers for each output frame and candidate, and one block of distances.
    """
    walk = walk or Walk()
    count, size = len(wanted), len(rows)
    if count == 0:
        empty = np.zeros(0, np.int64)
        return Selection(empty, empty, np.zeros(0, np.float32))
    square = np.einsum("vd,vd->v", rows, rows)
    joined = np.einsum("vj,vj->v", join, join)
    block = max(1, CELLS // size)
    choices: list[npt.NDArray[np.int32]] = []
    locals_: list[Floats] = []
    back: list[npt.NDArray[np.int16]] = []
    reached = np.zeros(0, np.float32)
    for first in range(0, count, block):
        part = wanted[first : first + block]
        distances = square[None, :] - 2.0 * (part @ rows.T) + np.einsum("td,td->t", part, part)[:, None]
        np.maximum(distances, 0.0, out=distances)
        if extra is not None:
            extra(first, first + len(part), distances)
        for row_costs in distances:
            before = choices[-1] if choices else None
            leading = None if before is None else _leading(before, reached, walk.beam)
            chosen = _candidates(row_costs, walk.candidates, leading, following)
            own = row_costs[chosen]
            if before is None:
                reached = own.astype(np.float32)
            else:
                moves = reached[:, None] + _moves(before, chosen, following, join, joined, walk)
                best = moves.argmin(axis=0)
                reached = (moves[best, np.arange(len(chosen))] + own).astype(np.float32)
                reached -= reached.min()  # keeps the sums small over long lines
                back.append(best.astype(np.int16))
            choices.append(chosen)
            locals_.append(own.astype(np.float32))
    return _traced(choices, locals_, back, int(reached.argmin()), following)


def _leading(before: npt.NDArray[np.int32], reached: Floats, beam: int) -> npt.NDArray[np.int32]:
    """The rows before that were reached at the least cost."""
    if len(before) <= beam:
        return before
    return np.asarray(before[np.argpartition(reached, beam - 1)[:beam]], np.int32)


def _candidates(
    costs: Floats, count: int, before: npt.NDArray[np.int32] | None, following: Whole
) -> npt.NDArray[np.int32]:
    """The cheapest rows and the successors of the candidates before; sorted, each once."""
    if count >= len(costs):
        return np.arange(len(costs), dtype=np.int32)
    cheapest = np.argpartition(costs, count - 1)[:count]
    if before is not None:
        after = following[before]
        cheapest = np.concatenate([cheapest, after[after >= 0]])
    return np.asarray(np.unique(cheapest), np.int32)


def _moves(
    before: npt.NDArray[np.int32],
    after: npt.NDArray[np.int32],
    following: Whole,
    join: Floats,
    joined: Floats,
    walk: Walk,
) -> Floats:
    """(P, N) cost of each move from P rows to N rows. Mouths are compared where the footage would have gone on."""
    successor = following[before]
    there = np.where(successor >= 0, successor, before)
    apart = joined[there][:, None] + joined[after][None, :] - 2.0 * (join[there] @ join[after].T)
    moves = walk.jump + walk.join * np.maximum(apart, 0.0)
    same = before[:, None] == after[None, :]
    moves[same] = np.minimum(moves[same], walk.hold)
    moves[successor[:, None] == after[None, :]] = 0.0
    return np.asarray(moves, np.float32)


def _traced(
    choices: list[npt.NDArray[np.int32]],
    costs: list[Floats],
    back: list[npt.NDArray[np.int16]],
    end: int,
    following: Whole,
) -> Selection:
    """Walk back from the cheapest end."""
    count = len(choices)
    row = np.empty(count, np.int64)
    cost = np.empty(count, np.float32)
    place = end
    for t in range(count - 1, -1, -1):
        row[t], cost[t] = choices[t][place], costs[t][place]
        if t:
            place = int(back[t - 1][place])
    breaks = following[row[:-1]] != row[1:]
    run = np.concatenate([[0], np.cumsum(breaks)]).astype(np.int64)
    return Selection(row, run, cost)
