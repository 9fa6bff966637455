"""Words and phones of a transcript on the time of its sound.

English goes two ways, by an acoustic model and by comparison with a synthetic voice; their mean is better than either,
and their difference says how sure it is. Other languages go the second way alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.speech.activity import denoise, runs, signal_to_noise_db, speech_activity
from syncline.speech.beside import NOISY, with_background
from syncline.speech.boundary_bias import without_bias
from syncline.speech.certainty import certainties, squeezed
from syncline.speech.chunks import Chunk, cut
from syncline.speech.cuesheet import CueSheet, Phone, Word, contiguous, silent_sheet
from syncline.speech.doubt import doubt, marked
from syncline.speech.edges import Heard, refine_edges
from syncline.speech.features import FRAME_RATE, HOP, SAMPLE_RATE, checked_sound
from syncline.speech.merge import in_order, merge
from syncline.speech.reading import irregularity, read_aloud
from syncline.speech.route import TimedWord
from syncline.speech.sphinx import align_words
from syncline.speech.text import Token, tokenise
from syncline.speech.voice_features import NOISY_DB, band_power, recorded_masking
from syncline.speech.voice_route import align_by_voice

Route = Literal["model", "voice"]
ROUTES: tuple[Route, ...] = ("model", "voice")
_SOURCES: dict[Route, str] = {"model": "pocketsphinx", "voice": "espeak-dtw"}

_CERTAIN = ("start_confidence", "end_confidence")  # of a word, beside its confidence: the smaller of the two
_MARGIN = 50  # frames kept around the speech: voice activity cuts soft beginnings, and warping needs to see the quiet
_AROUND_S = 0.3  # the same for the model, around the speech that the voice has found
_REGULAR = 0.35  # read speech, also in noise: 0.1 to 0.3; spontaneous speech, in which the voice errs: 0.38
_NOISY_DB = 16.0  # under this the user is told
_LITTLE_NOISE_DB = 9.5  # depth of a sound as it is; GRID: pink noise at 20 dB 9 to 15, at 10 dB 5 to 8
_MOST_JOINED = 6  # tokens that a voice may speak as one word
_NAMED = 5  # words in a note
_ONE_MISSING = 0.5  # in clean sound the model finds its way unless the text is another
_UNCOVERED_S = 0.6  # of speech without a word is told
_NEAR_S = 0.15  # of a word is its own
_VOICE_LATE_S = 0.012  # the synthetic voice's boundaries come late by this (median over GRID)
_VOICE_LATE_ELSEWHERE_S = 0.008  # in other languages, about (five lines with machines' times)


def align(y16k: npt.ArrayLike, transcript: str, language: str, routes: Sequence[Route] = ROUTES) -> CueSheet:
    """Place a transcript on its sound.

    Parameters
    ----------
    y16k : (n,) mono 16 kHz, -1..1.
    transcript : what is said, in that language's writing.
    language : BCP 47 tag.
    routes : "model" (English alone has one), "voice", or both where both can. One asked for alone runs alone; where it
        finds no path, its words are missing.

    Returns
    -------
    CueSheet : words as written, IPA phones, silences; times of
        confidence `certainty.SURE` and more are sure. Where the text does not fit the sound the sheet is a guess of low
        confidence with a note, not an error.

    Raises
    ------
    InputError : samples that are not finite, a language without a voice, or the model alone for one without a model.
    """
    if "voice" not in routes and not _has_model(language):
        raise InputError(f"there is no acoustic model for the language {language!r}", stage="align")
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
        placed, source = _placed(y, active, piece, tokens, language, routes)
        words.extend(placed)
        sources.add(source)
    if noisy:
        notes = (*notes, NOISY)
    notes = (*notes, *_left_out(tokens, pieces), *_misfits(words, tokens, active))
    cue = sheet_of(in_order(words), tokens, duration, language, "/".join(sorted(sources)), notes)
    return with_background(marked(cue, doubt(y, cue, active)), y, active)


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
        start, end = max(word.start, 0.0), min(word.end, duration)
        if end <= start:
            continue
        sure = word.confidence * tokens[word.token].sureness
        for phone in word.phones:
            phones.append(Phone(phone.ipa, phone.start, phone.end, sure, len(spoken)))
        certain = {} if word.certain is None else dict(zip(_CERTAIN, word.certain, strict=True))
        spoken.append(Word(text, start, end, sure, certain))
    return CueSheet(language, tuple(spoken), contiguous(phones, duration), duration, source, tuple(notes))


def _written(words: Sequence[TimedWord], tokens: Sequence[Token]) -> list[str]:
    """Text of each word: characters that the voice speaks as one word with those before them join them."""
    placed = {word.token for word in words}
    texts = []
    for word in words:
        text, following = tokens[word.token].text, word.token + 1
        while following < len(tokens) and following not in placed and tokens[following].joined:
            if tokens[following - 1].pause or following - word.token > _MOST_JOINED:
                break  # text that was left out, not the rest of a word
            text += tokens[following].text
            following += 1
        texts.append(text)
    return texts


@dataclass(frozen=True)
class Tries:
    """What each route makes of one chunk, on the chunk's own time."""

    model: list[TimedWord]
    voice: list[TimedWord]
    irregular: float  # how unevenly the voice's words are stretched
    heard: Heard
    depth_db: float  # of the recording's floor under its peaks; small in noise


