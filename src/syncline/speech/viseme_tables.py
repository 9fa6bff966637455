"""The fifteen visemes in the other sets that animation knows: MPEG-4, Microsoft's 22, Rhubarb's nine, ARKit's 52.

Sources: MPEG-4 facial animation parameter 1 (ISO/IEC 14496-2, table of visemes); Microsoft's SAPI 5 enumeration of
visemes, which Azure Speech uses under the same numbers; the mouth shapes of Rhubarb Lip Sync's manual (Hanna-Barbera's
A to F with G, H, X); Apple's ARKit `ARFaceAnchor.BlendShapeLocation`. The blend shapes of a viseme are this project's
own, after the reference pictures of OVR LipSync.

MPEG-4, Microsoft and ARKit lose nothing: each viseme has a place of its own there and can be read back. Rhubarb has
fewer shapes than there are visemes.
"""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.speech.articulation import articulatory, feature
from syncline.speech.ipa import VOWELS, letters
from syncline.speech.visemes import VISEMES, viseme

FloatArray = npt.NDArray[np.float32]

# FAP 1: 0 none, 1 p b m, 2 f v, 3 T D, 4 t d, 5 k g, 6 tS dZ S, 7 s z, 8 n l, 9 r, 10 A:, 11 e, 12 I, 13 Q, 14 U.
MPEG4: Final = MappingProxyType({name: number for number, name in enumerate(VISEMES)})

MICROSOFT: Final = MappingProxyType(
    {
        "sil": 0,
        "PP": 21,
        "FF": 18,
        "TH": 17,
        "DD": 19,
        "kk": 20,
        "CH": 16,
        "SS": 15,
        "nn": 14,
        "RR": 13,
        "aa": 2,
        "E": 4,
        "ih": 6,
        "oh": 3,
        "ou": 7,
    }
)
# What Microsoft tells apart beyond the fifteen, by phone without length.
_MICROSOFT_PHONES: Final = MappingProxyType(
    {
        **dict.fromkeys(("æ", "ə", "ʌ", "ɐ"), 1),
        "ʊ": 4,
        **dict.fromkeys(("ɜ", "ɝ", "ɚ"), 5),
        **dict.fromkeys(("oʊ", "əʊ", "o", "ow"), 8),
        **dict.fromkeys(("aʊ", "aw"), 9),
        **dict.fromkeys(("ɔɪ", "ɔj"), 10),
        **dict.fromkeys(("aɪ", "aj"), 11),
        **dict.fromkeys(("h", "ɦ"), 12),
        "n": 19,
    }
)
# One phone that looks like each of Microsoft's visemes: how a track of them is read.
MICROSOFT_LOOKS_LIKE: Final = (
    *("sil", "ə", "ɑ", "ɔ", "ɛ", "ɝ", "i", "u", "o", "aʊ", "ɔɪ"),
    *("aɪ", "h", "ɹ", "l", "s", "ʃ", "ð", "f", "t", "k", "p"),
)

RHUBARB: Final = MappingProxyType(
    {
        "sil": "X",
        "PP": "A",
        "FF": "G",
        "TH": "B",
        "DD": "B",
        "kk": "B",
        "CH": "B",
        "SS": "B",
        "nn": "B",
        "RR": "E",
        "aa": "D",
        "E": "C",
        "ih": "B",
        "oh": "E",
        "ou": "F",
    }
)
_WIDE_OPEN: Final = 0.85  # openness of the jaw from which Rhubarb's C becomes D

# Apple's names in the order of the Live Link Face application.
_SHAPE_NAMES: Final = """
    eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft
    eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight
    jawForward jawRight jawLeft jawOpen mouthClose mouthFunnel mouthPucker mouthRight mouthLeft
    mouthSmileLeft mouthSmileRight mouthFrownLeft mouthFrownRight mouthDimpleLeft mouthDimpleRight
    mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper
    mouthPressLeft mouthPressRight mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight
    browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight
    noseSneerLeft noseSneerRight tongueOut
"""
ARKIT_SHAPES: Final = tuple(_SHAPE_NAMES.split())
_SIDES: Final = ("mouthSmile", "mouthDimple", "mouthStretch", "mouthPress", "mouthLowerDown", "mouthUpperUp")
_ARKIT: Final[dict[str, dict[str, float]]] = {  # shapes of both sides without "Left" and "Right"
    "sil": {},
    "PP": {"jawOpen": 0.05, "mouthClose": 0.06, "mouthPress": 0.55, "mouthRollLower": 0.25, "mouthRollUpper": 0.2},
    "FF": {"jawOpen": 0.08, "mouthRollLower": 0.65, "mouthUpperUp": 0.3, "mouthShrugUpper": 0.15},
    "TH": {"jawOpen": 0.18, "tongueOut": 0.35, "mouthLowerDown": 0.2, "mouthUpperUp": 0.1},
    "DD": {"jawOpen": 0.16, "mouthLowerDown": 0.3, "mouthUpperUp": 0.15, "mouthShrugLower": 0.1},
    "kk": {"jawOpen": 0.24, "mouthLowerDown": 0.25, "mouthStretch": 0.15},
    "CH": {
        "jawOpen": 0.12,
        "jawForward": 0.1,
        "mouthFunnel": 0.55,
        "mouthPucker": 0.15,
        "mouthLowerDown": 0.3,
        "mouthUpperUp": 0.2,
    },
    "SS": {"jawOpen": 0.06, "mouthStretch": 0.3, "mouthLowerDown": 0.4, "mouthUpperUp": 0.2, "mouthDimple": 0.15},
    "nn": {"jawOpen": 0.18, "mouthLowerDown": 0.25, "mouthShrugLower": 0.15, "mouthDimple": 0.1},
    "RR": {"jawOpen": 0.16, "mouthFunnel": 0.3, "mouthPucker": 0.3, "mouthShrugUpper": 0.1},
    "aa": {"jawOpen": 0.6, "mouthLowerDown": 0.3, "mouthUpperUp": 0.15},
    "E": {"jawOpen": 0.35, "mouthStretch": 0.3, "mouthSmile": 0.2, "mouthLowerDown": 0.3, "mouthUpperUp": 0.15},
    "ih": {"jawOpen": 0.18, "mouthSmile": 0.35, "mouthStretch": 0.25, "mouthLowerDown": 0.25, "mouthDimple": 0.1},
    "oh": {"jawOpen": 0.4, "mouthFunnel": 0.45, "mouthPucker": 0.2},
    "ou": {"jawOpen": 0.15, "mouthPucker": 0.75, "mouthFunnel": 0.25},
}


