"""Text as units for a voice: words with their punctuation, dates and amounts of money in words (`normal`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from syncline.errors import DependencyError, InputError
from syncline.speech.japanese import has_kanji, readings
from syncline.speech.markup import sounds
from syncline.speech.normal import replacements
from syncline.speech.scripts import is_han

MAX_WORD = 100  # signs without a space in writing that has spaces; longer strings are no words and may end espeak-ng
_DASHES = re.compile("([\u2014\u2013\u2015\u2026]|--)")
# Each Chinese character with the punctuation behind it; runs of other signs between them.
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_REPEATED = re.compile(r"([^\w\s])\1{3,}")  # rows of dots and dashes: espeak-ng loses its place in them
_PUNCTUATION = re.compile(r"[^\s\w]*")
_HAN_PARTS = re.compile(rf"[{_HAN}][^\w{_HAN}]*|[^{_HAN}]+")


@dataclass(frozen=True)
class Unit:
    """One word: `text` as written ("" for punctuation that stands alone), `spoken` for the voice with its punctuation.

    `joined`: no space before it (Chinese and Japanese).
    """

    text: str
    spoken: str
    joined: bool = False


def units(text: str, language: str) -> tuple[Unit, ...]:
    """A text without markup as units for the voice; the written form of a date or an amount is one unit.

    Raises
    ------
    InputError : a string of more than `MAX_WORD` signs without a space.
    DependencyError : Japanese without its dictionary.
    """
    primary = language.lower().split("-")[0]
    if primary == "ja":
        return _japanese(text)
    text = _REPEATED.sub(r"\1\1\1", text)
    found: list[Unit] = []
    at = 0
    for each in replacements(text, language):
        _append_plain(found, text[at : each.start])
        tail = _PUNCTUATION.match(text, each.end)
        punctuation = tail[0] if tail else ""
        found.append(Unit(text[each.start : each.end], each.said + punctuation))
        at = each.end + len(punctuation)
    _append_plain(found, text[at:])
    return tuple(found)


def assembled(all_units: Sequence[Unit]) -> tuple[str, list[int]]:
    """The text for the voice, and the character at which each unit starts in it."""
    text, starts = "", []
    for unit in all_units:
        unspaced = unit.joined and is_han(unit.spoken[0])  # kana are read better in words
        text += "" if unspaced or not text else " "
        starts.append(len(text))
        text += unit.spoken
    return text, starts


def _append_plain(found: list[Unit], text: str) -> None:
    for piece in _DASHES.sub(r" \1 ", text).split():
        for number, part in enumerate(_HAN_PARTS.findall(piece)):
            _check_length(part)
            found.append(Unit(_core(part), part, joined=number > 0))


def _core(piece: str) -> str:
    """A piece without punctuation at its ends; "" where it is nothing else."""
    first, last = 0, len(piece)
    while first < last and not _spoken_sign(piece[first]):
        first += 1
    while last > first and not _spoken_sign(piece[last - 1]):
        last -= 1
    return piece[first:last]


def _spoken_sign(sign: str) -> bool:
    return sounds(sign) or unicodedata.category(sign)[0] == "M"


def _check_length(piece: str) -> None:
    spaceless = any("\u0e00" <= sign <= "\u109f" or "\u1780" <= sign <= "\u17ff" for sign in piece)  # Thai to Khmer
    if len(piece) > MAX_WORD and not spaceless:
        raise InputError(
            f"the text holds {len(piece)} signs without a space ({piece[:12]}...); put spaces between the words",
            stage="voice",
        )


def _japanese(text: str) -> tuple[Unit, ...]:
    read = readings(text)
    if read is None:
        if has_kanji(text):
            raise DependencyError("kanji cannot be read: install sudachipy and sudachidict-small", stage="voice")
        read = [(piece, piece) for piece in text.split()]
    return tuple(
        Unit(_core(surface), kana, joined=number > 0) for number, (surface, kana) in enumerate(read) if kana.strip()
    )
