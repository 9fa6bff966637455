"""Photographs and texts through the command line, good and bad."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from footage import Footage
from PIL import Image

import syncline
from syncline.cli.app import run
from syncline.events import Note, Recorder
from syncline.media.read import read_pictures
from syncline.timeline import read_timeline


def photograph(path: Path, rgb: np.ndarray) -> Path:
    Image.fromarray(rgb).save(path)
    return path


@pytest.fixture
def portrait(person: Footage, tmp_path: Path) -> Path:
    return photograph(tmp_path / "pörträt 1%d.png", person.frames[3])


def crowd(person: Footage, across: int, down: int) -> np.ndarray:
    """Several of the same face, each a little smaller than the one before."""
    height, width = person.frames[0].shape[:2]
    canvas = np.full((down * height, across * width, 3), 128, np.uint8)
    for number in range(across * down):
        scale = 1.0 - 0.04 * number
        size = (round(width * scale), round(height * scale))
        small = np.asarray(Image.fromarray(person.frames[3]).resize(size))
        top, left = number // across * height, number % across * width
        canvas[top : top + size[1], left : left + size[0]] = small
    return canvas


def test_a_photograph_speaks_a_text(portrait: Path, tmp_path: Path) -> None:
    told = Recorder()
    text = syncline.Text("Maybe my mum may come by.", voice="en-us", rate=1.1)
    take = syncline.dub(portrait, text, tmp_path / "out.mp4", on_event=told)
    video = syncline.probe(take.output).video
    assert video is not None
    assert video.frames > 25
    timeline = read_timeline(take.timeline_path)
    assert timeline.engine.startswith("portrait ")
    assert [given.role for given in timeline.inputs] == ["plate", "text"]
    assert "en-us" in timeline.inputs[1].name
    assert any("en-us" in note.text for note in told.of(Note))
    assert take.score.figures["closures"].value == 1.0


def test_a_seed_repeats_the_take_and_still_keeps_all_but_the_mouth(portrait: Path, tmp_path: Path) -> None:
    def drawn(name: str, *more: str) -> np.ndarray:
        out = tmp_path / f"{name}.mkv"
        assert run(["dub", str(portrait), "--text", "Oh, maybe.", "-o", str(out), "--quiet", *more]) in (0, 1)
        return np.stack([picture.bgr() for picture in read_pictures(syncline.probe(out))]).astype(np.int16)

    one, two, other, still = drawn("1", "--seed", "7"), drawn("2", "--seed", "7"), drawn("3"), drawn("4", "--still")
    assert np.array_equal(one, two)
    assert np.count_nonzero(one - other) > 0.01 * one.size
    (photograph_,) = read_pictures(syncline.probe(portrait))
    assert np.array_equal(still[:, :20], np.broadcast_to(photograph_.bgr()[:20], still[:, :20].shape))


@pytest.mark.parametrize("face", ["auto", "largest", "5"])
def test_six_faces(person: Footage, tmp_path: Path, face: str, capfd: pytest.CaptureFixture[str]) -> None:
    plate = photograph(tmp_path / "crowd.png", crowd(person, 3, 2))
    out = tmp_path / "out.mp4"
    assert run(["dub", str(plate), "--text", "Maybe.", "-o", str(out), "--face", face]) in (0, 1)
    number = "5" if face == "5" else "0"
    assert f"6 faces: face {number} was chosen" in capfd.readouterr().err


def refused(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capfd.readouterr()
    code = run(arguments)
    told = capfd.readouterr().err
    last = told.splitlines()[-1]
    assert last.startswith("syncline: ")
    assert "Traceback" not in told
    return code, last


def test_a_face_that_is_not_there_or_too_small(
    person: Footage, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.mp4"
    plate = photograph(tmp_path / "grey.png", np.full((64, 64, 3), 120, np.uint8))
    code, told = refused(["dub", str(plate), "--text", "Maybe.", "-o", str(out)], capfd)
    assert (code, "no face" in told) == (2, True), told
    plate = photograph(tmp_path / "crowd.png", crowd(person, 2, 1))
    code, told = refused(["dub", str(plate), "--text", "Maybe.", "-o", str(out), "--face", "4"], capfd)
    assert (code, "no face 4" in told) == (2, True), told
    tiny = np.full((256, 256, 3), 90, np.uint8)
    tiny[100:140, 100 : 100 + 40] = np.asarray(Image.fromarray(person.frames[3][:, :256]).resize((40, 40)))
    plate = photograph(tmp_path / "tiny.png", tiny)
    code, told = refused(["dub", str(plate), "--text", "Maybe.", "-o", str(out)], capfd)
    assert code == 2
    assert "no face" in told or "small" in told
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "wanted", "words"),
    [
        (["--text", ""], 2, "nothing to say"),
        (["--text", "... !"], 2, "nothing to say"),
        (["--text", "word " * 4000], 3, "at most 10000"),
        (["--text", "Hello.", "--voice", "en-uz"], 2, "en-us"),
        (["--text", "Hello.", "--language", "qq"], 2, "qq"),
        (["--text", "你好，今天天气很好", "--voice", "en-us"], 2, "en-us"),
        (["--text", "Hello.", "--rate", "9"], 2, "rate"),
        (["--text", "Hello.", "--transcript", "Hello."], 2, "transcript"),
        (["--text", "Hello.", "--engine", "actor"], 2, "actor file"),
        ([], 2, "--audio"),
        (["--audio", "line.wav", "--text", "Hello."], 2, "either"),
        (["--audio", "line.wav", "--voice", "de"], 2, "--text"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else str(value),
)
def test_what_cannot_be_spoken_is_one_sentence(
    portrait: Path, tmp_path: Path, options: list[str], wanted: int, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code, told = refused(["dub", str(portrait), "-o", str(tmp_path / "out.mp4"), *options], capfd)
    assert code == wanted, told
    assert words in told
    assert not (tmp_path / "out.mp4").exists()


def test_a_clip_is_no_portrait(plate: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["dub", str(plate), "--text", "Hello.", "--engine", "portrait", "-o", str(tmp_path / "out.mp4")]
    code, told = refused(arguments, capfd)
    assert (code, "still pictures" in told) == (2, True), told


def test_reports_of_a_take_and_of_a_judged_clip(portrait: Path, tmp_path: Path) -> None:
    out, look = tmp_path / "out.mp4", tmp_path / "look"
    words = "Maybe my mother may buy a pepper plant, and a book about the moon."
    arguments = ["dub", str(portrait), "--text", words, "-o", str(out), "--report", str(look / "dub"), "--quiet"]
    assert run(arguments) in (0, 1)
    arguments = ["score", str(out), "--transcript", words, "--report", str(look / "score"), "--quiet"]
    assert run(arguments) in (0, 1)
    for name in ("dub", "score"):
        page = (look / name / "index.html").read_text(encoding="utf-8")
        assert "<title>" in page
        assert "mother" in page
