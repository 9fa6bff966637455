"""Work beside the main thread: its result, its error, and its end."""

from __future__ import annotations

import threading

import pytest

from syncline.errors import Cancelled, InputError
from syncline.events import Event, Note
from syncline.pipeline.aside import Aside, Stoppable


def test_the_result_comes_back() -> None:
    assert Aside("work", lambda: 7).result() == 7


def test_the_error_comes_back() -> None:
    def fail() -> int:
        raise InputError("the sound is bad")

    aside = Aside("work", fail)
    with pytest.raises(InputError, match="bad"):
        aside.result()


def test_a_guarded_listener_stops_other_work_on_an_error() -> None:
    begun, seen = threading.Event(), list[Event]()

    def fail() -> int:
        begun.wait(5)
        raise InputError("the sound is bad")

    aside = Aside("work", fail)
    listen = aside.guard(seen.append)
    listen(Note("track", "one"))
    begun.set()
    with pytest.raises(InputError):
        aside.result()
    with pytest.raises(InputError, match="bad"):
        listen(Note("track", "two"))
    assert seen == [Note("track", "one")]


def test_a_stopped_listener_ends_whoever_tells() -> None:
    seen: list[Event] = []
    telling = Stoppable(seen.append)
    telling(Note("track", "one"))
    telling.stop()
    with pytest.raises(Cancelled):
        telling(Note("track", "two"))
    assert len(seen) == 1
