"""The transcript as tokens: what is written, and what is spoken for it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from syncline.speech.japanese import has_kanji, readings

# Signs that are read aloud; any other token without a letter or digit is punctuation.
_READ_ALOUD = frozenset("&%€$£¥@+=°")
_DASHES = "\u2014\u2013\u2015\u2026"
_LONGEST_TOKEN = 100  # characters; longer strings are no words and slow the dictionary search


@dataclass(frozen=True)
class Token:
    """One unit of the transcript: `text` as written, `spoken` for the voice, `pause` if punctuation follows."""

    text: str
    spoken: str
    pause: bool = False
    joined: bool = False  # written without a space after the token before it (Chinese characters)


def tokenise(transcript: str, language: str) -> tuple[tuple[Token, ...], tuple[str, ...]]:
    """Split a transcript into tokens; also notes for the user about what could not be read.

    Words are split at spaces and dashes; Chinese characters stand alone (the aligner joins those that the voice speaks
    as one word); Japanese is split and read by a dictionary where one is installed.
    """
    text = unicodedata.normalize("NFC", transcript)
    for dash in _DASHES:
        text = text.replace(dash, f" {dash} ")
    text = text.replace("--", " -- ")
    if language.lower().split("-")[0] == "ja":
        return _japanese(text)
    tokens: list[Token] = []
    for piece in text.split():
        for number, part in enumerate(_split_unspaced(piece)):
            _append(tokens, part, joined=number > 0)
    return tuple(tokens), ()


def is_han(sign: str) -> bool:
    """Whether a letter is a Chinese character."""
    return "\u3400" <= sign <= "\u9fff" or "\uf900" <= sign <= "\ufaff" or "\U00020000" <= sign <= "\U0003ffff"


def _append(tokens: list[Token], piece: str, *, joined: bool = False) -> None:
    core = piece
    while core and not _sounds(core[0]):
        core = core[1:]
    while core and not _sounds(core[-1]):
        core = core[:-1]
    if not core:
        if tokens:
            tokens[-1] = Token(tokens[-1].text, tokens[-1].spoken, True, tokens[-1].joined)
        return
    pause = any(
        unicodedata.category(sign).startswith("P") and sign not in "'\u2019\"\u201d\u201c-"
        for sign in piece[piece.index(core) + len(core) :]
    )
    tokens.append(Token(core[:_LONGEST_TOKEN], core[:_LONGEST_TOKEN], pause, joined))


def _sounds(sign: str) -> bool:
    return sign.isalnum() or sign in _READ_ALOUD or unicodedata.category(sign) in ("Mn", "Mc")


def _split_unspaced(piece: str) -> list[str]:
    """Split at Chinese characters (each its own part); other scripts stay whole."""
    parts: list[str] = []
    run = ""
    for sign in piece:
        if is_han(sign):
            if run:
                parts.append(run)
            run = ""
            parts.append(sign)
        else:
            run += sign
    return [*parts, run] if run else parts


def _japanese(text: str) -> tuple[tuple[Token, ...], tuple[str, ...]]:
    read = readings(text)
    if read is None:
        tokens: list[Token] = []
        for piece in text.split():
            _append(tokens, piece)
        notes = ("kanji cannot be read: install sudachipy and sudachidict-small",) if has_kanji(text) else ()
        return tuple(tokens), notes
    tokens = []
    for surface, kana in read:
        before = len(tokens)
        _append(tokens, surface)
        if len(tokens) > before:
            tokens[-1] = Token(surface, kana, tokens[-1].pause, before > 0)
    return tuple(tokens), ()
