"""How languages hold the mouth: what each does otherwise than the chart of the phonetic alphabet says.

One symbol is not one mouth: [u] is pushed forward in French and hardly rounded in Japanese, [ʃ] is rounder in German
than in Spanish. A setting changes the articulatory features of a language's phones, those of phones beside each other,
and how early rounding begins.

Sources: W.-S. Lee and E. Zee, Standard Chinese (JIPA 2003); H. Okada, Japanese (JIPA 1991); R. Thelwall and M. A.
Sa'adeddin, Arabic (JIPA 1990); M. Ohala, Hindi (Handbook of the IPA 1999); A.-P. Benguerel and H. Cowan,
Coarticulation of upper lip protrusion in French (Phonetica 1974); J. Lubker and T. Gay, Anticipatory labial
coarticulation (JASA 1982).
The amounts are this project's estimates on the scale 0..1 of the features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

Target = dict[str, float]
Adapt = Callable[[str, Target], None]


@dataclass(frozen=True)
class Setting:
    """What a language does with the mouth.

    adapt : changes the features of one target of a phone in place.
    rounding_early_ms, rounding_late_ms : reach of a rounded phone's lips (DESIGN §4: 80–200 ms early).
    open_finals : nasals at the end of a syllable leave the mouth as open as the vowel before them.
    emphasis : how far emphatic consonants round the vowels beside them, 0..1.
    """

    adapt: Adapt | None = None
    rounding_early_ms: float = 110.0
    rounding_late_ms: float = 80.0
    open_finals: bool = False
    emphasis: float = 0.0


def setting_of(language: str) -> Setting:
    """The setting of a BCP 47 tag; the chart's own where the language has none."""
    return SETTINGS.get(language.lower().replace("_", "-").split("-")[0], CHART)


def _has(target: Target, name: str) -> float:
    return target.get(name, 0.0)


def _sibilant(target: Target) -> bool:
    return _has(target, "sibilant") > 0.3


def _front_rounded(target: Target) -> bool:
    return _has(target, "vowel") > 0.5 and _has(target, "rounded") >= 0.5 and _has(target, "front") > 0.4


def _mandarin(ipa: str, target: Target) -> None:
    """ü is rounded on a narrow jaw; retroflexes round slightly; j q x are spread; zi and zhi are narrow."""
    if (_front_rounded(target) and _has(target, "open") < 0.3) or ipa.startswith("ɥ"):
        target.update(open=0.06, rounded=0.9, spread=0.0)
    elif _has(target, "postalveolar") > 0.8 and _has(target, "vowel") < 0.5:
        target.update(rounded=0.28)
    elif _sibilant(target) and _has(target, "palatal") > 0.5:
        target.update(spread=0.65, rounded=0.0)
    elif _has(target, "vowel") > 0.5 and ipa.startswith(("i.", "i̪")):
        target.update(open=0.08, spread=0.4)


def _japanese(ipa: str, target: Target) -> None:
    """The mouth moves little: u is compressed and weakly rounded, o less round than elsewhere; fu is made with both
    lips; vowels without voice hardly open the jaw."""
    if _has(target, "vowel") > 0.5:
        if ipa.startswith(("ɯ", "u")):
            target.update(rounded=0.3, spread=0.0)
        else:
            target["rounded"] = 0.7 * _has(target, "rounded")
        target["open"] = 0.9 * _has(target, "open") * (0.6 if _has(target, "voiced") < 0.5 else 1.0)
        target["spread"] = 0.7 * _has(target, "spread")
    elif ipa.startswith("w"):
        target.update(rounded=0.5)
    elif ipa.startswith("ɸ"):
        target.update(closure=0.6, labiodental=0.0, rounded=0.3, open=0.05)
    elif ipa.startswith("ʃ"):
        target.update(rounded=0.2)


def _arabic(ipa: str, target: Target) -> None:
    """Emphatics round and draw back; pharyngeals open the jaw; p and v of foreign words are said as b and f."""
    if _has(target, "vowel") < 0.5:
        if "ˤ" in ipa or ipa.startswith(("q", "ɫ")):
            target["rounded"] = max(_has(target, "rounded"), 0.36)
        if ipa.startswith(("ħ", "ʕ")):
            target["open"] = max(_has(target, "open"), 0.65)
        if ipa.startswith("p"):
            target.update(voiced=1.0)
        elif ipa.startswith("v"):
            target.update(voiced=0.0)
        elif ipa.startswith("w"):
            target.update(rounded=1.0)


def _hindi(ipa: str, target: Target) -> None:
    """v and w are one approximant, half at the teeth; retroflexes round lightly."""
    if ipa.startswith(("ʋ", "v", "w")):
        target.update(labiodental=0.5, rounded=0.2, open=0.15, fricative=0.0, approximant=1.0, velar=0.0)
    elif _has(target, "postalveolar") > 0.8 and _has(target, "stop") > 0.3:
        target.update(rounded=0.15)


