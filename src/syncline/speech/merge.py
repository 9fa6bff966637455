"""Two alignments of one text made one: the mean where they agree, the steadier one's where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from syncline.speech.route import TimedWord

_TRUST_S = 0.09  # their mean beats both where the routes differ by less, and is neither's where by more
_MODEL_SHARE, _IN_NOISE = 0.55, 0.4  # of that mean: the model is the finer one, and suffers more from noise
_PAUSE_S = 0.2  # after one the voice starts a stop at its silent closure: the model's start stands
_CLOSE_GAP_S = 0.05  # words that stand closer touch: a shorter gap is no pause


def merge(
    model: Sequence[TimedWord], voice: Sequence[TimedWord], *, trust_voice: bool = False, noisy: bool = False
) -> list[TimedWord]:
    """One set of word times from two routes; phones are the acoustic model's where it has the word.

    `trust_voice`: where they part the voice is right, as in noise; else the model is, as in spontaneous speech.
    `noisy`: the voice counts for more in the mean.

    Returns words in order, with the voice's `cost` and `spread` where it has the word; `parted` is the difference of
    the two routes in start and end (s), None where only one of them has the word.
    """
    modelled = {word.token: word for word in model}
    voiced = {word.token: word for word in voice}
    share = _IN_NOISE if noisy else _MODEL_SHARE
    result = []
    for token in sorted(modelled.keys() | voiced.keys()):
        a, b, before = modelled.get(token), voiced.get(token), voiced.get(token - 1)
        if a is not None and b is not None:
            begins = before is None or b.start - before.end >= _PAUSE_S
            start = _between(a.start, b.start, 1.0 if begins else share, trust_voice)
            word = a.moved(start, _between(a.end, b.end, share, trust_voice))
            parted = abs(a.start - b.start), abs(a.end - b.end)
            result.append(replace(word, cost=b.cost, spread=b.spread, parted=parted))
        else:
            result.extend(word for word in (a, b) if word is not None)
    return in_order(result)


def _between(model: float, voice: float, share: float, trust_voice: bool) -> float:
    """The mean of two times that agree, moving to the trusted one as they part."""
    agree = float(np.exp(-(((voice - model) / _TRUST_S) ** 2) / 2))
    mean = share * model + (1 - share) * voice
    return agree * mean + (1 - agree) * (voice if trust_voice else model)


def in_order(words: Sequence[TimedWord]) -> list[TimedWord]:
    """Words that do not overlap; those that almost touch do."""
    result: list[TimedWord] = []
    for word in words:
        if result:
            before = result[-1]
            if word.start - before.end < _CLOSE_GAP_S:
                edge = (word.start + before.end) / 2
                edge = min(max(edge, before.start + 0.01), max(word.end - 0.01, before.start + 0.02))
                result[-1] = before.moved(before.start, edge)
                word = word.moved(edge, max(word.end, edge + 0.01))
        result.append(word)
    return result
