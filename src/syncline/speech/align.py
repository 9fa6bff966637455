"""Words and phones of a transcript on the time of its sound.

English goes two ways, by an acoustic model and by comparison with a synthetic voice; their mean is better than either,
and their difference says how sure it is. Other languages go the second way alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from syncline.speech.activity import denoise, signal_to_noise_db, speech_activity
from syncline.speech.chunks import Chunk, cut
from syncline.speech.cuesheet import CueSheet, Phone, Word, contiguous, silent_sheet
from syncline.speech.features import FRAME_RATE, HOP, SAMPLE_RATE, checked_sound
from syncline.speech.merge import in_order, merge
from syncline.speech.reading import Reading, irregularity, read_aloud
from syncline.speech.route import TimedWord
from syncline.speech.sphinx import align_words
from syncline.speech.text import Token, tokenise
from syncline.speech.voice_route import align_by_voice

_MARGIN = 15  # frames kept around the speech: voice activity cuts soft beginnings
_NOISY_DB = 16.0  # under this the model may lose its way (pink noise on GRID); it is then asked for its rhythm
_REGULAR, _LESS_REGULAR = 0.3, 1.4  # lost in noise: voice 0.17, model 0.33; noisy spontaneous speech: 0.46 and 0.55
_DOUBTFUL = 0.35  # mean confidence under which the text is doubted
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
    if not active.any():
        return silent_sheet(duration, language, "no speech was found in the sound", source="espeak-dtw")
    if not tokens:
        return silent_sheet(duration, language, "the transcript holds no words", source="espeak-dtw")
    noisy = signal_to_noise_db(y, active) < _NOISY_DB
    words: list[TimedWord] = []
    sources = set()
    pieces = cut(y, active, tokens, language)
    for piece in pieces:
        placed, source = _placed(y, active, piece, tokens, language, noisy=noisy)
        words.extend(placed)
        sources.add(source)
    if noisy:
        notes = (*notes, "the sound is noisy: times are less exact")
    notes = (*notes, *_doubts(words, tokens, pieces))
    return sheet_of(in_order(words), tokens, duration, language, "/".join(sorted(sources)), notes)


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
    y: npt.NDArray[np.float32],
    active: npt.NDArray[np.bool_],
    piece: Chunk,
    tokens: Sequence[Token],
    language: str,
    *,
    noisy: bool,
) -> tuple[list[TimedWord], str]:
    """Words of one chunk on the time of the whole, and the route that placed them."""
    speech = np.flatnonzero(active[piece.first : piece.last])
    if not len(speech):
        return [], "espeak-dtw"
    first = max(piece.first, piece.first + int(speech[0]) - _MARGIN)
    last = min(piece.last, piece.first + int(speech[-1]) + 1 + _MARGIN)
    sound, own = y[first * HOP : last * HOP], tokens[piece.token : piece.end]
    readings = read_aloud(own, language)
    voiced = align_by_voice(sound, active[first:last], readings)
    english = language.lower().split("-")[0] == "en"
    model = align_words(denoise(sound), [token.spoken for token in own]) if english else []
    if model and not (noisy and _model_lost(model, voiced, readings[0])):
        words, source = merge(model, voiced, _VOICE_LATE_S), "pocketsphinx+espeak"
    else:
        words = in_order([_less_sure(word.shifted(-_VOICE_LATE_S)) for word in voiced])
        source = "espeak-dtw"
    at = first / FRAME_RATE
    return [replace(word.shifted(at), token=word.token + piece.token) for word in words], source


def _model_lost(model: Sequence[TimedWord], voiced: Sequence[TimedWord], reading: Reading) -> bool:
    """Whether the English model lost its way in noise: the voice's words keep their rhythm and the model's do not."""
    regular = irregularity(voiced, reading)
    return regular < _REGULAR and irregularity(model, reading) > _LESS_REGULAR * regular


def _less_sure(word: TimedWord) -> TimedWord:
    return replace(word, confidence=word.confidence * _SINGLE_ROUTE)


def _doubts(words: Sequence[TimedWord], tokens: Sequence[Token], pieces: Sequence[Chunk]) -> list[str]:
    notes = []
    if pieces and pieces[-1].end < len(tokens):
        left = len(tokens) - pieces[-1].end
        notes.append(f"the transcript is longer than the sound: its last {left} words were left out")
    if words and np.mean([word.confidence for word in words]) < _DOUBTFUL:
        notes.append("the transcript may not be what is said: two ways of aligning it disagree")
    return notes
