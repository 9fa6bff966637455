"""The letters of the phonetic alphabet as numbers, and the spellings that other tools use for them.

Sources: the IPA chart (2020 revision); espeak-ng 1.52's phoneme names; CMUdict's phone set (ARPAbet).
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType

# Vowels: (jaw openness 0..1, frontness -1 back .. 1 front, lip rounding 0..1, lip spreading 0..1).
VOWELS = MappingProxyType(
    {
        "i": (0.10, 1.0, 0.0, 1.0),
        "y": (0.10, 1.0, 1.0, 0.0),
        "ɨ": (0.12, 0.0, 0.0, 0.5),
        "ʉ": (0.12, 0.0, 0.9, 0.0),
        "ɯ": (0.12, -1.0, 0.0, 0.4),
        "u": (0.12, -1.0, 1.0, 0.0),
        "ɪ": (0.25, 0.7, 0.0, 0.6),
        "ᵻ": (0.22, 0.2, 0.0, 0.4),
        "ʏ": (0.25, 0.7, 0.8, 0.0),
        "ʊ": (0.25, -0.7, 0.7, 0.0),
        "ᵿ": (0.25, -0.4, 0.6, 0.0),
        "e": (0.35, 0.9, 0.0, 0.8),
        "ø": (0.35, 0.9, 0.85, 0.0),
        "ɘ": (0.35, 0.0, 0.0, 0.3),
        "ɵ": (0.35, 0.0, 0.7, 0.0),
        "ɤ": (0.35, -0.9, 0.0, 0.2),
        "o": (0.40, -0.9, 0.85, 0.0),
        "ə": (0.35, 0.0, 0.05, 0.1),
        "ɚ": (0.30, 0.0, 0.30, 0.0),
        "ɛ": (0.55, 0.8, 0.0, 0.5),
        "œ": (0.55, 0.8, 0.7, 0.0),
        "ɜ": (0.45, 0.0, 0.15, 0.1),
        "ɝ": (0.40, 0.0, 0.30, 0.0),
        "ɞ": (0.50, 0.0, 0.6, 0.0),
        "ʌ": (0.60, -0.5, 0.0, 0.1),
        "ɔ": (0.60, -0.9, 0.65, 0.0),
        "æ": (0.80, 0.8, 0.0, 0.5),
        "ɐ": (0.75, 0.0, 0.0, 0.2),
        "a": (0.90, 0.3, 0.0, 0.2),
        "ɶ": (0.85, 0.7, 0.4, 0.0),
        "ɑ": (0.95, -0.8, 0.05, 0.0),
        "ɒ": (0.85, -0.9, 0.45, 0.0),
    }
)


def _consonant(place: str, manner: str, *, voiced: bool = True, **more: float) -> dict[str, float]:
    """Features of a consonant from its place and manner; `more` overrides. Jaw values: measured order s < t < k < h."""
    places: dict[str, dict[str, float]] = {
        "bilabial": {"closure": 1.0, "open": 0.05},
        "labiodental": {"labiodental": 1.0, "open": 0.12},
        "dental": {"dental": 1.0, "alveolar": 0.4, "open": 0.20},
        "alveolar": {"alveolar": 1.0, "open": 0.20},
        "postalveolar": {"postalveolar": 1.0, "open": 0.15, "rounded": 0.5},
        "retroflex": {"postalveolar": 0.9, "alveolar": 0.3, "open": 0.20, "rounded": 0.25},
        "alveolopalatal": {"postalveolar": 0.6, "palatal": 0.7, "open": 0.12, "spread": 0.5, "high": 0.8, "front": 0.6},
        "palatal": {"palatal": 1.0, "open": 0.18, "spread": 0.4, "high": 0.9, "front": 0.7},
        "velar": {"velar": 1.0, "open": 0.30, "high": 0.5, "back": 0.5},
        "uvular": {"velar": 0.5, "pharyngeal": 0.6, "open": 0.40, "back": 0.7},
        "pharyngeal": {"pharyngeal": 1.0, "open": 0.55, "back": 0.6},
        "glottal": {"pharyngeal": 0.6, "open": 0.40},
    }
    manners: dict[str, dict[str, float]] = {
        "stop": {"stop": 1.0},
        "nasal": {"nasal": 1.0, "stop": 0.5},
        "fricative": {"fricative": 1.0},
        "sibilant": {"fricative": 1.0, "sibilant": 1.0},
        "approximant": {"approximant": 1.0},
        "lateral": {"approximant": 0.6, "lateral": 1.0},
        "trill": {"rhotic": 1.0, "approximant": 0.3},
        "click": {"stop": 1.0},
    }
    return {**places[place], **manners[manner], "voiced": float(voiced), **more}


CONSONANTS = MappingProxyType(
    {
        "p": _consonant("bilabial", "stop", voiced=False),
        "b": _consonant("bilabial", "stop"),
        "m": _consonant("bilabial", "nasal"),
        "ʙ": _consonant("bilabial", "trill", closure=0.9),
        "ɓ": _consonant("bilabial", "stop"),
        "ʘ": _consonant("bilabial", "click", voiced=False),
        "ɸ": _consonant("bilabial", "fricative", voiced=False, closure=0.6, rounded=0.3),
        "β": _consonant("bilabial", "fricative", closure=0.6),
        "ɱ": _consonant("labiodental", "nasal"),
        "f": _consonant("labiodental", "fricative", voiced=False),
        "v": _consonant("labiodental", "fricative"),
        "ʋ": _consonant("labiodental", "approximant", labiodental=0.6),
        "ⱱ": _consonant("labiodental", "trill"),
        "θ": _consonant("dental", "fricative", voiced=False),
        "ð": _consonant("dental", "fricative"),
        "t": _consonant("alveolar", "stop", voiced=False),
        "d": _consonant("alveolar", "stop"),
        "ɗ": _consonant("alveolar", "stop"),
        "n": _consonant("alveolar", "nasal"),
        "ɾ": _consonant("alveolar", "trill", rhotic=0.5),
        "r": _consonant("alveolar", "trill"),
        "ɹ": _consonant("alveolar", "approximant", rhotic=1.0, rounded=0.45, postalveolar=0.5),
        "ɺ": _consonant("alveolar", "lateral", rhotic=0.5),
        "s": _consonant("alveolar", "sibilant", voiced=False, open=0.08, spread=0.4),
        "z": _consonant("alveolar", "sibilant", open=0.08, spread=0.4),
        "ɬ": _consonant("alveolar", "lateral", voiced=False, fricative=1.0),
        "ɮ": _consonant("alveolar", "lateral", fricative=1.0),
        "l": _consonant("alveolar", "lateral"),
        "ɫ": _consonant("alveolar", "lateral", velar=0.4, rounded=0.1),
        "ǀ": _consonant("dental", "click", voiced=False),
        "ǃ": _consonant("alveolar", "click", voiced=False),
        "ǁ": _consonant("alveolar", "click", voiced=False, lateral=1.0),
        "ǂ": _consonant("palatal", "click", voiced=False),
        "ʃ": _consonant("postalveolar", "sibilant", voiced=False),
        "ʒ": _consonant("postalveolar", "sibilant"),
        "ʈ": _consonant("retroflex", "stop", voiced=False),
        "ɖ": _consonant("retroflex", "stop"),
        "ɳ": _consonant("retroflex", "nasal"),
        "ɽ": _consonant("retroflex", "trill", rhotic=0.5, rounded=0.1),
        "ɻ": _consonant("retroflex", "approximant", rhotic=1.0, rounded=0.4),
        "ɭ": _consonant("retroflex", "lateral", rounded=0.1),
        "ʂ": _consonant("retroflex", "sibilant", voiced=False, open=0.12, rounded=0.4),
        "ʐ": _consonant("retroflex", "sibilant", open=0.12, rounded=0.4),
        "ɕ": _consonant("alveolopalatal", "sibilant", voiced=False),
        "ʑ": _consonant("alveolopalatal", "sibilant"),
        "ɧ": _consonant("postalveolar", "fricative", voiced=False, velar=0.6, sibilant=0.6),
        "c": _consonant("palatal", "stop", voiced=False),
        "ɟ": _consonant("palatal", "stop"),
        "ʄ": _consonant("palatal", "stop"),
        "ɲ": _consonant("palatal", "nasal"),
        "ç": _consonant("palatal", "fricative", voiced=False),
        "ʝ": _consonant("palatal", "fricative"),
        "j": _consonant("palatal", "approximant", spread=0.7, open=0.12),
        "ʎ": _consonant("palatal", "lateral"),
        "ɥ": _consonant("palatal", "approximant", rounded=1.0, spread=0.0, open=0.12),
        "k": _consonant("velar", "stop", voiced=False),
        "ɡ": _consonant("velar", "stop"),
        "g": _consonant("velar", "stop"),
        "ɠ": _consonant("velar", "stop"),
        "ŋ": _consonant("velar", "nasal"),
        "x": _consonant("velar", "fricative", voiced=False),
        "ɣ": _consonant("velar", "fricative"),
        "ɰ": _consonant("velar", "approximant"),
        "ʟ": _consonant("velar", "lateral"),
        "w": _consonant("velar", "approximant", rounded=1.0, open=0.12),
        "ʍ": _consonant("velar", "approximant", voiced=False, rounded=1.0, open=0.12, fricative=0.5),
        "q": _consonant("uvular", "stop", voiced=False),
        "ɢ": _consonant("uvular", "stop"),
        "ʛ": _consonant("uvular", "stop"),
        "ɴ": _consonant("uvular", "nasal"),
        "χ": _consonant("uvular", "fricative", voiced=False),
        "ʁ": _consonant("uvular", "fricative", rhotic=0.5),
        "ʀ": _consonant("uvular", "trill"),
        "ħ": _consonant("pharyngeal", "fricative", voiced=False),
        "ʕ": _consonant("pharyngeal", "fricative"),
        "ʜ": _consonant("pharyngeal", "fricative", voiced=False),
        "ʢ": _consonant("pharyngeal", "fricative"),
        "ʡ": _consonant("pharyngeal", "stop", voiced=False),
        "h": _consonant("glottal", "fricative", voiced=False, fricative=0.5),
        "ɦ": _consonant("glottal", "fricative", fricative=0.5),
        "ʔ": _consonant("glottal", "stop", voiced=False),
    }
)

# Diacritics (NFD) that change what is seen or heard: "+x"/"-x" shift feature x, "x" sets it.
MODIFIERS: MappingProxyType[str, dict[str, float]] = MappingProxyType(
    {
        "ʰ": {"voiced": 0.0},
        "ʱ": {"voiced": 1.0},
        "ʷ": {"+rounded": 0.6, "spread": 0.0},
        "ᵝ": {"rounded": 0.4, "spread": 0.0},  # Japanese u: compressed lips
        "ʲ": {"+palatal": 0.4, "+spread": 0.2, "+high": 0.2},
        "ˠ": {"+velar": 0.4},
        "ˤ": {"+pharyngeal": 0.4, "+rounded": 0.25, "+back": 0.3},  # Arabic emphatics
        "ⁿ": {"+nasal": 0.3},
        "ᵐ": {"+nasal": 0.3},
        "ᵑ": {"+nasal": 0.3},
        "ˡ": {"+lateral": 0.3},
        "ˑ": {},
        "ː": {},
        "ʼ": {},
        "\u0303": {"+nasal": 0.6},  # tilde above
        "\u0325": {"voiced": 0.0},  # ring below
        "\u030a": {"voiced": 0.0},  # ring above
        "\u032c": {"voiced": 1.0},  # caron below
        "\u032a": {"dental": 0.7, "-alveolar": 0.4},  # bridge below
        "\u033a": {},  # inverted bridge: apical
        "\u033b": {},  # square: laminal
        "\u031d": {"-open": 0.1, "+high": 0.1},  # raised
        "\u031e": {"+open": 0.1, "-high": 0.1},  # lowered
        "\u031f": {"-back": 0.2},  # advanced
        "\u0320": {"-front": 0.2},  # retracted
        "\u0308": {"-front": 0.3, "-back": 0.3},  # centralised
        "\u033d": {"-front": 0.3, "-back": 0.3},  # mid-centralised
        "\u0339": {"+rounded": 0.2},  # more rounded
        "\u031c": {"-rounded": 0.2},  # less rounded
        "\u0329": {},  # syllabic
        "\u0328": {"+nasal": 0.6},  # ogonek
        "\u032f": {},  # not syllabic
        "\u0334": {"+velar": 0.4},  # tilde through: velarised
        "\u02de": {"+rhotic": 0.8, "+rounded": 0.2},  # rhotic hook
        "\u0330": {},  # creaky
        "\u0324": {"voiced": 1.0},  # breathy
        "\u031a": {},  # no release
        "\u0348": {},  # strong: Korean's tense consonants
        "\u0361": {},  # tie above
        "\u035c": {},  # tie below
        "\u0306": {},  # extra short
        "\u0304": {},
        "\u0318": {},
        "\u0319": {},
    }
)

RETROFLEX = MappingProxyType({"postalveolar": 1.0, "alveolar": 0.0, "rounded": 0.4})

_STRESS = "ˈˌ'ˈ,|‖‿ˈ"
_TONES = "˥˦˧˨˩↑↓↗↘ꜛꜜ0123456789¹²³⁴⁵⁶⁷⁸⁹⁰\u0301\u0300\u0302\u030c\u030b\u030f"
IGNORED = frozenset(_STRESS + _TONES + '-–‑;:*^!?~`"#%/+= \u200d\u200c\u0311')

_SUPRASEGMENTAL = re.compile(f"[{re.escape(_STRESS + _TONES)}]")
_LANGUAGE_SWITCH = re.compile(r"\([a-z0-9-]+\)")

# ç decomposes into c and a cedilla; it is a letter of its own in the chart.
_COMPOSED = {"c\u0327": "ç", "\u03b5": "ɛ"}  # and a Greek epsilon that espeak-ng writes in Danish


def letters(ipa: str) -> str:
    """Canonical decomposition in which letters of the chart that look composed (ç) stay whole."""
    decomposed = unicodedata.normalize("NFD", ipa)
    for pair, letter in _COMPOSED.items():
        decomposed = decomposed.replace(pair, letter)
    return decomposed


def clean(ipa: str) -> str:
    """A phone without stress, tone and language marks ("" for a pause): the form that cue sheets hold."""
    return _SUPRASEGMENTAL.sub("", _LANGUAGE_SWITCH.sub("", ipa)).strip(" _")


# CMUdict's phones (ARPAbet) without stress, in the phones of American English as espeak-ng writes them.
ARPABET = MappingProxyType(
    {
        "AA": "ɑː",
        "AE": "æ",
        "AH": "ʌ",
        "AO": "ɔː",
        "AW": "aʊ",
        "AY": "aɪ",
        "B": "b",
        "CH": "tʃ",
        "D": "d",
        "DH": "ð",
        "EH": "ɛ",
        "ER": "ɚ",
        "EY": "eɪ",
        "F": "f",
        "G": "ɡ",
        "HH": "h",
        "IH": "ɪ",
        "IY": "iː",
        "JH": "dʒ",
        "K": "k",
        "L": "l",
        "M": "m",
        "N": "n",
        "NG": "ŋ",
        "OW": "oʊ",
        "OY": "ɔɪ",
        "P": "p",
        "R": "ɹ",
        "S": "s",
        "SH": "ʃ",
        "T": "t",
        "TH": "θ",
        "UH": "ʊ",
        "UW": "uː",
        "V": "v",
        "W": "w",
        "Y": "j",
        "Z": "z",
        "ZH": "ʒ",
    }
)

# What espeak-ng writes in English beyond the values of ARPABET.
_SPOKEN_ARPABET = MappingProxyType(
    {
        "ə": "AH",
        "ɐ": "AH",
        "ᵻ": "IH",
        "i": "IY",
        "u": "UW",
        "ɑ": "AA",
        "ɔ": "AO",
        "o": "OW",
        "oː": "AO",
        "e": "EH",
        "a": "AE",
        "aː": "AA",
        "ɒ": "AA",
        "ɜː": "ER",
        "ɜ": "ER",
        "ɝ": "ER",
        "əl": "AH L",
        "ən": "AH N",
        "n̩": "AH N",
        "l̩": "AH L",
        "iə": "IY AH",
        "ɪə": "IH R",
        "ʊə": "UH R",
        "ʊɹ": "UH R",
        "ɔːɹ": "AO R",
        "oːɹ": "AO R",
        "ɑːɹ": "AA R",
        "ɛɹ": "EH R",
        "eə": "EH R",
        "ɪɹ": "IH R",
        "aɪɚ": "AY ER",
        "aɪə": "AY AH",
        "aʊə": "AW AH",
        "əʊ": "OW",
        "ɾ": "T",
        "ʔ": "T",
        "r": "R",
        "ɡ": "G",
        "x": "K",
        "ɬ": "L",
        "ɫ": "L",
    }
)
_FROM_IPA = {ipa: name for name, ipa in ARPABET.items()}


def known_arpabet(ipa: str) -> tuple[str, ...]:
    """ARPAbet phones of an IPA phone by table; empty where the table has none."""
    name = _FROM_IPA.get(ipa) or _SPOKEN_ARPABET.get(ipa)
    return tuple(name.split()) if name else ()
