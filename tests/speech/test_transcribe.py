"""Words by faster-whisper: objects of its documented shape take its place, itself only where it is installed."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from syncline.errors import DependencyError, InputError, MissingInput, StageError
from syncline.speech import transcribe as module
from syncline.speech.espeak import Spoken
from syncline.speech.transcribe import heard_from, model_files, transcribe

_OWN = "SYNCLINE_WHISPER_MODEL"  # a folder with a model of one's own


@dataclass
class FoundWord:
    """faster_whisper.transcribe.Word."""

    start: float
    end: float
    word: str
    probability: float


@dataclass
class FoundSegment:
    """faster_whisper.transcribe.Segment, as far as it is read."""

    words: list[FoundWord] | None
    text: str = ""
    start: float = 0.0
    end: float = 0.0


@dataclass
class Info:
    """faster_whisper.transcribe.TranscriptionInfo, as far as it is read."""

    language: str = "en"
    language_probability: float = 0.99


def segment(*words: tuple[str, float, float, float]) -> FoundSegment:
    return FoundSegment([FoundWord(start, end, word, sure) for word, start, end, sure in words])


def test_words_of_all_segments_in_a_row() -> None:
    found = iter(
        [
            segment((" Buy", 0.5, 0.7, 0.9), (" five", 0.7, 1.0, 0.8)),
            FoundSegment(None),
            segment((" maps.", 1.1, 1.5, 0.3)),
        ]
    )
    heard = heard_from(found, Info(), [(0.4, 1.6)])
    assert heard.text == "Buy five maps."
    assert heard.language == "en"
    assert [(word.start, word.end) for word in heard.words] == [(0.5, 0.7), (0.7, 1.0), (1.1, 1.5)]
    assert heard.notes() == (
        "words were recognised by faster-whisper (67% sure on the mean): they may be wrong",
        "least sure of 1 of 3 words: 'maps.' at 1.1 s",
    )


def test_scripts_without_spaces_are_joined_as_written() -> None:
    heard = heard_from([segment(("你", 0, 0.2, 1), ("好", 0.2, 0.4, 1))], Info("zh"), [(0.0, 1.0)])
    assert heard.text == "你好"


def test_captions_written_into_silence_are_left_out() -> None:
    found = [segment((" Hello", 1.0, 1.4, 0.9)), segment((" Thanks", 8.0, 8.5, 0.9), (" for", 8.5, 8.6, 0.9))]
    heard = heard_from(found, Info(), [(0.9, 1.5)])
    assert heard.text == "Hello"
    assert heard.invented == 2
    assert any("2 recognised words were left out" in note for note in heard.notes())


def test_numbers_that_are_none_do_no_harm() -> None:
    found = [
        segment((" a", float("nan"), 1, 0.5), (" b", 0.1, 0.2, float("nan")), ("  ", 0.2, 0.3, 1), (" c", 0.2, 0.3, 7))
    ]
    heard = heard_from(found, Info(), [(0.0, 1.0)])
    assert [(word.text, word.probability) for word in heard.words] == [(" b", 0.0), (" c", 1.0)]


def test_nothing_heard_is_said() -> None:
    assert heard_from([], Info(), []).notes() == ("no words were recognised in the sound",)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "whisper-tiny"
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes(name.encode())
    return folder


@dataclass
class Calls:
    """What faster-whisper was asked."""

    made: list[Any] = field(default_factory=list)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """A module with the documented class in the place of faster-whisper."""
    calls = Calls()

    class WhisperModel:
        def __init__(self, model_size_or_path: str, device: str, compute_type: str, local_files_only: bool) -> None:
            calls.made.append((model_size_or_path, device, compute_type, local_files_only))
            if "broken" in model_size_or_path:
                raise RuntimeError("Unsupported model binary version")

        def transcribe(
            self, audio: np.ndarray, language: str | None, word_timestamps: bool, condition_on_previous_text: bool
        ) -> Any:
            calls.made.append((len(audio), audio.dtype, language, word_timestamps))
            if language == "tlh":
                raise ValueError("'tlh' is not a valid language code")

            def segments() -> Iterator[FoundSegment]:
                yield segment((" Please", 0.6, 0.9, 0.9), (" buy", 0.9, 1.1, 0.9))
                if language == "de":
                    raise RuntimeError("out of memory")

            return segments(), Info(language or "en")

    fake = ModuleType("faster_whisper")
    fake.WhisperModel = WhisperModel  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "faster_whisper", fake)
    return calls


def test_it_is_asked_as_documented_and_offline(library: Calls, model: Path, spoken_english: Spoken) -> None:
    heard = transcribe(spoken_english.sound, model)
    assert heard.text == "Please buy"
    assert library.made == [
        (str(model), "cpu", "int8", True),
        (len(spoken_english.sound), np.dtype(np.float32), None, True),
    ]
    assert transcribe(spoken_english.sound, model, "en-GB").language == "en-GB"
    assert library.made[-1][2] == "en"


@pytest.mark.parametrize(("tag", "code"), [("cmn", "zh"), ("nb", "no"), ("iw", "he"), ("fil", "tl"), ("pt-BR", "pt")])
def test_languages_by_whispers_names(tag: str, code: str, library: Calls, model: Path, spoken_english: Spoken) -> None:
    transcribe(spoken_english.sound, model, tag)
    assert library.made[-1][2] == code


def test_its_failures_are_sorted_by_who_can_mend_them(
    library: Calls, model: Path, spoken_english: Spoken, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="does not know the language 'tlh'"):
        transcribe(spoken_english.sound, model, "tlh")
    with pytest.raises(StageError, match="out of memory"):
        transcribe(spoken_english.sound, model, "de")
    with pytest.raises(InputError, match="cannot load this model"):
        transcribe(spoken_english.sound, model.rename(tmp_path / "broken"))


def test_a_folder_that_would_need_a_download_is_refused(model: Path) -> None:
    (model / "tokenizer.json").unlink()
    with pytest.raises(InputError, match=r"tokenizer\.json is missing, and nothing is downloaded"):
        model_files(model)
    with pytest.raises(MissingInput, match="no such folder"):
        model_files(model / "none")


def test_without_the_library_what_to_install_is_said(
    model: Path, spoken_english: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(DependencyError, match="pip install faster-whisper"):
        transcribe(spoken_english.sound, model)


def test_a_model_of_ones_own(spoken_english: Spoken) -> None:
    if module.missing() is not None or not os.environ.get(_OWN):
        pytest.skip(f"faster-whisper is not installed, or {_OWN} names no model")
    heard = transcribe(spoken_english.sound, Path(os.environ[_OWN]), "en")
    assert "brother" in heard.text.lower()


def test_whether_it_is_there_is_told_without_loading_it() -> None:
    there = importlib.util.find_spec("faster_whisper") is not None
    assert (module.missing() is None) == there
