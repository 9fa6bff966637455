"""The progress view: bars where they can move, lines where they cannot, silence where it is asked."""

from __future__ import annotations

import io
import threading

import pytest
from rich.console import Console

from syncline.cli import progress
from syncline.cli.progress import ProgressView
from syncline.events import Progress


def view_of(*, terminal: bool) -> tuple[io.StringIO, Console]:
    stream = io.StringIO()
    return stream, Console(file=stream, force_terminal=terminal, width=100, color_system=None)


def test_a_long_stage_shows_a_bar_with_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SHOWN_AFTER_SECONDS", 0.0)
    stream, console = view_of(terminal=True)
    with ProgressView(console) as view:
        for done in range(0, 51, 10):
            view.update(Progress("draw", done, 100))
        view.say("note: a fact [not markup]")
        view._bars.refresh()
    told = stream.getvalue()
    assert "draw" in told
    assert "50/100" in told
    assert "[not markup]" in told


def test_a_short_run_shows_nothing() -> None:
    stream, console = view_of(terminal=True)
    with ProgressView(console) as view:
        view.update(Progress("draw", 1, 100))
    assert stream.getvalue() == ""


def test_without_a_terminal_a_line_says_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_SECONDS", 0.0)
    stream, console = view_of(terminal=False)
    with ProgressView(console) as view:
        view.update(Progress("draw", 25, 100))
        view.update(Progress("sound", 3, None, "words"))
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("draw: 25 of 100 frames, ")
    assert lines[0].endswith(" s left")
    assert lines[1] == "sound: 3 words"


def test_quiet_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_SECONDS", 0.0)
    stream, console = view_of(terminal=False)
    with ProgressView(console, hidden=True) as view:
        view.update(Progress("draw", 25, 100))
        view.say("note")
    assert stream.getvalue() == ""


def test_many_threads_may_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SHOWN_AFTER_SECONDS", 0.0)
    _, console = view_of(terminal=True)
    with ProgressView(console) as view:

        def tell(stage: str) -> None:
            for done in range(200):
                view.update(Progress(stage, done, 200))

        threads = [threading.Thread(target=tell, args=(f"stage {n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(task.description for task in view._bars.tasks) == [f"stage {n}" for n in range(4)]
        assert all(task.completed == 199 for task in view._bars.tasks)
