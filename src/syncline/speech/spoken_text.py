"""Text as it is spoken: dates, amounts of money and abbreviations that espeak-ng reads wrongly or sign by sign.

espeak-ng reads plain numbers, decimals, ordinals, percentages and years of all its languages; what stands here is the
rest, for the languages in `_MONTHS`. Other languages go to the voice as they are written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from syncline.errors import DependencyError, InputError
from syncline.speech.japanese import has_kanji, readings
from syncline.speech.markup import sounds
from syncline.speech.text import is_han

MAX_WORD = 100  # signs without a space in writing that has spaces; longer strings are no words and may end espeak-ng
_DASHES = re.compile("([\u2014\u2013\u2015\u2026]|--)")
# Each Chinese character with the punctuation behind it; runs of other signs between them.
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_REPEATED = re.compile(r"([^\w\s])\1{3,}")  # rows of dots and dashes: espeak-ng loses its place in them
_HAN_PARTS = re.compile(rf"[{_HAN}][^\w{_HAN}]*|[^{_HAN}]+")


@dataclass(frozen=True)
class Unit:
    """One word: `text` as written ("" for punctuation that stands alone), `spoken` for the voice with its punctuation.

    `joined`: no space before it (Chinese and Japanese).
    """

    text: str
    spoken: str
    joined: bool = False


_MONTHS = MappingProxyType(
    {
        "en": "January February March April May June July August September October November December",
        "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    }
)
# Singular, plural, what stands before the hundredths, and the name of those (both may be empty).
_MONEY = MappingProxyType(
    {
        "en": {"€": "euro euros and cents", "$": "dollar dollars and cents", "£": "pound pounds and pence"},
        "de": {"€": "Euro Euro - -", "$": "Dollar Dollar - -", "£": "Pfund Pfund - -"},
        "fr": {"€": "euro euros - -", "$": "dollar dollars - -", "£": "livre livres - -"},
        "es": {"€": "euro euros con -", "$": "dólar dólares con -", "£": "libra libras con -"},
        "it": {"€": "euro euro e -", "$": "dollaro dollari e -", "£": "sterlina sterline e -"},
        "pt": {"€": "euro euros e cêntimos", "$": "dólar dólares e cêntimos", "£": "libra libras e -"},
        "nl": {"€": "euro euro - -", "$": "dollar dollar - -", "£": "pond pond - -"},
    }
)
# A full stop behind these ends the sentence for espeak-ng, which then pauses.
_ABBREVIATIONS = MappingProxyType(
    {
        "en": {
            "Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missis", "Ms.": "Miz", "Prof.": "Professor", "St.": "Saint",
            "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "approx.": "approximately",
        },
        "de": {
            "Dr.": "Doktor", "Prof.": "Professor", "Hr.": "Herr", "Fr.": "Frau", "Nr.": "Nummer", "St.": "Sankt",
            "z.B.": "zum Beispiel", "z. B.": "zum Beispiel", "d.h.": "das heißt", "d. h.": "das heißt",
            "usw.": "und so weiter", "bzw.": "beziehungsweise", "ca.": "circa",
        },
        "fr": {
            "Dr.": "docteur", "Dr": "docteur", "M.": "monsieur", "Mme": "madame", "Mlle": "mademoiselle",
            "etc.": "et cetera", "p. ex.": "par exemple", "n°": "numéro", "St.": "saint",
        },
        "es": {
            "Dr.": "doctor", "Dra.": "doctora", "Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Ud.": "usted",
            "etc.": "etcétera", "p. ej.": "por ejemplo", "n.º": "número", "pág.": "página",
        },
    }
)  # fmt: skip
_GERMAN_DAYS = """erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft dreizehnt vierzehnt fünfzehnt
    sechzehnt siebzehnt achtzehnt neunzehnt zwanzigst einundzwanzigst zweiundzwanzigst dreiundzwanzigst
    vierundzwanzigst fünfundzwanzigst sechsundzwanzigst siebenundzwanzigst achtundzwanzigst neunundzwanzigst dreißigst
    einunddreißigst"""

_NARROW = "\u00a0\u202f\u2009"  # spaces that do not break a line: these group digits in any language
_GROUPING = "bg cs da de es et fi fr hr hu it lt lv nb no pl pt ro ru sk sl sr sv uk"  # the usual space as well
_ISO_DATE = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_DOT_DATE = re.compile(r"(?<![\w.])(\d{1,2})\.\s?(\d{1,2})\.(\d{4})(?!\w)")
_SLASH_DATE = re.compile(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\w/])")
_HOURS = MappingProxyType(
    {
        "fr": (re.compile(r"(?<!\w)(\d{1,2})\s?h\s?(\d{2})(?!\w)"), "heures"),
        "de": (re.compile(r"(?<!\w)(\d{1,2}):(\d{2}) Uhr\b"), "Uhr"),
    }
)
_DAY_FIRST = frozenset({"fr", "es", "it", "pt", "nl"})
_Said = Callable[[re.Match[str]], "str | None"]


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
    for start, end, said in _replacements(text, language.lower(), primary):
        _append_plain(found, text[at:start])
        tail = re.match(r"[^\s\w]*", text[end:])
        punctuation = tail[0] if tail else ""
        found.append(Unit(text[start:end], said + punctuation))
        at = end + len(punctuation)
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


def _replacements(text: str, language: str, primary: str) -> list[tuple[int, int, str]]:
    """(start, end, spoken) in order and without overlap."""
    grouped, before, behind = _number_patterns(primary in _GROUPING.split())
    rules: list[tuple[re.Pattern[str], _Said]] = []
    if primary in _MONTHS:
        rules.append((_ISO_DATE, lambda m: _date(m[1], m[2], m[3], primary, text[: m.start()])))
        month_first = primary == "en" and not language.startswith(("en-gb", "en-029"))
        if primary == "de":
            rules.append((_DOT_DATE, lambda m: _date(m[3], m[2], m[1], primary, text[: m.start()])))
        elif month_first:
            rules.append((_SLASH_DATE, lambda m: _date(m[3], m[1], m[2], primary, "")))
        elif primary in _DAY_FIRST or primary == "en":
            rules.append((_SLASH_DATE, lambda m: _date(m[3], m[2], m[1], primary, "")))
        rules.append((before, lambda m: _money(m[2], m[1], primary)))
        rules.append((behind, lambda m: _money(m[1], m[2], primary)))
    if primary in _HOURS:
        pattern, hours = _HOURS[primary]
        rules.append((pattern, lambda m: f"{int(m[1])} {hours}" + (f" {int(m[2])}" if int(m[2]) else "")))
    for short, full in _ABBREVIATIONS.get(primary, {}).items():
        rules.append((re.compile(rf"(?<![\w.]){re.escape(short)}(?!\w)"), lambda _, full=full: full))  # type: ignore[misc]
    rules.append((grouped, lambda m: re.sub(r"\s", "", m[0])))
    found: list[tuple[int, int, str]] = []
    for pattern, said in rules:
        for match in pattern.finditer(text):
            spoken = said(match)
            clear = all(match.end() <= start or match.start() >= end for start, end, _ in found)
            if spoken is not None and clear:
                found.append((match.start(), match.end(), spoken))
    return sorted(found)


@lru_cache(maxsize=2)
def _number_patterns(spaced: bool) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Numbers with thousands set apart by spaces; amounts with the sign before and behind.

    spaced : whether the usual space sets thousands apart, not only those that do not break.
    """
    thousands = rf"\d{{1,3}}(?:[{_NARROW}{' ' if spaced else ''}]\d{{3}})+(?!\d)(?:[.,]\d+)?"
    number = rf"{thousands}|\d[\d.,]*\d|\d"
    return (
        re.compile(rf"(?<![\w.,]){thousands}"),
        re.compile(rf"(?<!\w)([€$£])\s?({number})(?!\w)"),
        re.compile(rf"(?<![\w.,])({number})\s?([€$£])"),
    )


