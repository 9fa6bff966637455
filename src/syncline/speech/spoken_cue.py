"""A cue sheet from what a synthesiser says of its own speech."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from syncline.speech.articulation import articulatory_path, feature, known
from syncline.speech.cuesheet import Phone, Word
from syncline.speech.espeak import Spoken
from syncline.speech.ipa import MODIFIERS
from syncline.speech.spoken_text import Unit

_SILENT = 60 / 32768  # full scale; espeak-ng's closures and pauses are digital silence but for ringing
_PAUSE_S = 0.06  # a pause within speech that is shorter belongs to the phones beside it
# A stop's event stands at its burst, its closure lies in the silence before it (49 ms at the usual rate, 85 at half).
_LONGEST_CLOSURE_S = 0.3  # of a double stop, spoken slowly
_CLOSURE_AFTER_PAUSE_S = 0.06  # where the silence before the burst is a pause as well
_SHORTEST_S = 0.01


@dataclass(frozen=True)
class SaidPhone:
    """A phone in a stretch of speech: IPA, start and end in seconds, the unit it belongs to."""

    ipa: str
    start: float
    end: float
    unit: int


def said_phones(spoken: Spoken, units: Sequence[Unit], starts: Sequence[int]) -> list[SaidPhone]:
    """The phones of one stretch of espeak-ng's speech; what lies between them is silence.

    starts : the character at which each unit starts in the text that was spoken.
    """
    unit_of = [_with_text(units, max(0, bisect_right(starts, word.position) - 1)) for word in spoken.words]
    found: list[SaidPhone] = []
    for number, event in enumerate(spoken.phones):
        end = spoken.phones[number + 1].start if number + 1 < len(spoken.phones) else spoken.duration
        ipa = event.ipa.rstrip("-")  # espeak-ng's mark of a liaison
        if not ipa:
            if found and end > event.start and end - event.start < _PAUSE_S and not _quiet(spoken, event.start, end):
                found[-1] = replace(found[-1], end=end)
            continue
        unit = unit_of[event.word] if 0 <= event.word < len(unit_of) else 0
        if all(sign in MODIFIERS for sign in ipa) or not known(ipa):
            if found:  # palatalisation comes as an event of its own
                whole = found[-1].ipa + ipa
                whole = whole if known(whole) else found[-1].ipa
                found[-1] = replace(found[-1], ipa=whole, end=max(end, found[-1].end))
            continue
        start = event.start
        if articulatory_path(ipa)[0][feature("stop")] > 0:
            pause = event.start - (found[-1].end if found else 0.0)
            start = _closure(spoken, event.start, found[-1].start if found else 0.0, pause)
        if found and (found[-1].end > start or start - found[-1].end < _PAUSE_S):
            found[-1] = replace(found[-1], end=start)
        if end > start:
            found.append(SaidPhone(ipa, start, end, unit))
    return _shared(_in_one_run(found), units)


def sheet_parts(
    stretches: Sequence[tuple[float, Sequence[Unit], Sequence[SaidPhone]]],
) -> tuple[tuple[Word, ...], list[Phone]]:
    """Words and phones of stretches that start at the given seconds of the whole sound."""
    words: list[Word] = []
    phones: list[Phone] = []
    for offset, units, said in stretches:
        last = -1
        for phone in said:
            start, end = offset + phone.start, offset + phone.end
            if phone.unit != last:
                last = phone.unit
                words.append(Word(_written(units, said, last), start, end))
            words[-1] = replace(words[-1], end=end)
            phones.append(Phone(phone.ipa, start, end, word=len(words) - 1))
    return tuple(words), phones


def _with_text(units: Sequence[Unit], at: int) -> int:
    """The unit itself or, where it is punctuation, the next that is a word, else the last before it."""
    following = (unit for unit in range(at, len(units)) if units[unit].text)
    before = (unit for unit in range(at, -1, -1) if units[unit].text)
    return next(following, next(before, at))


def _closure(spoken: Spoken, burst: float, earliest: float, pause: float) -> float:
    """Where the closure before a burst begins: the start of the silence, `earliest` (the phone before) at the most."""
    at = round(burst * spoken.rate)
    longest = _CLOSURE_AFTER_PAUSE_S if pause > _SHORTEST_S else _LONGEST_CLOSURE_S
    first = max(0, at - round(longest * spoken.rate), round((earliest + _SHORTEST_S) * spoken.rate) if earliest else 0)
    loud = np.flatnonzero(np.abs(spoken.sound[first:at]) > _SILENT)
    start = first + (int(loud[-1]) + 1 if len(loud) else 0)
    return min(burst, start / spoken.rate) if at > first else burst


def _quiet(spoken: Spoken, start: float, end: float) -> bool:
    stretch: npt.NDArray[np.float32] = spoken.sound[round(start * spoken.rate) : round(end * spoken.rate)]
    return not len(stretch) or float(np.sqrt(np.mean(stretch**2))) < 4 * _SILENT


def _in_one_run(phones: Sequence[SaidPhone]) -> list[SaidPhone]:
    """Units never go back: an event whose place in the text is before its forerunner's belongs to the forerunner's."""
    result: list[SaidPhone] = []
    for phone in phones:
        result.append(replace(phone, unit=max(phone.unit, result[-1].unit)) if result else phone)
    return result


def _shared(phones: list[SaidPhone], units: Sequence[Unit]) -> list[SaidPhone]:
    """Give words without phones a share of those before them: espeak-ng speaks "of the" as one word.

    Chinese characters are left as they are: there the two are one word; punctuation has no word.
    """
    owners = [phone.unit for phone in phones]
    for unit in range(1, len(units)):
        before = unit - 1
        if not units[unit].text or units[unit].joined or unit in owners or before not in owners:
            continue
        own = [number for number, owner in enumerate(owners) if owner == before]
        share = len(units[before].text) / (len(units[before].text) + len(units[unit].text))
        split = min(max(1, round(share * len(own))), len(own) - 1)
        for number in own[split:] if split > 0 else ():
            owners[number] = unit
    return [replace(phone, unit=owner) for phone, owner in zip(phones, owners, strict=True)]


def _written(units: Sequence[Unit], said: Sequence[SaidPhone], unit: int) -> str:
    """Text of a word: characters without phones of their own join those before them."""
    spoken = {phone.unit for phone in said}
    text, following = units[unit].text, unit + 1
    while following < len(units) and following not in spoken and units[following].joined:
        text += units[following].text
        following += 1
    return text
