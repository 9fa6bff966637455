"""Which script a text is written in, and which voices can read it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from types import MappingProxyType

from syncline.errors import InputError

# First word of a letter's Unicode name -> the script as people call it.
_SCRIPTS = MappingProxyType(
    {
        "LATIN": "Latin",
        "CYRILLIC": "Cyrillic",
        "GREEK": "Greek",
        "ARABIC": "Arabic",
        "HEBREW": "Hebrew",
        "CJK": "Chinese",
        "IDEOGRAPHIC": "Chinese",
        "HIRAGANA": "Japanese kana",
        "KATAKANA": "Japanese kana",
        "KATAKANA-HIRAGANA": "Japanese kana",
        "HALFWIDTH": "Japanese kana",
        "BOPOMOFO": "Bopomofo",
        "HANGUL": "Korean",
        "DEVANAGARI": "Devanagari",
        "BENGALI": "Bengali",
        "GUJARATI": "Gujarati",
        "GURMUKHI": "Gurmukhi",
        "ORIYA": "Odia",
        "TAMIL": "Tamil",
        "TELUGU": "Telugu",
        "KANNADA": "Kannada",
        "MALAYALAM": "Malayalam",
        "SINHALA": "Sinhala",
        "THAI": "Thai",
        "MYANMAR": "Burmese",
        "GEORGIAN": "Georgian",
        "ARMENIAN": "Armenian",
        "ETHIOPIC": "Ethiopic",
        "SHAVIAN": "Shavian",
    }
)
# Signs that Unicode counts as letters and every voice reads or skips.
_OF_NO_SCRIPT = frozenset({"MODIFIER", "MICRO", "FEMININE", "MASCULINE", "SUPERSCRIPT", "SUBSCRIPT", "OHM", "KELVIN"})

# What espeak-ng 1.52 reads beside Latin, tried voice by voice; every other letter is spelled ("Chinese letter").
_READ = MappingProxyType(
    {
        **dict.fromkeys(
            ["ru", "uk", "be", "bg", "mk", "sr", "bs", "hr", "ba", "cv", "kk", "ky", "nog", "tt", "uz"], ("Cyrillic",)
        ),
        **dict.fromkeys(("el", "grc"), ("Greek",)),
        **dict.fromkeys(["ar", "fa", "ur", "sd", "ug"], ("Arabic",)),
        "he": ("Hebrew",),
        **dict.fromkeys(("cmn", "yue"), ("Chinese", "Bopomofo")),
        "ja": ("Japanese kana", "Chinese"),
        "ko": ("Korean",),
        **dict.fromkeys(["hi", "mr", "ne", "kok"], ("Devanagari",)),
        **dict.fromkeys(["bn", "as", "bpy"], ("Bengali",)),
        "gu": ("Gujarati",),
        "pa": ("Gurmukhi",),
        "or": ("Odia",),
        "ta": ("Tamil",),
        "te": ("Telugu",),
        "kn": ("Kannada",),
        "ml": ("Malayalam",),
        "si": ("Sinhala",),
        "th": ("Thai",),
        **dict.fromkeys(("my", "shn"), ("Burmese",)),
        "ka": ("Georgian",),
        **dict.fromkeys(("hy", "hyw"), ("Armenian",)),
        **dict.fromkeys(("am", "ti"), ("Ethiopic",)),
    }
)
# These name Latin letters one by one; the others read Latin words, their own or as English.
SPELLS_LATIN = frozenset(["ba", "cv", "hyw", "ja", "kok", "ky", "my", "nog", "shn", "ti"])


def script_of(sign: str) -> str | None:
    """The script of a letter by its usual name, None for signs that are in no script (digits, punctuation, marks)."""
    if unicodedata.category(sign)[0] != "L":
        return None
    if ord(sign) < 0x80:
        return "Latin"
    first = unicodedata.name(unicodedata.normalize("NFKC", sign)[0], "UNNAMED").split()[0]
    if first in _OF_NO_SCRIPT:
        return None
    return _SCRIPTS.get(first, first.capitalize())


def is_han(sign: str) -> bool:
    """Whether a letter is a Chinese character."""
    return "\u3400" <= sign <= "\u9fff" or "\uf900" <= sign <= "\ufaff" or "\U00020000" <= sign <= "\U0003ffff"


def scripts_read(language: str) -> frozenset[str]:
    """Scripts that the espeak-ng voice of a language reads as words."""
    primary = language.lower().split("-")[0]
    if language.lower() == "en-shaw":
        return frozenset({"Latin", "Shavian"})
    return frozenset(_READ.get(primary, ())) | (frozenset() if primary in SPELLS_LATIN else {"Latin"})


def languages_that_read(script: str) -> tuple[str, ...]:
    """Languages whose voices read a script, best known first."""
    if script == "Latin":
        return ("en-us", "de", "fr", "es")
    if script == "Shavian":
        return ("en-shaw",)
    return tuple(language for language, scripts in _READ.items() if script in scripts)


def unreadable(text: str, readable: frozenset[str]) -> tuple[str, str] | None:
    """A script of the text that is not among the readable ones, and the first words in it; None where all is read.

    Greek letters that stand alone are signs of mathematics and have names in every voice. Latin words in a text that is
    mostly in a readable script pass: abbreviations are spelled everywhere.
    """
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for word in text.split():
        letters = [script for script in map(script_of, word) if script is not None]
        if letters == ["Greek"]:
            continue
        for script in letters:
            counts[script] += 1
            first.setdefault(script, word)
    own = sum(count for script, count in counts.items() if script in readable)
    for script, _ in counts.most_common():
        if script not in readable and not (script == "Latin" and own >= counts["Latin"]):
            return script, first[script]
    return None


def check_readable(text: str, language: str, voice: str) -> None:
    """Raise `InputError` where a text is in a script that a voice of espeak-ng's language cannot read.

    voice : its name for the message.
    """
    found = unreadable(text, scripts_read(language))
    if found is None:
        return
    script, word = found
    others = languages_that_read(script)
    hint = f"give a voice that reads it, such as {', '.join(others[:3])}" if others else "no voice here reads it"
    raise InputError(f"the voice {voice} cannot read {script} script ({word[:20]}); {hint}", stage="voice")
