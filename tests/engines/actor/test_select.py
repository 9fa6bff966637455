"""The path through a bank, against exhaustive search and against what a path must look like."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from syncline.engines.actor import select as select_module
from syncline.engines.actor.select import Selection, Walk, select

FREE = Walk(candidates=100, jump=1.0, hold=0.35, join=0.02)


def following_of(lengths: list[int]) -> npt.NDArray[np.int64]:
    """Rows of clips of these lengths: each row's successor, -1 at the end of a clip."""
    following = np.arange(sum(lengths)) + 1
    following[np.cumsum(lengths) - 1] = -1
    return following


def price(
    path: tuple[int, ...],
    wanted: npt.NDArray[np.float32],
    rows: npt.NDArray[np.float32],
    following: npt.NDArray[np.int64],
    join: npt.NDArray[np.float32],
    walk: Walk,
) -> float:
    """What a path costs, by the definition."""
    total = sum(float(((wanted[t] - rows[r]) ** 2).sum()) for t, r in enumerate(path))
    for before, after in itertools.pairwise(path):
        if following[before] == after:
            continue
        there = following[before] if following[before] >= 0 else before
        jump = walk.jump + walk.join * float(((join[there] - join[after]) ** 2).sum())
        total += min(jump, walk.hold) if before == after else jump
    return total


@pytest.mark.parametrize("seed", range(5))
def test_finds_the_cheapest_of_all_paths(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(6, 3)).astype(np.float32)
    wanted = random.normal(size=(5, 3)).astype(np.float32)
    join = random.normal(size=(6, 4)).astype(np.float32)
    following = following_of([4, 2])
    found = select(wanted, rows, following, join, FREE)
    cheapest = min(
        itertools.product(range(6), repeat=5), key=lambda path: price(path, wanted, rows, following, join, FREE)
    )
    assert tuple(found.row) == cheapest


def test_a_line_that_is_in_the_bank_is_one_run() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(400, 8)).astype(np.float32)
    found = select(rows[120:180], rows, following_of([200, 200]), rows[:, :4], Walk(candidates=10))
    assert list(found.row) == list(range(120, 180))
    assert set(found.run) == {0}
    assert found.cost.max() < 1e-3


def test_runs_grow_longer_as_jumps_cost_more() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(size=(300, 4)).astype(np.float32)
    wanted = random.normal(size=(60, 4)).astype(np.float32)

    def jumps(cost: float) -> int:
        walk = Walk(candidates=50, jump=cost, hold=cost)
        return int(select(wanted, rows, following_of([300]), rows, walk).run[-1])

    assert jumps(0.1) > jumps(3.0) > jumps(300.0)


def test_blocks_of_distances_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    rows = random.normal(size=(120, 4)).astype(np.float32)
    wanted = random.normal(size=(40, 4)).astype(np.float32)

    def chosen() -> Selection:
        return select(wanted, rows, following_of([120]), rows, Walk(candidates=20))

    whole = chosen()
    monkeypatch.setattr("syncline.engines.actor.select.CELLS", 7 * 120)
    assert list(chosen().row) == list(whole.row)


def test_demands_are_asked_for_each_block_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.engines.actor.select.CELLS", 10 * 30)
    seen: list[tuple[int, int]] = []

    def never_row_three(first: int, last: int, distances: npt.NDArray[np.float32]) -> None:
        seen.append((first, last))
        distances[:, 3] += 1e6

    rows = np.zeros((30, 2), np.float32)
    found = select(np.zeros((25, 2), np.float32), rows, following_of([30]), rows, Walk(), never_row_three)
    assert seen == [(0, 10), (10, 20), (20, 25)]
    assert 3 not in found.row


@pytest.mark.parametrize("rows", [1, 2])
def test_a_bank_of_one_frame_is_held(rows: int) -> None:
    zeros = np.zeros((rows, 2), np.float32)
    found = select(np.zeros((5, 2), np.float32), zeros, following_of([rows]), zeros)
    assert len(found.row) == 5
    assert found.row.max() < rows


def test_a_line_of_no_frames() -> None:
    zeros = np.zeros((3, 2), np.float32)
    assert len(select(np.zeros((0, 2), np.float32), zeros, following_of([3]), zeros).row) == 0


def test_a_long_bank_costs_no_more_than_its_beam() -> None:
    """Without a beam the candidates of a frame grow until they are the whole bank."""
    rng = np.random.default_rng(5)
    rows, wanted = rng.normal(size=(3000, 6)).astype(np.float32), rng.normal(size=(120, 6)).astype(np.float32)
    following = np.append(np.arange(1, 3000), -1)
    join = rng.normal(size=(3000, 4)).astype(np.float32)
    seen: list[int] = []
    moves = select_module._moves

    def counted(before: np.ndarray, after: np.ndarray, *rest: object) -> np.ndarray:
        seen.append(len(after))
        return moves(before, after, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(select_module, "_moves", counted)
        chosen = select(wanted, rows, following, join, Walk(candidates=50, beam=80))
    assert max(seen) <= 130
    assert len(chosen.row) == 120
