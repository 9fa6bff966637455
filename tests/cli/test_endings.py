"""Every way to end has its exit code and one sentence, and no traceback."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import syncline
from syncline.cli.app import run
from syncline.cli.ending import ending_of
from syncline.errors import Cancelled, DependencyError, InputError, LimitError, MissingInput, StageError

PROGRAM = [sys.executable, "-c", "from syncline.cli import main; main()"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("x"), 2),
        (MissingInput("x"), 2),
        (LimitError("x"), 3),
        (DependencyError("x"), 4),
        (StageError("x"), 5),
        (Cancelled("x"), 130),
        (KeyboardInterrupt(), 130),
        (RuntimeError("x"), 5),
        (MemoryError(), 3),
        (OSError(errno.ENOSPC, "No space left on device", "/out.mp4"), 5),
        (OSError(errno.EIO, "Input/output error"), 5),
    ],
)
def test_an_error_has_its_code_and_one_sentence(error: BaseException, code: int) -> None:
    ending = ending_of(error)
    assert ending.code == code
    assert ending.sentence
    assert "\n" not in ending.sentence


def raising(error: BaseException) -> Callable[..., object]:
    def probe(*_: object, **__: object) -> object:
        raise error

    return probe


def test_what_nobody_expected_is_our_fault_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SYNCLINE_DEBUG", raising=False)
    monkeypatch.setattr(syncline, "probe", raising(ZeroDivisionError("division\nby zero")), raising=False)
    assert run(["probe", "x.mp4"]) == 5
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "ZeroDivisionError: division by zero" in told.err
    assert "SYNCLINE_DEBUG=1" in told.err


def test_debug_shows_where(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SYNCLINE_DEBUG", "1")
    monkeypatch.setattr(syncline, "probe", raising(ZeroDivisionError("x")), raising=False)
    assert run(["probe", "x.mp4"]) == 5
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(syncline, "probe", raising(KeyboardInterrupt()), raising=False)
    assert run(["probe", "x.mp4"]) == 130
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["frob"],
        ["dub"],
        ["dub", "plate.mp4", "-o", "out.mp4"],
        ["dub", "plate.mp4", "--audio", "a.wav", "-o", "out.mp4", "--bogus"],
        ["dub", "plate.mp4", "--audio", "a.wav", "-o", "out.mp4", "--crf", "many"],
        ["dub", "plate.mp4", "--audio", "a.wav", "-o", "out.mp4", "--crf", "52"],
        ["dub", "plate.mp4", "--audio", "a.wav", "-o", "out.mp4", "--sync-mode", "stretch"],
        ["dub", "plate.mp4", "--audio", "a.wav", "-o", "out.mp4", "--video-codec", "libx264 -i /etc/passwd"],
        ["dub", "plate.mp4", "--audio", "a.wav", "-o", "out.mp4", "--face", "-1"],
        ["dub", "plate.mp4", "--audio", "a.wav", "-o", "out.mp4", "--threads", "0"],
        ["dub", "plate.mp4", "--audio", "a.wav", "-o", "out.mp4", "--language", "../../x"],
        ["probe"],
        ["probe", "no such file.mp4"],
        ["actor", "build", "-o", "x.actor"],
        ["actor", "show", "no such file.actor"],
    ],
)
def test_wrong_arguments_are_the_users(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("syncline: ")
    assert told.err.count("\n") == 1


def test_json_says_an_error_as_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "no such file.mp4", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "syncline.error/1"
    assert told["exit_code"] == 2
    assert told["kind"] == "MissingInput"
    assert "no such file.mp4" in told["message"]


def test_a_hostile_name_is_one_printable_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "a\n\x1b[31m\u202eb.mp4"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "\x1b" not in told
    assert "\u202e" not in told


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], [], ["dub", "--help"], ["actor", "build", "--help"]])
def test_asking_for_help_is_no_error(arguments: list[str]) -> None:
    done = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "syncline" in done.stdout


def test_a_reader_that_leaves_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*PROGRAM, "--help"], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert "Traceback" not in done.stderr
    assert "our fault" not in done.stderr


def test_probe_prints_one_document(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", str(shared_data / "clips" / "vrt1.mp4"), "--json"]) == 0
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["schema"] == "syncline.media/1"
    assert document["video"]["variable"] is True
    assert document["video"]["measured_rate"] == "2010/91"
    assert told.err == ""
