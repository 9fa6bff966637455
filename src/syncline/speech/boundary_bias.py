"""Where both routes of English put a boundary early or late, by the kinds of phones that meet there.

Acoustic model and synthetic voice err alike at some meetings (a nasal begins 20 ms too early after a vowel or a stop, a
stop after a stop 20 ms too late, a fricative or liquid after silence 40 ms too late: voice activity does not hear it).
The table holds the median error of each on GRID clips that no test uses, shrunk towards none and limited to 40 ms
(`training/boundary_bias.py`). On spontaneous speech of another person with another program's times the median error
falls from 17 to 14 ms. An [m] keeps its time: GRID has no word that begins with one, and lips are drawn by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from syncline.speech.route import TimedPhone, TimedWord

SILENCE: Final = "#"
TOUCHING_S: Final = 0.02  # words that stand closer meet
MOST_MS: Final = 40.0
_SHARE: Final = 0.3  # of the shorter of two words that a boundary may move by

_KINDS: Final = MappingProxyType(
    {
        "stop": "pbtdkgɡʔ",
        "fricative": "szʃʒfvθðhʧʤ",
        "nasal": "nŋ",
        "liquid": "lɹrwjɾɫ",
        "m": "m",
    }
)
# Milliseconds that the found boundary lies late; boundaries of other meetings are left alone.
BIAS_MS: Final = MappingProxyType(
    {
        (SILENCE, "fricative"): 37,
        (SILENCE, "liquid"): 40,
        (SILENCE, "vowel"): 2,
        ("fricative", "fricative"): -8,
        ("fricative", "liquid"): -23,
        ("fricative", "nasal"): -15,
        ("fricative", "stop"): 3,
        ("fricative", "vowel"): -12,
        ("liquid", "fricative"): -2,
        ("liquid", "nasal"): -12,
        ("liquid", "stop"): -5,
        ("nasal", "fricative"): -4,
        ("nasal", "liquid"): -12,
        ("nasal", "stop"): 7,
        ("nasal", "vowel"): 9,
        ("stop", "liquid"): -5,
        ("stop", "nasal"): -22,
        ("stop", "stop"): 20,
        ("stop", "vowel"): 4,
        ("vowel", "fricative"): 4,
        ("vowel", "liquid"): -6,
        ("vowel", "nasal"): -24,
        ("vowel", "stop"): -2,
        ("vowel", "vowel"): 11,
    }
)


def kind(phone: TimedPhone | None) -> str:
    """Kind of a phone by its first sign: stop, fricative, nasal (but m), liquid, m or vowel; None is silence."""
    if phone is None:
        return SILENCE
    sign = phone.ipa.strip("ˈˌ")[:1]
    return next((name for name, signs in _KINDS.items() if sign and sign in signs), "vowel")


def without_bias(words: Sequence[TimedWord]) -> list[TimedWord]:
    """English words with their starts moved by `BIAS_MS`; words that touch keep touching."""
    result: list[TimedWord] = []
    for word in words:
        before = result[-1] if result and word.start - result[-1].end < TOUCHING_S else None
        late = BIAS_MS.get(meeting(before, word), 0) / 1000
        room = _SHARE * min(
            word.end - word.start, word.end - word.start if before is None else before.end - before.start
        )
        at = word.start - max(-room, min(room, late))
        if before is None:
            at = max(at, result[-1].end if result else 0.0)
        else:
            result[-1] = before.moved(before.start, at)
        result.append(word.moved(at, word.end))
    return result


def meeting(before: TimedWord | None, word: TimedWord) -> tuple[str, str]:
    """Kinds of the phones that meet where a word begins; `before`: the word that touches it, None after silence."""
    last = before.phones[-1] if before is not None and before.phones else None
    return kind(last), kind(word.phones[0] if word.phones else None)
