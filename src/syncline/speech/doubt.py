"""Whether a transcript is what is said: the phones of a cue sheet against what is heard where they are placed.

An aligner places any text on any sound; what tells the wrong one is how badly its phones fit. Each phone is asked of an
acoustic model that knows nothing of the text (`phone_scores`): how likely it is there, and whether it is likelier there
than the other phones of the same text would be, which cancels the room, the voice and the noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from syncline.speech.activity import denoise, signal_to_noise_db
from syncline.speech.articulation import flags, known
from syncline.speech.cuesheet import CueSheet, Phone, Word
from syncline.speech.features import FRAME_RATE, HOP, SAMPLE_RATE, checked_sound
from syncline.speech.phone_scores import phone_model, phone_scores
from syncline.speech.sphinx import arpabet

FloatArray = npt.NDArray[np.float64]

# Logistic discriminant: mean score, mean rank, mean score of the worst third; then whether the language is not English
# (its phones are only near those of the model) and how noisy the sound is. Fitted by `training/doubt.py` on 130 clips
# of GRID, five recordings of other people and other texts laid on them; rates in benchmarks/reports/speech.md.
_MEAN, _RANK, _WORST, _FOREIGN, _NOISY, _BIAS = -2.48, -1.78, -0.73, -2.44, -3.26, -18.64
_DOUBTED = 1.5  # logit from which a text is doubted
_SHORT, _USUAL = 25.0, 15  # few phones tell little: so much more is asked, by 1/sqrt(phones) beyond that of 15
_FLOOR, _WORST_FLOOR = -12.0, -15.0  # one phone counts for no more
_NOISY_DB, _NOISE_SPAN_DB = 20.0, 12.0  # under the first the sound is cleaned first; 12 dB further it counts in full

_STEP = 2  # frames: every other is asked
_STRETCH = 60  # phones judged together: about five seconds
_STRETCH_S = 30.0  # and no longer than this
_PART_DOUBTED = 3.0  # a stretch is a small text: more is asked of it
_PARTS = 0.25  # share of the phones in doubted stretches from which the whole is doubted
_FEWEST = 3  # phones; fewer tell nothing

# A word's belief is a logistic in its mean score: of GRID's right words 2 % lie under -7.3, of wrong ones 59 %.
_WORD_MIDDLE, _WORD_WIDTH = -7.3, 1.2

_FASTEST = 9.0  # syllables a second over a whole line; auctioneers reach 8
_SLOWEST = 0.8
_UNCOVERED, _UNCOVERED_S = 0.35, 1.5  # speech without words
_COVER_REACH = 20  # frames of speech about a phone that are still its own
_BELOW = 0.5  # confidence that words of a doubted text keep at most


@dataclass(frozen=True)
class Doubt:
    """How far a text is from what is said.

    score : 0..1; from 0.5 the text is doubted.
    wrong : whether the text is doubted, as a whole or in large parts.
    reasons : sentences for the user, the strongest first.
    words : belief in each word of the sheet, 0..1 (a wrong word is often under 0.5, a right one rarely).
    parts : (start, end) in seconds where a stretch of the text is doubted.
    """

    score: float
    wrong: bool
    reasons: tuple[str, ...] = ()
    words: tuple[float, ...] = ()
    parts: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was heard of the phones of a stretch: scores and ranks (n,), their words (n,), the stretch in seconds."""

    scores: FloatArray
    ranks: FloatArray
    words: npt.NDArray[np.intp]
    start: float
    end: float


def doubt(y16k: npt.ArrayLike, cue: CueSheet, active: npt.ArrayLike | None = None) -> Doubt:
    """Compare a cue sheet with its sound.

    Parameters
    ----------
    y16k : (n,) mono 16 kHz, -1..1: the sound on which the sheet was aligned.
    cue : words and phones with times, of any language and any route.
    active : (m,) bool at 100 Hz, voice activity, where it is at hand: speech without words is then seen.

    Returns
    -------
    Doubt : with a score of 0 where there is too little to tell. A few milliseconds for each second of speech.

    Raises
    ------
    InputError : samples that are not finite.
    """
    y = checked_sound(y16k)
    phones = asked_of(cue, len(y))
    if not phones:
        return Doubt(0.0, False)
    noise = noisiness(y, phones)
    offset = _NOISY * noise + (0.0 if is_english(cue.language) else _FOREIGN)
    heard = [listen(y, part, noise > 0) for part in stretches(phones)]
    whole = _logit(heard, offset, _DOUBTED)
    parts = [each for each in heard if len(heard) > 1 and _logit([each], offset, _PART_DOUBTED) >= 0]
    in_parts = sum(len(each.scores) for each in parts) / len(phones)
    reasons = [*_unlike(heard, whole, parts), *_uneven(phones), *_uncovered(phones, active)]
    worst = max(whole, 4 * (in_parts - _PARTS) if parts else -math.inf)
    if _too_fast(phones):
        worst = max(worst, 0.5)
    score = 1 / (1 + math.exp(-min(max(worst, -30.0), 30.0)))
    return Doubt(
        score,
        worst >= 0,
        tuple(reasons),
        _beliefs(heard, len(cue.words)),
        tuple(_joined([(each.start, each.end) for each in parts])),
    )


