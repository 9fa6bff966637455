"""How sure a word's start and end are, from how well independent tries agree and from what meets there.

The weights are a logistic regression (`training/boundary_certainty.py`) for "within 50 ms" on boundaries of GRID clips,
clean and in pink noise and babble at 20, 10 and 5 dB; the test clips took no part. A boundary is sure (`SURE`) only
where an obstruent follows a sonorant, the one place that is sharp in the sound, where the two routes and the voice's
three rates all agree, and where there is no noise: 99 % of those lay within 50 ms, of boundaries of other kinds that
agree as well 89 to 92 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from syncline.speech.route import TimedWord

SURE: Final = 0.8
_AGREE_S = 0.03
_SURE_DEPTH_DB = 16.0  # under it, in noise, both routes may err alike: 95 % within 50 ms
_PAUSE_S = 0.2
_SQUEEZED_S = 0.025  # mean length of a word's phones: shorter ones are not said (a word that is not in the sound)
_NOT_SAID = 0.1
_UNSURE = SURE - 0.01
# Constant, log(1 + difference of the routes / 10 ms), the same of the rates, depth of the floor / 10 dB.
_CONSTANT, _PARTED, _SPREAD, _DEPTH = 2.5, -0.47, -0.10, 0.63
_AFTER_PAUSE, _BEFORE_PAUSE = -2.56, -1.15
_MEETING = {(False, True): 0.0, (True, True): -0.42, (True, False): -0.86, (False, False): -1.12}
_ONE_ROUTE_S = 0.06  # the difference that is assumed where there is only one route
_ONE_RATE_S = 0.03
_LOWEST_DEPTH_DB, _HIGHEST_DEPTH_DB = 3.0, 20.0
_WORST_S = 0.3
_SURE_AT = 2.8  # of the regression's sum: the confidence there is SURE
_OBSTRUENTS = frozenset("pbtdkgqcfvθðszʃʒxɣhɦɸβχʁʂʐɕʑʈɖɟçʝħʕɡʔʛɓɗɠ")


def certainties(words: Sequence[TimedWord], depth_db: float) -> list[tuple[float, float]]:
    """Certainty of the start and of the end of each word, 0..1; `depth_db` is the recording's `Masking.depth_db`."""
    starts = [_of_start(words[number - 1] if number else None, word, depth_db) for number, word in enumerate(words)]
    result = []
    for number, (word, start) in enumerate(zip(words, starts, strict=True)):
        after = words[number + 1] if number + 1 < len(words) else None
        touching = after is not None and after.start - word.end < _PAUSE_S
        end = starts[number + 1] if touching else _of_end(word, depth_db)
        result.append((min(start, _NOT_SAID), min(end, _NOT_SAID)) if squeezed(word) else (start, end))
    return result


def squeezed(word: TimedWord) -> bool:
    """Whether there is too little sound for a word: it stands in the text and is not said."""
    return word.end - word.start < _SQUEEZED_S * len(word.phones)


def _of_start(before: TimedWord | None, word: TimedWord, depth_db: float) -> float:
    parted, spread = _apart(word.parted, 0, _ONE_ROUTE_S), _apart(word.spread, 0, _ONE_RATE_S)
    total = _total(parted, spread, depth_db)
    if before is None or word.start - before.end >= _PAUSE_S:
        return min(_UNSURE, _confidence(total + _AFTER_PAUSE))
    meeting = _obstruent(before, -1), _obstruent(word, 0)
    confidence = _confidence(total + _MEETING[meeting])
    agree = parted < _AGREE_S and spread < _AGREE_S and word.parted is not None
    if agree and meeting == (False, True) and depth_db >= _SURE_DEPTH_DB:
        return max(SURE, confidence)
    return min(_UNSURE, confidence)


def _of_end(word: TimedWord, depth_db: float) -> float:
    total = _total(_apart(word.parted, 1, _ONE_ROUTE_S), _apart(word.spread, 1, _ONE_RATE_S), depth_db)
    return min(_UNSURE, _confidence(total + _BEFORE_PAUSE))


def _apart(times: tuple[float, float] | None, side: int, otherwise: float) -> float:
    return otherwise if times is None else times[side]


def _total(parted: float, spread: float, depth_db: float) -> float:
    depth = min(max(depth_db, _LOWEST_DEPTH_DB), _HIGHEST_DEPTH_DB) / 10
    return _CONSTANT + _PARTED * _tens(parted) + _SPREAD * _tens(spread) + _DEPTH * depth


def _tens(seconds: float) -> float:
    return math.log1p(min(seconds, _WORST_S) * 100)


def _confidence(total: float) -> float:
    return 1 / (1 + math.exp(_SURE_AT - total - math.log(SURE / (1 - SURE))))


def _obstruent(word: TimedWord, side: int) -> bool:
    """Whether the word begins (`side` 0) or ends (-1) in an obstruent."""
    return bool(word.phones) and word.phones[side].ipa[:1] in _OBSTRUENTS
