"""A run's stages as progress bars with time left; a line now and then where nobody can see a bar move."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from syncline.events import Progress

SHOWN_AFTER_SECONDS = 2.0  # a run shorter than this shows no bar
LINE_EVERY_SECONDS = 10.0


class ProgressView:
    """Shows `Progress` events on a console. Safe from several threads; use as a context."""

    def __init__(self, console: Console, *, hidden: bool = False) -> None:
        self._console = console
        self._hidden = hidden
        self._lock = threading.Lock()
        self._tasks: dict[str, TaskID] = {}
        self._begun = time.monotonic()
        self._stage_begun: dict[str, float] = {}
        self._last_line = self._begun
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            transient=True,
        )
        self._started = False

    def __enter__(self) -> ProgressView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._hidden = True
            if self._started:
                self._bars.stop()

    def say(self, text: str) -> None:
        """Print one line above the bars."""
        with self._lock:
            if not self._hidden:
                self._console.print(text, markup=False, soft_wrap=True)

    def update(self, event: Progress) -> None:
        """Move a stage's bar."""
        with self._lock:
            if self._hidden:
                return
            now = time.monotonic()
            self._stage_begun.setdefault(event.stage, now)
            if self._console.is_terminal:
                self._move(event, now)
            elif now - self._last_line >= LINE_EVERY_SECONDS:
                self._last_line = now
                self._console.print(self._line(event, now), markup=False, soft_wrap=True)

    def _move(self, event: Progress, now: float) -> None:
        if not self._started:
            if now - self._begun < SHOWN_AFTER_SECONDS:
                return
            self._bars.start()
            self._started = True
        task = self._tasks.get(event.stage)
        if task is None:
            task = self._tasks[event.stage] = self._bars.add_task(event.stage, total=event.total)
        self._bars.update(task, completed=event.done, total=event.total)

    def _line(self, event: Progress, now: float) -> str:
        if not event.total:
            return f"{event.stage}: {event.done} {event.unit}"
        spent = now - self._stage_begun[event.stage]
        left = "" if not event.done else f", {spent * (event.total - event.done) / event.done:.0f} s left"
        return f"{event.stage}: {event.done} of {event.total} {event.unit}{left}"
