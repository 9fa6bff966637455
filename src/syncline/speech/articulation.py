"""Phones of any language in one articulatory space: what the lips, jaw and tongue do, as far as a viewer can see it.

A phone is a point in `FEATURES` (each 0..1); a diphthong or an affricate is a short path of points. Phones of two
languages are compared here and never as strings: German /y/ lies beside /u/ in rounding and beside /i/ in tongue
height, and [b], [p], [m] fall together because closed lips look alike. The values are those of the IPA chart (2020),
scaled by what is seen; rounding of postalveolars and rhotics follows the lists in DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from syncline.speech.cuesheet import SILENCE
from syncline.speech.ipa import CONSONANTS, IGNORED, MODIFIERS, RETROFLEX, VOWELS, letters
from syncline.speech.settings import emphatic_neighbours, setting_of

FEATURES: tuple[str, ...] = (
    "silence",
    "vowel",
    "closure",  # both lips shut
    "labiodental",  # lower lip at the upper teeth
    "rounded",
    "spread",
    "open",  # jaw
    "high",  # body of the tongue
    "front",
    "back",
    "dental",  # tongue tip seen between or behind the teeth
    "alveolar",
    "postalveolar",
    "palatal",
    "velar",
    "pharyngeal",  # uvular, pharyngeal, glottal: nothing seen but the jaw
    "sibilant",
    "stop",
    "fricative",
    "approximant",
    "nasal",
    "lateral",
    "rhotic",
    "voiced",
)
_INDEX = {name: index for index, name in enumerate(FEATURES)}

# How much of a difference in each feature a viewer can see; squared differences are weighted by these.
_SEEN = {
    "silence": 1.0,
    "vowel": 1.0,
    "closure": 4.0,
    "labiodental": 3.0,
    "rounded": 2.5,
    "spread": 1.5,
    "open": 2.5,
    "high": 0.5,
    "front": 0.5,
    "back": 0.3,
    "dental": 1.5,
    "alveolar": 0.7,
    "postalveolar": 0.8,
    "palatal": 0.5,
    "velar": 0.4,
    "pharyngeal": 0.3,
    "sibilant": 0.8,
    "stop": 0.15,
    "fricative": 0.25,
    "approximant": 0.2,
    "nasal": 0.1,
    "lateral": 0.4,
    "rhotic": 0.3,
    "voiced": 0.05,
}
VISIBILITY: npt.NDArray[np.float32] = np.array([_SEEN[name] for name in FEATURES], np.float32)
VISIBILITY.flags.writeable = False

# The stop of an affricate is made where its release is, with the lips and jaw of the release.
_OF_THE_RELEASE = ("rounded", "spread", "open", "sibilant", "alveolar", "postalveolar", "palatal", "dental", "velar")

FloatArray = npt.NDArray[np.float32]


class UnknownPhone(ValueError):
    """A string that is not IPA as it is known here."""


@dataclass(frozen=True)
class ArticulationFlags:
    """What a phone demands of the mouth; the checks of quality use these, not viseme names."""

    silent: bool
    vowel: bool
    closure: bool  # p b m: the lips must shut
    labiodental: bool  # f v: lower lip at the upper teeth
    rounded: bool
    spread: bool
    sibilant: bool  # the jaw narrows
    open: bool  # the jaw must be seen to open
    free: bool  # tongue-only (t d n l k g ...): lips take their neighbours' shape
    jaw: float = 0.0  # 0..1, how far it is lowered
    tongue: float = 0.0  # 0..1, how much of the tongue's tip is seen at the teeth


@lru_cache(maxsize=4096)
def articulatory_path(ipa: str, language: str = "und") -> FloatArray:
    """The targets a phone goes through, (n, F) float32 in 0..1: one for [a], two for [aɪ] or [tʃ].

    language : BCP 47; what it does otherwise than the chart (`settings`). "und": the chart.

    Raises
    ------
    UnknownPhone : a letter that is not in the chart.
    """
    if ipa in ("", SILENCE):
        return _frozen([_point({"silence": 1.0})])
    targets: list[dict[str, float]] = []
    for letter in letters(ipa.replace("_", "")):
        if letter in IGNORED:
            continue
        if letter == "." and targets:  # espeak-ng's mark: retroflex consonants (s., ts.), retracted vowels (i., a.)
            retracted = {"-front": 0.3, "+back": 0.2} if targets[-1].get("vowel") else RETROFLEX
            _modify(targets[-1], retracted)
        elif letter == "h" and targets and targets[-1].get("stop", 0.0) + targets[-1].get("fricative", 0.0) > 0:
            _modify(targets[-1], MODIFIERS["ʰ"])
        elif letter in MODIFIERS:
            if targets:
                _modify(targets[-1], MODIFIERS[letter])
        elif letter in VOWELS:
            targets.append(_vowel(VOWELS[letter]))
        elif letter in CONSONANTS:
            targets.append(dict(CONSONANTS[letter]))
        else:
            raise UnknownPhone(f"{letter!r} in {ipa!r} is not a letter of the phonetic alphabet")
    if not targets:
        return _frozen([_point({"silence": 1.0})])
    for stop, release in pairwise(targets):
        if release.get("sibilant", 0.0) > 0 and stop.get("stop", 0.0) > 0 and not stop.get("closure", 0.0):
            _modify(stop, {key: release.get(key, 0.0) for key in _OF_THE_RELEASE})
    adapt = setting_of(language).adapt
    if adapt is not None:
        for target in targets:
            adapt(ipa, target)
    return _frozen([_point(target) for target in targets])


@lru_cache(maxsize=4096)
def articulatory(ipa: str, language: str = "und") -> FloatArray:
    """One point for a phone: (F,) float32 in 0..1, a path weighted 3 : 2 towards its beginning.

    A bilabial or labiodental target counts in full wherever in the path it stands: [pf] closes and touches the teeth.
    """
    path = articulatory_path(ipa, language)
    weights = np.where(np.arange(len(path)) == 0, 1.5, 1.0)
    point = np.asarray((path * (weights / weights.sum())[:, None]).sum(axis=0), np.float32)
    for name in ("closure", "labiodental"):
        point[_INDEX[name]] = path[:, _INDEX[name]].max()
    point.flags.writeable = False
    result: FloatArray = point
    return result


@lru_cache(maxsize=4096)
def flags(ipa: str, language: str = "und") -> ArticulationFlags:
    """What a phone demands of the mouth, in a language."""
    point = articulatory(ipa, language)
    value = {name: float(point[index]) for name, index in _INDEX.items()}
    tongue_only = value["vowel"] < 0.5 and value["silence"] < 0.5
    visible = max(value["closure"], value["labiodental"], value["sibilant"]) > 0.5 or value["rounded"] >= 0.35
    return ArticulationFlags(
        silent=value["silence"] > 0.5,
        vowel=value["vowel"] >= 0.5,
        closure=value["closure"] > 0.8,
        labiodental=value["labiodental"] >= 0.5,
        rounded=value["rounded"] >= 0.35,
        spread=value["spread"] >= 0.5,
        sibilant=value["sibilant"] > 0.3,
        open=value["open"] >= 0.6,
        free=tongue_only and not visible,
        jaw=value["open"],
        tongue=max(value["dental"], 0.6 * value["alveolar"] * (1.0 - value["sibilant"]), 0.8 * value["lateral"]),
    )


def in_context(phones: Sequence[str], language: str = "und") -> FloatArray:
    """Points of phones said one after the other: (P, F) float32, each as `articulatory`, changed by its neighbours."""
    points = np.array([articulatory(ipa, language) for ipa in phones], np.float32).reshape(len(phones), len(FEATURES))
    emphasis = setting_of(language).emphasis
    if emphasis > 0:
        for at, beside in enumerate(emphatic_neighbours(phones)):
            if beside and points[at, _INDEX["vowel"]] > 0.5:
                points[at, _INDEX["rounded"]] = min(1.0, points[at, _INDEX["rounded"]] + emphasis)
                points[at, _INDEX["spread"]] *= 0.5
                points[at, _INDEX["back"]] = min(1.0, points[at, _INDEX["back"]] + emphasis)
    return points


def feature(name: str) -> int:
    """Column of a feature in every articulatory array."""
    return _INDEX[name]


def visual_distance(a: str, b: str) -> float:
    """How different two phones look, 0 for alike; about 1 for neighbouring vowels' extremes, 2 for [m] against [a]."""
    return float(np.sqrt(np.sum(VISIBILITY * (articulatory(a) - articulatory(b)) ** 2)))


