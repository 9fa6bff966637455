"""Any file of times into a cue sheet: its form is told by its content, not by its name."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from syncline.errors import InputError, LimitError, MissingInput
from syncline.speech.cuesheet import SCHEMA, CueSheet
from syncline.speech.given import captions, ctm, textgrid
from syncline.speech.given.sheet import sheet_of
from syncline.speech.given.spans import STAGE, Fault, Given, Span
from syncline.speech.given.vendors import read_vendor
from syncline.speech.text import tokenise

MAX_BYTES: Final = 16 << 20  # a day of speech as the longest form (TextGrid) has about as much
_SAME_LENGTH_S: Final = 0.05  # a cue sheet of ours belongs to one sound
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_given(path: Path, *, language: str, duration: float, transcript: str | None = None) -> CueSheet:
    """Read a TextGrid, CTM, SRT, WebVTT, a voice's JSON, or a cue sheet of our own.

    Parameters
    ----------
    language : BCP 47, for phones where the file has none. duration : seconds of the sound.
    transcript : names the words of a file that only has marks (Google's timepoints), one a mark.

    Raises
    ------
    InputError, MissingInput, LimitError : one sentence that names the file, the fault and what to do.
    """
    text = _text_of(path)
    try:
        if _is_own(text):
            return _own(text, path, duration)
        given = _reader_of(text)(text)
        if given.kind.startswith("Google"):
            given = _named(given, transcript, language)
        elif transcript is not None:
            given = replace(given, notes=(*given.notes, "the transcript was not used: the file has words of its own"))
        return sheet_of(given, language, duration, path)
    except Fault as exc:
        raise InputError(str(exc), file=path, stage=STAGE, at=exc.at) from exc


def words_in(path: Path) -> str:
    """The words of a file in a row, by which its language may be told. Raises as `read_given` does."""
    text = _text_of(path)
    try:
        if _is_own(text):
            return ""
        return " ".join(span.text for span in _reader_of(text)(text).words)
    except Fault as exc:
        raise InputError(str(exc), file=path, stage=STAGE, at=exc.at) from exc


def _is_own(text: str) -> bool:
    return f'"{SCHEMA}"' in text and text.lstrip().startswith("{")


def _reader_of(text: str) -> Callable[[str], Given]:
    if textgrid.recognised(text):
        return textgrid.read_textgrid
    kind = captions.recognised(text)
    if kind is not None:
        return lambda whole: captions.read_captions(whole, kind)
    if text.lstrip()[:1] in ("{", "["):
        return read_vendor
    if ctm.recognised(text):
        return ctm.read_ctm
    raise Fault("it is none of the forms that are read: TextGrid, CTM, SRT, WebVTT, a voice's JSON, a cue sheet")


def _text_of(path: Path) -> str:
    """The file as text: UTF-8 or UTF-16, line ends as they are."""
    if path.exists() and not path.is_file():  # a pipe would wait for ever, a device never ends
        raise InputError("the file of words and times is no regular file", file=path, stage=STAGE)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as exc:
        raise MissingInput("there is no such file of words and times", file=path, stage=STAGE) from exc
    except (OSError, ValueError) as exc:
        raise InputError("the file of words and times cannot be read", file=path, stage=STAGE) from exc
    if len(data) > MAX_BYTES:
        raise LimitError(f"the file of words and times is larger than {MAX_BYTES >> 20} MiB", file=path, stage=STAGE)
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InputError("it is no text in UTF-8 or UTF-16: save it as one of them", file=path, stage=STAGE) from exc
    if "\0" in text:
        raise InputError("it holds NUL characters, so it is no text", file=path, stage=STAGE)
    if not text.strip():
        raise InputError("it is empty: give a file with words and times", file=path, stage=STAGE)
    return text


def _own(text: str, path: Path, duration: float) -> CueSheet:
    try:
        cue = CueSheet.from_json(text)
    except RecursionError:
        raise Fault("the JSON is nested too deep") from None
    except InputError as exc:
        raise InputError(exc.message, file=path, stage=STAGE, at=exc.at) from exc
    if abs(cue.duration - duration) > _SAME_LENGTH_S:
        raise Fault(f"it is the cue sheet of a sound of {cue.duration:.2f} s, and this one has {duration:.2f} s")
    return cue


def _named(given: Given, transcript: str | None, language: str) -> Given:
    """Marks with the words of the transcript where there is one of each; else a mark's name is its word."""
    if transcript is None:
        if all(not any(sign.isalpha() for sign in span.text) for span in given.words):
            raise Fault("its marks are numbers, not words: give the transcript as well")
        return given
    tokens = tokenise(transcript, language)[0]
    words: list[str] = []
    for token in tokens:
        if token.joined and words:
            words[-1] += token.text
        else:
            words.append(token.text)
    if len(words) != len(given.words):
        raise Fault(f"it has {len(given.words)} marks and the transcript {len(words)} words: mark each word once")
    spans = (Span(word, span.start, span.end) for word, span in zip(words, given.words, strict=True))
    return replace(given, words=tuple(spans))