def _spanish(ipa: str, target: Target) -> None:
    """Pure vowels at the corners; ch little rounded; b between vowels narrows the lips and does not shut them."""
    if _has(target, "postalveolar") > 0.8 and _sibilant(target):
        target.update(rounded=0.3)
    elif ipa.startswith("β"):
        target.update(closure=0.5, rounded=0.1)
    elif _has(target, "vowel") > 0.5 and ipa.startswith(("i", "e")):
        target["spread"] = min(1.0, 1.1 * _has(target, "spread"))


def _french(ipa: str, target: Target) -> None:
    """Rounded vowels, front ones above all, and ch j are pushed well forward; an is rounded, in lightly spread."""
    if _has(target, "vowel") > 0.5:
        if "\u0303" in ipa and ipa.startswith(("ɑ", "a")):
            target["rounded"] = 0.4
        elif _has(target, "rounded") >= 0.4:
            target["rounded"] = min(1.0, _has(target, "rounded") + 0.12)
        elif ipa.startswith("ə"):
            target["rounded"] = 0.45
    elif _has(target, "postalveolar") > 0.8 and _sibilant(target):
        target.update(rounded=0.7)


def _german(ipa: str, target: Target) -> None:
    """Front rounded vowels are fully round; sch is pushed forward."""
    if _front_rounded(target):
        target["rounded"] = min(1.0, _has(target, "rounded") + 0.1)
    elif _has(target, "postalveolar") > 0.8 and _sibilant(target):
        target.update(rounded=0.65)


def _portuguese(ipa: str, target: Target) -> None:
    """Nasal vowels keep their lips; vowels without stress are small."""
    if _has(target, "vowel") > 0.5 and ipa in ("ɐ", "ə", "ɨ"):
        target["open"] = 0.8 * _has(target, "open")
    elif _has(target, "postalveolar") > 0.8 and _sibilant(target):
        target.update(rounded=0.4)


def _italian(ipa: str, target: Target) -> None:
    """Open, unreduced vowels: even those written as lax are said full."""
    if _has(target, "vowel") > 0.5:
        if ipa.startswith("ɪ"):
            target.update(open=0.12, spread=0.9, high=0.88)
        elif ipa.startswith("ʊ"):
            target.update(open=0.14, rounded=0.95, high=0.86)


def _russian(ipa: str, target: Target) -> None:
    """y is not rounded; hard sh zh are velar and little rounded; soft consonants are spread."""
    if _has(target, "postalveolar") > 0.8 and _sibilant(target):
        target.update(rounded=0.35, velar=0.3)
    elif "ʲ" in ipa and _has(target, "vowel") < 0.5:
        target["spread"] = max(_has(target, "spread"), 0.35)
    elif ipa.startswith("ɕ"):
        target.update(spread=0.45)


def _korean(ipa: str, target: Target) -> None:
    """eu is spread; eo is a little rounded; ch s are not."""
    if ipa.startswith("ʌ"):
        target.update(rounded=0.25, spread=0.0)
    elif ipa.startswith("ɯ"):
        target.update(spread=0.6, rounded=0.0)
    elif _sibilant(target) and _has(target, "vowel") < 0.5:
        target.update(rounded=min(0.15, _has(target, "rounded")))


CHART: Final = Setting()
SETTINGS: Final = MappingProxyType(
    {
        "zh": Setting(_mandarin, open_finals=True),
        "cmn": Setting(_mandarin, open_finals=True),
        "yue": Setting(_mandarin),  # Cantonese has syllables that end in m and p: those shut
        "ja": Setting(_japanese, rounding_early_ms=80.0, rounding_late_ms=60.0),
        "ar": Setting(_arabic, emphasis=0.2),
        "hi": Setting(_hindi, rounding_early_ms=90.0),
        "ur": Setting(_hindi, rounding_early_ms=90.0),
        "es": Setting(_spanish, rounding_early_ms=90.0, rounding_late_ms=70.0),
        "fr": Setting(_french, rounding_early_ms=180.0, rounding_late_ms=110.0),
        "de": Setting(_german, rounding_early_ms=130.0, rounding_late_ms=90.0),
        "en": CHART,
        "pt": Setting(_portuguese, open_finals=True),
        "it": Setting(_italian, rounding_early_ms=90.0, rounding_late_ms=70.0),
        "ru": Setting(_russian, rounding_early_ms=90.0),
        "ko": Setting(_korean, rounding_early_ms=100.0),
    }
)


def emphatic_neighbours(phones: Sequence[str]) -> list[bool]:
    """Whether each vowel stands beside an emphatic consonant (Arabic ṭ ṣ ḍ ẓ q)."""
    heavy = ["ˤ" in ipa or ipa.startswith("q") for ipa in phones]
    return [
        any(heavy[max(0, at - 1) : at]) or any(heavy[at + 1 : at + 2]) if not heavy[at] else False
        for at in range(len(phones))
    ]


def final_nasals(phones: Sequence[str], vowel: Callable[[str], bool]) -> list[bool]:
    """Whether each phone is a nasal made by the tongue that ends a syllable: behind a vowel and before none."""
    return [
        ipa[:1] in ("n", "ŋ", "ɲ")
        and at > 0
        and vowel(phones[at - 1])
        and not (at + 1 < len(phones) and (vowel(phones[at + 1]) or phones[at + 1][:1] in ("j", "w", "ɥ")))
        for at, ipa in enumerate(phones)
    ]
