"""The fifteen visemes of OpenXR, by language, as names and as weights over time.

The set is that of XR_META_face_tracking_visemes (Khronos), which is OVR LipSync's: lossless tables lead from it to the
other sets. A phone finds its viseme by its place in the articulatory space, so that every language's phones have one;
what a language does otherwise than its letters say stands in `_LANGUAGE`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from syncline.speech.articulation import FEATURES, articulatory, articulatory_path
from syncline.speech.cuesheet import CueSheet

VISEMES: tuple[str, ...] = (
    "sil",
    "PP",
    "FF",
    "TH",
    "DD",
    "kk",
    "CH",
    "SS",
    "nn",
    "RR",
    "aa",
    "E",
    "ih",
    "oh",
    "ou",
)
RATE = 100  # weights a second

FloatArray = npt.NDArray[np.float32]
Mix = dict[str, float]


def viseme(ipa: str, language: str = "und") -> str:
    """The viseme that weighs most in a phone."""
    return VISEMES[int(np.argmax(viseme_weights(ipa, language)))]


@lru_cache(maxsize=8192)
def viseme_weights(ipa: str, language: str = "und") -> FloatArray:
    """Weights of the fifteen visemes for a phone: (15,) float32 in 0..1, sum 1.

    A diphthong is the mean of its targets (3 : 2).

    Raises
    ------
    UnknownPhone : not IPA.
    """
    path = articulatory_path(ipa, language)
    adapt = _LANGUAGE.get(language.lower().split("-")[0])
    shares = np.where(np.arange(len(path)) == 0, 1.5, 1.0)
    weights = np.zeros(len(VISEMES), np.float32)
    for share, target in zip(shares / shares.sum(), path, strict=True):
        mix = _mix(target)
        if adapt is not None:
            mix = adapt(ipa, _named(target), mix)
        for name, value in mix.items():
            weights[VISEMES.index(name)] += share * value
    if _named(articulatory(ipa, language))["closure"] > 0.8:  # [pf], [mb]: closed lips hide the rest
        weights = np.where(np.arange(len(VISEMES)) == VISEMES.index("PP"), 1.0, weights * 0.0).astype(np.float32)
    weights /= weights.sum()
    weights.flags.writeable = False
    return weights


def viseme_track(cue: CueSheet, rate: int = RATE) -> FloatArray:
    """Weights of the fifteen visemes over a line: (n, 15) float32, n = ceil(duration * rate), each the phone's at the
    middle of its step. Without coarticulation: that belongs to the mouth track."""
    count = int(np.ceil(cue.duration * rate - 1e-9))
    track = np.zeros((count, len(VISEMES)), np.float32)
    track[:, 0] = 1.0
    for phone in cue.phones:
        first, last = (max(0, int(np.ceil(edge * rate - 0.5))) for edge in (phone.start, phone.end))
        track[first:last] = viseme_weights(phone.ipa, cue.language)
    return track


def _named(target: FloatArray) -> dict[str, float]:
    return dict(zip(FEATURES, map(float, target), strict=True))


def _mix(target: FloatArray) -> Mix:
    """Visemes of one articulatory target, whatever the language."""
    has = _named(target)
    if has["silence"] > 0.5:
        return {"sil": 1.0}
    return _vowel_mix(has) if has["vowel"] > 0.5 else _consonant_mix(has)


def _vowel_mix(has: dict[str, float]) -> Mix:
    """Vowels lie between five corners: aa open, E mid front, ih close spread, oh mid round, ou close round."""
    corners = {  # openness, frontness, rounding
        "aa": (0.90, -0.1, 0.0),
        "E": (0.50, 0.7, 0.0),
        "ih": (0.15, 0.9, 0.0),
        "oh": (0.50, -0.9, 0.75),
        "ou": (0.12, -0.9, 1.0),
    }
    point = np.array([1.5 * has["open"], 0.4 * (has["front"] - has["back"]), 1.5 * has["rounded"]])
    mix = {}
    for name, (openness, frontness, rounding) in corners.items():
        corner = np.array([1.5 * openness, 0.4 * frontness, 1.5 * rounding])
        mix[name] = float(np.exp(-float(np.sum((point - corner) ** 2)) / 0.12))
    total = sum(mix.values())
    return {name: value / total for name, value in mix.items()}


def _consonant_mix(has: dict[str, float]) -> Mix:
    if has["closure"] > 0.8:
        return {"PP": 1.0}
    if has["closure"] > 0.3:  # bilabial fricatives: lips near, not shut
        return {"PP": 0.5, "ou": 0.5}
    if has["labiodental"] > 0.8:
        return {"FF": 1.0}
    if has["labiodental"] > 0.3:
        return {"FF": 0.6, "ou": 0.4}
    if has["rounded"] > 0.8:
        return {"ou": 1.0}
    if has["sibilant"] > 0.3:
        return {"CH": 1.0} if has["rounded"] >= 0.35 or has["postalveolar"] > 0.8 else {"SS": 1.0}
    if has["rhotic"] > 0.8:  # taps are no gesture of the lips
        return {"RR": 1.0}
    if has["dental"] > 0.8 and has["fricative"] > 0.5:
        return {"TH": 1.0}
    if has["nasal"] > 0.5 and has["velar"] < 0.5 and has["pharyngeal"] < 0.5:
        return {"nn": 1.0}
    if has["lateral"] > 0.5:
        return {"nn": 1.0}
    if has["alveolar"] + has["postalveolar"] + has["dental"] > 0.5:
        return {"DD": 1.0}
    if has["palatal"] > 0.5 and has["approximant"] > 0.5:
        return {"ih": 1.0}
    return {"kk": 1.0}


def _mandarin(ipa: str, has: dict[str, float], mix: Mix) -> Mix:
    """Mandarin: ü rounds on a narrow jaw; alveolo-palatals are spread; the vowels of zi, zhi stay narrow."""
    if has["vowel"] > 0.5 and has["rounded"] > 0.8 and has["front"] > 0.5:
        return {"ou": 0.7, "ih": 0.3}
    if has["sibilant"] > 0.3 and has["palatal"] > 0.5:
        return {"SS": 0.6, "ih": 0.4}
    if "." in ipa and has["vowel"] > 0.5:
        return {"ih": 0.6, "SS": 0.4}
    return mix


def _japanese(ipa: str, has: dict[str, float], mix: Mix) -> Mix:
    """Japanese: u is weakly rounded; fu is made with both lips; the moraic nasal is no gesture of the lips."""
    if has["vowel"] > 0.5 and ipa.startswith(("ɯ", "u")):
        return {"ou": 0.4, "ih": 0.6}
    if ipa.startswith("ɸ"):
        return {"PP": 0.4, "ou": 0.6}
    if ipa.startswith("ɴ"):
        return {"nn": 1.0}
    return mix


def _arabic(ipa: str, has: dict[str, float], mix: Mix) -> Mix:
    """Arabic: emphatics round their surroundings lightly; pharyngeals open the jaw."""
    if "ˤ" in ipa or ipa.startswith("q"):
        return {**{name: 0.75 * value for name, value in mix.items()}, "ou": 0.25 + 0.75 * mix.get("ou", 0.0)}
    if ipa.startswith(("ħ", "ʕ")):
        return {"aa": 0.6, "kk": 0.4}
    return mix


def _hindi(ipa: str, has: dict[str, float], mix: Mix) -> Mix:
    """Hindi: one approximant for v and w, half a labiodental; retroflexes round lightly."""
    if ipa.startswith(("ʋ", "v", "w")):
        return {"FF": 0.5, "ou": 0.5}
    if ipa.startswith(("ʈ", "ɖ", "ɳ", "ɽ")):
        return {"DD": 0.85, "ou": 0.15}
    return mix


def _korean(ipa: str, has: dict[str, float], mix: Mix) -> Mix:
    """Korean: eu is spread; ʌ (eo) is a little rounded in many speakers."""
    if ipa.startswith("ʌ"):
        return {"oh": 0.4, "aa": 0.6}
    return mix


_LANGUAGE: MappingProxyType[str, Callable[[str, dict[str, float], Mix], Mix]] = MappingProxyType(
    {
        "zh": _mandarin,
        "cmn": _mandarin,
        "ja": _japanese,
        "ar": _arabic,
        "hi": _hindi,
        "ko": _korean,
    }
)
