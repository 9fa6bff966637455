"""Where an offset jumps, and by how much: a broken line through the agreement of mouth and sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from syncline.quality.agreement import Doubles
from syncline.quality.evidence import BLOCK_S, EVIDENCE_A_ROW, ROW_S, Streams, Table, row_agreement

SMALLEST_JUMP_S: Final = 0.06
EDGE_S: Final = 3.0  # each side of a jump is at least this long
NEAR_S: Final = 1.2  # the moment told is the one that has the most likelihood around it, falling to nothing so far away
UNSURE: Final = 0.05  # of the likelihood lies beyond each end of the interval


@dataclass(frozen=True)
class Jump:
    """The best broken line.

    gathered : log-likelihood. when : s on the sound's clock. first, last : s, between which the jump lies with 90 %:
    in a pause between words nothing tells one moment from another. by : s, + = the sound is earlier after.
    """

    gathered: float
    when: float
    first: float
    last: float
    by: float


def best_jump(both: Streams, level: Table) -> Jump | None:
    """The broken line that gathers most over a level table of the same streams; None where there is no room for one."""
    cells = EVIDENCE_A_ROW * level.cells
    edge = round(EDGE_S / BLOCK_S)
    if len(cells) <= 2 * edge:
        return None
    before = np.cumsum(cells, axis=0)
    after = before[-1] - before
    least = round(SMALLEST_JUMP_S / float(level.shifts[1] - level.shifts[0]))
    places = range(edge - 1, len(cells) - edge)
    gathered, first, second = max(pair for place in places for pair in _pairs(before[place], after[place], least))
    one, other = float(level.shifts[first]), float(level.shifts[second])
    when, low, high = _moment(both, one, other)
    return Jump(gathered, when, low, high, other - one)


def _moment(both: Streams, before_s: float, after_s: float) -> tuple[float, float, float]:
    """When an offset changes from one to the other: the likeliest moment, and an interval that holds it with 90 %.

    With both offsets known, each row of 20 ms says which of them it follows; their sums are the likelihood of a change
    at every row (Page, Continuous inspection schemes, 1954, with both states known).
    """
    times = both.times
    gain = EVIDENCE_A_ROW * (row_agreement(both, before_s) - row_agreement(both, after_s))
    likely = np.concatenate([[0.0], np.cumsum(gain)[:-1]])
    likely[(times < times[0] + EDGE_S) | (times > times[-1] - EDGE_S)] = -np.inf
    weight = np.exp(likely - likely.max())
    weight /= weight.sum()
    share = np.cumsum(weight)
    low, high = (float(times[min(int(np.searchsorted(share, part)), len(times) - 1)]) for part in (UNSURE, 1 - UNSURE))
    around = np.convolve(weight, np.bartlett(2 * round(NEAR_S / ROW_S) + 1), mode="full")
    reach = round(NEAR_S / ROW_S)
    best = float(times[int(around[reach : reach + len(times)].argmax())])
    # The pictures between the cut and the cut plus the jump belong to neither side: their middle is found.
    late = (after_s - before_s) / 2
    return best - late, low - late, high - late


def _pairs(before: Doubles, after: Doubles, least: int) -> list[tuple[float, int, int]]:
    """What the best offset on one side gathers with the best on the other at least `least` steps away, both ways."""
    result = []
    for one, other, turned in ((before, after, False), (after, before, True)):
        top = int(one.argmax())
        rest = other.copy()
        rest[max(0, top - least + 1) : top + least] = -np.inf
        second = int(rest.argmax())
        result.append((float(one[top] + rest[second]), *((second, top) if turned else (top, second))))
    return result
