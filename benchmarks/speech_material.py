"""Recordings whose word times are known: GRID's clips, the same in noise, and lines of six languages.

A boundary is the start of a word or the end of the last one, so a sentence of six words has seven. GRID's times were
made by an aligner that knew the grammar (10 ms steps); its first label is at times hundreds of milliseconds early. The
times of the other lines are machines' too: no hand has corrected any of them.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from benchmarks.grid_split import RATE, read_sentence
from benchmarks.material import DATA, LINES
from syncline.speech.cuesheet import Word
from syncline.speech.features import SAMPLE_RATE
from syncline.speech.given import textgrid

FloatArray = npt.NDArray[np.float32]
GRID = DATA / "grid_s1"
TEST_CLIPS = 100
TALKERS = 8  # clips that babble is made of
CONDITIONS = (("clean", 0), *((kind, db) for kind in ("pink", "babble") for db in (20, 10, 5)))


PAUSE_S = 0.2  # between words: from here on nobody takes it for fluent speech


@dataclass(frozen=True)
class Spoken:
    """A recording and when each word is said: mono 16 kHz sound, words with seconds."""

    name: str
    language: str
    transcript: str
    sound: FloatArray
    words: tuple[Word, ...]


def grid_split() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the clips for the test, the 100 whose names have the smallest SHA-256, and of the others, for choices.

    Raises
    ------
    ValueError : the folder does not hold the 269 clips.
    """
    names = sorted(path.stem for path in GRID.glob("*.mpg"))
    if len(names) != 269:
        raise ValueError(f"{GRID.name} holds {len(names)} clips, not the 269 that the split is defined on")
    ranked = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return tuple(sorted(ranked[:TEST_CLIPS])), tuple(sorted(ranked[TEST_CLIPS:]))


def grid_clip(name: str, kind: str = "clean", db: int = 0) -> Spoken:
    """A GRID clip, in noise if asked: `kind` is clean, pink or babble, `db` the speech's level over it."""
    sentence = read_sentence(GRID, name)
    words = tuple(
        Word(text, start / RATE, end / RATE)
        for text, (start, end) in zip(sentence.words, sentence.intervals, strict=True)
    )
    return Spoken(name, "en-GB", sentence.transcript, _in_noise(name, words, kind, db), words)


def lines() -> tuple[Spoken, ...]:
    """The recorded lines of six languages with machine-made times."""
    folder = DATA / "speech"
    made = [
        _spoken(name, LINES[key].sound, language, LINES[key].transcript, _vendor(folder / f"{stem}.words.json"))
        for name, key, language, stem in (
            ("en", "en", "en-US", "leopard_test"),
            ("de", "de", "de", "leopard_test_de"),
            ("es", "es", "es", "leopard_test_es"),
            ("fr", "fr", "fr", "leopard_test_fr"),
            ("ja", "ja", "ja", "leopard_test_ja"),
        )
    ]
    mandarin = _grid_words(folder / "charsiu_SSB00050015.TextGrid")
    made.append(_spoken("zh", LINES["zh"].sound, "zh-CN", LINES["zh"].transcript, mandarin))
    read = _grid_words(folder / "bfa_LJ001-0001.TextGrid")
    made.append(_spoken("en (read)", LINES["lj"].sound, "en-US", LINES["lj"].transcript, read))
    free = _grid_words(folder / "mfa_acoustic_corpus.TextGrid")
    text = " ".join(word.text for word in free)
    made.append(_spoken("en (spontaneous)", folder / "mfa_acoustic_corpus.wav", "en-US", text, free))
    return tuple(made)


def boundary_errors(found: Sequence[Word], known: Sequence[Word]) -> npt.NDArray[np.float64]:
    """Found minus known time of each boundary that both have, in seconds: (n,) float64.

    Words are matched by the letters before them: languages without spaces are split differently by different programs,
    and a boundary that only one of them has is left out. The last end counts as one more boundary.
    """
    ours, theirs = _starts(found), _starts(known)
    shared = sorted(ours.keys() & theirs.keys())
    errors = [ours[place] - theirs[place] for place in shared]
    return np.array(errors, np.float64)


