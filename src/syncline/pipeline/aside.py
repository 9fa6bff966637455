"""Work that runs beside the main thread, and stops telling when the run has ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from syncline.errors import Cancelled
from syncline.events import Event, Listener

Result = TypeVar("Result")


class Aside(Generic[Result]):
    """A function in a thread of its own.

    The thread is a daemon: Ctrl-C in the main thread ends the process without waiting for it.
    """

    def __init__(self, name: str, function: Callable[[], Result]) -> None:
        self._function = function
        self._results: list[Result] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._results.append(self._function())
        except BaseException as error:
            self._error = error

    def result(self) -> Result:
        """Wait for the result; raises what the function raised."""
        self._thread.join()
        self.check()
        return self._results[0]

    def check(self) -> None:
        """Raise what the function has raised so far."""
        if self._error is not None:
            raise self._error

    def guard(self, onward: Listener) -> Listener:
        """A listener that passes events on, and raises as soon as the function has raised: no need to go on then."""

        def passing(event: Event) -> None:
            self.check()
            onward(event)

        return passing


class Stoppable:
    """A listener that passes events on until it is stopped, and then raises Cancelled: what tells, stops there."""

    def __init__(self, onward: Listener) -> None:
        self._onward = onward
        self._stopped = threading.Event()

    def __call__(self, event: Event) -> None:
        if self._stopped.is_set():
            raise Cancelled("the run was stopped")
        self._onward(event)

    def stop(self) -> None:
        """From now on every event raises Cancelled in the thread that tells it."""
        self._stopped.set()
