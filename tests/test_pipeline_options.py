"""Options are checked once, where they enter; transcripts may be text or a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syncline import ActorOptions, DubOptions
from syncline.errors import InputError, LimitError, MissingInput
from syncline.events import Fallback, Recorder
from syncline.pipeline import options as module
from syncline.pipeline.options import read_transcript, thread_count
from syncline.pipeline.prepare import language_of


@pytest.mark.parametrize(
    "wrong",
    [
        {"engine": "neural"},
        {"face": "left"},
        {"face": -1},
        {"face": "99999999999"},
        {"sync_mode": "stretch"},
        {"crf": 52},
        {"crf": -1},
        {"preset": "placebo; rm -rf /"},
        {"video_codec": "libx264"},
        {"audio_codec": "mp3"},
        {"threads": 0},
        {"threads": 65},
        {"language": "klingon-language"},
        {"language": ""},
        {"language": "../en"},
    ],
)
def test_a_wrong_value_is_named(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(InputError, match=name.replace("_", " ")):
        DubOptions(**wrong)


def test_a_face_may_be_a_number_in_text() -> None:
    assert DubOptions(face="2").face == 2
    assert DubOptions(face="auto").face == "auto"
    assert ActorOptions(face="0").face == 0


def test_text_or_file(tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("some words")
    assert DubOptions.text_or_file(str(words)) == words
    assert DubOptions.text_or_file("some words") == "some words"
    assert DubOptions.text_or_file("missing.txt") == Path("missing.txt")
    assert DubOptions.text_or_file("He said: see notes.txt") == "He said: see notes.txt"
    assert DubOptions.text_or_file("a\nb") == "a\nb"
    assert DubOptions.text_or_file("a" * 5000) == "a" * 5000
    assert DubOptions.text_or_file("") == ""


def test_a_transcript_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes("\ufeff  Grüße, Welt \r\n".encode())
    assert read_transcript(path) == "Grüße, Welt"
    assert read_transcript("  \n ") is None
    assert read_transcript(None) is None


def test_hostile_transcripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.txt"
    with pytest.raises(MissingInput):
        read_transcript(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_transcript(path)
    path.write_bytes(b"a\x00b")
    with pytest.raises(InputError, match="control"):
        read_transcript(path)
    with pytest.raises(InputError):
        read_transcript(tmp_path)
    monkeypatch.setattr(module, "MAX_TRANSCRIPT_BYTES", 2)
    with pytest.raises(LimitError):
        read_transcript(path)
    with pytest.raises(LimitError):
        read_transcript("longer than two")


def test_threads() -> None:
    assert thread_count(3) == 3
    assert thread_count(None) >= 1


@pytest.mark.parametrize(
    ("transcript", "asked", "language", "told"),
    [
        (None, None, None, False),
        ("hello there", "de", "de", False),
        ("hello there", None, "en", True),
        ("真っ昼間なのに", None, "ja", False),
        ("经广州日报报道", None, "zh", True),
        ("안녕하세요", None, "ko", False),
        ("Привет", None, "ru", True),
    ],
)
def test_the_language_is_the_one_asked_for_or_a_guess_that_is_told(
    transcript: str | None, asked: str | None, language: str | None, told: bool
) -> None:
    events = Recorder()
    assert language_of(transcript, asked, events) == language
    assert bool(events.of(Fallback)) == told


def test_a_transcript_longer_than_a_file_name_is_text() -> None:
    text = "so my fellow Americans " * 20
    assert DubOptions.text_or_file(text) == text