def known(ipa: str) -> bool:
    """Whether a phone can be placed."""
    try:
        articulatory_path(ipa)
    except UnknownPhone:
        return False
    return True


def _vowel(chart: tuple[float, float, float, float]) -> dict[str, float]:
    """Features of a vowel from (openness, frontness -1 back .. 1 front, rounding, spreading)."""
    openness, frontness, rounding, spreading = chart
    return {
        "vowel": 1.0,
        "voiced": 1.0,
        "open": openness,
        "high": 1.0 - openness,
        "front": max(0.0, frontness),
        "back": max(0.0, -frontness),
        "rounded": rounding,
        "spread": spreading,
    }


def _modify(target: dict[str, float], change: Mapping[str, float]) -> None:
    """Apply a diacritic: keys starting with "+" or "-" shift a feature, the others set it."""
    for key, value in change.items():
        if key[0] == "+":
            target[key[1:]] = min(1.0, target.get(key[1:], 0.0) + value)
        elif key[0] == "-":
            target[key[1:]] = max(0.0, target.get(key[1:], 0.0) - value)
        else:
            target[key] = value


def _point(values: dict[str, float]) -> FloatArray:
    point = np.zeros(len(FEATURES), np.float32)
    for name, value in values.items():
        point[_INDEX[name]] = value
    return point


def _frozen(points: list[FloatArray]) -> FloatArray:
    path = np.stack(points)
    path.flags.writeable = False
    return path
