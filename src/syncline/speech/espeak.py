"""Text to phones, and to speech with phone times, by espeak-ng in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import espeakng_loader
import numpy as np
import numpy.typing as npt
import soxr

from syncline.errors import DependencyError, InputError, StageError
from syncline.speech.features import SAMPLE_RATE
from syncline.speech.ipa import clean

WORDS_PER_MINUTE = 175  # espeak-ng's own
MAX_CHARACTERS = 200_000  # a request: about four hours of speech
_TIMEOUT_S = 300.0

# BCP 47 language (with region where it matters) to espeak-ng's voice; others are tried under their own name.
VOICES = MappingProxyType(
    {
        "en": "en-us",
        "en-us": "en-us",
        "en-gb": "en",
        "en-au": "en",
        "zh": "cmn",
        "zh-cn": "cmn",
        "zh-tw": "cmn",
        "zh-hans": "cmn",
        "zh-hant": "cmn",
        "zh-hk": "yue",
        "cmn": "cmn",
        "yue": "yue",
        "pt": "pt-br",
        "pt-br": "pt-br",
        "pt-pt": "pt",
        "es": "es",
        "es-mx": "es-419",
        "fr": "fr",
        "fr-fr": "fr",
        "no": "nb",
        "iw": "he",
        "in": "id",
        "tl": "fil",
    }
)


@dataclass(frozen=True)
class SpokenPhone:
    """A phone that espeak-ng spoke: `ipa` ("" for a pause), start in seconds, index of its word event, -1: none."""

    ipa: str
    start: float
    word: int


@dataclass(frozen=True)
class SpokenWord:
    """A word event: where it starts in the text (characters), how many, and its start in seconds."""

    position: int
    length: int
    start: float


@dataclass(frozen=True)
class Spoken:
    """espeak-ng's own speech of a text: (n,) float32 at 16 kHz, -1..1, with its events."""

    text: str
    sound: npt.NDArray[np.float32]
    words: tuple[SpokenWord, ...]
    phones: tuple[SpokenPhone, ...]

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.sound) / SAMPLE_RATE


def voice_for(language: str) -> str:
    """espeak-ng's voice for a BCP 47 tag.

    Raises
    ------
    InputError : espeak-ng has no voice for the language.
    """
    tag = language.strip().replace("_", "-").lower()
    parts = tag.split("-")
    for length in range(len(parts), 0, -1):
        name = "-".join(parts[:length])
        voice = VOICES.get(name, name)
        if voice in _voices():
            return voice
    raise InputError(f"no pronunciation is known for the language {language!r}; give a BCP 47 tag such as en or pt-BR")


def speak(
    texts: Sequence[str], language: str, *, words_per_minute: Sequence[int] = (WORDS_PER_MINUTE,)
) -> list[Spoken]:
    """Speak each text and say when each phone starts. The same request gives the same answer, bit for bit.

    With several rates each text is spoken at each of them: the answers of the first text come first.

    Raises
    ------
    InputError : unknown language, or more text than `MAX_CHARACTERS`.
    StageError : espeak-ng failed.
    """
    if sum(map(len, texts)) > MAX_CHARACTERS:
        raise InputError(f"the text is longer than {MAX_CHARACTERS} characters", stage="speech")
    request = {
        "library": str(espeakng_loader.get_library_path()),
        "data": str(espeakng_loader.get_data_path()),
        "voice": voice_for(language),
        "texts": [[text, rate] for text in texts for rate in words_per_minute],
    }
    worker = Path(__file__).with_name("espeak_worker.py")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(worker)],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise StageError("espeak-ng did not answer in time", stage="speech") from exc
    if done.returncode != 0:
        raise StageError(f"espeak-ng failed with status {done.returncode}", stage="speech")
    header, _, sound = done.stdout.partition(b"\n")
    return _answers([text for text in texts for _ in words_per_minute], json.loads(header), sound)


def pronounce(words: Sequence[str], language: str) -> list[tuple[str, ...]]:
    """IPA phones of each word spoken alone, without stress and tone."""
    return [tuple(phone.ipa for phone in spoken.phones if phone.ipa) for spoken in speak(words, language)]


def _answers(texts: list[str], header: dict[str, list[dict[str, list[list[int]]]]], sound: bytes) -> list[Spoken]:
    rate = float(str(header["rate"]))
    samples = np.frombuffer(sound, "<i2").astype(np.float32) / 32768
    result, first = [], 0
    for text, answer in zip(texts, header["texts"], strict=True):
        count = int(str(answer["samples"]))
        own = samples[first : first + count]
        first += count
        result.append(
            Spoken(
                text,
                np.asarray(soxr.resample(own, rate, SAMPLE_RATE) if count else own, np.float32),
                tuple(SpokenWord(at, length, sample / rate) for at, length, sample in answer["words"]),
                tuple(SpokenPhone(clean(str(name)), sample / rate, word) for name, sample, word in answer["phones"]),
            )
        )
    return result


@lru_cache(maxsize=1)
def _voices() -> frozenset[str]:
    """Names of the voices in espeak-ng's data: the language files' own names and the `language` lines in them."""
    folder = Path(espeakng_loader.get_data_path()) / "lang"
    if not folder.is_dir():
        raise DependencyError("espeak-ng's data is missing; install espeakng-loader again", stage="speech")
    names = set()
    for path in folder.rglob("*"):
        if path.is_file():
            for line in path.read_text("utf-8", "replace").splitlines():
                if line.startswith("language "):
                    names.add(line.split()[1].lower())
    return frozenset(names)
