"""Results in order from many threads, in constant memory, with a clean stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from syncline.threads import ordered


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_order(threads: int) -> None:
    def slow_on_even(n: int) -> int:
        time.sleep(0.003 if n % 2 == 0 else 0.0)
        return n * n

    with ordered(range(60), slow_on_even, threads=threads) as results:
        assert list(results) == [n * n for n in range(60)]


def test_no_more_is_read_than_fits() -> None:
    read, taken, most = 0, 0, 0

    def items() -> Iterator[int]:
        nonlocal read
        for n in range(200):
            read += 1
            yield n

    with ordered(items(), lambda n: n, threads=3, ahead=6) as results:
        for _ in results:
            taken += 1
            most = max(most, read - taken)
            time.sleep(0.0005)
    assert taken == 200
    assert most <= 7  # six begun and one in the reader's hand


def test_an_error_of_the_function_comes_at_its_place() -> None:
    def fail_at_seven(n: int) -> int:
        if n == 7:
            raise ValueError("seven")
        return n

    seen: list[int] = []
    with pytest.raises(ValueError, match="seven"), ordered(range(50), fail_at_seven, threads=3) as results:
        seen.extend(results)
    assert seen == [0, 1, 2, 3, 4, 5, 6]


def test_an_error_of_the_source_comes_after_what_was_read() -> None:
    def items() -> Iterator[int]:
        yield from range(5)
        raise OSError("the disk is gone")

    seen: list[int] = []
    with pytest.raises(OSError, match="gone"), ordered(items(), lambda n: n, threads=2) as results:
        seen.extend(results)
    assert seen == [0, 1, 2, 3, 4]


def test_leaving_early_stops_every_thread_and_closes_the_source() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            n = 0
            while True:
                yield n
                n += 1
        finally:
            closed.set()

    before = threading.active_count()
    with ordered(endless(), lambda n: n, threads=2) as results:
        assert next(results) == 0
    assert closed.is_set()
    assert threading.active_count() == before


def test_nothing_in_nothing_out() -> None:
    with ordered([], lambda n: n, threads=2) as results:
        assert list(results) == []
