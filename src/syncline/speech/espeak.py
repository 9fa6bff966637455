"""Text to phones, and to speech with phone times, by espeak-ng in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import espeakng_loader
import numpy as np
import numpy.typing as npt
import soxr

from syncline.errors import DependencyError, InputError, LimitError, StageError
from syncline.speech.features import SAMPLE_RATE
from syncline.speech.ipa import clean
from syncline.speech.languages import hint
from syncline.speech.phonology import as_said

WORDS_PER_MINUTE = 175  # espeak-ng's own
PITCH = 50  # espeak-ng's own, of 0..100
MAX_CHARACTERS = 200_000  # a request: about four hours of speech
_MAX_SECONDS = 24 * 3600.0
_TIMEOUT_S = 300.0
_NATIVE_RATE = 22_050
_TOO_LONG = 5  # the worker's exit status

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
    """espeak-ng's own speech of a text: (n,) float32 at `rate` Hz, -1..1, with its events."""

    text: str
    sound: npt.NDArray[np.float32]
    words: tuple[SpokenWord, ...]
    phones: tuple[SpokenPhone, ...]
    rate: int = SAMPLE_RATE

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.sound) / self.rate


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
    raise InputError(f"no pronunciation is known for the language {language[:40]!r}; {hint(language)}")


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
    each = [text for text in texts for _ in words_per_minute]
    rates = list(words_per_minute) * len(texts)
    return [_at_analysis_rate(spoken) for spoken in synthesise(each, voice_for(language), rates=rates)]


def synthesise(
    texts: Sequence[str],
    voice: str,
    *,
    rates: Sequence[int] | int = WORDS_PER_MINUTE,
    pitch: int = PITCH,
    pitch_range: int = PITCH,
    max_seconds: float = _MAX_SECONDS,
) -> list[Spoken]:
    """Speak each text at espeak-ng's own sample rate, in a fresh process: the same request gives the same samples.

    Parameters
    ----------
    voice : espeak-ng's own name, with a variant behind a plus sign ("en-us+f3").
    rates : words a minute, one for all or one for each text. pitch, pitch_range : 0..100.

    Raises
    ------
    InputError : more text than `MAX_CHARACTERS`. LimitError : more sound than `max_seconds`. StageError : it failed.
    """
    speeds = [rates] * len(texts) if isinstance(rates, int) else list(rates)
    request = {
        "texts": [[text, speed, pitch, pitch_range] for text, speed in zip(texts, speeds, strict=True)],
        "most_samples": int(max_seconds * _NATIVE_RATE),
    }
    try:
        answer = _ask(texts, voice, request)
    except _TooLongError as exc:
        raise LimitError(f"the text takes more than {max_seconds / 60:g} minutes to say", stage="speech") from exc
    header, _, sound = answer.partition(b"\n")
    return _answers(texts, voice, json.loads(header), sound)


def phonemes(texts: Sequence[str], voice: str) -> list[str]:
    """Each text as espeak-ng would speak it: IPA with stress marks, words apart, punctuation left out.

    Raises
    ------
    InputError : more text than `MAX_CHARACTERS`. StageError : espeak-ng failed.
    """
    answer = _ask(texts, voice, {"texts": [[text] for text in texts], "silent": True})
    return [str(said) for said in json.loads(answer)["phonemes"]]


def pronounce(words: Sequence[str], language: str) -> list[tuple[str, ...]]:
    """IPA phones of each word spoken alone, without stress and tone."""
    return [tuple(phone.ipa for phone in spoken.phones if phone.ipa) for spoken in speak(words, language)]


class _TooLongError(Exception):
    """The worker stopped at the most samples asked for."""


def _ask(texts: Sequence[str], voice: str, request: dict[str, object]) -> bytes:
    if sum(map(len, texts)) > MAX_CHARACTERS:
        raise InputError(f"the text is longer than {MAX_CHARACTERS} characters", stage="speech")
    request = {
        "library": str(espeakng_loader.get_library_path()),
        "data": str(espeakng_loader.get_data_path()),
        "voice": voice,
        **request,
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
    if done.returncode == _TOO_LONG:
        raise _TooLongError
    if done.returncode != 0:
        raise StageError(f"espeak-ng failed with status {done.returncode}", stage="speech")
    return done.stdout


def _answers(
    texts: Sequence[str], voice: str, header: dict[str, list[dict[str, list[list[int]]]]], sound: bytes
) -> list[Spoken]:
    rate = int(str(header["rate"]))
    samples = np.frombuffer(sound, "<i2").astype(np.float32) / 32768
    result, first = [], 0
    for text, answer in zip(texts, header["texts"], strict=True):
        count = int(str(answer["samples"]))
        said = as_said([clean(str(name)) for name, _, _ in answer["phones"]], voice)
        result.append(
            Spoken(
                text,
                samples[first : first + count],
                tuple(SpokenWord(at, length, sample / rate) for at, length, sample in answer["words"]),
                tuple(
                    SpokenPhone(ipa, sample / rate, word)
                    for ipa, (_, sample, word) in zip(said, answer["phones"], strict=True)
                ),
                rate,
            )
        )
        first += count
    return result


def _at_analysis_rate(spoken: Spoken) -> Spoken:
    sound = spoken.sound
    if len(sound):
        sound = np.asarray(soxr.resample(sound, spoken.rate, SAMPLE_RATE), np.float32)
    return replace(spoken, sound=sound, rate=SAMPLE_RATE)


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
