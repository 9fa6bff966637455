"""Long sounds cut into stretches, each with its own part of the text.

Warping costs time and memory by the product of the lengths, and an error in it travels; so a window of the sound is
laid against the text that may lie in it, the last safe pause is kept as an anchor, and the next window starts there.
Time and memory grow with the length only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from syncline.speech.activity import runs
from syncline.speech.dtw import comparison_features, open_ended_path
from syncline.speech.espeak import WORDS_PER_MINUTE
from syncline.speech.features import FRAME_RATE, HOP, SAMPLE_RATE
from syncline.speech.reading import Reading, read_aloud
from syncline.speech.text import Token, is_han

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_WHOLE_S = 24.0  # speech that is shorter is not cut
_WINDOW_S = 20.0  # speech in one window
_EARLIEST = 0.35  # share of the window before which no anchor is taken ...
_LATEST = 0.9  # ... and after which the open end makes the path unsure
_PAUSE = 20  # frames
_SOFT = 10  # frames about what voice activity hears: without the soft edges of words the path leaves the text
_REACH_S = 0.4  # a pause this near to a word's edge is that edge
_COARSE = 2  # frames averaged: 20 ms is enough for an anchor
_LETTERS_A_SECOND = 15.0  # of read speech, for a first guess of how much text a window holds
_HAN_LETTERS = 3.5  # a Chinese character takes the time of so many letters
_FASTEST = 3.0  # text for more than three times the sound cannot be in it


@dataclass(frozen=True)
class Chunk:
    """Frames `first` to `last` (100 Hz) of the sound hold tokens `token` to `end` (half open)."""

    first: int
    last: int
    token: int
    end: int


def cut(y: FloatArray, active: BoolArray, tokens: Sequence[Token], language: str) -> list[Chunk]:
    """Chunks of a sound with its activity (100 Hz) and text; one where the sound is short.

    Text that cannot lie in the sound at any speed of speech is left out at the end.
    """
    result: list[Chunk] = []
    active = maximum_filter1d(active, 2 * _SOFT + 1)
    spoken = np.cumsum(active)  # frames of speech so far
    first, token, total = 0, 0, len(active)
    while token < len(tokens) and first < total:
        left = (int(spoken[-1]) - (int(spoken[first - 1]) if first else 0)) / FRAME_RATE
        if left <= _WHOLE_S:
            end = token + _tokens_for(tokens[token:], left * _FASTEST + 5.0)
            result.append(Chunk(first, total, token, end))
            break
        before = int(spoken[first - 1]) if first else 0
        last = int(np.searchsorted(spoken, before + _WINDOW_S * FRAME_RATE)) + 1
        candidates = tokens[token : token + _tokens_for(tokens[token:], _WINDOW_S * 1.5)]
        edge, count = _anchor(y[first * HOP : last * HOP], active[first:last], candidates, language)
        result.append(Chunk(first, first + edge, token, token + count))
        first, token = first + edge, token + count
    return result


def _tokens_for(tokens: Sequence[Token], seconds: float) -> int:
    """How many tokens take about so long to say (at least one)."""
    letters, budget = 0.0, seconds * _LETTERS_A_SECOND
    for number, token in enumerate(tokens):
        letters += sum(_HAN_LETTERS if is_han(sign) else 1.0 for sign in token.spoken) + 1.0
        if letters > budget:
            return max(1, number)
    return len(tokens)


def _anchor(y: FloatArray, active: BoolArray, tokens: Sequence[Token], language: str) -> tuple[int, int]:
    """Where to cut a window, (frame, number of tokens before it)."""
    reading = read_aloud(tokens, language, (WORDS_PER_MINUTE,))[0]
    starts = _word_starts(reading)
    fallback = max(1, int(len(active) * _LATEST)), max(1, len(tokens) // 2)
    if len(starts) < 2:
        return fallback
    frames, words = _placed_words(y, active, reading, starts)
    inside = (frames > _EARLIEST * len(active)) & (frames < _LATEST * len(active))
    frames, words = frames[inside], words[inside]
    if not len(frames):
        return fallback
    pauses = [(first, last) for first, last in runs(~active) if last - first >= _PAUSE]
    choices = []
    for first, last in pauses:
        middle = (first + last) / 2
        apart = np.maximum(np.abs(frames - middle) - (last - first) / 2, 0)
        nearest = int(np.argmin(apart))
        if apart[nearest] <= _REACH_S * FRAME_RATE:
            choices.append((last - first - 2 * float(apart[nearest]), int(middle), int(words[nearest])))
    if choices:
        _, frame, word = max(choices)
        return frame, word
    nearest = int(np.argmin(np.abs(frames - 0.65 * len(active))))
    return int(frames[nearest]), int(words[nearest])


def _word_starts(reading: Reading) -> list[tuple[int, float]]:
    """Tokens (but the first) with the times at which espeak-ng starts them."""
    starts = []
    seen = {-1, 0}
    for number, owner in enumerate(reading.owners):
        if owner not in seen:
            starts.append((owner, float(reading.starts[number])))
            seen.add(owner)
    return starts


def _placed_words(
    y: FloatArray, active: BoolArray, reading: Reading, starts: Sequence[tuple[int, float]]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Word starts on the window's frames, with the tokens that start there."""
    kept = np.flatnonzero(active)
    recorded = _coarse(comparison_features(y)[kept])
    voice = reading.spoken.sound[: int(reading.starts[-1] * SAMPLE_RATE)]
    path = open_ended_path(_coarse(comparison_features(voice)), recorded)
    seconds = np.array([start for _, start in starts])
    position = seconds * FRAME_RATE / _COARSE
    placed = position < len(path)
    at = np.interp(position[placed], np.arange(len(path)), path) * _COARSE
    frames = np.interp(at, np.arange(len(kept)), kept)
    return frames, np.array([token for token, _ in starts])[placed]


def _coarse(features: FloatArray) -> FloatArray:
    whole = features[: len(features) // _COARSE * _COARSE]
    return np.asarray(whole.reshape(-1, _COARSE, features.shape[1]).mean(axis=1), np.float32)
