"""`syncline score` on bad input, through the command line: one sentence, the right exit code, nothing left behind."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from footage import Footage, cut, write_clip, write_footage, write_wav
from hostile import (
    cut_before_index,
    cut_behind_index,
    huge_picture,
    nan_wav,
    playlist,
    random_bytes,
    thousand_pictures_a_second,
)
from PIL import Image

from syncline.cli.app import run
from syncline.quality.syncnet.network import build

Capture = pytest.CaptureFixture[str]


def refused(capfd: Capture, code: int, words: str, *arguments: str | Path) -> None:
    """The command ends with a code and one sentence on standard error; with --json it prints the error document."""
    capfd.readouterr()
    assert run(["score", *map(str, arguments), "--quiet"]) == code
    told = capfd.readouterr()
    assert words in told.err, told.err
    assert told.err.count("\n") == 1
    assert "Traceback" not in told.err
    assert told.out == ""
    assert run(["score", *map(str, arguments), "--json"]) == code
    document = json.loads(capfd.readouterr().out)
    assert (document["schema"], document["exit_code"]) == ("syncline.error/1", code)


BAD: dict[str, tuple[Callable[[Path, Footage], Path], int, str]] = {
    "missing.mp4": (lambda path, _: path, 2, "no such file"),
    "empty.mp4": (lambda path, _: write_empty(path), 2, "the file is empty"),
    "random.mp4": (lambda path, _: random_bytes(path), 2, "not a media file"),
    "headless.mp4": (cut_before_index, 2, "cut off before its index"),
    "short.mp4": (cut_behind_index, 2, "cut"),
    "huge.mp4": (lambda path, _: huge_picture(path), 3, "limit"),
    "fast.mp4": (lambda path, _: thousand_pictures_a_second(path), 3, "frames a second"),
    "list.mp4": (lambda path, _: playlist(path, path.parent / "secret.ts"), 2, "playlist"),
    "noise.wav": (lambda path, _: nan_wav(path), 2, "no picture"),
    "still.png": (lambda path, person: write_still(path, person), 2, "still picture"),
    "mute.mp4": (lambda path, person: write_clip(path, person.frames[:10], 25), 2, "no sound"),
}


def write_empty(path: Path) -> Path:
    path.touch()
    return path


def write_still(path: Path, person: Footage) -> Path:
    Image.fromarray(person.frames[0]).save(path)
    return path


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_scored(name: str, person: Footage, tmp_path: Path, capfd: Capture) -> None:
    make, code, words = BAD[name]
    refused(capfd, code, words, make(tmp_path / name, person))


def test_a_sound_that_is_no_sound(plate: Path, tmp_path: Path, capfd: Capture) -> None:
    refused(capfd, 2, "not numbers", plate, "--audio", nan_wav(tmp_path / "nan.wav"))
    refused(capfd, 2, "no such file", plate, "--audio", tmp_path / "none.wav")
    refused(
        capfd,
        2,
        "no sound",
        plate,
        "--audio",
        write_clip(tmp_path / "mute.mp4", np.zeros((5, 64, 64, 3), np.uint8), 25),
    )


def test_no_face_and_no_speech_have_a_code_of_their_own(person: Footage, tmp_path: Path, capfd: Capture) -> None:
    grey = np.random.default_rng(3).integers(90, 110, (len(person.frames), 64, 96, 3), np.uint8)
    nobody = write_footage(tmp_path / "nobody.mp4", person, frames=grey)
    refused(capfd, 6, "no face is seen", nobody)
    t = np.arange(len(person.sound)) / person.sample_rate
    hum = (0.1 * np.sin(2 * np.pi * 100 * t)).astype(np.float32)[:, None]
    for name, sound in (("hum.mp4", hum), ("silence.mp4", np.zeros_like(hum))):
        quiet = write_footage(tmp_path / name, person, sound=np.repeat(sound, person.sound.shape[1], axis=1))
        refused(capfd, 6, "nobody is heard speaking", quiet)
    refused(capfd, 6, "no face is seen", nobody, "--transcript", "Guten Abend.", "--language", "de")


def test_a_face_that_is_not_there(plate: Path, capfd: Capture) -> None:
    refused(capfd, 2, "face", plate, "--face", "7")
    refused(capfd, 2, "face", plate, "--face", "nobody")


def test_gates_originals_and_weights_are_asked_for_before_the_work(
    plate: Path, person: Footage, tmp_path: Path, capfd: Capture
) -> None:
    refused(capfd, 2, "'cinema' is no gate", plate, "--gate", "cinema")
    gate = tmp_path / "gate.toml"
    gate.write_text("offset_pas_ms = [1, 2]")
    refused(capfd, 2, "offset_pass_ms is one", plate, "--gate", gate)
    refused(capfd, 2, "no such file", plate, "--against", tmp_path / "none.mp4")
    small = write_footage(tmp_path / "small.mp4", person, frames=person.frames[:, ::2, ::2])
    refused(capfd, 2, "give an original of the same size", plate, "--against", small)
    pytest.importorskip("torch", reason="the extra neural is not installed")
    refused(capfd, 2, "no such file of SyncNet weights", plate, "--syncnet", tmp_path / "none.model")
    refused(capfd, 2, "no SyncNet weights", plate, "--syncnet", random_bytes(tmp_path / "noise.model"))


@pytest.mark.slow
def test_syncnet_measures_a_clip(shared_data: Path, tmp_path: Path, capfd: Capture) -> None:
    torch = pytest.importorskip("torch", reason="the extra neural is not installed")
    torch.manual_seed(1)
    weights = tmp_path / "syncnet_v2.model"
    torch.save(build().state_dict(), weights)  # of no use to a viewer; the way through is the same
    clip = write_footage(
        tmp_path / "clip.mp4", cut(shared_data / "clips" / "german_news_de.mp4", start=1.0, seconds=2.6, height=256)
    )
    capfd.readouterr()
    run(["score", str(clip), "--syncnet", str(weights), "--report", str(tmp_path / "page"), "--json"])
    document = json.loads(capfd.readouterr().out)
    assert {"lse_d", "lse_c", "syncnet_offset"} <= set(document["figures"])
    (found,) = document["syncnet"]["tracks"]
    assert len(found["curve"]) == 31
    assert found["lse_d"] == pytest.approx(min(found["curve"]))
    assert found["end"] - found["start"] == pytest.approx(2.6, abs=0.05)
    assert 'id="lipsync"' in (tmp_path / "page" / "index.html").read_text(encoding="utf-8")


def test_without_torch_syncnet_ends_with_a_missing_dependency(
    plate: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib import util

    found = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name, *more: None if name == "torch" else found(name, *more))
    refused(capfd, 4, "syncline[neural]", plate, "--syncnet", plate)


def test_under_a_gate_it_ends_with_one(plate: Path, tmp_path: Path, capfd: Capture) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text("offset_required = true\n")  # a second and a half tells no offset
    capfd.readouterr()
    assert run(["score", str(plate), "--gate", str(gate), "--json"]) == 1
    document = json.loads(capfd.readouterr().out)
    assert (document["gate"], document["grade"]) == ("gate.toml", "fail")
    assert run(["score", str(plate), "--quiet"]) == 0


def test_options_of_a_folder_are_for_a_folder(plate: Path, tmp_path: Path, capfd: Capture) -> None:
    refused(capfd, 2, "--csv is for a folder", plate, "--csv", tmp_path / "out.csv")
    refused(capfd, 2, "--jobs is for a folder", plate, "--jobs", "2")
    refused(capfd, 2, "--audio is for one video", tmp_path, "--audio", plate)
    refused(capfd, 2, "a transcript is of one video", tmp_path, "--transcript", "Hello.")


def test_a_folder_without_videos(tmp_path: Path, capfd: Capture) -> None:
    refused(capfd, 2, "the folder holds no video", tmp_path)
    (tmp_path / "notes.pdf").write_text("no video")
    (tmp_path / ".hidden.mp4").write_text("no video")
    refused(capfd, 2, "by their names", tmp_path)
    (tmp_path / "a.mp4").touch()
    refused(capfd, 2, "processes", tmp_path, "--jobs", "0")


def test_many_files_are_judged_and_bad_ones_stop_nothing(
    plate: Path, person: Footage, tmp_path: Path, capfd: Capture
) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    good = folder / "sub" / "=good <b>.mp4"
    good.write_bytes(plate.read_bytes())
    random_bytes(folder / "random.mp4")
    (folder / "empty.mov").touch()
    write_footage(folder / "nobody.mp4", person, frames=np.full((30, 64, 96, 3), 99, np.uint8))
    table, report = tmp_path / "out.csv", tmp_path / "report"
    arguments = ["score", str(folder), "--csv", str(table), "--report", str(report), "--json"]
    capfd.readouterr()
    assert run(arguments) == 2
    told = capfd.readouterr()
    document = json.loads(told.out)
    assert document["schema"] == "syncline.scores/1"
    files = document["files"]
    assert {each["file"]: each["exit_code"] for each in files} == {
        "random.mp4": 2, "empty.mov": 2, "nobody.mp4": 6, "sub/=good <b>.mp4": 0,
    }  # fmt: skip
    assert [each["file"] for each in files][2:] == ["nobody.mp4", "sub/=good <b>.mp4"]
    assert files[-1]["score"]["schema"] == "syncline.score/1"
    assert "no face is seen" in files[2]["error"]["message"]
    with table.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["file"] for row in rows] == [each["file"] for each in files]
    assert [row["grade"] for row in rows] == ["none", "none", "none", files[-1]["grade"]]
    assert rows[-1]["offset_grade"] == "warn"
    index = (report / "index.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;" in index
    assert "<b>" not in index
    page = report / files[-1]["page"]
    assert f'href="{files[-1]["page"]}"' in index
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    refused(capfd, 2, "--force", folder, "--csv", table)
    refused(capfd, 2, "--force", folder, "--report", report)
    assert not [path for path in tmp_path.rglob("*") if ".part" in path.name]


def test_originals_of_a_folder_are_found_by_their_place(plate: Path, tmp_path: Path, capfd: Capture) -> None:
    judged, originals = tmp_path / "judged", tmp_path / "originals"
    for folder in (judged, originals):
        folder.mkdir()
        (folder / "a.mp4").write_bytes(plate.read_bytes())
    (judged / "b.mp4").write_bytes(plate.read_bytes())
    capfd.readouterr()
    assert run(["score", str(judged), "--against", str(originals), "--json"]) == 2
    files = {each["file"]: each for each in json.loads(capfd.readouterr().out)["files"]}
    assert files["a.mp4"]["score"]["figures"]["identity"]["value"] > 0.99
    assert "its original is not in the folder" in files["b.mp4"]["error"]["message"]


def test_the_sound_alone_can_be_another_file(plate: Path, person: Footage, tmp_path: Path, capfd: Capture) -> None:
    sound = write_wav(tmp_path / "same.wav", person.sound, person.sample_rate)
    capfd.readouterr()
    assert run(["score", str(plate), "--audio", str(sound), "--json"]) == 0
    figures = json.loads(capfd.readouterr().out)["figures"]
    assert "container" not in figures  # its starts say nothing of another file's sound
    assert {"offset", "closures"} <= set(figures)
