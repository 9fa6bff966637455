"""What is written in figures and signs, as it is said: dates, money, measures, abbreviations, by language.

espeak-ng reads plain numbers, decimals, ordinals and most signs of its languages; what stands here is the rest. Months,
the order of dates, decimal signs, plural forms and names of measures are CLDR's, through Babel (BSD-3-Clause, data in
its wheel); what people say otherwise than CLDR writes stands in `normal_tables`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_month_names
from babel.numbers import get_currency_name, get_decimal_symbol
from babel.units import format_unit

from syncline.speech.normal_tables import (
    ABBREVIATIONS,
    GERMAN_DAYS,
    LOCAL_SIGNS,
    MAGNITUDES,
    MONEY,
    OWN_UNITS,
    POLISH_DAYS,
    RUSSIAN_DAYS,
    SIGNS,
    SPOKEN_SIGNS,
    UNITS,
)

_NARROW = "\u00a0\u202f\u2009"  # spaces that do not break a line: these group digits in any language
_GROUPING = "bg cs da de es et fi fr hr hu it lt lv nb no pl pt ro ru sk sl sr sv uk"  # the usual space as well
_ISO_DATE = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_HOURS = MappingProxyType(
    {
        "fr": (re.compile(r"(?<!\w)(\d{1,2})\s?h\s?(\d{2})(?!\w)"), "heures"),
        "de": (re.compile(r"(?<!\w)(\d{1,2}):(\d{2}) Uhr\b"), "Uhr"),
    }
)
_ENGLISH_YEAR = re.compile(r"(?<=\b(?:in|of|by) )(1[1-9]\d\d|20[1-9]\d)(?![\w,.-]*\d)(?! (?:people|of|years|men)\b)")
_CHINESE_YEAR = re.compile(r"(?<!\d)(\d{4})年")
_NUMBER_SIGN = re.compile(r"(?<![\w#])#(\d+)(?!\w)")
_LETTERS_OF_DATE = re.compile(r"[dMy]")
_CHINESE_DIGITS = "零一二三四五六七八九"
# Languages under other names than Babel's.
_LOCALES: Final = MappingProxyType({"cmn": "zh", "en-029": "en_GB", "no": "nb", "iw": "he", "in": "id", "tl": "fil"})

_Said = Callable[[re.Match[str]], "str | None"]
_Rule = tuple[re.Pattern[str], _Said]


@dataclass(frozen=True)
class Replacement:
    """Text from `start` to `end` is said as `said`: words, and figures that every voice of the language reads."""

    start: int
    end: int
    said: str


def replacements(text: str, language: str) -> list[Replacement]:
    """What of a text is said otherwise than a voice would read it: in order, without overlap."""
    taken = bytearray(len(text))
    found: list[Replacement] = []
    for pattern, said in _rules(language):
        for match in pattern.finditer(text):
            start, end = match.span()
            if taken.find(1, start, end) >= 0:
                continue
            spoken = said(match)
            if spoken is not None:
                found.append(Replacement(start, end, spoken))
                taken[start:end] = b"\1" * (end - start)
    return sorted(found, key=lambda each: each.start)


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale | None:
    """CLDR's locale of a BCP 47 tag or of espeak-ng's name for it; None where CLDR has none."""
    tag = language.lower().replace("_", "-")
    parts = tag.split("-")
    if parts[0] in ("und", "root", ""):
        return None
    named = _LOCALES.get(tag) or _LOCALES.get(parts[0])
    if named is not None:
        return Locale.parse(named)
    regions = [part.upper() for part in parts[1:] if len(part) == 2 and part.isalpha()]
    for name in (f"{parts[0]}_{regions[0]}" if regions else parts[0], parts[0]):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return None


def amount(text: str, locale: Locale) -> tuple[str, str | None] | None:
    """Whole part and decimals of a number as the locale writes it, groups joined; None where it is no number."""
    decimal = _decimal_sign(locale)
    other = re.escape("," if decimal == "." else ".")
    plain = re.sub(r"\s", "", text)
    match = re.fullmatch(rf"(\d{{1,3}}(?:{other}\d{{3}})+|\d+)(?:{re.escape(decimal)}(\d+))?", plain)
    return None if match is None else (re.sub(r"\D", "", match[1]), match[2])


@lru_cache(maxsize=64)
def _rules(language: str) -> tuple[_Rule, ...]:
    """Patterns with what is said for them, the first that matches a stretch of text counts."""
    primary = language.lower().replace("_", "-").split("-")[0]
    primary = {"cmn": "zh", "no": "nb"}.get(primary, primary)
    locale = locale_of(language)
    thousands, number = _number_patterns(primary in _GROUPING.split())
    rules: list[_Rule] = []
    if locale is not None:
        rules.append((_ISO_DATE, lambda m: said_date(m[1], m[2], m[3], locale, _before(m))))
        rules += [*_numeric_dates(locale), *_money_rules(primary, locale, number)]
        rules += _unit_rules(primary, locale, number)
    if primary in _HOURS:
        pattern, hours = _HOURS[primary]
        rules.append((pattern, lambda m: f"{int(m[1])} {hours}" + (f" {int(m[2])}" if int(m[2]) else "")))
    if primary == "en":
        rules.append((_ENGLISH_YEAR, lambda m: _english_year(int(m[1]))))
        rules.append((_NUMBER_SIGN, lambda m: f"number {m[1]}"))
    if primary == "zh":
        rules.append((_CHINESE_YEAR, lambda m: _digit_by_digit(m[1]) + "年"))
    short = ABBREVIATIONS.get(primary, {})
    if short:
        names = "|".join(re.escape(name) for name in sorted(short, key=len, reverse=True))
        rules.append((re.compile(rf"(?<![\w.])(?:{names})(?!\w)"), lambda m: short[m[0]]))
    rules += _sign_rules(SPOKEN_SIGNS.get(primary, {}), number)
    rules.append((re.compile(rf"(?<![\w.,]){thousands}"), lambda m: re.sub(r"\s", "", m[0])))
    return tuple(rules)


def _sign_rules(signs: Mapping[str, str], number: str) -> Iterator[_Rule]:
    if "-" in signs:
        yield re.compile(rf"(?<![\w-])[-\u2212](?P<n>{number})"), lambda m: f"{signs['-']} {m['n']}"
    others = "".join(re.escape(sign) for sign in signs if sign != "-")
    if others:
        yield re.compile(rf"(?<=[\s\d])[{others}](?=[\s\d])|(?<=\d)½"), lambda m: signs.get(m[0])


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - 20) : match.start()]


@lru_cache(maxsize=2)
def _number_patterns(spaced: bool) -> tuple[str, str]:
    """Numbers with thousands set apart by spaces; any number.

    spaced : whether the usual space sets thousands apart, not only those that do not break.
    """
    thousands = rf"\d{{1,3}}(?:[{_NARROW}{' ' if spaced else ''}]\d{{3}}){{1,6}}(?!\d)(?:[.,]\d{{1,9}})?"
    return thousands, rf"(?:{thousands}|\d[\d.,]{{0,30}}\d|\d)"


def _numeric_dates(locale: Locale) -> Iterator[_Rule]:
    """Dates in figures, in the order in which the locale writes day, month and year; the year has four figures."""
    order = "".join(dict.fromkeys(_LETTERS_OF_DATE.findall(str(locale.date_formats["short"].pattern))))
    if sorted(order) != ["M", "d", "y"]:
        return
    parts = {"d": r"(?P<d>\d{1,2})", "M": r"(?P<M>\d{1,2})", "y": r"(?P<y>\d{4})"}
    first, second, third = (parts[letter] for letter in order)
    pattern = re.compile(rf"(?<![\w./-]){first}(?P<s>[./]) ?{second}(?P=s) ?{third}(?!\w|[./]\d)")
    yield pattern, lambda m: said_date(m["y"], m["M"], m["d"], locale, _before(m))


def said_date(year: str, month: str, day: str, locale: Locale, before: str = "") -> str | None:
    """A date in words; None where the calendar has no such day. before : the text in front of it."""
    try:
        when = date(int(year), int(month), int(day))
    except ValueError:
        return None
    language = locale.language
    name = get_month_names("wide", locale=locale)[when.month]
    if language == "en":
        return f"{name} {_english_ordinal(when.day)}, {_english_year(when.year)}"
    if language == "de":
        return f"{_german_ordinal(when.day, before)} {name} {when.year}"
    if language == "ru":
        return f"{RUSSIAN_DAYS[when.day - 1].replace('_', ' ')} {name} {when.year} года"
    if language == "pl":
        return f"{POLISH_DAYS[when.day - 1].replace('_', ' ')} {name} {when.year} roku"
    if when.day == 1 and language in ("fr", "it"):
        return f"{'premier' if language == 'fr' else 'primo'} {name} {when.year}"
    said = format_date(when, format="long", locale=locale)
    if language == "zh":
        said = _CHINESE_YEAR.sub(lambda m: _digit_by_digit(m[1]) + "年", said)
    return said


def _digit_by_digit(year: str) -> str:
    return "".join(_CHINESE_DIGITS[int(sign)] for sign in year)


def _english_year(year: int) -> str:
    """1984: 19 84; 1905: 19 oh 5; 1900: 19 hundred; 2005: as it stands; 2026: twenty 26."""
    century, rest = divmod(year, 100)
    if not 1100 <= year <= 2099 or (century == 20 and rest < 10):
        return str(year)
    spoken = "twenty" if century == 20 else str(century)
    return f"{spoken} hundred" if rest == 0 else f"{spoken} oh {rest}" if rest < 10 else f"{spoken} {rest}"


def _english_ordinal(day: int) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _german_ordinal(day: int, before: str) -> str:
    """Day of the month: "der zwanzigste", "am zwanzigsten"."""
    previous = before.split()[-1].lower() if before.split() else ""
    return GERMAN_DAYS[day - 1] + ("e" if previous in ("der", "die", "das", "dieser") else "en")


def _money_rules(primary: str, locale: Locale, number: str) -> Iterator[_Rule]:
    signs = {**SIGNS, **LOCAL_SIGNS.get(primary, {})}
    sign = "|".join(re.escape(name) for name in sorted(signs, key=len, reverse=True))
    large = "|".join(re.escape(name) for name in MAGNITUDES.get(primary, "").split())
    times = rf"(?:\s(?P<times>{large})(?!\w))?" if large else "(?P<times>(?!))?"

    def said(match: re.Match[str]) -> str | None:
        return _money(match["number"], signs[match["sign"]], match["times"], primary, locale)

    letters = _letters(primary)
    last = not str(locale.currency_formats["standard"].pattern).startswith("¤")
    gap = "" if last else r"\s?"  # "5 € 21" is five euros in French
    before = rf"(?<![{letters}])(?P<sign>{sign}){gap}(?P<number>{number})(?![{letters}%]){times}"
    behind = rf"(?<![{letters}.,])(?P<number>{number}){times}\s?(?P<sign>{sign})(?![{letters}])"
    for pattern in (behind, before) if last else (before, behind):
        yield re.compile(pattern), said


@lru_cache(maxsize=4096)
def _money(number: str, code: str, times: str | None, primary: str, locale: Locale) -> str | None:
    """An amount in words, the whole part in figures that the voice reads; None where it is no amount."""
    parts = amount(number, locale)
    if parts is None:
        return None
    whole, cents = parts
    names, joint, hundredths = MONEY.get(primary, {}).get(code, "- - -").split()
    count = int(whole) if len(whole) <= 15 else 10**15
    space = "" if primary in ("zh", "ja") else " "
    if times or len(whole) > 15 or (cents is not None and len(cents) != 2):
        figure = whole + (_decimal_sign(locale) + cents if cents else "")
        name = _form(names, 10**6, locale) if names != "-" else get_currency_name(code, 10**6, locale)
        joined = " de" if times and primary in ("es", "pt", "fr") and not times.startswith("mil ") else ""
        return f"{figure}{space}{times + joined + ' ' if times else ''}{name}"
    name = _form(names, count, locale) if names != "-" else get_currency_name(code, count, locale)
    said = f"{whole}{space}{name}"
    if cents is None or int(cents) == 0:
        return said
    of_cents = _form(hundredths, int(cents), locale) if hundredths != "-" else "-"
    return " ".join([said, *(part for part in (joint, str(int(cents)), of_cents) if part != "-")])


def _form(names: str, count: int, locale: Locale) -> str:
    """The name by the plural category of a count: one/other, or one/few/many."""
    forms = names.split("/")
    category = locale.plural_form(count)
    if category == "one":
        return forms[0]
    return forms[1] if category in ("two", "few") and len(forms) > 2 else forms[-1]


def _letters(primary: str) -> str:
    """What may not stand beside a sign: in writing without spaces, or with endings joined, Latin letters only."""
    return "0-9A-Za-z" if primary in ("zh", "ja", "ko", "yue", "th", "ar", "fa", "he") else r"\w"


def _unit_rules(primary: str, locale: Locale, number: str) -> Iterator[_Rule]:
    sign = "|".join(re.escape(name) for name in sorted(UNITS, key=len, reverse=True))

    def said(match: re.Match[str]) -> str | None:
        measure = _measure(match["number"], match["unit"], primary, locale)
        minus = SPOKEN_SIGNS.get(primary, {}).get("-")  # else the voice reads the sign
        if measure is None or not match["minus"]:
            return measure
        return f"-{measure}" if minus is None else f"{minus} {measure}"

    letters = _letters(primary)
    figure = rf"(?<![{letters}.,/$€£-])(?P<minus>[-\u2212]?)(?P<number>{number})"
    yield re.compile(rf"{figure}[ \u00a0\u202f]?(?P<unit>{sign})(?![{letters}/])"), said


@lru_cache(maxsize=4096)
def _measure(number: str, unit: str, primary: str, locale: Locale) -> str | None:
    parts = amount(number, locale)
    if parts is None or len(parts[0]) > 15:
        return None
    figure = parts[0] + (_decimal_sign(locale) + parts[1] if parts[1] else "")
    own = OWN_UNITS.get(primary, {})
    if unit in own or primary == "zh":
        return own[unit].format(figure) if unit in own else None
    value = Decimal(parts[0] + (f".{parts[1]}" if parts[1] else ""))
    said = format_unit(value, UNITS[unit], "long", format="0.#########", locale=locale).replace("\u00a0", " ")
    return (
        None if re.search(rf"(?<!\w){re.escape(unit)}(?!\w)", said) or UNITS[unit] in said else said
    )  # Babel falls back to the sign or to its own key


@lru_cache(maxsize=128)
def _decimal_sign(locale: Locale) -> str:
    sign = get_decimal_symbol(locale)
    return sign if sign in ".," else "."
