"""Which language someone means whose code is not known: by its other codes, its name, its country, its spelling."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from syncline.speech.espeak_catalogue import entries


def nearest(language: str) -> str | None:
    """A BCP 47 tag that is spoken here and near to what was asked for, None where nothing is.

    Other codes count ("deu", "jpn"), countries ("jp"), names in English and in the language ("german", "Deutsch"), and
    then likeness of spelling.
    """
    asked = language.strip().lower().replace("_", "-")
    primary = asked.split("-")[0]
    if not primary:
        return None
    names = _names()
    if primary in names:
        return names[primary]
    alias = get_global("language_aliases").get(primary)
    if alias is not None and alias.lower().split("_")[0] in names:
        return names[alias.lower().split("_")[0]]
    likely = get_global("likely_subtags").get(f"und_{primary.upper()}")
    if likely is not None and likely.split("_")[0] in names:
        return names[likely.split("_")[0]]
    close = difflib.get_close_matches(asked[:40], names, n=1, cutoff=0.6)
    return names[close[0]] if close else None


def hint(language: str) -> str:
    """What to say behind "no such language": the nearest by its code and name, or the form of a code."""
    tag = nearest(language)
    if tag is None:
        return "give a BCP 47 tag such as en or pt-BR"
    return f"{tag} ({_english(tag)}) is near: give a BCP 47 tag such as this one"


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Codes and names, in small letters, of every language with a voice: to its tag."""
    found = {"mandarin": "zh", "cantonese": "yue", "us": "en", "gb": "en", "castilian": "es", "farsi": "fa"}
    for tag in sorted({entry.language.split("-")[0] for entry in entries().values()}):
        known = "zh" if tag == "cmn" else tag
        for name in (tag, known, _english(known), _own(known)):
            found.setdefault(name.lower(), known)
    for entry in entries().values():
        found.setdefault(entry.name.lower().split(" (")[0], entry.language.split("-")[0])
    return found


def _english(tag: str) -> str:
    return str(Locale.parse("en").languages.get(tag, tag))


def _own(tag: str) -> str:
    """The language's name for itself; its code where CLDR has none."""
    try:
        return str(Locale.parse(tag).languages.get(tag, tag))
    except (UnknownLocaleError, ValueError):
        return tag
