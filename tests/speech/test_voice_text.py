"""Numbers, dates, money and abbreviations in words; scripts and who reads them."""

from __future__ import annotations

import unicodedata

import pytest

from syncline.errors import InputError
from syncline.speech.scripts import check_readable, languages_that_read, script_of, scripts_read, unreadable
from syncline.speech.spoken_text import assembled, units


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [
        ("en-us", "on 2026-11-20.", "on November 20th, twenty 26."),
        ("en-us", "on 3/1/2005", "on March 1st, 2005"),
        ("en-gb", "on 3/1/2005", "on January 3rd, 2005"),
        ("en-us", "no 2026-13-45", "no 2026-13-45"),
        ("en-us", "$1,234.50!", "1234 dollars and 50 cents!"),
        ("en-us", "€1 or £20.00", "1 euro or 20 pounds"),
        ("en-us", "$3.5 million", "3.5 million dollars"),
        ("en-us", "Dr. Smith met St. Paul, e.g. here", "Doctor Smith met Saint Paul, for example here"),
        ("en-us", "3.5 % of 1\u202f234", "3.5 percent of 1234"),
        ("en-us", "call 555 123 456", "call 555 123 456"),
        ("de", "am 20.11.2026 um 10:30 Uhr", "am zwanzigsten November 2026 um 10 Uhr 30"),
        ("de", "der 2026-05-03", "der dritte Mai 2026"),
        ("de", "1 234,50 € und 1.000 €", "1234 Euro 50 und 1000 Euro"),
        ("de", "Dr. Müller, z. B. Nr. 5", "Doktor Müller, zum Beispiel Nummer 5"),
        ("fr", "le 2026-01-01 à 10h30", "le premier janvier 2026 à 10 heures 30"),
        ("fr", "1\u202f234,50\u00a0€", "1234 euros 50"),
        ("fr", "20/11/2026, 3,5 %", "20 novembre 2026, 3,5 pour cent"),
        ("es", "1.234,50 € el 2026-11-20", "1234 euros con 50 el 20 de noviembre de 2026"),
        ("es", "Sra. López", "señora López"),
        ("pl", "1 234,50 zł", "1234 złote 50 groszy"),
        ("ru", "2026-11-20", "двадцатое ноября 2026 года"),
        ("cmn", "你好，世界。OK", "你好，世界。 OK"),
    ],
)
def test_spoken_form(language: str, text: str, spoken: str) -> None:
    assert assembled(units(text, language))[0] == spoken


def test_the_written_form_is_kept_for_the_words() -> None:
    parts = units("Pay 1 234,50 € — now, «mon ami»!", "fr")
    assert [unit.text for unit in parts if unit.text] == ["Pay", "1 234,50 €", "now", "mon", "ami"]
    text, starts = assembled(parts)
    assert [text[start] for start in starts] == [unit.spoken[0] for unit in parts]


def test_a_string_without_spaces_is_refused() -> None:
    with pytest.raises(InputError, match="101 signs without a space"):
        units("x" * 101, "en-us")
    assert units("ก" * 300, "th")  # Thai is written without spaces


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("hello", "en-us", None),
        ("naïve façade № 10³ ª µ", "en-us", None),
        ("angle α and π", "de", None),
        ("λόγος", "en-us", "Greek"),
        ("hello 你好", "en-us", "Chinese"),
        ("مرحبا", "en-us", "Arabic"),
        ("мир", "en-gb", "Cyrillic"),
        ("мир iPhone", "ru", None),
        ("NHKの番組", "ja", None),
        ("hello", "ja", "Latin"),
        ("々", "cmn", None),
        ("你好", "ko", "Chinese"),
        ("Ꭰ", "en-us", "Cherokee"),
    ],
)
def test_scripts(text: str, language: str, script: str | None) -> None:
    found = unreadable(unicodedata.normalize("NFC", text), scripts_read(language))
    assert (found[0] if found else None) == script


def test_the_refusal_names_script_voice_and_others() -> None:
    with pytest.raises(InputError, match=r"^the voice en-us cannot read Chinese script \(.*\); .* cmn, yue, ja$"):
        check_readable("你好", "en-us", "en-us")
    with pytest.raises(InputError, match="no voice here reads it"):
        check_readable("Ꭰ", "en-us", "en-us")
    assert languages_that_read("Cherokee") == ()
    assert script_of("7") is None