def _arkit_matrix() -> FloatArray:
    matrix = np.zeros((len(VISEMES), len(ARKIT_SHAPES)), np.float32)
    for row, name in enumerate(VISEMES):
        for shape, value in _ARKIT[name].items():
            for column in (shape + "Left", shape + "Right") if shape in _SIDES else (shape,):
                matrix[row, ARKIT_SHAPES.index(column)] = value
    matrix.flags.writeable = False
    return matrix


ARKIT: Final = _arkit_matrix()  # (15, 52) float32 in 0..1: blend shapes of each viseme at weight 1


# The way back. A number of MPEG-4 is one viseme; Microsoft's twenty-two and Rhubarb's nine each look like one.
FROM_MPEG4: Final = MappingProxyType({number: name for name, number in MPEG4.items()})
FROM_MICROSOFT: Final = MappingProxyType(
    {number: viseme(ipa, "en") for number, ipa in enumerate(MICROSOFT_LOOKS_LIKE)}
    | {number: name for name, number in MICROSOFT.items()}
)
FROM_RHUBARB: Final = MappingProxyType(
    {"A": "PP", "B": "DD", "C": "E", "D": "aa", "E": "oh", "F": "ou", "G": "FF", "H": "nn", "X": "sil"}
)


def from_arkit(shapes: npt.ArrayLike) -> FloatArray:
    """Weights of the fifteen visemes that made these blend shapes, (n, 52) in 0..1: (n, 15) float32, each row's sum 1.

    What `weights @ ARKIT` has made comes back as it was; other faces as the nearest mixture, silence being the rest.
    """
    rows = np.asarray(shapes, np.float64).reshape(-1, len(ARKIT_SHAPES))
    basis = ARKIT[1:].astype(np.float64)  # silence moves nothing
    spoken = np.clip(np.linalg.lstsq(basis.T, rows.T, rcond=None)[0].T, 0.0, None)
    spoken /= np.maximum(spoken.sum(axis=1, keepdims=True), 1.0)
    silent = 1.0 - spoken.sum(axis=1, keepdims=True)
    return np.asarray(np.concatenate([silent, spoken], axis=1), np.float32)


def microsoft(ipa: str, language: str = "und") -> int:
    """Microsoft's viseme of a phone, 0..21. Raises UnknownPhone."""
    name = viseme(ipa, language)
    if "ː" in ipa and ipa.rstrip("ː") in ("ɔ", "o"):  # a long vowel is not the diphthong that begins like it
        return MICROSOFT[name]
    if name == "nn" and feature_of(ipa, "lateral") < 0.5:
        return _MICROSOFT_PHONES["n"]
    return _MICROSOFT_PHONES.get(ipa.replace("ː", ""), MICROSOFT[name])


def rhubarb(ipa: str, language: str = "und") -> str:
    """Rhubarb's shape of a phone without a diphthong's glide, "A".."H" or "X". Raises UnknownPhone."""
    name = viseme(ipa, language)
    if name == "aa" and feature_of(ipa, "open") < _WIDE_OPEN:
        return "C"
    if name == "nn" and feature_of(ipa, "lateral") >= 0.5:
        return "H"
    return RHUBARB[name]


def feature_of(ipa: str, name: str) -> float:
    """One articulatory feature of a phone, 0..1. Raises UnknownPhone."""
    return float(articulatory(ipa)[feature(name)])


def vowel_targets(ipa: str) -> tuple[str, ...]:
    """The vowels that a diphthong goes through, in order; a phone that is none comes back alone."""
    signs = letters(ipa)
    starts = [index for index, sign in enumerate(signs) if sign in VOWELS]
    if len(starts) < 2:
        return (ipa,)
    edges = [0, *starts[1:], len(signs)]
    return tuple(signs[first:last] for first, last in pairwise(edges))