def _placed(
    y: npt.NDArray[np.float32],
    active: npt.NDArray[np.bool_],
    piece: Chunk,
    tokens: Sequence[Token],
    language: str,
    routes: Sequence[Route],
) -> tuple[list[TimedWord], str]:
    """Words of one chunk on the time of the whole, and the route that placed them."""
    span = _span(active, piece)
    if span is None:
        return [], _SOURCES["voice"]
    first, last = span
    tries = tried(y[first * HOP : last * HOP], active[first:last], tokens[piece.token : piece.end], language, routes)
    words = merge(tries.model, tries.voice, trust_voice=tries.irregular < _REGULAR, noisy=tries.depth_db < NOISY_DB)
    words = refine_edges(words, tries.heard)
    if _has_model(language):
        words = without_bias(words)
    trust = _ONE_MISSING if _model_missed(tries, routes, language) else 1.0
    words = [
        replace(word, certain=(start * trust, end * trust), confidence=min(start, end) * trust)
        for word, (start, end) in zip(words, certainties(words, tries.depth_db), strict=True)
    ]
    source = "+".join(name for name, found in (("pocketsphinx", tries.model), ("espeak", tries.voice)) if found)
    at = first / FRAME_RATE
    placed = [replace(word.shifted(at), token=word.token + piece.token) for word in words]
    return placed, {"espeak": _SOURCES["voice"]}.get(source, source) or _SOURCES[routes[0]]


def _span(active: npt.NDArray[np.bool_], piece: Chunk) -> tuple[int, int] | None:
    """Frames of a chunk's speech with quiet around it; None where it has no speech."""
    speech = np.flatnonzero(active[piece.first : piece.last])
    if not len(speech):
        return None
    first = max(piece.first, piece.first + int(speech[0]) - _MARGIN)
    return first, min(piece.last, piece.first + int(speech[-1]) + 1 + _MARGIN)


def tried(
    sound: npt.NDArray[np.float32],
    active: npt.NDArray[np.bool_],
    tokens: Sequence[Token],
    language: str,
    routes: Sequence[Route] = ROUTES,
) -> Tries:
    """Both routes, or those asked for, over one stretch of sound with `_MARGIN` frames of quiet around its speech."""
    clean = _cleaned(sound)
    heard = Heard(band_power(clean), active)
    depth_db = recorded_masking(heard.power).depth_db
    voice: list[TimedWord] = []
    irregular = 0.0
    if "voice" in routes:
        readings = read_aloud(tokens, language)
        late = _VOICE_LATE_S if _has_model(language) else _VOICE_LATE_ELSEWHERE_S
        voice = [word.shifted(-late) for word in align_by_voice(clean, active, readings)]
        irregular = irregularity(voice, readings[0])
    if "model" not in routes or not _has_model(language):
        return Tries([], voice, irregular, heard, depth_db)
    low, high = 0, len(clean)
    if voice:  # in babble all is speech to the voice activity, and the model has no silence for it
        low = max(0, int((voice[0].start - _AROUND_S) * FRAME_RATE) * HOP)
        high = min(len(clean), int((voice[-1].end + _AROUND_S) * SAMPLE_RATE))
    model = align_words(clean[low:high], [token.spoken for token in tokens])
    return Tries([word.shifted(low / SAMPLE_RATE) for word in model], voice, irregular, heard, depth_db)


def _cleaned(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The sound with its noise reduced, by half where there is little: there the reduction hurts words more than noise.

    By half 85 instead of 83 % of GRID's boundaries end within 50 ms in babble at 20 dB, 88 instead of 86 in pink noise
    at 20 dB; in pink noise at 5 dB it would be 73 instead of 79.
    """
    clean = denoise(sound)
    little = recorded_masking(band_power(sound)).depth_db >= _LITTLE_NOISE_DB
    return np.asarray((sound + clean) / 2, np.float32) if little else clean


def _model_missed(tries: Tries, routes: Sequence[Route], language: str) -> bool:
    """Whether the model was asked, the sound is clean, and yet it found no path."""
    return "model" in routes and _has_model(language) and not tries.model and tries.depth_db >= NOISY_DB


def _has_model(language: str) -> bool:
    return language.lower().replace("_", "-").split("-")[0] == "en"


def _left_out(tokens: Sequence[Token], pieces: Sequence[Chunk]) -> list[str]:
    """A note on words that come after the end of the sound."""
    if not pieces or pieces[-1].end >= len(tokens):
        return []
    return [f"the transcript is longer than the sound: its last {len(tokens) - pieces[-1].end} words were left out"]


def _misfits(words: Sequence[TimedWord], tokens: Sequence[Token], active: npt.NDArray[np.bool_]) -> list[str]:
    """Notes on words that have no sound, and on speech that has no words."""
    notes = []
    unsaid = [tokens[word.token].text for word in words if squeezed(word)]
    if unsaid:
        more = f" and {len(unsaid) - _NAMED} more" if len(unsaid) > _NAMED else ""
        notes.append(f"words that were not found in the sound: {', '.join(unsaid[:_NAMED])}{more}")
    bare = active.copy()
    for word in words:
        first, last = round((word.start - _NEAR_S) * FRAME_RATE), round((word.end + _NEAR_S) * FRAME_RATE)
        bare[max(0, first) : max(0, last)] = False
    spans = [(first, last) for first, last in runs(bare) if last - first >= _UNCOVERED_S * FRAME_RATE]
    if spans:
        first, last = max(spans, key=lambda span: span[1] - span[0])
        others = f", and {len(spans) - 1} shorter ones" if len(spans) > 1 else ""
        notes.append(f"speech without words in the text: {first / FRAME_RATE:.1f} to {last / FRAME_RATE:.1f} s{others}")
    return notes
