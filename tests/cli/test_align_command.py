"""`syncline align`: the sheet on standard output or in a file, and nothing else there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from clips import wav
from syncline.cli.app import run
from syncline.speech.cuesheet import CueSheet

GIVEN = "1\n00:00:00,100 --> 00:00:00,600\nHello\n\n2\n00:00:00,700 --> 00:00:01,000\nthere\n"


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments that align a second of noise to given words."""
    monkeypatch.setenv("SYNCLINE_CACHE", str(tmp_path / "cache"))
    noise = np.random.default_rng(1).standard_normal((16_000, 1)) * 3000
    sound = wav(tmp_path / "line.wav", noise, 16_000)
    (tmp_path / "words.srt").write_text(GIVEN)
    return ["align", str(sound), "--aligner", f"given:{tmp_path / 'words.srt'}", "--language", "en"]


def test_without_a_file_the_form_alone_is_printed(line: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*line, "-f", "srt"]) == 0
    told = capfd.readouterr()
    assert told.out == GIVEN
    assert "note: speech: " in told.err


def test_json_is_one_document_with_visemes(line: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*line, "--json"]) == 0
    told = capfd.readouterr()
    document = json.loads(told.out)
    assert told.out.count("\n") == 1
    assert told.err == ""
    assert CueSheet.from_json(document).words[1].text == "there"
    assert document["visemes"][0]["viseme"] == "sil"


def test_quiet_prints_the_sheet_and_no_notes(line: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*line, "--quiet"]) == 0
    told = capfd.readouterr()
    assert CueSheet.from_json(told.out).duration == pytest.approx(1)
    assert told.err == ""


def test_a_file_is_written_whole_and_not_over_another(
    line: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    assert run([*line, "-o", str(out), "-f", "arkit", "--fps", "30000/1001"]) == 0
    assert capfd.readouterr().out == f"{out}: 2 words in 1.00 s, confidence 0.60\n"
    assert len(out.read_text().splitlines()) == 31
    assert run([*line, "-o", str(out), "-f", "ovr"]) == 2
    assert "--force" in capfd.readouterr().err
    assert run([*line, "-o", str(out), "-f", "ovr", "--force", "--quiet"]) == 0
    assert out.read_text().startswith("time,sil,PP")
    assert capfd.readouterr().out == ""


def test_a_model_that_is_not_there(line: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="without the extra neural that is said first, with another exit code")
    assert run([*line, "--aligner", "ctc:no such file", "--transcript", "hello"]) == 2
    assert "no such file" in capfd.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["-f", "mp4"],
        ["-f", "srt", "--fps", "25"],
        ["-f", "dat", "--fps", "12"],
        ["-f", "srt", "--json"],
        ["-o", "x.csv"],
        ["--aligner", "given:no such file"],
        ["--aligner", "given:/dev/zero"],
        ["--aligner", "best"],
        ["--aligner", "mfa"],
        ["--words", "model"],
        ["--language", "../x"],
    ],
)
def test_wrong_arguments_are_the_users(wrong: list[str], line: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*line, *wrong]) == 2
    told = capfd.readouterr()
    if "--json" in wrong:
        assert json.loads(told.out)["exit_code"] == 2
    else:
        assert told.out == ""
        assert told.err.startswith("syncline: ")
        assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    ("asked", "install"),
    [
        (["--aligner", "mfa", "--transcript", "hello"], "montreal-forced-aligner"),
        (["--aligner", "auto", "--words", "whisper:folder"], "faster-whisper"),
    ],
)
def test_a_tool_that_is_not_installed_is_named_in_a_sentence(
    asked: list[str],
    install: str,
    line: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("syncline.speech.transcribe.importlib.util.find_spec", lambda name: None)
    assert run([*line, *asked]) == 4
    told = capfd.readouterr()
    assert told.out == ""
    assert install in told.err
    assert told.err.count("\n") == 1


def test_help_names_the_aligners(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["align", "--help"]) == 0
    assert "auto|pocketsphinx|espeak-dtw|mfa|ctc:FILE|given:FILE" in capfd.readouterr().out
