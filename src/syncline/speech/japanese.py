"""Kana for Japanese text: espeak-ng reads kana only.

Readings come from SudachiPy with its small dictionary (Apache-2.0, data in the wheel) where they are installed.
"""

from __future__ import annotations

import importlib
import threading
from functools import lru_cache
from typing import Any

_LOCK = threading.Lock()  # one tokenizer serves all threads
_BLOCK_CHARACTERS = 10_000  # the tokenizer takes 49 kB of UTF-8 at once
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
                if word.part_of_speech()[0] == "助詞":
                    reading = _PARTICLES.get(reading, reading)
                result.append((surface, reading if _is_kana(reading) else surface))
    return result


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