def asked_of(cue: CueSheet, samples: int) -> list[Phone]:
    """The phones of a sheet that can be asked for in a sound of so many samples; none where they are too few."""
    phones = [
        phone for phone in cue.phones if not phone.silent and phone.start * SAMPLE_RATE < samples and known(phone.ipa)
    ]
    return phones if len(phones) >= _FEWEST and cue.words else []


def marked(cue: CueSheet, found: Doubt) -> CueSheet:
    """The sheet with its doubts: a note for each reason, and less confidence in words that do not fit.

    A text that is not doubted keeps the confidence of all words but those that are plainly not heard.
    """
    notes = (*cue.notes, *(reason for reason in found.reasons if reason not in cue.notes))
    if not found.words:
        return replace(cue, notes=notes)
    limits = [_limit(belief, found.wrong) for belief in found.words]
    words = tuple(
        replace(word, confidence=min(word.confidence, limit), extra=_limited(word, limit))
        for word, limit in zip(cue.words, limits, strict=True)
    )
    phones = tuple(
        replace(phone, confidence=min(phone.confidence, limits[phone.word])) if phone.word >= 0 else phone
        for phone in cue.phones
    )
    return replace(cue, words=words, phones=phones, notes=notes)


def _limited(word: Word, limit: float) -> dict[str, Any]:
    """What a word carries, its ends no surer than the word."""
    return {name: min(value, limit) if name.endswith("_confidence") else value for name, value in word.extra.items()}


def _limit(belief: float, wrong: bool) -> float:
    if wrong:
        return _BELOW * belief
    return 1.0 if belief >= 0.5 else _BELOW + belief


def is_english(language: str) -> bool:
    """Whether a BCP 47 tag is English, the language of the acoustic model."""
    return language.lower().replace("_", "-").split("-")[0] == "en"


