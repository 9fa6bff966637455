"""Two alignments of one text made one: the mean where they agree, doubt where they do not."""

from __future__ import annotations

from collections.abc import Sequence

from syncline.speech.route import TimedWord

_DOUBT_S = 0.06  # boundaries that differ by more are wrong by 112 ms on average, the others by 24 (GRID)
_CLOSE_GAP_S = 0.05  # words that stand closer touch: a shorter gap is no pause
_ALONE = 0.5  # confidence of a word that one route has


def merge(first: Sequence[TimedWord], second: Sequence[TimedWord], second_late_s: float = 0.0) -> list[TimedWord]:
    """Average two routes' word times; phones are the first's where it has the word.

    `second_late_s`: how late the second route is on the whole; it is taken off before averaging.
    """
    other = {word.token: word for word in second}
    mine = {word.token: word for word in first}
    result = []
    for token in sorted(mine.keys() | other.keys()):
        a, b = mine.get(token), other.get(token)
        if a is None or b is None:
            alone = a or b
            assert alone is not None
            result.append(_sure(alone, _ALONE))
            continue
        b_start, b_end = b.start - second_late_s, b.end - second_late_s
        apart = max(abs(a.start - b_start), abs(a.end - b_end))
        word = a.moved((a.start + b_start) / 2, (a.end + b_end) / 2)
        result.append(_sure(word, 1 / (1 + (apart / _DOUBT_S) ** 2)))
    return in_order(result)


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
