"""CTC forced alignment with a model of one's own (extra `neural`): words at the letters that the model hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.speech.activity import speech_activity
from syncline.speech.aligners.base import STAGE, Sources, check_ready
from syncline.speech.aligners.ctc_labels import Labels, labels_places, read_labels
from syncline.speech.aligners.ctc_model import HINT, CtcModel, torch_installed
from syncline.speech.aligners.ctc_path import LabelSpans, frames_needed, label_spans
from syncline.speech.cuesheet import CueSheet, contiguous, silent_sheet
from syncline.speech.features import FRAME_RATE, SAMPLE_RATE, checked_sound
from syncline.speech.given.sheet import spread_tokens
from syncline.speech.given.spans import Span
from syncline.speech.text import Token, tokenise

SOURCE: Final = "ctc"
_UNSPELLED: Final = 0.5  # share of words that the labels cannot spell over which the model is of another writing
_STAR_SURE: Final = 0.3  # confidence of a word that was not spelled
_DOUBTFUL: Final = 0.45  # mean confidence under which the text is doubted: right texts have 0.8 and more
_EXTENDED_S: Final = 0.15  # a model fires within a letter: a word may go on by that much around what it marks
_SHORTEST_S: Final = 0.01


@dataclass(frozen=True)
class _Spelling:
    """Columns of a text, the word that each belongs to (-1: between words), and the words that were not spelled."""

    columns: tuple[int, ...]
    owners: tuple[int, ...]
    unspelled: frozenset[int]


@dataclass(frozen=True)
class CtcAligner:
    """A CTC acoustic model in a file, its labels in a JSON beside it (see `CtcModel` and `read_labels`)."""

    file: Path
    name: str = "ctc"

    def languages(self) -> frozenset[str] | None:
        """Those that the labels' file names; None where it names none: any that its letters can write."""
        return self._labels.languages

    def missing(self) -> str | None:
        """Whether torch is installed; nothing is loaded."""
        return None if torch_installed() else HINT

    def sources(self, language: str) -> Sources:
        """The model, its labels, and torch."""
        places = [place for place in labels_places(self.file) if place.is_file()]
        return Sources(files=(self.file, *places[:1]), uses=(*Sources().uses, "torch"))

    def align(self, y16k: npt.ArrayLike, transcript: str, language: str) -> CueSheet:
        """See `Aligner.align`."""
        check_ready(self, language)
        y = checked_sound(y16k)
        duration = len(y) / SAMPLE_RATE
        tokens, notes = tokenise(transcript, language)
        words = list(tokens)
        active = speech_activity(y)
        if not active.any():
            return silent_sheet(duration, language, "no speech was found in the sound", source=SOURCE)
        if not words:
            return silent_sheet(duration, language, "the transcript holds no words", source=SOURCE)
        model = self._model
        log_probs = model.log_probs(y)
        fitting = _fitting(words, model.labels, len(log_probs))
        if fitting < len(words):
            left = len(words) - fitting
            notes = (*notes, f"the transcript is longer than the sound: its last {left} words were left out")
            words = words[:fitting]
        spelling = _spelled(words, model.labels)
        if len(spelling.unspelled) > _UNSPELLED * len(words):
            unknown = words[min(spelling.unspelled)].spoken
            raise InputError(
                f"the model's labels cannot spell this text ({unknown[:20]!r}): use a model of its language and "
                "writing, or the aligner auto",
                file=self.file,
                stage=STAGE,
            )
        if spelling.unspelled:
            notes = (*notes, f"{len(spelling.unspelled)} words have no letters that the model knows: times are rough")
        found = label_spans(log_probs, spelling.columns, model.labels.blank) if words else None
        if found is None:
            note = "the transcript fits the sound nowhere"
            return silent_sheet(duration, language, note, source=SOURCE)
        return _sheet(words, spelling, found, model.hop / SAMPLE_RATE, active, duration, language, notes)

    @cached_property
    def _labels(self) -> Labels:
        return read_labels(self.file)

    @cached_property
    def _model(self) -> CtcModel:
        return CtcModel(self.file, self._labels)


def _spelled(words: Sequence[Token], labels: Labels) -> _Spelling:
    columns: list[int] = []
    owners: list[int] = []
    unspelled = set()
    anything = len(labels.names)  # the column behind the labels
    for number, word in enumerate(words):
        if columns and labels.between is not None:
            columns.append(labels.between)
            owners.append(-1)
        letters = _letters(word, labels)
        if letters is None:
            unspelled.add(number)
        columns.extend(letters or [anything])
        owners.extend([number] * len(letters or [anything]))
    return _Spelling(tuple(columns), tuple(owners), frozenset(unspelled))


