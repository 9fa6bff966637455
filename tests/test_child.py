"""A process of ours: values go both ways, its errors come back as themselves, and it never outlives its parent."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from syncline.child import Child
from syncline.errors import InputError, StageError

TASKS = """
import os, sys, time
import numpy as np
from syncline.errors import InputError

def main(channel):
    task = channel.receive()
    if task == "double":
        while (value := channel.receive()) is not None:
            channel.send(2 * value)
    elif task == "print":
        os.write(1, b"native noise")
        print("noise", flush=True)
        channel.send("answer")
    elif task == "refuse":
        raise InputError("is empty", file="line.wav", stage="speech", at="3 s")
    elif task == "break":
        raise ZeroDivisionError("of mine")
    elif task == "vanish":
        os._exit(7)
    elif task == "wait":
        channel.end_with_parent()
        channel.send(os.getpid())
        time.sleep(600)
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Child:
    (tmp_path / "child_tasks.py").write_text(TASKS)
    monkeypatch.syspath_prepend(tmp_path)
    return Child("child_tasks", stage="speech")


def test_values_go_both_ways(child: Child) -> None:
    with child:
        child.send("double")
        for value in (3, np.arange(300_000)):
            child.send(value)
            assert np.array_equal(child.receive(), 2 * value)


def test_what_is_printed_is_no_answer(child: Child) -> None:
    with child:
        child.send("print")
        assert child.receive() == "answer"


def test_an_error_of_ours_comes_back_whole(child: Child) -> None:
    with child:
        child.send("refuse")
        with pytest.raises(InputError) as caught:
            child.receive()
    assert str(caught.value) == "line.wav: is empty (at 3 s)"
    assert caught.value.stage == "speech"


def test_any_other_error_comes_with_its_trace(child: Child) -> None:
    with child:
        child.send("break")
        with pytest.raises(StageError, match="ZeroDivisionError: of mine"):
            child.receive()


def test_an_end_without_a_word_is_told(child: Child) -> None:
    with child:
        child.send("vanish")
        with pytest.raises(StageError, match="status 7"):
            child.receive()


def test_sending_to_a_child_that_failed_raises_its_error(child: Child) -> None:
    def send_much() -> None:
        for _ in range(100):
            child.send(bytes(1 << 16))

    with child:
        child.send("refuse")
        with pytest.raises(InputError, match="is empty"):
            send_much()


def test_leaving_ends_the_child(child: Child) -> None:
    with child:
        child.send("wait")
        number = child.receive()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_child_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "child_tasks.py").write_text(TASKS)
    program = """
import sys, time
sys.path.insert(0, sys.argv[1])
from syncline.child import Child
child = Child("child_tasks", stage="speech")
child.send("wait")
print(child.receive(), flush=True)
time.sleep(600)
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the child lives on")
