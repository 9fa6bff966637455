"""Speech made in code (espeak-ng knows when it says what) and real recordings with known times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import soxr

from syncline.speech.espeak import Spoken, speak

SENTENCE = "Please buy the big map before five, my brother."
GridClip = tuple[np.ndarray, list[tuple[float, float, str]]]


@pytest.fixture(scope="session")
def spoken_english() -> Spoken:
    """An English sentence with closures, labiodentals and rounded sounds, half a second of near silence around it."""
    spoken = speak([SENTENCE], "en-US")[0]
    noise = np.random.default_rng(1).standard_normal(len(spoken.sound) + 16_000).astype(np.float32) * 1e-4
    noise[8000 : 8000 + len(spoken.sound)] += spoken.sound
    return Spoken(spoken.text, noise, spoken.words, spoken.phones)


@pytest.fixture(scope="session")
def grid(shared_data: Path) -> Callable[[str], GridClip]:
    """A reader of GRID clips: mono 16 kHz sound and the words with their times in seconds."""

    def read(name: str) -> GridClip:
        folder = shared_data / "grid_s1"
        with av.open(str(folder / f"{name}.mpg")) as container:
            stream = container.streams.audio[0]
            pieces = [frame.to_ndarray() for frame in container.decode(stream)]
            rate = stream.rate
        planes = np.concatenate(pieces, axis=1)[0].astype(np.float32)
        y = soxr.resample(planes / max(1.0, np.abs(planes).max()), rate, 16_000).astype(np.float32)
        rows = [line.split() for line in (folder / f"{name}.align").read_text().splitlines()]
        words = [(int(a) / 25_000, int(b) / 25_000, word) for a, b, word in rows if word not in ("sil", "sp")]
        return y, words

    return read


@pytest.fixture(scope="session")
def recording(shared_data: Path) -> Callable[[str], np.ndarray]:
    """A reader of the recordings in `speech/`: mono 16 kHz."""

    def read(name: str) -> np.ndarray:
        y, rate = soundfile.read(shared_data / "speech" / name, dtype="float32", always_2d=True)
        return np.asarray(soxr.resample(y.mean(axis=1), rate, 16_000), np.float32)

    return read
