"""`align()`: a sound to its cue sheet, and the sheet to files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import syncline
from clips import wav
from syncline.errors import InputError
from syncline.events import Artifact, Note, Recorder
from syncline.speech.cuesheet import CueSheet, check
from syncline.speech.espeak import speak

TEXT = "Please buy the big map."


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNCLINE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spoken sentence with quiet around it."""
    spoken = speak([TEXT], "en-US")[0]
    quiet = np.random.default_rng(1).standard_normal(4000).astype(np.float32) * 1e-4
    y = np.concatenate([quiet, spoken.sound, quiet])[:, None]
    return wav(tmp_path_factory.mktemp("sound") / "line.wav", y * 32767, 16_000)


@pytest.fixture(scope="module")
def aligned(sound: Path) -> syncline.Alignment:
    return syncline.align(sound, TEXT, options=syncline.AlignOptions(language="en"))


def test_a_transcript_gets_its_times(aligned: syncline.Alignment, sound: Path) -> None:
    assert aligned.path == sound
    assert [word.text for word in aligned.cue.words] == ["Please", "buy", "the", "big", "map"]
    assert aligned.seconds == pytest.approx(aligned.cue.duration, abs=1e-6)
    check(aligned.cue)


def test_a_second_run_finds_what_the_first_has_kept(aligned: syncline.Alignment, sound: Path) -> None:
    recorder = Recorder()
    again = syncline.align(sound, TEXT, options=syncline.AlignOptions(language="en"), on_event=recorder)
    assert again.cue == aligned.cue
    kept = [event for event in recorder.events if isinstance(event, Artifact)]
    assert [event.cached for event in kept] == [True]


def test_words_that_another_has_found(aligned: syncline.Alignment, sound: Path, tmp_path: Path) -> None:
    given = syncline.write_cues(aligned.cue, tmp_path / "a.TextGrid", sound=sound)
    recorder = Recorder()
    options = syncline.AlignOptions(language="en", aligner=f"given:{given}")
    found = syncline.align(sound, options=options, on_event=recorder).cue
    assert [(w.text, w.start, w.end) for w in found.words] == [(w.text, w.start, w.end) for w in aligned.cue.words]
    assert any("given" in event.text for event in recorder.events if isinstance(event, Note))


@pytest.mark.parametrize("wrong", ["", "mfa2", "given", "given:", "given: "])
def test_an_aligner_that_is_none(wrong: str) -> None:
    with pytest.raises(InputError, match="aligner"):
        syncline.AlignOptions(aligner=wrong)


def test_a_language_that_is_no_code() -> None:
    with pytest.raises(InputError, match="language"):
        syncline.AlignOptions(language="../en")


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("a.json", '{\n  "schema": "syncline.cuesheet/1"'),
        ("a.TextGrid", 'File type = "ooTextFile"'),
        ("a.ctm", "line 1 "),
        ("a.srt", "1\n00:"),
        ("a.vtt", "WEBVTT"),
        ("a.tsv", "0.00\tX"),
        ("a.xml", "<?xml"),
        ("a.dat", "MohoSwitch1"),
    ],
)
def test_the_suffix_says_the_form(
    name: str, begins: str, aligned: syncline.Alignment, sound: Path, tmp_path: Path
) -> None:
    out = syncline.write_cues(aligned.cue, tmp_path / name, sound=sound)
    assert out.read_bytes().decode("utf-8").startswith(begins)
    with pytest.raises(InputError, match="exists already"):
        syncline.write_cues(aligned.cue, out, sound=sound)


def test_rhubarb_names_the_whole_path_of_the_sound(aligned: syncline.Alignment, sound: Path) -> None:
    document = json.loads(syncline.cue_text(aligned.cue, "rhubarb", sound=sound))
    assert document["metadata"] == {"soundFile": str(sound), "duration": round(aligned.seconds, 2)}


@pytest.mark.parametrize(
    ("fps", "rate"), [("25", 25), ("29.97", Fraction(30000, 1001)), ("30000/1001", Fraction(30000, 1001)), (50, 50)]
)
def test_frame_rates_as_people_write_them(fps: Any, rate: Fraction, aligned: syncline.Alignment) -> None:
    rows = syncline.cue_text(aligned.cue, "arkit", fps=fps).splitlines()
    assert len(rows) - 1 == int(np.ceil(aligned.seconds * float(rate) - 1e-9))


@pytest.mark.parametrize("fps", ["", "0", "-25", "25/0", "1e9", "nan", "9" * 50, "25 fps", "1e999999999"])
def test_what_is_no_frame_rate(fps: str, aligned: syncline.Alignment) -> None:
    with pytest.raises(InputError, match=r"frame rate|frames a second"):
        syncline.cue_text(aligned.cue, "arkit", fps=fps)


def test_the_sound_is_never_written_on(aligned: syncline.Alignment, sound: Path) -> None:
    before = sound.read_bytes()
    with pytest.raises(InputError, match="one of the inputs"):
        syncline.write_cues(aligned.cue, sound, "json", sound=sound, force=True)
    assert sound.read_bytes() == before


def test_a_form_that_the_suffix_does_not_say(aligned: syncline.Alignment, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name one of"):
        syncline.write_cues(aligned.cue, tmp_path / "a.csv")
    assert isinstance(aligned.cue, CueSheet)
    assert not list(tmp_path.iterdir())
