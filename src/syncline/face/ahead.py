"""Decoding ahead: the next pictures are made while the models look at this one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Final, TypeVar

Item = TypeVar("Item")

DEPTH: Final = 3  # pictures held; more would only cost memory


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items of an iterator that runs in a thread of its own, in order.

    An exception of the iterator is raised here, after the items before it. Closing this generator early stops the
    thread and closes the iterator in it.
    """
    filled: queue.Queue[tuple[bool, Item | BaseException | None]] = queue.Queue(DEPTH)
    stop = threading.Event()

    def offer(entry: tuple[bool, Item | BaseException | None]) -> bool:
        while not stop.is_set():
            try:
                filled.put(entry, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def produce() -> None:
        try:
            for item in items:
                if not offer((True, item)):
                    break
            else:
                offer((False, None))
        except BaseException as exc:  # handed over whole, to be raised where the pictures are used
            offer((False, exc))
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=produce, name="decode-ahead", daemon=True)
    thread.start()
    try:
        while True:
            good, item = filled.get()
            if not good:
                if isinstance(item, BaseException):
                    raise item
                return
            yield item  # type: ignore[misc]
    finally:
        stop.set()
        thread.join()
