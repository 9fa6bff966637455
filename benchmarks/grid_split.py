"""The GRID sentences of `../shared/data/grid_s1`: their grammar, word times, and the split into training, test and dev.

GRID corpus: Cooke, Barker, Cunningham, Shao, "An audio-visual corpus for speech perception and automatic speech
recognition", J. Acoust. Soc. Am. 120 (2006).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RATE = 25  # frames a second of every GRID video
UNITS_A_FRAME = 1000  # NAME.align counts 25 000 units a second

SLOTS = ("command", "colour", "preposition", "letter", "digit", "adverb")
# The corpus leaves out w, the one letter of several syllables.
VOCABULARY: tuple[tuple[str, ...], ...] = (
    ("bin", "lay", "place", "set"),
    ("blue", "green", "red", "white"),
    ("at", "by", "in", "with"),
    tuple("abcdefghijklmnopqrstuvxyz"),
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    ("again", "now", "please", "soon"),
)
OPEN_WORDS = ("place", "red", "soon", "five", "seven")
BILABIAL_WORDS = ("bin", "blue", "by", "b", "place", "p", "please")  # each begins with closed lips


@dataclass(frozen=True)
class Sentence:
    """One clip: its name, the six words, and when each is said, in video frames (a frame lasts from n to n + 1)."""

    name: str
    words: tuple[str, ...]
    intervals: tuple[tuple[float, float], ...]

    @property
    def transcript(self) -> str:
        """The sentence as one line of text."""
        return " ".join(self.words)

    @property
    def classes(self) -> tuple[int, ...]:
        """The place of each word in the vocabulary of its slot."""
        return tuple(words.index(word) for words, word in zip(VOCABULARY, self.words, strict=True))


@dataclass(frozen=True)
class Split:
    """Names of clips: footage, pairs (plate A, sentence B) to be looked at seldom, and clips for choosing settings."""

    train: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    dev: tuple[str, ...]


def read_sentence(folder: Path, name: str) -> Sentence:
    """The words and word times of `NAME.align`.

    Raises
    ------
    ValueError : the file does not hold one word of each slot.
    """
    words: list[str] = []
    intervals: list[tuple[float, float]] = []
    for row in (folder / f"{name}.align").read_text(encoding="ascii").splitlines():
        start, end, word = row.split()
        if word not in ("sil", "sp"):
            words.append(word)
            intervals.append((int(start) / UNITS_A_FRAME, int(end) / UNITS_A_FRAME))
    if len(words) != len(SLOTS) or any(word not in known for word, known in zip(words, VOCABULARY, strict=True)):
        raise ValueError(f"{name}.align is no GRID sentence: {' '.join(words)}")
    return Sentence(name, tuple(words), tuple(intervals))


def split(folder: Path) -> Split:
    """160 clips of footage, 40 held-out pairs and 40 clips for choosing settings, the same each time.

    The pairs and the clips for choosing are disjoint from the footage and from each other.
    """
    names = sorted(path.stem for path in folder.glob("*.mpg"))
    if len(names) != 269:
        raise ValueError(f"{folder.name} holds {len(names)} clips, not the 269 that the split is defined on")
    random.Random(1).shuffle(names)
    held = names[160:]
    pairs = tuple((held[index], held[(index + 23) % 69]) for index in range(40))
    return Split(tuple(names[:160]), pairs, tuple(held[69:]))


def without_words(sentences: Sequence[Sentence], words: Sequence[str]) -> list[Sentence]:
    """The sentences that hold none of `words`."""
    return [sentence for sentence in sentences if not set(words) & set(sentence.words)]