def noisiness(y: npt.NDArray[np.float32], phones: Sequence[Phone]) -> float:
    """0 for a clean sound, 1 for one whose speech stands 8 dB or less above its pauses."""
    spoken = np.zeros(1 + len(y) // HOP, np.bool_)
    for phone in phones:
        spoken[int(phone.start * FRAME_RATE) : math.ceil(phone.end * FRAME_RATE) + 1] = True
    ratio = signal_to_noise_db(y, spoken)
    return min(max((_NOISY_DB - ratio) / _NOISE_SPAN_DB, 0.0), 1.0)


def stretches(phones: Sequence[Phone]) -> list[list[Phone]]:
    """Phones in order, in parts of about `_STRETCH` that are not longer than `_STRETCH_S`."""
    parts: list[list[Phone]] = [[]]
    for phone in phones:
        part = parts[-1]
        new_word = not part or phone.word != part[-1].word
        if part and ((len(part) >= _STRETCH and new_word) or phone.end - part[0].start > _STRETCH_S):
            parts.append(part := [])
        part.append(phone)
    if len(parts) > 1 and len(parts[-1]) < _STRETCH // 2 and parts[-1][-1].end - parts[-2][0].start <= _STRETCH_S:
        parts[-2:] = [parts[-2] + parts[-1]]
    return parts


def listen(y: npt.NDArray[np.float32], phones: Sequence[Phone], noisy: bool) -> Evidence:
    """Ask the acoustic model for the phones of a stretch."""
    first = max(0, int(phones[0].start * FRAME_RATE) - FRAME_RATE // 2)
    last = min(len(y) // HOP, math.ceil(phones[-1].end * FRAME_RATE) + FRAME_RATE // 2)
    sound = y[first * HOP : (last + 1) * HOP]
    frames, owners = [], []
    for number, phone in enumerate(phones):
        low = round(phone.start * FRAME_RATE) - first
        asked = np.arange(low, max(low + 1, round(phone.end * FRAME_RATE) - first), _STEP)
        frames.append(asked)
        owners.append(np.full(len(asked), number))
    owner = np.concatenate(owners)
    heard = phone_scores(denoise(sound) if noisy else sound, np.concatenate(frames).astype(np.intp)).astype(np.float64)
    counts = np.bincount(owner, minlength=len(phones))[:, None]
    names = [_model_phones(phone.ipa) for phone in phones]
    means = np.zeros((len(phones), heard.shape[1]))
    np.add.at(means, owner, heard)
    means /= counts
    # A diphthong may be written as two phones of the model: each frame may be either.
    own = np.zeros(len(phones))
    np.add.at(own, owner, np.array([row[names[who]].max() for row, who in zip(heard, owner, strict=True)]))
    own /= counts[:, 0]
    others = np.stack([means[:, each].max(axis=1) for each in names], axis=1)
    below, same = others < own[:, None], others == own[:, None]
    return Evidence(
        own,
        (below + 0.5 * same).mean(axis=1),
        np.array([phone.word for phone in phones], np.intp),
        phones[0].start,
        phones[-1].end,
    )


def _model_phones(ipa: str) -> list[int]:
    names = phone_model().names
    return [names.index(name) for name in arpabet((ipa,))]


def means_of(heard: Sequence[Evidence]) -> tuple[float, float, float]:
    """Of all phones: mean score, mean rank, mean score of the worst third."""
    scores, ranks = (np.concatenate([getattr(each, name) for each in heard]) for name in ("scores", "ranks"))
    worst = np.sort(np.maximum(scores, _WORST_FLOOR))[: max(1, len(scores) // 3)]
    return float(np.maximum(scores, _FLOOR).mean()), float(ranks.mean()), float(worst.mean())


def _logit(heard: Sequence[Evidence], offset: float, asked: float) -> float:
    """Evidence that these phones are not said, over what is asked for so many of them; 0 is the border."""
    mean, rank, worst = means_of(heard)
    count = sum(len(each.scores) for each in heard)
    short = _SHORT * max(0.0, 1 / math.sqrt(count) - 1 / math.sqrt(_USUAL))
    return _MEAN * mean + _RANK * rank + _WORST * worst + offset + _BIAS - asked - short


def _beliefs(heard: Sequence[Evidence], count: int) -> tuple[float, ...]:
    scores, words = (np.concatenate([getattr(each, name) for each in heard]) for name in ("scores", "words"))
    inside = words >= 0
    totals = np.bincount(words[inside], weights=scores[inside], minlength=count)
    numbers = np.bincount(words[inside], minlength=count)
    means = np.where(numbers > 0, totals / np.maximum(numbers, 1), 0.0)
    belief = 1 / (1 + np.exp(-np.clip((means - _WORD_MIDDLE) / _WORD_WIDTH, -30, 30)))
    return tuple(float(value) for value in belief[:count])


def _unlike(heard: Sequence[Evidence], whole: float, parts: Sequence[Evidence]) -> list[str]:
    if whole >= 0:
        likelier = 100 * (1 - float(np.concatenate([each.ranks for each in heard]).mean()))
        return [
            "the transcript may not be what is said: where its phones are placed others are heard "
            f"(on the mean {likelier:.0f} % of the text's other phones fit better)"
        ]
    if parts:
        where = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in _joined([(p.start, p.end) for p in parts]))
        return [f"the transcript may not be what is said from {where}"]
    return []


def _syllables_a_second(phones: Sequence[Phone]) -> float:
    spoken = sum(phone.end - phone.start for phone in phones)
    return sum(flags(phone.ipa).vowel for phone in phones) / max(spoken, 1e-3)


def _too_fast(phones: Sequence[Phone]) -> bool:
    return len(phones) >= _USUAL and _syllables_a_second(phones) > _FASTEST


def _uneven(phones: Sequence[Phone]) -> list[str]:
    if len(phones) < _USUAL:
        return []
    rate = _syllables_a_second(phones)
    if rate > _FASTEST:
        return [f"the transcript has {rate:.0f} syllables for each second of speech: more than can be said"]
    if rate < _SLOWEST:
        return [f"the transcript has {rate:.1f} syllables for each second of speech: some of what is said is missing"]
    return []


def _uncovered(phones: Sequence[Phone], active: npt.ArrayLike | None) -> list[str]:
    if active is None:
        return []
    speaking = np.asarray(active, np.bool_).reshape(-1)
    words = np.zeros(len(speaking), np.bool_)
    for phone in phones:
        low = max(0, int(phone.start * FRAME_RATE) - _COVER_REACH)
        words[low : int(phone.end * FRAME_RATE) + 1 + _COVER_REACH] = True
    bare = np.count_nonzero(speaking & ~words) / FRAME_RATE
    if bare < _UNCOVERED_S or bare < _UNCOVERED * np.count_nonzero(speaking) / FRAME_RATE:
        return []
    return [f"{bare:.1f} s of speech have no words: the transcript may be shorter than what is said"]


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans of which those that follow each other within a second are one."""
    if not spans:
        return []
    breaks = [number + 1 for number, (a, b) in enumerate(pairwise(spans)) if b[0] - a[1] > 1.0]
    groups = pairwise([0, *breaks, len(spans)])
    return [(spans[low][0], spans[high - 1][1]) for low, high in groups]
