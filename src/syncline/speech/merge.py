"""Two alignments of one text made one: the mean where they agree, the acoustic model's where they do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from syncline.speech.route import TimedWord

# Where the routes differ by more, the acoustic model is right and the synthetic voice lost its way (spontaneous speech:
# median error 10 against 230 ms); where they differ by less their mean beats both (GRID).
_TRUST_S = 0.09
_LOST_S = 0.10  # where a third of the words differ by more, the voice counts for nothing in the rest either
_DOUBT_S = 0.12  # difference at which confidence has fallen to one half
_CLOSE_GAP_S = 0.05  # words that stand closer touch: a shorter gap is no pause
_ALONE = 0.5  # confidence of a word that one route has


def merge(model: Sequence[TimedWord], voice: Sequence[TimedWord], voice_late_s: float = 0.0) -> list[TimedWord]:
    """One set of word times from two routes; phones are the acoustic model's where it has the word.

    `voice_late_s`: how late the voice's route is on the whole; it is taken off first.
    """
    modelled = {word.token: word for word in model}
    voiced = {word.token: word.shifted(-voice_late_s) for word in voice}
    both = sorted(modelled.keys() & voiced.keys())
    lost = np.mean([abs(modelled[token].start - voiced[token].start) > _LOST_S for token in both]) if both else 1.0
    share = 0.5 * max(0.0, 1.0 - 3.0 * float(lost))
    result = []
    for token in sorted(modelled.keys() | voiced.keys()):
        a, b = modelled.get(token), voiced.get(token)
        if a is not None and b is not None:
            word = a.moved(_between(a.start, b.start, share), _between(a.end, b.end, share))
            apart = max(abs(a.start - b.start), abs(a.end - b.end))
            result.append(_sure(word, 1 / (1 + (apart / _DOUBT_S) ** 2)))
        elif a is not None:
            result.append(_sure(a, _ALONE))
        elif b is not None:
            result.append(_sure(b, _ALONE))
    return in_order(result)


def _between(model: float, voice: float, share: float) -> float:
    """The mean of two times that agree (`share` 0.5), moving to the first as they part."""
    return model + share * (voice - model) * float(np.exp(-(((voice - model) / _TRUST_S) ** 2) / 2))


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


def _sure(word: TimedWord, confidence: float) -> TimedWord:
    return TimedWord(word.token, word.start, word.end, word.phones, confidence * word.confidence)
