"""What espeak-ng writes and what is said: its names of phones as IPA, and assimilations that it leaves out.

espeak-ng's names are IPA for most languages. Some of its tables use letters of their own ("ts.h" for Mandarin's
aspirated retroflex, "y" for Russian's unrounded ы), and some leave to the ear what lips do at once (Japanese n before
p). A list of phones goes in, one of the same length comes out: times stay theirs.

Sources: J. Okada, Japanese (JIPA 1991); W.-S. Lee and E. Zee, Standard Chinese (JIPA 2003); R. Thelwall and M. A.
Sa'adeddin, Arabic (JIPA 1990); H. B. Lee, Korean (JIPA 1989); the phonemes of espeak-ng 1.52 as its voices say them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

# Whole names that are no IPA, in any language: the mnemonics that a table without a name of its own shows.
_ASCII: Final = MappingProxyType(
    {
        "A": "ɑ", "E": "ɛ", "I": "ɪ", "O": "ɔ", "U": "ʊ", "S": "ʃ", "Z": "ʒ", "N": "ŋ", "T": "θ", "D": "ð", "X": "χ",
        "K": "ɬ", "tS": "tʃ", "dZ": "dʒ", "t[": "t̪", "d[": "d̪", "ʦ": "ts", "ʣ": "dz", "Φ": "ɸ", "ɣ^": "ɣ", "ɪ^": "ɪ",
        "ʕʕ": "ʕ",
    }
)  # fmt: skip
_ASPIRATED: Final = {name: f"{name[:-1]}ʰ" for name in ("ph", "th", "kh", "tɕh", "tsh", "tʃh")}
_UNROUNDED: Final = {"y": "ɨ", "yə": "ɨə", "ø": "ɘ"}
_OWN: Final = MappingProxyType(
    {
        "cmn": {
            **_ASPIRATED, "ts.": "tʂ", "ts.h": "tʂʰ", "s.": "ʂ", "o-": "ɤ", "ŋ-": "ŋ", "onɡ": "ʊŋ", "χ": "x",
        },
        "yue": _ASPIRATED,
        "ar": {"t̪": "tˤ", "s̪": "sˤ", "s̪-": "sˤ", "d̪": "dˤ", "ð̪": "ðˤ", "z̪": "zˤ"},
        "ru": {**_UNROUNDED, 'u"': "ʉ"},
        "vi": _UNROUNDED,
        "gn": _UNROUNDED,
        "ltg": _UNROUNDED,
        "pt-br": {"y": "i"},
        "hi": {"c": "tʃ", "cʰ": "tʃʰ", "ɟ": "dʒ", "ɟʰ": "dʒʱ"},
        "ur": {"c": "tʃ", "cʰ": "tʃʰ", "ɟ": "dʒ", "ɟʰ": "dʒʱ"},
        "ko": {
            **_ASPIRATED, "p-": "p͈", "t-": "t͈", "k-": "k͈", "q": "k̚", "q-": "k̚", "d-": "d", "s-": "s͈", "tɕ-": "tɕ͈",
        },
    }
)  # fmt: skip
_LIPS: Final = re.compile("[pbm]")
_NOT_PRINTED: Final = re.compile(r"[\x00-\x1f]")
# Japanese: vowels between consonants without voice lose theirs, and the jaw hardly moves for them.
_VOICELESS: Final = re.compile("(?:[ptksɕçɸh])")
_DEVOICED: Final = {"i": "i̥", "ɯᵝ": "ɯ̥ᵝ"}
_KOREAN_VOWELS: Final = tuple("aeiouɐɑɛɯʌjwɔøy")
_KOREAN_NASALS: Final = {"p": "m", "t": "n", "k": "ŋ"}


def as_said(phones: Sequence[str], voice: str) -> list[str]:
    """The phones of one voice in IPA, as they are said beside each other; "" is a pause.

    phones : espeak-ng's names without stress and tone. voice : espeak-ng's name of the voice ("cmn", "ar", "pt-br+f2").
    """
    language = voice.lower().split("+")[0]
    said = [_written(name, language) for name in phones]
    contextual = {"ja": _japanese, "ko": _korean}.get(language)
    return said if contextual is None else contextual(said)


@lru_cache(maxsize=8192)
def _written(name: str, language: str) -> str:
    name = _NOT_PRINTED.sub("", name).replace("?", "ʔ")
    own = _OWN.get(language) or _OWN.get(language.split("-")[0], {})
    return own.get(name) or _ASCII.get(name, name)


def _japanese(phones: list[str]) -> list[str]:
    """The moraic nasal takes the place of what follows: lips shut before p b m only. The first half of a long
    consonant is that consonant. i and u lose their voice between voiceless consonants and behind one at the end."""
    said = list(phones)
    for at in range(len(said) - 1, -1, -1):
        phone = said[at]
        following = said[at + 1] if at + 1 < len(said) else ""
        if phone in ("ũ", "ĩ", "ɴ", "ŋ", "n") and _LIPS.match(following):
            said[at] = "m"
        elif phone == "ɴ" and following[:1] in tuple("tdnszɽ"):
            said[at] = "n"
        elif phone == "ɴ" and following[:1] in tuple("kɡ"):
            said[at] = "ŋ"
        elif phone in ("ũ", "ĩ"):
            said[at] = "ɰ̃" if following else "ɴ"
        elif phone == "h" and following[:1] in tuple("ptksɕ"):
            said[at] = following[0]
    for at, phone in enumerate(said):
        before = said[at - 1] if at else ""
        following = said[at + 1] if at + 1 < len(said) else ""
        if phone in _DEVOICED and _VOICELESS.match(before) and (_VOICELESS.match(following) or not following):
            said[at] = _DEVOICED[phone]
    return said


def _korean(phones: list[str]) -> list[str]:
    """A stop at the end of a syllable is not released, and is a nasal of its place before a nasal."""
    said = list(phones)
    for at, phone in enumerate(said):
        following = said[at + 1] if at + 1 < len(said) else ""
        if phone not in ("p", "t", "k", "k̚", "p͈", "t͈", "k͈") or following[:1] in _KOREAN_VOWELS:
            continue
        said[at] = _KOREAN_NASALS[phone[0]] if following[:1] in ("m", "n") else f"{phone[0]}̚"
    return said
