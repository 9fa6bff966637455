"""`syncline dub` as a program: what it prints, how it ends, and what Ctrl-C leaves."""

from __future__ import annotations

import functools
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import syncline
from syncline.cli.app import run
from syncline.timeline import read_timeline

PROGRAM = [sys.executable, "-c", "from syncline.cli import main; main()"]


def arguments(plate: Path, audio: Path, out: Path, *more: str) -> list[str]:
    return ["dub", str(plate), "--audio", str(audio), "-o", str(out), *more]


def test_json_is_one_document_and_nothing_else(plate: Path, speech: Path, tmp_path: Path) -> None:
    out = tmp_path / "take.mp4"
    command = [*PROGRAM, *arguments(plate, speech, out, "--json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    document = json.loads(done.stdout)
    assert document["schema"] == "syncline.take/1"
    assert (document["grade"] == "fail") == (done.returncode == 1)
    assert document["score"]["schema"] == "syncline.score/1"
    assert Path(document["output"]) == out
    assert read_timeline(document["timeline"]).output == "take.mp4"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["take.mp4", "take.timeline.json"]


def test_quiet_prints_nothing(plate: Path, speech: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    assert run(arguments(plate, speech, tmp_path / "take.mp4", "--quiet")) in (0, 1)
    assert capfd.readouterr() == ("", "")


def test_a_person_reads_the_grade_and_why(
    plate: Path, speech: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    code = run(arguments(plate, speech, tmp_path / "take.mp4"))
    told = capfd.readouterr().out.splitlines()
    grade = "fail" if code == 1 else told[0].split(": ")[-1].split(",")[0]
    assert grade in ("pass", "warn", "fail")
    assert told[0].startswith(f"{tmp_path / 'take.mp4'}: {grade}, ")
    assert len(told) > 3


def test_a_failed_gate_is_exit_code_one_with_the_file_written(
    plate: Path, speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a gate that nothing can pass, the take is written all the same."""
    from syncline.pipeline import score
    from syncline.quality import Gates

    strict = Gates(passed_pass=-1.0, closures_pass=2.0, opening_pass=2.0, opening_warn=2.0, opening_needed=0)
    monkeypatch.setattr(score, "measure", functools.partial(score.measure, gates=strict))
    assert run(arguments(plate, speech, tmp_path / "take.mp4", "--quiet")) == 1
    assert read_timeline(tmp_path / "take.timeline.json").score is not None
    assert syncline.probe(tmp_path / "take.mp4").video is not None


@pytest.mark.parametrize(("asked", "force"), [(signal.SIGINT, False), (signal.SIGTERM, True)])
def test_ctrl_c_leaves_no_half_file(
    shared_data: Path, speech: Path, tmp_path: Path, asked: signal.Signals, force: bool
) -> None:
    out = tmp_path / "take.mp4"
    if force:
        out.write_bytes(b"the take of yesterday")
    command = arguments(shared_data / "clips" / "german_news_de.mp4", speech, out, "--no-cache")
    running = subprocess.Popen(
        [*PROGRAM, *command, *(["--force"] if force else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    )
    wait_for_work(running, tmp_path)
    running.send_signal(asked)
    told, complaint = running.communicate(timeout=60)
    assert running.returncode == 130, complaint
    assert told == ""
    assert complaint.splitlines()[-1] == "syncline: stopped; nothing half-written is left"
    assert "Traceback" not in complaint
    assert [path.name for path in tmp_path.iterdir()] == (["take.mp4"] if force else [])
    assert not force or out.read_bytes() == b"the take of yesterday"


def heed_ctrl_c() -> None:
    """A test run in the background is deaf to Ctrl-C, and so would its children be."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for_work(running: subprocess.Popen[str], folder: Path) -> None:
    """Until the outputs' temporary files stand, and a moment longer."""
    until = time.monotonic() + 60
    while not list(folder.glob(".*.part*")):
        assert running.poll() is None, running.stderr.read() if running.stderr else ""
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(1.0)
