"""Bad input through the command line: one clear sentence, the right exit code, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hostile
import numpy as np
import pytest
from footage import Footage, write_clip, write_wav

from syncline.cli.app import run


@dataclass
class Bench:
    """Good inputs to put a bad one beside, and a folder of its own for the output."""

    plate: Path
    speech: Path
    person: Footage
    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "out" / "take.mp4"

    def dub(self, plate: Path | None = None, audio: Path | None = None, out: Path | None = None, *more: str) -> int:
        arguments = ["dub", str(plate or self.plate), "--audio", str(audio or self.speech)]
        return run([*arguments, "-o", str(out or self.out), *more])


@pytest.fixture
def bench(plate: Path, speech: Path, person: Footage, tmp_path: Path) -> Bench:
    (tmp_path / "out").mkdir()
    return Bench(plate, speech, person, tmp_path)


def folder(bench: Bench) -> Path:
    return bench.folder


def empty(bench: Bench) -> Path:
    path = bench.folder / "empty.mp4"
    path.touch()
    return path


def silent_picture(bench: Bench) -> Path:
    return write_clip(bench.folder / "silent.mp4", bench.person.frames[:10], 25)


def playlist(bench: Bench) -> Path:
    return hostile.playlist(bench.folder / "list.mp4", bench.plate)


def made(make: Callable[[Path], Path], name: str) -> Callable[[Bench], Path]:
    return lambda bench: make(bench.folder / name)


def cut(make: Callable[[Path, Footage], Path]) -> Callable[[Bench], Path]:
    return lambda bench: make(bench.folder / "cut.mp4", bench.person)


PLATES: dict[str, tuple[Callable[[Bench], Path], int, str]] = {
    "missing": (lambda bench: bench.folder / "nothing.mp4", 2, "no such file"),
    "directory": (folder, 2, "directory"),
    "empty": (empty, 2, "empty"),
    "random bytes": (made(hostile.random_bytes, "random.mp4"), 2, "not a media file"),
    "cut before the index": (cut(hostile.cut_before_index), 2, "cut off"),
    "cut behind the index": (cut(hostile.cut_behind_index), 2, "cut off"),
    "audio only": (lambda bench: bench.speech, 2, "no picture"),
    "12288x8192": (made(hostile.huge_picture, "huge.mp4"), 3, "12288x8192"),
    "1000 fps": (made(hostile.thousand_pictures_a_second, "quick.mp4"), 3, "frames a second"),
    "playlist": (playlist, 2, "playlist"),
}
SOUNDS: dict[str, tuple[Callable[[Bench], Path], int, str]] = {
    "missing": (lambda bench: bench.folder / "nothing.wav", 2, "no such file"),
    "directory": (folder, 2, "directory"),
    "empty": (empty, 2, "empty"),
    "random bytes": (made(hostile.random_bytes, "random.wav"), 2, "not a media file"),
    "picture only": (silent_picture, 2, "no sound"),
    "NaN": (made(hostile.nan_wav, "nan.wav"), 2, "not numbers"),
    "playlist": (playlist, 2, "playlist"),
    "no samples": (lambda bench: write_wav(bench.folder / "none.wav", np.zeros(0), 16_000), 2, "no"),
}


def assert_refused(bench: Bench, code: int, wanted: int, phrase: str, told: str) -> None:
    assert code == wanted, told
    assert phrase.lower() in told.lower()
    assert told.startswith("syncline: ")
    assert told.count("\n") == 1
    assert "Traceback" not in told
    assert [path.name for path in (bench.folder / "out").iterdir()] == []


@pytest.mark.parametrize("name", PLATES)
def test_a_bad_plate(name: str, bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    make, wanted, phrase = PLATES[name]
    plate = make(bench)
    capfd.readouterr()
    code = bench.dub(plate=plate)
    assert_refused(bench, code, wanted, phrase, capfd.readouterr().err)


@pytest.mark.parametrize("name", SOUNDS)
def test_a_bad_sound(name: str, bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    make, wanted, phrase = SOUNDS[name]
    audio = make(bench)
    capfd.readouterr()
    code = bench.dub(audio=audio)
    assert_refused(bench, code, wanted, phrase, capfd.readouterr().err)


def test_no_face_at_all(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (25, 64, 96, 3), np.uint8)
    plate = write_clip(bench.folder / "noise.mp4", noise, 25)
    capfd.readouterr()
    code = bench.dub(plate, None, None, "--quiet")
    assert_refused(bench, code, 2, "no face", capfd.readouterr().err)


@pytest.mark.parametrize(
    ("options", "phrase"),
    [
        (["--transcript", "missing.txt"], "no such transcript"),
        (["--actor", "missing.actor"], "no such"),
        (["--face", "7", "--quiet"], "no face 7"),
        (["--language", "xx-none", "--transcript", "words", "--quiet"], "xx"),
    ],
)
def test_a_bad_option(bench: Bench, capfd: pytest.CaptureFixture[str], options: list[str], phrase: str) -> None:
    code = bench.dub(None, None, None, *options)
    assert_refused(bench, code, 2, phrase, capfd.readouterr().err)


def test_an_existing_output_stays(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    bench.out.write_bytes(b"precious")
    assert bench.dub() == 2
    assert "--force" in capfd.readouterr().err
    assert bench.out.read_bytes() == b"precious"


def test_an_existing_timeline_stays(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    beside = bench.out.with_name("take.timeline.json")
    beside.write_bytes(b"precious")
    assert bench.dub() == 2
    assert "--force" in capfd.readouterr().err
    assert beside.read_bytes() == b"precious"
    assert not bench.out.exists()


def test_a_failed_run_with_force_leaves_the_old_output(bench: Bench) -> None:
    bench.out.write_bytes(b"precious")
    assert bench.dub(empty(bench), None, None, "--force") == 2
    assert [path.name for path in bench.out.parent.iterdir()] == ["take.mp4"]
    assert bench.out.read_bytes() == b"precious"


@pytest.mark.parametrize("role", ["plate", "audio"])
def test_an_input_is_never_overwritten(bench: Bench, role: str, capfd: pytest.CaptureFixture[str]) -> None:
    plate = bench.folder / "mine.mp4"
    plate.write_bytes(bench.plate.read_bytes())
    link = bench.folder / "out" / "link.mp4"
    link.symlink_to(plate)
    inputs = {role: plate}
    assert bench.dub(inputs.get("plate"), inputs.get("audio"), link, "--force") == 2
    assert "one of the inputs" in capfd.readouterr().err
    assert plate.read_bytes() == bench.plate.read_bytes()


@pytest.mark.parametrize(
    ("out", "phrase"),
    [
        ("no/such/folder/take.mp4", "folder"),
        ("folder.mp4", "directory"),
        ("out/take.gif", ".gif"),
        ("out/take", "suffix"),
    ],
)
def test_an_output_that_cannot_be(bench: Bench, out: str, phrase: str, capfd: pytest.CaptureFixture[str]) -> None:
    (bench.folder / "folder.mp4").mkdir()
    code = bench.dub(out=bench.folder / out)
    assert_refused(bench, code, 2, phrase, capfd.readouterr().err)


def test_an_output_that_may_not_be_written(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    place = bench.folder / "locked"
    place.mkdir(mode=0o555)
    if os.access(place, os.W_OK):  # a superuser may write anywhere but into the kernel's own folders
        place = Path("/sys")
        if not place.is_dir():
            pytest.skip("no folder here refuses this user")
    code = bench.dub(out=place / "take.mp4")
    assert_refused(bench, code, 2, "cannot be written", capfd.readouterr().err)


def test_json_says_the_same(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    assert bench.dub(empty(bench), None, None, "--json") == 2
    told = capfd.readouterr()
    assert json.loads(told.out)["exit_code"] == 2
    assert "empty" in json.loads(told.out)["message"]


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
from syncline.cli import main
main()
"""


def test_a_full_disk(bench: Bench) -> None:
    """A limit on file size makes every write fail as a full disk does."""
    arguments = ["dub", str(bench.plate), "--audio", str(bench.speech), "-o", str(bench.out), "--quiet"]
    done = subprocess.run([sys.executable, "-c", FULL, *arguments], capture_output=True, text=True, timeout=300)
    assert_refused(bench, done.returncode, 5, "full", done.stderr)
