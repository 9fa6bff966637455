"""What may be asked of a dub and of an actor build, checked once where it enters."""

from __future__ import annotations

import codecs
import dataclasses
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncline.errors import InputError, LimitError, MissingInput
from syncline.speech.languages import hint

ENGINES = ("auto", "actor", "portrait")
FACES = ("auto", "largest", "speaking")
SYNC_MODES = ("cut_off", "loop", "bounce", "silence", "remap")
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")
VIDEO_CODECS = ("auto", "h264", "prores", "ffv1")
AUDIO_CODECS = ("auto", "aac", "pcm")
MAX_THREADS = 64
MAX_TRANSCRIPT_BYTES = 1 << 20  # half an hour of speech has about 40 kB
MAX_FACE = 1000
MAX_SEED = 2**32 - 1
_TEXT_SUFFIXES = (".txt", ".text", ".md")


@dataclass(frozen=True)
class DubOptions:
    """How to dub.

    Attributes
    ----------
    transcript : what the sound says: the text, or the `Path` of a file that holds it. Without it phones are recognised.
    language : BCP 47 code of the sound ("de", "pt-BR"); None is worked out from the transcript's script, else English.
    actor : actor file of the person on screen; None learns from the plate itself.
    engine : what draws the mouth, one of `ENGINES`; "auto" is the best that is installed.
    face : whose mouth: "auto" (who speaks in the plate's own sound, else the largest), "largest", "speaking", or a
        number from 0, in order of size.
    sync_mode : what happens where sound and picture differ in length, one of `SYNC_MODES`.
    crf, preset : quality (0 lossless .. 51) and effort of H.264.
    video_codec, audio_codec : "auto" follows the suffix of the output.
    still : of a portrait only the mouth moves: no blinks, no head motion.
    seed : repeats a portrait's blinks and head motion; another one gives others.
    tone_map : accept an HDR plate and bring it to SDR.
    threads : drawing threads; None is one a core.
    cache : use and keep results of steps.
    force : overwrite existing outputs.

    Raises InputError for a value that is none of these.
    """

    transcript: str | Path | None = None
    language: str | None = None
    actor: str | Path | None = None
    engine: str = "auto"
    face: str | int = "auto"
    sync_mode: str = "cut_off"
    crf: int = 18
    preset: str = "superfast"
    video_codec: str = "auto"
    audio_codec: str = "auto"
    tone_map: bool = False
    still: bool = False
    seed: int = 0
    threads: int | None = None
    cache: bool = True
    force: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "face", checked_face(self.face))
        _one_of("engine", self.engine, ENGINES)
        _one_of("sync mode", self.sync_mode, SYNC_MODES)
        _one_of("preset", self.preset, PRESETS)
        _one_of("video codec", self.video_codec, VIDEO_CODECS)
        _one_of("audio codec", self.audio_codec, AUDIO_CODECS)
        _within("crf", self.crf, 0, 51)
        _within("seed", self.seed, 0, MAX_SEED)
        _check_threads(self.threads)
        _check_language(self.language)

    @staticmethod
    def text_or_file(value: str) -> str | Path:
        """Read a command line's TEXT|FILE: a file where there is one, or where the value looks like a file's name."""
        if value and len(value) < 1024 and "\0" not in value and "\n" not in value:
            path = Path(value)
            if os.path.isfile(value) or (path.suffix.lower() in _TEXT_SUFFIXES and len(value.split()) == 1):
                return path
        return value

    def document(self) -> dict[str, Any]:
        """The options as plain JSON data."""
        return {
            field.name: str(value) if isinstance(value := getattr(self, field.name), Path) else value
            for field in dataclasses.fields(self)
        }


@dataclass(frozen=True)
class ActorOptions:
    """How to build an actor: `language` spoken in the footage, `face`, `threads`, `cache` and `force` as in a dub.

    Raises InputError for a value out of range.
    """

    language: str | None = None
    face: str | int = "auto"
    threads: int | None = None
    cache: bool = True
    force: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "face", checked_face(self.face))
        _check_threads(self.threads)
        _check_language(self.language)


def checked_face(face: str | int) -> str | int:
    """Return a choice of face as a name or a number. Raises InputError."""
    if isinstance(face, str) and face.isdecimal():
        face = int(face) if len(face) < 6 else MAX_FACE + 1
    if isinstance(face, int):
        if not 0 <= face <= MAX_FACE:
            raise InputError(f"face {face} is not a number from 0 to {MAX_FACE}")
        return face
    return _one_of("face", face, (*FACES, "a number"))


def thread_count(threads: int | None) -> int:
    """Threads to use: those asked for, else one a core that this process may run on."""
    if threads is not None:
        return threads
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on this platform
        return max(1, os.cpu_count() or 1)


def read_transcript(transcript: str | Path | None) -> str | None:
    """Return the text of a transcript, None where there is none or only white space.

    Raises MissingInput, InputError or LimitError for a file that is no text.
    """
    if transcript is None:
        return None
    text = _read_text(transcript) if isinstance(transcript, Path) else transcript
    if len(text.encode("utf-8", errors="replace")) > MAX_TRANSCRIPT_BYTES:
        raise LimitError(f"the transcript is longer than {MAX_TRANSCRIPT_BYTES} bytes")
    if any(character < " " and not character.isspace() for character in text):
        raise InputError(
            "the transcript holds control characters, so it is no text",
            file=transcript if isinstance(transcript, Path) else None,
        )
    return text.strip() or None


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_TRANSCRIPT_BYTES:
            raise LimitError(f"the transcript is longer than {MAX_TRANSCRIPT_BYTES} bytes", file=path)
        data = path.read_bytes()
        return data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except FileNotFoundError as exc:
        raise MissingInput("there is no such transcript", file=path) from exc
    except UnicodeDecodeError as exc:
        raise InputError("the transcript is no UTF-8 text: save it as UTF-8", file=path) from exc
    except OSError as exc:
        raise InputError(f"the transcript cannot be read ({exc.strerror})", file=path) from exc


def _one_of(what: str, value: str, choices: Collection[str]) -> str:
    if value not in choices:
        raise InputError(f"{what} {str(value)[:60]!r} is not one of {', '.join(choices)}")
    return value


def _within(what: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise InputError(f"{what} {value} is not between {low} and {high}")


def _check_threads(threads: int | None) -> None:
    if threads is not None:
        _within("threads", threads, 1, MAX_THREADS)


def _check_language(language: str | None) -> None:
    if language is None:
        return
    parts = language.replace("_", "-").split("-")
    if not (2 <= len(parts[0]) <= 3 and all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts)):
        raise InputError(f"language {language[:40]!r} is no BCP 47 code; {hint(language)}")
