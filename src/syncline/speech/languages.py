"""Which language someone means whose code is not known: by its other codes, its name, its country, its spelling."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import espeakng_loader
from babel import Locale, UnknownLocaleError
from babel.core import get_global

from syncline.errors import DependencyError

_LINE = re.compile(r"^(language|name)\s+(.*?)\s*(?://.*)?$", re.MULTILINE)


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
    if len(asked) < 4:
        return None  # every short code is like some other
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
    spoken: list[tuple[str, str]] = []  # tag, espeak-ng's name
    for path in sorted(_languages().rglob("*")):
        if path.is_file():
            lines = dict(reversed(_LINE.findall(path.read_text("utf-8", "replace"))))
            if {"language", "name"} <= lines.keys():
                spoken.append((lines["language"].split()[0].split("-")[0].lower(), lines["name"]))
    for tag in sorted({tag for tag, _ in spoken}):
        known = "zh" if tag == "cmn" else tag
        for name in (tag, known, _english(known), _own(known)):
            found.setdefault(name.lower(), known)
    for tag, name in spoken:
        found.setdefault(name.lower().split(" (")[0], tag)
    return found


def _languages() -> Path:
    path = Path(espeakng_loader.get_data_path()) / "lang"
    if not path.is_dir():
        raise DependencyError("espeak-ng's data is missing; install espeakng-loader again", stage="speech")
    return path


def _english(tag: str) -> str:
    return str(Locale.parse("en").languages.get(tag, tag))


def _own(tag: str) -> str:
    """The language's name for itself; its code where CLDR has none."""
    try:
        return str(Locale.parse(tag).languages.get(tag, tag))
    except (UnknownLocaleError, ValueError):
        return tag
