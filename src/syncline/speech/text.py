"""The transcript as tokens: what is written, and what is spoken for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from syncline.errors import InputError
from syncline.speech.directions import note_of, spoken_only
from syncline.speech.espeak import voice_for
from syncline.speech.japanese import has_kanji, readings, with_kanji_numbers
from syncline.speech.mandarin import pinyin
from syncline.speech.normal import Replacement, replacements
from syncline.speech.scripts import is_han, languages_that_read, script_of, scripts_read, unreadable

__all__ = ["Token", "is_han", "tokenise"]

# Signs that are read aloud; any other token without a letter or digit is punctuation.
_READ_ALOUD = frozenset("&%€$£¥@+=°№§×½#")
_DASHES = re.compile("([\u2014\u2013\u2015\u2026]|--+)")
_LONGEST_TOKEN = 100  # characters; longer strings are no words and slow the dictionary search
_LONGEST_SPOKEN = 300  # of what is said for a token: a date in words
_MOST_MARKS = 3  # combining marks on one letter; no writing has more
_JOINERS = "\u200c\u200d"  # they change how Persian and the scripts of India are read
# Full-width letters and figures; punctuation stays, Chinese has no other.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，！？：；（）"} | {
    0x3000: 0x20
}
_ENDING = re.compile(r"[^\W\d_]{1,20}")
_PUNCTUATION = re.compile(r"[^\w\s]{1,20}")
_JAPANESE_NUMBER = re.compile(r"\d[\d,]{0,20}(?:\.\d{1,9})?[年月日時分秒円人本個回歳度階番冊枚杯匹台件点倍万億兆千百]?")
_SLASH = re.compile(r"(?<=[^\W\d_])[/_](?=[^\W\d_])")
# Writing without short vowels: espeak-ng then guesses them or leaves them out.
_WITHOUT_VOWELS = frozenset({"ar", "fa", "ur", "he", "sd", "ps"})
_VOWEL_MARKS = re.compile("[\u064b-\u0652\u0670\u05b0-\u05bc\u05c7]")
_SURE_WITHOUT_VOWELS = 0.7


@dataclass(frozen=True)
class Token:
    """One unit of the transcript: `text` as written, `spoken` for the voice, `pause` if punctuation follows.

    `joined` : written without a space after the token before it (Chinese characters).
    `sureness` : 0..1, how far the writing says how the word sounds; times of the word are at most as sure.
    """

    text: str
    spoken: str
    pause: bool = False
    joined: bool = False
    sureness: float = 1.0


def tokenise(transcript: str, language: str) -> tuple[tuple[Token, ...], tuple[str, ...]]:
    """Split a transcript into tokens; also notes for the user about what was left out or could not be read.

    Words are split at spaces and dashes; a date or an amount of money is one token, written as it stands and spoken in
    words. Chinese characters stand alone, spoken as pinyin; Japanese is split and read by a dictionary where one is
    installed. Stage directions, names of speakers and marks of subtitles are no tokens, nor are words in a script that
    the language's voice does not read.

    Raises
    ------
    InputError : nothing of the text is in a script that the language is written in.
    """
    text, left = spoken_only(_plain(transcript))
    notes = [note for note in (note_of(left),) if note is not None]
    primary = language.lower().replace("_", "-").split("-")[0]
    if primary == "ja":
        tokens, lost = _japanese(text)
        notes += lost
    else:
        tokens = _tokens(text, language)
        if primary in ("zh", "cmn"):
            tokens = _in_pinyin(tokens)
    tokens, unread = _readable(tokens, text, language)
    notes += unread
    if primary in _WITHOUT_VOWELS:
        marked = [replace(token, sureness=_sureness(token.text)) for token in tokens]
        if any(token.sureness < 1.0 for token in marked):
            notes.append("the text is written without its short vowels: times and mouth shapes are less sure")
        tokens = marked
    return tuple(tokens), tuple(notes)


def _plain(text: str) -> str:
    """Composed letters, one kind of space, ASCII digits; no control, formatting or private signs, no pictures."""
    signs: list[str] = []
    marks = 0
    for sign in unicodedata.normalize("NFC", text).translate(_FULL_WIDTH):
        if sign.isascii() and (sign.isprintable() or sign == "\n"):
            signs.append(sign)
            marks = 0
            continue
        category = unicodedata.category(sign)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if sign in "\n\r\x0b\x0c\x85\u2028\u2029":
            signs.append("\n")
        elif category == "Nd":
            signs.append(str(unicodedata.decimal(sign)))
        elif category == "Me" or marks > _MOST_MARKS or "\ufe00" <= sign <= "\ufe0f":
            continue
        elif category == "Cf":
            signs.append(sign if sign in _JOINERS else "")
        elif category in ("Cc", "Cs", "Co", "Cn", "Zs", "Sk") or (category == "So" and sign not in _READ_ALOUD):
            signs.append(" ")
        else:
            signs.append(sign)
    return "".join(signs)


def _tokens(text: str, language: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    for each in replacements(text, language):
        if each.start < at:
            continue  # it stands in the ending of the one before
        _append_plain(tokens, text[at : each.start])
        written, said, at = text[each.start : each.end], each.said, each.end
        ending = _ENDING.match(text, at)  # "5%는", "$5s" are one word
        if ending is not None and not any(map(is_han, ending[0])):
            written, said, at = written + ending[0], said + ending[0], ending.end()
        following = _PUNCTUATION.match(text, at)
        tokens.append(Token(written, said[:_LONGEST_SPOKEN], joined=_touches_han(text, each)))
        if following is not None and not any(map(_sounds, following[0])):
            tokens[-1] = replace(tokens[-1], pause=_is_pause(following[0]))
            at = following.end()
    _append_plain(tokens, text[at:])
    return tokens


def _touches_han(text: str, each: Replacement) -> bool:
    return each.start > 0 and is_han(text[each.start - 1])


def _append_plain(tokens: list[Token], text: str) -> None:
    first = True
    touching = bool(tokens) and not text[:1].isspace()
    for piece in _DASHES.sub(r" \1 ", text).split():
        for number, part in enumerate(_split_unspaced(piece)):
            _append(tokens, part, joined=number > 0 or (first and touching and is_han(part[0])))
        first = False


def _append(tokens: list[Token], piece: str, *, joined: bool = False) -> None:
    first, last = 0, len(piece)
    while first < last and not _sounds(piece[first]):
        first += 1
    while last > first and not _sounds(piece[last - 1]):
        last -= 1
    core = piece[first:last]
    if not any(sign.isalnum() or sign in _READ_ALOUD for sign in core):
        if tokens:
            tokens[-1] = replace(tokens[-1], pause=tokens[-1].pause or _is_pause(piece) or "-" in piece)
        return
    written = core[:_LONGEST_TOKEN]
    spoken = _SLASH.sub(" ", written).replace("\u2019", "'")
    tokens.append(Token(written, spoken, _is_pause(piece[last:]), joined))


def _is_pause(signs: str) -> bool:
    return any(unicodedata.category(sign).startswith("P") and sign not in "'\u2019\"\u201d\u201c-" for sign in signs)


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


def _in_pinyin(tokens: Sequence[Token]) -> list[Token]:
    """Chinese characters spoken by their pinyin, each in the context of those written before and behind it."""
    written: list[str] = []
    places: list[int] = []
    for number, token in enumerate(tokens):
        if number and (not token.joined or tokens[number - 1].pause):
            written.append(" ")
        places.append(len(written))
        written.append(token.text if len(token.text) == 1 else " ")
    said = pinyin("".join(written))
    return [replace(token, spoken=said[place] or token.spoken) for token, place in zip(tokens, places, strict=True)]


def _readable(tokens: Sequence[Token], text: str, language: str) -> tuple[list[Token], list[str]]:
    """Tokens that the language's voice reads, and a note about the others."""
    scripts = scripts_read(voice_for(language))
    found = unreadable(text, scripts)
    if found is None:
        return list(tokens), []
    kept = [token for token in tokens if unreadable(token.text, scripts | {"Latin"}) is None]
    script, word = found
    if not any(script_of(sign) in scripts or sign.isdigit() for token in kept for sign in token.text):
        others = languages_that_read(script)
        hint = f"give its own language, such as {', '.join(others[:3])}" if others else "no voice here reads it"
        raise InputError(f"the transcript is in {script} script ({word[:20]}), not in the language {language}: {hint}")
    if len(kept) == len(tokens):
        return kept, []
    return kept, [f"words in {script} script ({word[:20]}) are not read in the language {language}: they were left out"]


