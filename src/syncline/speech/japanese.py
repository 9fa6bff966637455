"""Kana for Japanese text: espeak-ng reads kana only.

Readings come from SudachiPy with its small dictionary (Apache-2.0, data in the wheel) where they are installed.
"""

from __future__ import annotations

import importlib
import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_LOCK = threading.Lock()  # one tokenizer serves all threads
_BLOCK_CHARACTERS = 10_000  # the tokenizer takes 49 kB of UTF-8 at once
# Signs, which the dictionary reads as the word for "sign".
_NO_WORDS = frozenset({"補助記号", "空白", "記号"})
_LONG_O = re.compile("(?<=[オコソトノホモヨロゴゾドボポョォ])ウ")
_LONG_E = re.compile("(?<=[エケセテネヘメレゲゼデベペェ])イ")
_DIGITS, _PLACES, _MYRIADS = "〇一二三四五六七八九", ("", "十", "百", "千"), ("", "万", "億", "兆")
_FIGURES = re.compile(r"(?<![\d,.])(\d[\d,]{0,15})(?:\.(\d+))?(?![\d])")
# Particles are written with the kana of their history and spoken otherwise.
_PARTICLES = {"ハ": "ワ", "ヘ": "エ", "ヲ": "オ"}


def has_kanji(text: str) -> bool:
    """Whether a text holds Chinese characters."""
    return any("\u3400" <= sign <= "\u9fff" for sign in text)


def readings(text: str) -> list[tuple[str, str]] | None:
    """Words as (written, katakana as spoken), or None where no dictionary is installed."""
    tokenizer = _tokenizer()
    if tokenizer is None:
        return None
    result: list[tuple[str, str]] = []
    with _LOCK:
        for first in range(0, len(text), _BLOCK_CHARACTERS):
            for word in tokenizer.tokenize(text[first : first + _BLOCK_CHARACTERS]):
                surface, reading = word.surface(), word.reading_form()
                kind = word.part_of_speech()
                if kind[0] == "助詞":
                    reading = _PARTICLES.get(reading, reading)
                spoken = _is_kana(reading) and kind[0] not in _NO_WORDS
                result.append((surface, _with_long_vowels(reading, kind) if spoken else surface))
    return result


def with_kanji_numbers(text: str) -> str:
    """Numbers in figures as Chinese characters, which the dictionary reads as numbers and not figure by figure."""
    return _FIGURES.sub(_number_said, text)


def _number_said(match: re.Match[str]) -> str:
    whole = kanji_number(int(match[1].replace(",", "")))
    return whole if match[2] is None else whole + "点" + "".join(_DIGITS[int(sign)] for sign in match[2])


def kanji_number(number: int) -> str:
    """2026: 二千二十六."""
    if number == 0:
        return "零"
    groups = []
    for myriad in _MYRIADS:
        number, four = divmod(number, 10_000)
        said = ""
        for place, unit in enumerate(_PLACES):
            digit = four // 10**place % 10
            if digit:
                said = ("" if digit == 1 and place else _DIGITS[digit]) + unit + said
        groups.append(said + myriad if said else "")
    return "".join(reversed(groups))


def _with_long_vowels(reading: str, kind: Sequence[str]) -> str:
    """Kana as they are spoken: "オウ" and "エイ" within a word are long vowels, but for the endings of verbs."""
    if kind[0] == "動詞":
        return reading if kind[5].startswith(("終止形", "連体形")) else _LONG_O.sub("ー", reading)
    return _LONG_E.sub("ー", _LONG_O.sub("ー", reading))


def _is_kana(text: str) -> bool:
    return bool(text) and all("\u3040" <= sign <= "\u30ff" for sign in text)


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    try:
        sudachi = importlib.import_module("sudachipy")
        dictionary = sudachi.Dictionary(dict="small")
    except ImportError:
        return None
    make = getattr(dictionary, "tokenizer", None) or dictionary.create
    return make()
