"""Every phone that espeak-ng can say, voice by voice.

espeak-ng keeps the phonemes of its languages in a binary table (`phontab`): each language's own, on top of those it
inherits. A voice is made to say each of its phonemes in double square brackets, between vowels and at the edges of a
word, and numbers and letters as text; the library itself then names what it would say in IPA.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import espeakng_loader

from syncline.speech.espeak_catalogue import entries
from syncline.speech.ipa import clean
from syncline.speech.phonology import as_said

_HEADER = struct.Struct("<BBxx32s")  # phonemes in the table, the table it inherits from (counted from 1), its name
_PHONEME = struct.Struct("<IIHBBBBBB")  # mnemonic (four letters), flags, program, code, type, and how it joins
_PAUSE, _STRESS, _VOWEL = 0, 1, 2
_MARKS = frozenset("_|*#")  # beginnings of mnemonics that are pauses, boundaries and rules
_AROUND = ("a{0}a", "{0}a", "a{0}", "i{0}i", "{0}u", "o{0}", "n{0}a")
_NUMBERS = " ".join(map(str, [*range(21), 30, 40, 50, 60, 70, 80, 90, 100, 1000, 1_000_000]))


@dataclass(frozen=True)
class Inventory:
    """What one voice says: its name for espeak-ng, BCP 47 `language`, phonemes of its table, IPA of what it says."""

    voice: str
    language: str
    name: str
    phonemes: int
    phones: frozenset[str]


def inventories(voices: Iterable[str] | None = None) -> list[Inventory]:
    """The phones of the voices named by their ids, or of all that espeak-ng carries."""
    wanted = None if voices is None else set(voices)
    chosen = [entry for own, entry in entries().items() if wanted is None or own in wanted]
    return [_inventory(entry.file, entry.language, entry.name) for entry in chosen]


@lru_cache(maxsize=1)
def tables() -> Mapping[str, dict[str, int]]:
    """The phonemes of each table by mnemonic with their types, inherited ones included."""
    data = (Path(espeakng_loader.get_data_path()) / "phontab").read_bytes()
    at, found = 4, list[tuple[str, dict[str, int]]]()
    for _ in range(data[0]):
        count, parent, name = _HEADER.unpack_from(data, at)
        at += _HEADER.size
        own = dict(found[parent - 1][1]) if parent else {}
        for _ in range(count):
            mnemonic, _, _, _, kind, *_ = _PHONEME.unpack_from(data, at)
            at += _PHONEME.size
            letters = struct.pack("<I", mnemonic).rstrip(b"\0").decode("latin-1")
            if letters:
                own[letters] = kind
        found.append((name.split(b"\0")[0].decode(), own))
    if at != len(data):
        raise ValueError("espeak-ng's table of phonemes is not as this version writes it")
    return dict(found)


def _inventory(voice: str, language: str, name: str) -> Inventory:
    table = tables()[_table_of(voice)]
    texts = [
        *_bracketed(table),
        *_NUMBERS.split(),
        *_letters(language).split(),
    ]  # short: a long clause ends the library
    heard = as_said([clean(each) for each in _said(voice, texts)], voice)
    return Inventory(voice, language, name, len(table), frozenset(heard) - {""})


def _table_of(voice: str) -> str:
    """The table that a voice's file names, else the one of its own or its language's name."""
    data = Path(espeakng_loader.get_data_path())
    path = next(path for path in sorted((data / "lang").rglob("*")) if path.name.lower() == voice and path.is_file())
    text = path.read_text("utf-8", "replace")
    named = re.search(r"^phonemes\s+(\S+)", text, re.MULTILINE)
    languages = re.findall(r"^language\s+(\S+)", text, re.MULTILINE)
    names = ([named[1]] if named else []) + [each.lower() for each in languages] + [path.name]
    names += [each.split("-")[0] for each in names]
    return next((each for each in names if each in tables()), "en")


def _bracketed(table: Mapping[str, int]) -> list[str]:
    words: list[str] = []
    for mnemonic, kind in table.items():
        if kind in (_PAUSE, _STRESS) or mnemonic[0] in _MARKS or "]" in mnemonic:
            continue
        shapes = ("{0}", "t{0}", "{0}n", "m{0}p") if kind == _VOWEL else _AROUND
        words += [f"[[{shape.format(mnemonic)}]]" for shape in shapes]
    return words


def _letters(language: str) -> str:
    """Letters of the scripts in which languages are written, a few hundred; a voice spells those it does not read."""
    ranges = {
        "ru uk be bg mk sr kk ky tt ba cv uz nog": (0x430, 0x45F), "el grc": (0x3B1, 0x3C9),
        "ar fa ur sd ug ps": (0x621, 0x64A), "he": (0x5D0, 0x5EA), "hi mr ne kok": (0x905, 0x939),
        "bn as bpy": (0x985, 0x9B9), "pa": (0xA05, 0xA39),
        "gu": (0xA85, 0xAB9),
        "or": (0xB05, 0xB39), "ta": (0xB85, 0xBB9), "te": (0xC05, 0xC39), "kn": (0xC85, 0xCB9),
        "ml": (0xD05, 0xD39), "si": (0xD85, 0xDC6), "th": (0xE01, 0xE2E), "my shn": (0x1000, 0x1020),
        "ka": (0x10D0, 0x10F0), "hy hyw": (0x561, 0x586), "am ti": (0x1200, 0x1300),
        "ja": (0x3042, 0x3093), "ko": (0xAC00, 0xAE00),
        "cmn zh yue hak": (0x4E00, 0x4E80),
    }  # fmt: skip
    primary = language.split("-")[0]
    for languages, (first, last) in ranges.items():
        if primary in languages.split():
            return " ".join(map(chr, range(first, last + 1)))
    vowels = "aeiouyäöüåæøéèêàçñõãâôîûőűąęčšžćśźłńřěůďťňğışæœđ"
    return " ".join([*"abcdefghijklmnopqrstuvwxyz", *vowels, *(c + v for c in "bcdfghjklmnpqrstvwxz" for v in "aeiou")])


def _said(voice: str, texts: Sequence[str]) -> list[str]:
    """IPA of the texts. A text at which the library ends its process is left out: some phonemes stand for no sound."""
    request = {
        "library": str(espeakng_loader.get_library_path()),
        "data": str(espeakng_loader.get_data_path()),
        "voice": voice,
    }
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("espeak_phones_worker.py"))]
    said: list[str] = []
    left = list(texts)
    while left:
        document = json.dumps({**request, "texts": left}).encode()
        done = subprocess.run(command, input=document, capture_output=True, check=False, timeout=60)
        lines = done.stdout.splitlines()
        said += [ipa for line in lines for ipa in json.loads(line)]
        if done.returncode > 0 or (done.returncode == 0 and len(lines) < len(left)):
            raise RuntimeError(f"espeak-ng's voice {voice} answers with status {done.returncode}")
        left = left[len(lines) + 1 :] if done.returncode else []
    return said
