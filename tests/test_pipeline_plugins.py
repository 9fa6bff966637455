"""`align()` by other aligners, and with words that are recognised: what is kept, and what is said where they lack."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import syncline
from clips import wav
from syncline.errors import DependencyError, InputError
from syncline.events import Artifact, Recorder
from syncline.speech.espeak import speak
from tiny_mfa import environment, write_mfa

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


def run(sound: Path, text: str | None = TEXT, **options: Any) -> tuple[syncline.Alignment, list[bool]]:
    """The alignment, and for each step whether it was found."""
    recorder = Recorder()
    found = syncline.align(sound, text, options=syncline.AlignOptions(language="en", **options), on_event=recorder)
    return found, [event.cached for event in recorder.events if isinstance(event, Artifact)]


@pytest.mark.parametrize("name", ["pocketsphinx", "espeak-dtw"])
def test_one_route_alone(name: str, sound: Path) -> None:
    both, _ = run(sound)
    alone, kept = run(sound, aligner=name)
    assert kept == [False]
    assert [word.text for word in alone.cue.words] == [word.text for word in both.cue.words]
    assert alone.cue.words != both.cue.words
    assert run(sound, aligner=name)[1] == [True]


def test_mfa_is_run_once_for_the_same_sound_text_and_version(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mfa(tmp_path)
    for key, value in environment(tmp_path).items():
        monkeypatch.setenv(key, value)
    first, kept = run(sound, aligner="mfa")
    assert first.cue.source == "mfa"
    assert kept == [False]
    assert run(sound, aligner="mfa")[1] == [True]
    write_mfa(tmp_path, "3.4.0")
    assert run(sound, aligner="mfa")[1] == [False]
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(DependencyError, match="needs the Montreal Forced Aligner"):
        run(sound, aligner="mfa")


def test_another_model_in_the_same_place_is_not_mistaken_for_the_old_one(sound: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from tiny_ctc import write_model

    model = write_model(tmp_path, [TEXT])
    first, kept = run(sound, aligner=f"ctc:{model}")
    assert [word.text for word in first.cue.words] == ["Please", "buy", "the", "big", "map"]
    assert kept == [False]
    assert run(sound, aligner=f"ctc:{model}")[1] == [True]
    labels = model.with_name("letters.pt.json")
    labels.write_text(labels.read_text().replace('"en"', '"en", "de"'))
    assert run(sound, aligner=f"ctc:{model}")[1] == [False]
    write_model(tmp_path, [TEXT, "Another sentence changes the weights."])
    os.utime(model, (1, 1))
    assert run(sound, aligner=f"ctc:{model}")[1] == [False]


@pytest.mark.parametrize("name", ["pocketsphinx", "espeak-dtw", "mfa", "ctc:model.pt"])
def test_without_words_only_our_own_can_help(name: str, sound: Path) -> None:
    with pytest.raises(InputError, match="needs a transcript, or words that are recognised"):
        run(sound, None, aligner=name)


@pytest.mark.parametrize("wrong", ["", "whisper", "whisper:", "whisper: ", "model"])
def test_words_by_nothing_that_is_known(wrong: str) -> None:
    with pytest.raises(InputError, match="whisper:FOLDER"):
        syncline.AlignOptions(words=wrong)


@pytest.fixture
def whisper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the form of a model, and a module in the place of faster-whisper that hears the sentence."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).write_text(name)

    class WhisperModel:
        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        def transcribe(self, *_: Any, **__: Any) -> Any:
            words = [SimpleNamespace(word=f" {word}", start=0.3, end=0.9, probability=0.9) for word in TEXT.split()]
            return iter([SimpleNamespace(words=words)]), SimpleNamespace(language="en")

    fake = ModuleType("faster_whisper")
    fake.WhisperModel = WhisperModel  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "faster_whisper", fake)
    monkeypatch.setattr("syncline.pipeline.plugins.missing", lambda: None)
    return folder


def test_recognised_words_get_the_times_of_our_aligner(whisper: Path, sound: Path) -> None:
    with_text, _ = run(sound)
    heard, kept = run(sound, None, words=f"whisper:{whisper}")
    assert heard.cue.words == with_text.cue.words  # not the rough times of whisper
    assert heard.cue.notes[0].startswith("words were recognised by faster-whisper (90% sure")
    assert kept[0] is False
    assert run(sound, None, words=f"whisper:{whisper}")[1] == [True, True]
    (whisper / "model.bin").write_text("another model")
    os.utime(whisper / "model.bin", (1, 1))
    assert run(sound, None, words=f"whisper:{whisper}")[1] == [False, True]


def test_recognised_words_can_go_to_any_aligner(whisper: Path, sound: Path) -> None:
    heard, _ = run(sound, None, words=f"whisper:{whisper}", aligner="espeak-dtw")
    assert len(heard.cue.words) == 5
    assert heard.cue.source == "espeak-dtw"


def test_words_are_not_recognised_where_they_are_given(whisper: Path, sound: Path) -> None:
    for options in ({"words": f"whisper:{whisper}"}, {"words": f"whisper:{whisper}", "aligner": "given:a.srt"}):
        with pytest.raises(InputError, match="the words are given"):
            run(sound, TEXT, **options)


def test_without_faster_whisper_it_says_what_to_install(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncline.pipeline.plugins.missing", lambda: "install it")
    with pytest.raises(DependencyError, match="install it"):
        run(sound, None, words=f"whisper:{tmp_path}")


def test_given_words_are_found_again(sound: Path, tmp_path: Path) -> None:
    cue = run(sound)[0].cue
    file = tmp_path / "cue.json"
    file.write_text(json.dumps(cue.to_json()))
    found, kept = run(sound, None, aligner=f"given:{file}")
    assert found.cue == cue
    assert kept == [False]
    assert run(sound, None, aligner=f"given:{file}")[1] == [True]
