"""The voices in espeak-ng's data: their names, languages and variants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import espeakng_loader

from syncline.errors import DependencyError
from syncline.speech.espeak import VOICES

# Listed in the data but without a dictionary, or spelling their own script letter by letter.
_MUTE = frozenset({"chr", "fo", "kaa", "xex"})
_IDS = MappingProxyType({"en": "en-gb"})  # espeak-ng finds the voice by its file's name, people by its language
_NAME = re.compile(r"^name\s+(.*?)\s*(?://.*)?$", re.MULTILINE)
_LANGUAGE = re.compile(r"^language\s+(\S+)", re.MULTILINE)
_VARIANT = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Entry:
    """One voice: `id` as users write it, espeak-ng's `file` name, BCP 47 `language`, `name` for people."""

    id: str
    file: str
    language: str
    name: str


@lru_cache(maxsize=1)
def entries() -> Mapping[str, Entry]:
    """Every voice by its id.

    Raises
    ------
    DependencyError : espeak-ng's data is missing.
    """
    found = {}
    for path in sorted(_data("lang").rglob("*")):
        file = path.name.lower()
        if not path.is_file() or file in _MUTE:
            continue
        text = path.read_text("utf-8", "replace")
        name, language = _NAME.search(text), _LANGUAGE.search(text)
        if name is not None and language is not None:
            own = _IDS.get(file, file)
            found[own] = Entry(own, file, _tag(own, language[1]), name[1])
    return MappingProxyType(dict(sorted(found.items())))


@lru_cache(maxsize=1)
def variants() -> tuple[str, ...]:
    """Names that may stand behind a voice and a plus sign: "f2" (female), "m3", "croak"."""
    names = (path.name for path in _data("voices/!v").iterdir() if path.is_file())
    return tuple(sorted(name for name in names if _VARIANT.fullmatch(name)))


@lru_cache(maxsize=1)
def espeak_version() -> str:
    """Of the wheel that holds library and data."""
    return f"espeakng-loader {version('espeakng-loader')}"


def entry_named(name: str) -> Entry | None:
    """The voice of an id, a BCP 47 tag or espeak-ng's name for it, in any case; None where there is none."""
    known = entries()
    own = name.strip().lower().replace("_", "-")
    alias = VOICES.get(own, "")
    by_name = {entry.name.lower(): entry for entry in known.values()}
    return known.get(own) or known.get(_IDS.get(alias, alias)) or by_name.get(own)


def _tag(own: str, language: str) -> str:
    """BCP 47 tag: the language line's, but for those that espeak-ng tells apart by the file's name alone."""
    return "fr" if own == "fr" else language.lower()


def _data(folder: str) -> Path:
    path = Path(espeakng_loader.get_data_path()) / folder
    if not path.is_dir():
        raise DependencyError("espeak-ng's data is missing; install espeakng-loader again", stage="voice")
    return path