def without_gaps(words: Sequence[Word]) -> list[Word]:
    """Words whose gaps under `PAUSE_S` are closed in the middle.

    Recognisers give words as short as what they are sure of: one vendor leaves 30 to 170 ms between any two words of
    fluent speech, and some words no length. Where one word ends and the next begins is then somewhere in the gap.
    """
    result: list[Word] = []
    for word in words:
        if result and 0 < word.start - result[-1].end < PAUSE_S:
            middle = (word.start + result[-1].end) / 2
            result[-1] = replace(result[-1], end=middle)
            word = replace(word, start=middle)
        result.append(word)
    return result


def concatenated(seconds: float) -> Spoken:
    """GRID test clips one after the other for at least so long: the sounds whole, the sentences in one text."""
    sounds: list[FloatArray] = []
    texts: list[str] = []
    words: list[Word] = []
    names, _ = grid_split()
    total = 0
    while total < seconds * SAMPLE_RATE:
        clip = grid_clip(names[len(sounds) % len(names)])
        start = total / SAMPLE_RATE
        words += [Word(word.text, word.start + start, word.end + start) for word in clip.words]
        texts.append(f"{clip.transcript}.")
        sounds.append(clip.sound)
        total += len(clip.sound)
    return Spoken(f"{seconds:g} s", "en-GB", " ".join(texts), np.concatenate(sounds), tuple(words))


def _starts(words: Sequence[Word]) -> dict[int, float]:
    """Times by the number of letters before them; the end of the last word stands under the number of all letters."""
    times: dict[int, float] = {}
    letters = 0
    for word in words:
        times[letters] = word.start
        letters += len(_letters(word.text))
    if words:
        times[letters] = words[-1].end
    return times


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in plain if sign.isalnum())


def _spoken(name: str, path: Path, language: str, transcript: str, words: tuple[Word, ...]) -> Spoken:
    y, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = np.asarray(soxr.resample(y.mean(axis=1), rate, SAMPLE_RATE), np.float32)
    return Spoken(name, language, transcript, sound, words)


def _vendor(path: Path) -> tuple[Word, ...]:
    document = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Word(item["word"], item["start_sec"], item["end_sec"]) for item in document["words"])


def _grid_words(path: Path) -> tuple[Word, ...]:
    given = textgrid.read_textgrid(path.read_text(encoding="utf-8"))
    return tuple(Word(span.text, span.start, span.end or span.start) for span in given.words)


@lru_cache(maxsize=300)
def _grid_sound(name: str) -> FloatArray:
    with av.open(str(GRID / f"{name}.mpg")) as container:
        stream = container.streams.audio[0]
        frames: list[Any] = [frame.to_ndarray() for frame in container.decode(stream)]
        rate = stream.rate
    samples = np.concatenate(frames, axis=1)
    if samples.dtype != np.float32:
        samples = samples.astype(np.float32) / np.iinfo(samples.dtype).max
    return np.asarray(soxr.resample(samples.mean(axis=0), rate, SAMPLE_RATE), np.float32)


def _in_noise(name: str, words: Sequence[Word], kind: str, db: int) -> FloatArray:
    """The clip with noise `db` under its level between the first word and the last; the same each time."""
    y = _grid_sound(name)
    if kind == "clean":
        return y
    seed = int(hashlib.sha256(f"{name}{kind}{db}".encode()).hexdigest()[:8], 16)
    rng = np.random.default_rng(seed)
    noise = _pink(len(y), rng) if kind == "pink" else _babble(len(y), name, rng)
    said = y[int(words[0].start * SAMPLE_RATE) : int(words[-1].end * SAMPLE_RATE)]
    mixed = y + noise * np.sqrt(np.mean(said**2) / np.mean(noise**2) * 10 ** (-db / 10))
    return np.asarray(mixed / max(1.0, float(np.abs(mixed).max())), np.float32)


def _pink(samples: int, rng: np.random.Generator) -> FloatArray:
    frequencies = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    spectrum = rng.standard_normal(len(frequencies)) + 1j * rng.standard_normal(len(frequencies))
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(frequencies, 20.0)), samples).astype(np.float32)


def _babble(samples: int, name: str, rng: np.random.Generator) -> FloatArray:
    """Other clips of the same talker at one level, each turned to begin somewhere."""
    others = sorted(path.stem for path in GRID.glob("*.mpg") if path.stem != name)
    mixed = np.zeros(samples, np.float32)
    for other in rng.choice(len(others), TALKERS, replace=False):
        voice = np.resize(_grid_sound(others[other]), samples)
        mixed += np.roll(voice, int(rng.integers(samples))) / np.sqrt(np.mean(voice**2))
    return mixed