def _letters(word: Token, labels: Labels) -> list[int] | None:
    """A word as the model writes it: as the text does where it has all of those letters, else as it is spoken."""
    for form in (word.text, word.spoken):
        if all(labels.spelled(sign) for sign in form if sign.isalnum()):
            return labels.spelled(form)
    return labels.spelled(word.spoken) or labels.spelled(word.text)


def _fitting(words: Sequence[Token], labels: Labels, frames: int) -> int:
    """How many words, from the first on, can lie in so many frames."""
    spelling = _spelled(words, labels)
    if frames_needed(spelling.columns) <= frames:
        return len(words)
    columns = np.array(spelling.columns)
    needed = np.cumsum(1 + np.concatenate([[0], columns[1:] == columns[:-1]]))
    ends = {owner: int(needed[place]) for place, owner in enumerate(spelling.owners)}
    return sum(ends[number] <= frames for number in range(len(words)))


def _sheet(
    words: Sequence[Token],
    spelling: _Spelling,
    found: LabelSpans,
    frame_s: float,
    active: npt.NDArray[np.bool_],
    duration: float,
    language: str,
    notes: Sequence[str],
) -> CueSheet:
    owners = np.array(spelling.owners)
    starts, ends, sure = _word_times(owners, found, len(words))
    starts, ends = _extended(starts * frame_s, ends * frame_s, active, duration)
    spans = [Span(word.text, float(start), float(end)) for word, start, end in zip(words, starts, ends, strict=True)]
    rough = [number in spelling.unspelled for number in range(len(words))]
    sure = np.where(rough, _STAR_SURE * sure, sure) * [word.sureness for word in words]
    spread, phones = spread_tokens(words, spans, language)
    placed = tuple(replace(word, confidence=float(share)) for word, share in zip(spread, sure, strict=True))
    phones = [replace(phone, confidence=min(phone.confidence, placed[phone.word].confidence)) for phone in phones]
    notes = [*notes, "phones are a dictionary's, spread over each word by their usual lengths"]
    if placed and np.mean([word.confidence for word in placed]) < _DOUBTFUL:
        notes.append("the transcript may not be what is said: the model finds little of it in the sound")
    return CueSheet(language, placed, contiguous(phones, duration), duration, SOURCE, tuple(notes))


def _word_times(
    owners: npt.NDArray[np.int64], found: LabelSpans, count: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Start and end frame of each word, and its mean probability over the frames of its letters."""
    letters = np.flatnonzero(owners >= 0)
    word = owners[letters]
    starts = np.full(count, np.inf)
    np.minimum.at(starts, word, found.first[letters])
    ends = np.zeros(count)
    np.maximum.at(ends, word, found.end[letters])
    lengths = (found.end - found.first)[letters].astype(np.float64)
    sure = np.bincount(word, lengths * found.score[letters], count) / np.bincount(word, lengths, count)
    return starts, ends, sure


def _extended(
    starts: npt.NDArray[np.float64], ends: npt.NDArray[np.float64], active: npt.NDArray[np.bool_], duration: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Word edges in seconds, moved out while speech goes on: to a pause, or to half way to the next word."""
    middles = (ends[:-1] + starts[1:]) / 2
    latest = np.minimum(np.append(middles, duration), ends + _EXTENDED_S)
    earliest = np.maximum(np.insert(middles, 0, 0.0), starts - _EXTENDED_S)
    quiet = np.flatnonzero(~active) / FRAME_RATE
    new_starts, new_ends = starts.copy(), ends.copy()
    for number in range(len(starts)):
        after = int(np.searchsorted(quiet, ends[number]))
        pause = quiet[after] if after < len(quiet) else duration
        new_ends[number] = max(ends[number], min(latest[number], pause))
        before = int(np.searchsorted(quiet, starts[number], side="right")) - 1
        pause = quiet[before] + 1 / FRAME_RATE if before >= 0 else 0.0
        new_starts[number] = min(starts[number], max(earliest[number], pause))
    new_ends = np.minimum(np.maximum(new_ends, new_starts + _SHORTEST_S), duration)
    return np.minimum(new_starts, new_ends), new_ends
