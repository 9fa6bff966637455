"""A cue sheet from what a file says: its words, and phones that it has or that are spread over its words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from syncline.errors import InputError
from syncline.speech.cuesheet import CueSheet, Phone, Word, contiguous
from syncline.speech.espeak import WORDS_PER_MINUTE
from syncline.speech.given.spans import STAGE, Given, Span, ordered
from syncline.speech.reading import read_aloud
from syncline.speech.text import Token, tokenise

_TIMED: Final = 0.9  # confidence of times that the file gives: its maker is not known here
_CLASSES: Final = 0.7  # of phones that stand for all that look alike
_SPREAD: Final = 0.6  # of phones spread over a timed word
_IN_LINE: Final = 0.35  # of words spread over a line
_PAUSE_S: Final = 0.2  # a gap after which the reading makes a pause as well
_BLOCK: Final = 5000  # characters that are read aloud at once: about five minutes of sound in memory
_TOUCH_S: Final = 0.02  # phones may stand that far outside of their word


@dataclass(frozen=True)
class _Piece:
    """One word to be read aloud: its place, whether it shares a line with others, and its phones' lengths."""

    text: str
    span: int
    alone: bool
    tokens: tuple[Token, ...]


def sheet_of(given: Given, language: str, duration: float, file: Path) -> CueSheet:
    """The sheet of a sound of `duration` seconds.

    Raises
    ------
    InputError : times that do not make sense, or a language whose words cannot be read. LimitError : too much of it.
    """
    words, overlaps = ordered(given.words, duration, file)
    said, _ = ordered(given.phones, duration, file)
    if not words and not said:
        raise InputError(
            "there is not a single word with a time in it: give a file with words and times", file=file, stage=STAGE
        )
    notes = [f"words and times are those of the file given ({given.kind})", *given.notes]
    if overlaps:
        notes.append(f"{overlaps} entries overlapped the next one and were cut there: only one speaker is followed")
    if said:
        spoken = tuple(Word(span.text, span.start, float(span.end or 0.0), _TIMED) for span in words)
        phones = _within(said, spoken, _CLASSES if given.classes else _TIMED)
        if given.classes:
            notes.append("phones stand for all that look alike: the file tells visemes")
    else:
        spoken, phones = spread(words, language)
        notes.append("phones are a dictionary's, spread over each word by their usual lengths")
        if any(word.confidence <= _IN_LINE for word in spoken):
            notes.append("lines of several words were divided by the words' usual lengths: times within them are rough")
    source = "given:" + given.kind.lower().replace(" ", "-")
    return CueSheet(language, spoken, contiguous(phones, duration), duration, source, tuple(notes))


def _within(said: Sequence[Span], words: Sequence[Word], confidence: float) -> list[Phone]:
    """Phones of the file with the word in which each has its middle."""
    starts = [word.start for word in words]
    phones = []
    for span in said:
        end = float(span.end or 0.0)
        middle = (span.start + end) / 2
        word = bisect_right(starts, middle) - 1
        if word >= 0 and middle > words[word].end + _TOUCH_S:
            word = -1
        word = -1 if span.text == "sil" else word
        phones.append(Phone(span.text, span.start, end, 1.0 if span.text == "sil" else confidence, word))
    return phones


def spread(spans: Sequence[Span], language: str) -> tuple[tuple[Word, ...], list[Phone]]:
    """Words with phones read aloud by espeak-ng, stretched on to their spans.

    spans : words or lines in order, with ends.

    Raises
    ------
    InputError : a language whose words cannot be read.
    """
    return _stretched_on(list(_pieces(spans, language)), spans, language)


def spread_tokens(
    tokens: Sequence[Token], spans: Sequence[Span], language: str
) -> tuple[tuple[Word, ...], list[Phone]]:
    """The same for tokens of a transcript, each on its own span. Raises as `spread` does."""
    alone = (replace(token, joined=False) for token in tokens)
    pieces = [_Piece(token.text, number, True, (token,)) for number, token in enumerate(alone)]
    return _stretched_on(pieces, spans, language)


def _stretched_on(
    pieces: Sequence[_Piece], spans: Sequence[Span], language: str
) -> tuple[tuple[Word, ...], list[Phone]]:
    read = [lengths for block in _blocks(pieces) for lengths in _read(block, language)]
    words: list[Word] = []
    phones: list[Phone] = []
    first = 0
    while first < len(pieces):
        last = first + 1
        while last < len(pieces) and pieces[last].span == pieces[first].span:
            last += 1
        span = spans[pieces[first].span]
        lengths = [max(1e-3, sum(length for _, length in read[number])) for number in range(first, last)]
        edges = span.start + np.cumsum([0.0, *lengths]) / sum(lengths) * (float(span.end or 0.0) - span.start)
        for number in range(first, last):
            start, end = float(edges[number - first]), float(edges[number - first + 1])
            phones += _stretched(read[number], start, end, len(words), _SPREAD if pieces[number].alone else _IN_LINE)
            sure = _TIMED if pieces[number].alone else _IN_LINE
            words.append(Word(pieces[number].text, start, end, sure))
        first = last
    return tuple(words), phones


def _pieces(spans: Sequence[Span], language: str) -> Iterator[_Piece]:
    """Words of the spans that can be said, each with its tokens."""
    for number, span in enumerate(spans):
        gap = spans[number + 1].start - float(span.end or 0.0) if number + 1 < len(spans) else 0.0
        parts = [(part, tokenise(part, language)[0]) for part in span.text.split()]
        parts = [(part, tokens) for part, tokens in parts if tokens]
        for count, (part, tokens) in enumerate(parts, 1):
            if count == len(parts) and gap > _PAUSE_S:
                tokens = (*tokens[:-1], replace(tokens[-1], pause=True))
            yield _Piece(part, number, len(parts) == 1, (replace(tokens[0], joined=False), *tokens[1:]))


def _blocks(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    block: list[_Piece] = []
    size = 0
    for piece in pieces:
        block.append(piece)
        size += 1 + sum(len(token.spoken) + 1 for token in piece.tokens)
        if size > _BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _read(block: Sequence[_Piece], language: str) -> list[list[tuple[str, float]]]:
    """For each piece its phones with their lengths in seconds when espeak-ng says them."""
    tokens = [token for piece in block for token in piece.tokens]
    owner = [number for number, piece in enumerate(block) for _ in piece.tokens]
    reading = read_aloud(tokens, language, rates=(WORDS_PER_MINUTE,))[0]
    found: list[list[tuple[str, float]]] = [[] for _ in block]
    for ipa, token, length in zip(reading.ipa, reading.owners, np.diff(reading.starts), strict=True):
        if token >= 0 and ipa:
            found[owner[token]].append((ipa, max(1e-3, float(length))))
    return found


def _stretched(
    read: Sequence[tuple[str, float]], start: float, end: float, word: int, confidence: float
) -> Iterator[Phone]:
    total = sum(length for _, length in read)
    edge = 0.0
    for ipa, length in read:
        first, last = (start + (end - start) * at / total for at in (edge, edge + length))
        edge += length
        yield Phone(ipa, first, last, confidence, word)
