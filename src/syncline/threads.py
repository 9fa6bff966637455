"""A function over a stream in many threads, results in order, memory constant."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

POLL_SECONDS = 0.1  # how soon a reader that waits for room notices that nobody takes any more


@contextmanager
def ordered(
    items: Iterable[Item], function: Callable[[Item], Result], *, threads: int, ahead: int | None = None
) -> Iterator[Iterator[Result]]:
    """Yield the results of `function` over `items`, in their order, computed by `threads` threads.

    One more thread iterates `items`, and closes a generator at the end. At most `ahead` results (by default
    `threads` + 2) are begun and not yet taken: that bounds the memory. An error of `items` or of `function` is raised
    at its place in the order. Leaving the context stops everything, whether the stream was used up or not.
    """
    stopped = threading.Event()
    begun: queue.SimpleQueue[Future[Result] | None] = queue.SimpleQueue()
    room = threading.Semaphore(ahead or threads + 2)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ordered")

    def read() -> None:
        try:
            for item in items:
                while not room.acquire(timeout=POLL_SECONDS):
                    if stopped.is_set():
                        return
                if stopped.is_set():
                    return
                begun.put(pool.submit(function, item))
        except BaseException as error:
            failed: Future[Result] = Future()
            failed.set_exception(error)
            begun.put(failed)
        finally:
            if isinstance(items, Generator):
                items.close()
            begun.put(None)

    def results() -> Iterator[Result]:
        while (future := begun.get()) is not None:
            result = future.result()
            room.release()
            yield result

    reader = threading.Thread(target=read, name="read", daemon=True)
    reader.start()
    try:
        yield results()
    finally:
        stopped.set()
        reader.join()
        pool.shutdown(wait=True, cancel_futures=True)
