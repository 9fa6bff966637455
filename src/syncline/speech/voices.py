"""Finding a voice by its name, its language or its file."""

from __future__ import annotations

import difflib
from pathlib import Path
from types import MappingProxyType

from syncline.errors import InputError, printable
from syncline.speech.espeak_catalogue import Entry, entries, entry_named, variants
from syncline.speech.espeak_voice import EspeakVoice
from syncline.speech.piper_voice import PiperVoice
from syncline.speech.voice import Voice

DEFAULT = "en-us"
_MODEL = ".onnx"
_NEAREST = 3
_PRIMARY = MappingProxyType({"no": "nb", "iw": "he", "in": "id", "tl": "fil"})


def find_voice(name: str | None, language: str | None = None) -> Voice:
    """The voice of a name or, where none is given, of a language; American English where neither is.

    Parameters
    ----------
    name : an id ("en-us", "de", "fr+f2"), espeak-ng's name of it ("German"), or the path of a Piper voice (.onnx;
        a speaker of it behind a #).
    language : BCP 47 tag; with a name, what the voice must speak.

    Raises
    ------
    InputError : no such voice or language (the nearest are named), or a voice of another language.
    MissingInput : no such file. DependencyError : a part of the installation is missing.
    """
    if name is None:
        return EspeakVoice(_entry_of_language(DEFAULT if language is None else language))
    model, mark, speaker = name.rpartition("#")
    if not mark or not model.lower().endswith(_MODEL):
        model, speaker = name, ""
    if model.lower().endswith(_MODEL):
        voice: Voice = PiperVoice.load(Path(model), speaker)
    else:
        voice = _espeak(name)
    if language is not None and not _alike(language, voice.language):
        own = _entry_of_language(language)
        raise InputError(
            f"the voice {printable(voice.id)} speaks {voice.language}, not {printable(language)}; "
            f"{own.id} does, or leave the voice out",
            stage="voice",
        )
    return voice


def voice_names() -> tuple[tuple[str, str, str], ...]:
    """(id, language, name) of every voice that needs no file, by id."""
    return tuple((entry.id, entry.language, entry.name) for entry in entries().values())


def _espeak(name: str) -> EspeakVoice:
    base, plus, variant = name.strip().partition("+")
    known = entries()
    entry = entry_named(base) or _first_of(base.strip().lower())
    if entry is None:
        choices = {other: other for other in known}
        choices |= {found.name.lower(): found.id for found in known.values()}
        near = _near(base.strip().lower(), choices)
        raise InputError(f"there is no voice {printable(name[:40])!r}; {near}", stage="voice")
    if plus and variant not in variants():
        near = _near(variant, {other: other for other in variants()})
        raise InputError(f"the voice {entry.id} has no variant {printable(variant[:40])!r}; {near}", stage="voice")
    return EspeakVoice(entry, variant)


def _entry_of_language(language: str) -> Entry:
    """The voice of a BCP 47 tag: the whole tag, or with its last parts left out."""
    parts = language.strip().replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        entry = entry_named("-".join(parts[:length]))
        if entry is not None:
            return entry
    choices = {entry.language: entry.language for entry in entries().values()}
    choices |= {entry.name.lower(): entry.language for entry in entries().values()}
    near = _near(language.strip().lower(), choices)
    raise InputError(f"there is no voice for the language {printable(language[:40])!r}; {near}", stage="voice")


def _first_of(name: str) -> Entry | None:
    """A language by its bare name ("english", "chinese"): the default voice for English, else the first."""
    if len(name) < 3:
        return None
    found = [entry for entry in entries().values() if entry.name.lower().split(" (")[0] == name]
    return next((entry for entry in found if entry.id == DEFAULT), found[0] if found else None)


def _near(name: str, choices: dict[str, str]) -> str:
    """ "the nearest are a, b and c": by spelling, then by a common beginning."""
    close = difflib.get_close_matches(name, choices, n=2 * _NEAREST, cutoff=0.5)
    close += [choice for choice in choices if len(name) > 1 and choice.startswith(name[:2])]
    close += [choice for choice in choices if choice[:1] == name[:1]] + [DEFAULT, *choices]
    ids = list(dict.fromkeys(choices.get(choice, choice) for choice in close))[:_NEAREST]
    return f"the nearest are {', '.join(ids[:-1])} and {ids[-1]}"


def _alike(asked: str, spoken: str) -> bool:
    """Whether two tags are one language; "zh" is any Chinese."""
    first, second = (tag.strip().lower().replace("_", "-").split("-")[0] for tag in (asked, spoken))
    first = _PRIMARY.get(first, first)
    return first == second or (first == "zh" and second in ("cmn", "yue", "hak"))
