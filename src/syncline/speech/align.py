"""Words and phones of a transcript on the time of its sound.

English goes two ways, by an acoustic model and by comparison with a synthetic voice; their mean is better than either,
and their difference says how sure it is. Other languages go the second way alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from syncline.speech.activity import segments_of, speech_activity
from syncline.speech.cuesheet import CueSheet, Phone, Word, contiguous, silent_sheet
from syncline.speech.features import FRAME_RATE, HOP, SAMPLE_RATE, checked_sound
from syncline.speech.merge import in_order, merge
from syncline.speech.reading import read_aloud
from syncline.speech.route import TimedWord
from syncline.speech.sphinx import align_words
from syncline.speech.text import Token, tokenise
from syncline.speech.voice_route import align_by_voice

_MARGIN_S = 0.15  # kept around the speech: voice activity cuts soft beginnings
_VOICE_LATE_S = 0.012  # the synthetic voice's boundaries come late by this (median over GRID)
_SINGLE_ROUTE = 0.6  # confidence of words that one route alone has placed


def align(y16k: npt.ArrayLike, transcript: str, language: str) -> CueSheet:
    """Place a transcript on its sound.

    Parameters
    ----------
    y16k : (n,) mono 16 kHz, -1..1.
    transcript : what is said, in that language's writing.
    language : BCP 47 tag.

    Returns
    -------
    CueSheet : words as written, IPA phones, silences. Where the text does not fit the sound the sheet is a guess of low
        confidence with a note, not an error.

    Raises
    ------
    InputError : samples that are not finite, or a language without a voice.
    """
    y = checked_sound(y16k)
    duration = len(y) / SAMPLE_RATE
    tokens, notes = tokenise(transcript, language)
    active = speech_activity(y)
    segments = segments_of(active, duration)
    if not segments:
        return silent_sheet(duration, language, "no speech was found in the sound", source="espeak-dtw")
    if not tokens:
        return silent_sheet(duration, language, "the transcript holds no words", source="espeak-dtw")
    start = max(0.0, segments[0][0] - _MARGIN_S)
    end = min(duration, segments[-1][1] + _MARGIN_S)
    first, last = round(start * FRAME_RATE), round(end * FRAME_RATE)
    words, source = _placed(y[first * HOP : last * HOP], active[first:last], tokens, language)
    return sheet_of([word.shifted(first / FRAME_RATE) for word in words], tokens, duration, language, source, notes)


def sheet_of(
    words: Sequence[TimedWord],
    tokens: Sequence[Token],
    duration: float,
    language: str,
    source: str,
    notes: Sequence[str] = (),
) -> CueSheet:
    """A cue sheet from timed words."""
    spoken: list[Word] = []
    phones: list[Phone] = []
    texts = _written(words, tokens)
    for text, word in zip(texts, words, strict=True):
        end = min(word.end, duration)
        if end <= word.start:
            continue
        for phone in word.phones:
            phones.append(Phone(phone.ipa, phone.start, phone.end, word.confidence, len(spoken)))
        spoken.append(Word(text, word.start, end, word.confidence))
    return CueSheet(language, tuple(spoken), contiguous(phones, duration), duration, source, tuple(notes))


def _written(words: Sequence[TimedWord], tokens: Sequence[Token]) -> list[str]:
    """Text of each word: characters that the voice speaks as one word with those before them join them."""
    placed = {word.token for word in words}
    texts = []
    for word in words:
        text, following = tokens[word.token].text, word.token + 1
        while following < len(tokens) and following not in placed and tokens[following].joined:
            text += tokens[following].text
            following += 1
        texts.append(text)
    return texts


def _placed(
    y: npt.NDArray[np.float32], active: npt.NDArray[np.bool_], tokens: Sequence[Token], language: str
) -> tuple[list[TimedWord], str]:
    voiced = align_by_voice(y, active, read_aloud(tokens, language))
    if language.lower().split("-")[0] != "en":
        return _once_sure(in_order(voiced)), "espeak-dtw"
    modelled = align_words(y, [token.spoken for token in tokens])
    if not modelled:
        return _once_sure(in_order(voiced)), "espeak-dtw"
    return merge(modelled, voiced, _VOICE_LATE_S), "pocketsphinx+espeak"


def _once_sure(words: Sequence[TimedWord]) -> list[TimedWord]:
    return [TimedWord(w.token, w.start, w.end, w.phones, w.confidence * _SINGLE_ROUTE) for w in words]