def _sureness(word: str) -> float:
    letters = sum(map(str.isalpha, word))
    return _SURE_WITHOUT_VOWELS if letters > 1 and not _VOWEL_MARKS.search(word) and not word.isascii() else 1.0


def _japanese(text: str) -> tuple[list[Token], list[str]]:
    text = _DASHES.sub(r" \1 ", text)
    tokens: list[Token] = []
    if readings("") is None:
        for piece in text.split():
            _append(tokens, piece)
        return tokens, ["kanji cannot be read: install sudachipy and sudachidict-small"] if has_kanji(text) else []
    spans = [(each.start, each.end, each.said) for each in replacements(text, "ja")]
    taken = {start for start, end, _ in spans for start in range(start, end)}
    spans += [(m.start(), m.end(), m[0]) for m in _JAPANESE_NUMBER.finditer(text) if m.start() not in taken]
    at = 0
    for start, end, said in sorted(spans):
        if start < at:
            continue
        _append_read(tokens, text[at:start])
        kana = "".join(read for _, read in readings(with_kanji_numbers(said)) or ())
        tokens.append(Token(text[start:end], kana, joined=bool(tokens)))
        at = end
    _append_read(tokens, text[at:])
    return tokens, []


def _append_read(tokens: list[Token], text: str) -> None:
    for surface, kana in readings(text) or ():
        before = len(tokens)
        _append(tokens, surface)
        if len(tokens) > before:
            tokens[-1] = replace(tokens[-1], text=surface, spoken=kana, joined=before > 0)
