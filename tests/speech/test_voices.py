"""Finding voices."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.errors import InputError, MissingInput
from syncline.speech.voices import find_voice, voice_names


@pytest.mark.parametrize(
    ("name", "language", "found"),
    [
        (None, None, "en-us"),
        (None, "en", "en-us"),
        (None, "en-GB", "en-gb"),
        (None, "en-AU", "en-gb"),
        (None, "de-AT", "de"),
        (None, "zh", "cmn"),
        (None, "zh-HK", "yue"),
        (None, "zh-Hant-TW", "cmn"),
        (None, "pt-BR", "pt-br"),
        (None, "es_MX", "es-419"),
        (None, "fr-CA", "fr"),
        (None, "no", "nb"),
        ("en-us", None, "en-us"),
        ("EN_us", None, "en-us"),
        ("German", None, "de"),
        ("english", None, "en-us"),
        ("English (Scotland)", None, "en-gb-scotland"),
        ("de+f2", "de-CH", "de+f2"),
        ("yue", "zh", "yue"),
    ],
)
def test_voices_are_found(name: str | None, language: str | None, found: str) -> None:
    assert find_voice(name, language).id == found


@pytest.mark.parametrize(
    ("name", "language", "message"),
    [
        ("en-uss", None, "there is no voice 'en-uss'; the nearest are en-us, "),
        ("swahilli", None, "the nearest are sw, "),
        ("en-us+f9", None, "the voice en-us has no variant 'f9'; the nearest are f"),
        ("en-us+../../x", None, "no variant"),
        ("", None, "there is no voice ''"),
        ("../en", None, "there is no voice"),
        ("a" * 5000, None, "there is no voice"),
        ("en\x1b[31m", None, r"there is no voice 'en\\\\x1b"),
        (None, "xx", "there is no voice for the language 'xx'; the nearest are "),
        (None, "germann", "the nearest are de, "),
        (None, "", "no voice for the language"),
        ("de", "en", "the voice de speaks de, not en; en-us does"),
        ("de", "xx", "no voice for the language 'xx'"),
    ],
)
def test_unknown_names_get_the_nearest(name: str | None, language: str | None, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        find_voice(name, language)
    assert len(str(caught.value)) < 250


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no such voice file"):
        find_voice(str(tmp_path / "none.onnx"))


def test_the_list_of_voices() -> None:
    names = voice_names()
    assert len(names) > 120
    assert ("en-us", "en-us", "English (America)") in names
    assert len({name for name, _, _ in names}) == len(names)
    assert all(name == name.lower() and language and title for name, language, title in names)
