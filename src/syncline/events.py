"""The one seam through which a run tells what it does.

The progress bar, a service's event stream and the benchmarks subscribe to it; library code calls the listener it is
given. An event is a plain value: no event changes the run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units (None: unknown) of a stage."""

    stage: str
    done: int
    total: int | None = None
    unit: str = "frames"


@dataclass(frozen=True)
class Timing:
    """A stage ended after `seconds` of wall time and `cpu_seconds` of processor time over all threads."""

    stage: str
    seconds: float
    cpu_seconds: float
    cached: bool = False


@dataclass(frozen=True)
class Artifact:
    """A file was made or found: `kind` ("tracks", "cuesheet", "video", "timeline") at `path`."""

    kind: str
    path: str
    cached: bool = False


@dataclass(frozen=True)
class Fallback:
    """Something less than what was asked is used; the report shows it."""

    stage: str
    reason: str


@dataclass(frozen=True)
class Note:
    """A fact about the input or the choice made that the user should read (10-bit input, face chosen)."""

    stage: str
    text: str


Event = Progress | Timing | Artifact | Fallback | Note
Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """The listener of those who do not listen."""


class Recorder:
    """A listener that keeps all but progress, and passes everything on."""

    def __init__(self, onward: Listener = silent) -> None:
        self.events: list[Event] = []
        self._onward = onward

    def __call__(self, event: Event) -> None:
        if not isinstance(event, Progress):
            self.events.append(event)
        self._onward(event)

    def of(self, kind: type[Any]) -> list[Any]:
        """The recorded events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]


@contextmanager
def timed(stage: str, listener: Listener) -> Iterator[None]:
    """Emit a `Timing` for the block when it ends without an error."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    listener(Timing(stage, time.perf_counter() - wall, time.process_time() - cpu))
