"""Words of a sound whose text nobody gave, by faster-whisper, where the user has it and a model.

Whisper (A. Radford et al., Robust speech recognition via large-scale weak supervision, 2023) hears words well and their
times roughly: only its words are used, the aligners find when they are said. Nothing is downloaded.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy.typing as npt

from syncline.errors import DependencyError, InputError, LimitError, MissingInput, StageError
from syncline.speech.activity import speech_segments
from syncline.speech.aligners.base import primary
from syncline.speech.features import checked_sound

STAGE: Final = "words"
PREFIX: Final = "whisper:"
MAX_WORDS: Final = 200_000  # a day of speech
_FILES: Final = ("model.bin", "config.json", "tokenizer.json")  # without the last one it would ask the network
_BESIDE: Final = ("preprocessor_config.json", "vocabulary.json", "vocabulary.txt")
_HINT: Final = "words without a transcript need faster-whisper: pip install faster-whisper"
_AWAY_S: Final = 0.5  # a word further from any speech was invented: whisper writes captions into silence
_UNSURE: Final = 0.4  # probability under which a word is named in the notes
_NAMED: Final = 5
_CODES: Final = {"fil": "tl", "iw": "he", "in": "id"}  # whisper's own names of languages


@dataclass(frozen=True)
class HeardWord:
    """A word as whisper writes it, a space in front where one is written; rough times in seconds; probability 0..1."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Heard:
    """What was heard: BCP 47 language, words in order, and how many were left out because nothing is said there."""

    language: str
    words: tuple[HeardWord, ...]
    invented: int = 0

    @property
    def text(self) -> str:
        """The words as one text."""
        return "".join(word.text for word in self.words).strip()

    def notes(self) -> tuple[str, ...]:
        """Sentences for the user."""
        if not self.words:
            return ("no words were recognised in the sound",)
        mean = sum(word.probability for word in self.words) / len(self.words)
        notes = [f"words were recognised by faster-whisper ({mean:.0%} sure on the mean): they may be wrong"]
        unsure = sorted((word for word in self.words if word.probability < _UNSURE), key=lambda word: word.probability)
        if unsure:
            named = ", ".join(f"{word.text.strip()!r} at {word.start:.1f} s" for word in unsure[:_NAMED])
            notes.append(f"least sure of {len(unsure)} of {len(self.words)} words: {named}")
        if self.invented:
            notes.append(f"{self.invented} recognised words were left out: nothing is said where they should be")
        return tuple(notes)


def missing() -> str | None:
    """Why words cannot be recognised here and what to install; None where they can. Nothing is loaded."""
    return None if importlib.util.find_spec("faster_whisper") is not None else _HINT


def model_files(model: Path) -> tuple[Path, ...]:
    """The files of a model's folder (CTranslate2's form of whisper) that decide what is heard.

    Raises
    ------
    MissingInput : no such folder. InputError : it lacks a file that would have to be downloaded.
    """
    if not model.is_dir():
        raise MissingInput("there is no such folder with a whisper model", file=model, stage=STAGE)
    lacking = [name for name in _FILES if not (model / name).is_file()]
    if lacking:
        raise InputError(
            f"the folder is no model of faster-whisper: {', '.join(lacking)} is missing, and nothing is downloaded",
            file=model,
            stage=STAGE,
        )
    return tuple(model / name for name in (*_FILES, *_BESIDE) if (model / name).is_file())


def transcribe(y16k: npt.ArrayLike, model: Path, language: str | None = None) -> Heard:
    """Recognise the words of a sound.

    y16k : (n,) mono 16 kHz. model : folder of a faster-whisper model. language : BCP 47; None: whisper tells it.

    Raises
    ------
    DependencyError : faster-whisper is not installed. MissingInput, InputError : the model, the sound, or a language
        that whisper does not know. StageError : it failed on the sound.
    """
    y = checked_sound(y16k)
    model_files(model)
    try:
        library = importlib.import_module("faster_whisper")
    except ImportError as exc:
        raise DependencyError(_HINT, stage=STAGE) from exc
    try:
        whisper = library.WhisperModel(str(model), device="cpu", compute_type="int8", local_files_only=True)
    except (RuntimeError, ValueError, OSError) as exc:
        raise InputError("faster-whisper cannot load this model", file=model, stage=STAGE) from exc
    try:
        # Text carried over from one window to the next makes whisper repeat itself; times need no such memory.
        segments, info = whisper.transcribe(
            y, language=_code(language), word_timestamps=True, condition_on_previous_text=False
        )
    except ValueError as exc:  # its documented answer to a language that the model does not have
        raise InputError(f"whisper does not know the language {str(language)[:20]!r}", stage=STAGE) from exc
    try:
        return heard_from(segments, info, speech_segments(y), language)
    except RuntimeError as exc:
        raise StageError(f"faster-whisper failed: {str(exc)[:120]}", stage=STAGE) from exc


def heard_from(
    segments: Iterable[Any], info: Any, speech: Iterable[tuple[float, float]], language: str | None = None
) -> Heard:
    """What faster-whisper answers, as words; those that lie far from all `speech` (seconds) are left out.

    segments : objects with `words`, each with `word`, `start`, `end`, `probability`; they may be made as they are read.
    info : an object with `language`.
    """
    stretches = list(speech)
    words: list[HeardWord] = []
    invented = 0
    for segment in segments:
        for found in segment.words or ():
            text, start, end = str(found.word), float(found.start), float(found.end)
            if not text.strip() or not (math.isfinite(start) and math.isfinite(end)):
                continue
            if not any(first - _AWAY_S < end and start < last + _AWAY_S for first, last in stretches):
                invented += 1
                continue
            sure = float(found.probability)
            words.append(HeardWord(text, start, end, min(max(sure, 0.0), 1.0) if math.isfinite(sure) else 0.0))
        if len(words) > MAX_WORDS:
            raise LimitError(f"more than {MAX_WORDS} words were recognised: cut the sound", stage=STAGE)
    return Heard(language or str(info.language), tuple(words), invented)


def _code(language: str | None) -> str | None:
    return None if language is None else _CODES.get(primary(language), primary(language))
