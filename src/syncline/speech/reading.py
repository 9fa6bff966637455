"""Tokens as espeak-ng speaks them: which phones belong to which token."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from syncline.speech.articulation import known
from syncline.speech.espeak import WORDS_PER_MINUTE, Spoken, speak
from syncline.speech.ipa import MODIFIERS
from syncline.speech.route import TimedWord
from syncline.speech.text import Token, is_han

# Three rates of speech: warping errors of a slow, a usual and a quick voice are nearly independent.
RATES = (WORDS_PER_MINUTE, 130, 220)
_SHORT_PAUSE_S = 0.06  # a pause inside a word that is shorter belongs to the phone before it


@dataclass(frozen=True)
class Reading:
    """Phones of the tokens in espeak-ng's own speech.

    `owners[k]` is the token of phone k (-1: a pause), `starts` (n + 1,) seconds with the end of the speech as last.
    """

    spoken: Spoken
    ipa: tuple[str, ...]
    owners: tuple[int, ...]
    starts: npt.NDArray[np.float64]


def read_aloud(tokens: Sequence[Token], language: str, rates: Sequence[int] = RATES) -> list[Reading]:
    """Speak tokens as one text, once at each rate (words a minute), and assign the phones to them."""
    text, positions = "", []
    for token in tokens:
        text += "" if token.joined and is_han(token.spoken[0]) else (" " if text else "")
        positions.append(len(text))
        text += token.spoken + ("," if token.pause else "")
    spoken = speak([text], language, words_per_minute=rates)
    return [_shared(_assigned(one, positions), tokens) for one in spoken]


def irregularity(words: Sequence[TimedWord], reading: Reading) -> float:
    """How unevenly an alignment stretches the words: the standard deviation of log (length / espeak-ng's length).

    About 0.2 for read speech rightly aligned; infinite where there is no word to compare.
    """
    lengths: dict[int, float] = {}
    for owner, length in zip(reading.owners, np.diff(reading.starts), strict=True):
        lengths[owner] = lengths.get(owner, 0.0) + float(length)
    ratios = [max(0.02, word.end - word.start) / lengths[word.token] for word in words if lengths.get(word.token)]
    return float(np.std(np.log(ratios))) if ratios else float("inf")


def _shared(reading: Reading, tokens: Sequence[Token]) -> Reading:
    """Give tokens without phones a share of those before them: espeak-ng speaks "of the" as one word.

    Chinese characters are left as they are: there the two are one word.
    """
    owners = list(reading.owners)
    present = set(owners)
    for token in range(1, len(tokens)):
        if token in present or tokens[token].joined or token - 1 not in present:
            continue
        own = [number for number, owner in enumerate(owners) if owner == token - 1]
        share = len(tokens[token - 1].spoken) / (len(tokens[token - 1].spoken) + len(tokens[token].spoken))
        split = min(max(1, round(share * len(own))), len(own) - 1)
        if split > 0:
            for number in own[split:]:
                owners[number] = token
            present.add(token)
    return replace(reading, owners=tuple(owners))


def _assigned(spoken: Spoken, positions: Sequence[int]) -> Reading:
    word_token = [bisect_right(positions, word.position) - 1 for word in spoken.words]
    ipa: list[str] = []
    owners: list[int] = []
    starts: list[float] = []
    phones = spoken.phones
    for number, phone in enumerate(phones):
        length = (phones[number + 1].start if number + 1 < len(phones) else spoken.duration) - phone.start
        owner = word_token[phone.word] if 0 <= phone.word < len(word_token) else -1
        if phone.ipa and (all(sign in MODIFIERS for sign in phone.ipa) or not known(phone.ipa)):
            if ipa and owners[-1] >= 0 and known(ipa[-1] + phone.ipa):
                ipa[-1] += phone.ipa  # palatalisation comes as an event of its own
            continue
        if not phone.ipa:
            if length < _SHORT_PAUSE_S or (owners and owners[-1] < 0):
                continue
            owner = -1
        ipa.append(phone.ipa)
        owners.append(owner)
        starts.append(phone.start)
    end = spoken.duration
    while owners and owners[-1] < 0:
        end = starts.pop()
        ipa.pop()
        owners.pop()
    return Reading(spoken, tuple(ipa), tuple(owners), np.array([*starts, end]))
