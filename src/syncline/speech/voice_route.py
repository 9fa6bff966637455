"""The route that works in any language: the text spoken by espeak-ng, laid over the recording by warping."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncline.speech.articulation import known
from syncline.speech.dtw import comparison_features, warp_path
from syncline.speech.espeak import Spoken, speak
from syncline.speech.features import FRAME_RATE, SAMPLE_RATE
from syncline.speech.ipa import MODIFIERS
from syncline.speech.route import TimedPhone, TimedWord
from syncline.speech.text import Token

FloatArray = npt.NDArray[np.float32]

# espeak-ng stamps a stop at its burst; its closure starts earlier (measured on its own sound).
_CLOSURE_LEAD_S = {"p": 0.045, "t": 0.045, "k": 0.045, "b": 0.020}
_EDGE_S = 0.15  # silence left around both sounds, so that neither path starts in the middle of a phone
_SHORT_PAUSE_S = 0.06  # a pause inside a word that is shorter belongs to the phone before it


@dataclass(frozen=True)
class Reading:
    """Phones of the tokens in espeak-ng's own speech.

    `owners[k]` is the token of phone k (-1: a pause), `starts` (n + 1,) seconds with the end of the speech as last.
    """

    spoken: Spoken
    ipa: tuple[str, ...]
    owners: tuple[int, ...]
    starts: npt.NDArray[np.float64]


def read_aloud(tokens: Sequence[Token], language: str) -> Reading:
    """Speak tokens as one text and assign the phones to them."""
    text, positions = "", []
    for token in tokens:
        text += "" if token.joined and not token.spoken.isascii() and _han(token.spoken) else (" " if text else "")
        positions.append(len(text))
        text += token.spoken + ("," if token.pause else "")
    return _assigned(speak([text], language)[0], positions)


def align_by_voice(y: FloatArray, reading: Reading) -> list[TimedWord]:
    """Lay espeak-ng's speech over a trimmed recording.

    Parameters
    ----------
    y : (n,) float32, 16 kHz, with up to 150 ms of quiet before and after the speech.
    """
    if not any(owner >= 0 for owner in reading.owners) or not len(y):
        return []
    end = float(reading.starts[-1])
    edge = np.zeros(int(_EDGE_S * SAMPLE_RATE), np.float32)
    voice = np.concatenate([edge, reading.spoken.sound[: int(end * SAMPLE_RATE)], edge])
    path = warp_path(comparison_features(voice), comparison_features(y))
    starts = reading.starts.copy()
    for number, ipa in enumerate(reading.ipa):
        lead = _CLOSURE_LEAD_S.get(ipa[:1], 0.0)
        starts[number] = max(starts[number] - lead, starts[number - 1] + 0.01 if number else 0.0)
    starts = np.maximum.accumulate(starts)
    times = np.interp((starts + _EDGE_S) * FRAME_RATE, np.arange(len(path)), path) / FRAME_RATE
    return _words(reading, times)


def _han(text: str) -> bool:
    return "\u3400" <= text[0] <= "\u9fff" or text[0] >= "\U00020000"


def _assigned(spoken: Spoken, positions: Sequence[int]) -> Reading:
    word_token = [bisect_right(positions, word.position) - 1 for word in spoken.words]
    ipa: list[str] = []
    owners: list[int] = []
    starts: list[float] = []
    phones = spoken.phones
    for number, phone in enumerate(phones):
        length = (phones[number + 1].start if number + 1 < len(phones) else spoken.duration) - phone.start
        owner = word_token[phone.word] if 0 <= phone.word < len(word_token) else -1
        if phone.ipa and (all(sign in MODIFIERS for sign in phone.ipa) or not known(phone.ipa)):
            if ipa and owners[-1] >= 0 and known(ipa[-1] + phone.ipa):
                ipa[-1] += phone.ipa  # palatalisation comes as an event of its own
            continue
        if not phone.ipa:
            if length < _SHORT_PAUSE_S or (owners and owners[-1] < 0):
                continue
            owner = -1
        ipa.append(phone.ipa)
        owners.append(owner)
        starts.append(phone.start)
    while owners and owners[-1] < 0:
        last = starts.pop()
        ipa.pop()
        owners.pop()
        spoken_end = last
        return Reading(spoken, tuple(ipa), tuple(owners), np.array([*starts, spoken_end]))
    return Reading(spoken, tuple(ipa), tuple(owners), np.array([*starts, spoken.duration]))


def _words(reading: Reading, times: npt.NDArray[np.float64]) -> list[TimedWord]:
    result: list[TimedWord] = []
    phones: list[TimedPhone] = []
    for number, owner in enumerate(reading.owners):
        if owner >= 0:
            phones.append(TimedPhone(reading.ipa[number], float(times[number]), float(times[number + 1])))
        following = reading.owners[number + 1] if number + 1 < len(reading.owners) else -1
        if phones and (following != owner):
            result.append(TimedWord(owner, phones[0].start, phones[-1].end, tuple(phones)))
            phones = []
    return _once(result)


def _once(words: list[TimedWord]) -> list[TimedWord]:
    """One word a token: parts that a pause divided are joined."""
    joined: list[TimedWord] = []
    for word in words:
        if joined and joined[-1].token == word.token:
            first = joined.pop()
            word = TimedWord(word.token, first.start, word.end, first.phones + word.phones)
        joined.append(word)
    return joined
