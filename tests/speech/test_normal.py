"""What is written in figures and signs, in the words of its language."""

from __future__ import annotations

import time

import pytest

from syncline.speech.normal import amount, locale_of, replacements


def said(text: str, language: str) -> dict[str, str]:
    return {text[each.start : each.end]: each.said for each in replacements(text, language)}


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [
        ("en", "$1", "1 dollar"),
        ("en", "5 km", "5 kilometers"),
        ("en-gb", "20/11/2026", "November 20th, twenty 26"),
        ("en", "11/20/2026", "November 20th, twenty 26"),
        ("en", "$3.5 million", "3.5 million dollars"),
        ("en", "60 km/h", "60 kilometers per hour"),
        ("en", "#5", "number 5"),
        ("de", "-5 °C", "-5 Grad Celsius"),
        ("fr", "-5 °C", "moins 5 degrés Celsius"),
        ("fr", "1er", "premier"),
        ("es", "$3 millones", "3 millones de dólares"),
        ("it", "01/11/2026", "primo novembre 2026"),
        ("pt-BR", "R$ 5,50", "5 reais e 50 centavos"),
        ("ru", "21 $", "21 доллар"),
        ("ru", "3 €", "3 евро"),
        ("ru", "20.11.2026", "двадцатое ноября 2026 года"),
        ("pl", "2 zł", "2 złote"),
        ("pl", "5,00 zł", "5 złotych"),
        ("cs", "5 Kč", "5 korun"),
        ("sv", "5 kr", "5 kronor"),
        ("tr", "5 ₺", "5 lira"),
        ("uk", "5 kg", "5 кілограмів"),
        ("el", "5 %", "5 τοις εκατό"),
        ("he", "₪5", "5 שקלים"),
        ("ar", "5%", "5 بالمئة"),
        ("hi", "₹500", "500 रुपये"),
        ("th", "5%", "5 เปอร์เซ็นต์"),
        ("zh", "2026/5/3", "二零二六年5月3日"),
        ("zh", "3.5%", "百分之3.5"),
        ("zh", "¥100", "100元"),
        ("ja", "¥100", "100円"),
        ("ko", "5km", "5킬로미터"),
    ],
)
def test_in_words(language: str, written: str, spoken: str) -> None:
    assert said(f"x {written} y" if language not in ("zh", "ja", "th") else f" {written}", language) == {
        written: spoken
    }


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "no 2026-13-45"),
        ("en", "call 555 123 456"),
        ("en", "5 A and 1984 people, 1/2, v1.2.3, x$y"),
        ("und", "$5 and 5 km"),
    ],
)
def test_what_is_left_to_the_voice(language: str, text: str) -> None:
    assert said(text, language) == {}


@pytest.mark.parametrize(
    ("year", "spoken"), [("1984", "19 84"), ("1905", "19 oh 5"), ("1900", "19 hundred"), ("2026", "twenty 26")]
)
def test_english_years_are_said_in_hundreds(year: str, spoken: str) -> None:
    assert said(f"born in {year}.", "en") == {year: spoken}


def test_the_sign_goes_with_the_amount_it_belongs_to() -> None:
    assert said("5 € 21 €", "fr") == {"5 €": "5 euros", "21 €": "21 euros"}
    assert said("$5 $21", "en") == {"$5": "5 dollars", "$21": "21 dollars"}


def test_amounts_as_locales_write_them() -> None:
    english, german = locale_of("en-US"), locale_of("de")
    assert english is not None
    assert german is not None
    assert amount("1,234.50", english) == ("1234", "50")
    assert amount("1.234,50", german) == ("1234", "50")
    assert amount("1.2.3", english) is None


def test_work_grows_with_the_text() -> None:
    started = time.process_time()
    for text in ("$5 and 3 km, Dr. X 2026-11-20 " * 3000, "1" * 100_000, "1 " * 50_000, "1," * 50_000, "$" * 100_000):
        replacements(text, "de")
    assert time.process_time() - started < 10
