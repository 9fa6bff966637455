"""Rough phone times within GRID's words, for the lip-reader's second task.

A word's interval is shared out among its phones, long vowels weighing half as much again; good to a frame or two.
Diphthongs count as their two ends, so that *white* and *two* share what they share. Symbols are ARPABET's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from benchmarks.grid_split import VOCABULARY

SPOKEN = {
    "bin": "b ih n",
    "lay": "l ey",
    "place": "p l ey s",
    "set": "s eh t",
    "blue": "b l uw",
    "green": "g r iy n",
    "red": "r eh d",
    "white": "w ay t",
    "at": "ae t",
    "by": "b ay",
    "in": "ih n",
    "with": "w ih th",
    "zero": "z ih r ow",
    "one": "w ah n",
    "two": "t uw",
    "three": "th r iy",
    "four": "f ao r",
    "five": "f ay v",
    "six": "s ih k s",
    "seven": "s eh v ah n",
    "eight": "ey t",
    "nine": "n ay n",
    "again": "ah g eh n",
    "now": "n aw",
    "please": "p l iy z",
    "soon": "s uw n",
    "a": "ey",
    "b": "b iy",
    "c": "s iy",
    "d": "d iy",
    "e": "iy",
    "f": "eh f",
    "g": "jh iy",
    "h": "ey ch",
    "i": "ay",
    "j": "jh ey",
    "k": "k ey",
    "l": "eh l",
    "m": "eh m",
    "n": "eh n",
    "o": "ow",
    "p": "p iy",
    "q": "k y uw",
    "r": "aa r",
    "s": "eh s",
    "t": "t iy",
    "u": "y uw",
    "v": "v iy",
    "x": "eh k s",
    "y": "w ay",
    "z": "z eh d",
}
DIPHTHONGS = {"ay": "aa ih", "aw": "aa uw", "ow": "ao uw", "ey": "eh ih"}
LONG = {"aa", "ae", "ah", "ao", "eh", "iy", "uw"}
NO_PHONE = -100  # what torch's cross-entropy leaves out


def phones_of(word: str) -> list[str]:
    """The phones of a word of the vocabulary, diphthongs taken apart."""
    return " ".join(DIPHTHONGS.get(phone, phone) for phone in SPOKEN[word].split()).split()


PHONES = tuple(sorted({phone for word in SPOKEN for phone in phones_of(word)}))


def phone_times(word: str, start: float, end: float) -> list[tuple[float, float, int]]:
    """(start, end, number in `PHONES`) of each phone of a word said from `start` to `end`."""
    phones = phones_of(word)
    edges = np.cumsum([0.0] + [1.5 if phone in LONG else 1.0 for phone in phones])
    edges = start + (end - start) * edges / edges[-1]
    return [(edges[i], edges[i + 1], PHONES.index(phone)) for i, phone in enumerate(phones)]


def frame_phones(classes: npt.NDArray[np.int64], times: npt.NDArray[np.float32], frames: int) -> npt.NDArray[np.int64]:
    """The phone of each frame: (B, frames), `NO_PHONE` outside the words.

    classes : (B, 6) places in the vocabulary; times : (B, 6, 2) in frames.
    """
    labels = np.full((len(classes), frames), NO_PHONE, np.int64)
    for row in range(len(classes)):
        for words, index, (start, end) in zip(VOCABULARY, classes[row], times[row], strict=True):
            for first, last, phone in phone_times(words[index], float(start), float(end)):
                # Frame n belongs to the phone that holds its middle, n + 0.5.
                labels[row, max(0, int(np.ceil(first - 0.5))) : max(0, int(np.ceil(last - 0.5)))] = phone
    return labels