def _date(year: str, month: str, day: str, primary: str, before: str) -> str | None:
    """A date in words; None where the calendar has no such day."""
    try:
        when = date(int(year), int(month), int(day))
    except ValueError:
        return None
    name, number, of_year = _MONTHS[primary].split()[when.month - 1], str(when.day), _year(when.year, primary)
    if primary == "en":
        return f"{name} {_english_ordinal(when.day)}, {of_year}"
    if primary == "de":
        return f"{_german_ordinal(when.day, before)} {name} {of_year}"
    if primary in ("es", "pt"):
        return f"{number} de {name} de {of_year}"
    first = {"fr": "premier", "it": "primo"}.get(primary, number)
    return f"{first if when.day == 1 else number} {name} {of_year}"


def _year(year: int, primary: str) -> str:
    if primary == "en" and 2010 <= year <= 2099:
        return f"twenty {year % 100}"
    return str(year)


def _english_ordinal(day: int) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _german_ordinal(day: int, before: str) -> str:
    """Day of the month: "der zwanzigste", "am zwanzigsten"."""
    previous = before.split()[-1].lower() if before.split() else ""
    return _GERMAN_DAYS.split()[day - 1] + ("e" if previous in ("der", "die", "das", "dieser") else "en")


def _money(amount: str, sign: str, primary: str) -> str | None:
    """An amount in words, the whole part in figures that the voice reads; None where it is no amount."""
    decimal = "." if primary == "en" else ","
    other = "," if decimal == "." else "."
    amount = re.sub(r"\s", "", amount)
    match = re.fullmatch(rf"(\d{{1,3}}(?:\{other}\d{{3}})+|\d+)(?:\{decimal}(\d+))?", amount)
    if match is None:
        return None
    singular, plural, joint, hundredths = _MONEY[primary][sign].split()
    whole, cents = match[1].replace(other, ""), match[2]
    if len(whole) > 15 or (cents is not None and len(cents) != 2):
        return f"{whole}{decimal + cents if cents else ''} {plural}"
    said = f"{whole} {singular if int(whole) == 1 else plural}"
    if cents is None or int(cents) == 0:
        return said
    return " ".join([said, *(part for part in (joint, str(int(cents)), hundredths) if part != "-")])
