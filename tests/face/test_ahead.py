"""Decoding in a thread of its own: order, errors and an early end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from syncline.face.ahead import DEPTH, ahead


def test_all_items_in_order() -> None:
    assert list(ahead(iter(range(100)))) == list(range(100))
    assert list(ahead(iter(()))) == []


def test_an_error_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("frame 3")

    stream = ahead(broken())
    assert [next(stream), next(stream)] == [1, 2]
    with pytest.raises(ValueError, match="frame 3"):
        next(stream)


def test_an_early_end_closes_the_source_and_the_thread() -> None:
    made, closed = [], []

    def source() -> Iterator[int]:
        try:
            for item in range(1000):
                made.append(item)
                yield item
        finally:
            closed.append(threading.current_thread().name)

    stream = ahead(source())
    assert next(stream) == 0
    stream.close()  # type: ignore[attr-defined]
    assert closed == ["decode-ahead"]
    assert len(made) <= DEPTH + 3
    assert all(thread.name != "decode-ahead" for thread in threading.enumerate())
