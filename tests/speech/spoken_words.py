"""Real words in espeak-ng's mouth: their phones, and the mouth that they ask for."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from syncline.motion.mouthtrack import MouthTrack
from syncline.motion.phones import from_phones
from syncline.speech.cuesheet import CueSheet, Phone, contiguous
from syncline.speech.espeak import speak
from syncline.speech.text import tokenise

RATE = 100


@lru_cache(maxsize=256)
def sheet(text: str, language: str) -> CueSheet:
    """The cue sheet of espeak-ng's own speech of a text."""
    spoken = speak([" ".join(token.spoken for token in tokenise(text, language)[0])], language)[0]
    phones = spoken.phones
    ends = [*(phone.start for phone in phones[1:]), spoken.duration]
    timed = [Phone(phone.ipa or "sil", phone.start, end) for phone, end in zip(phones, ends, strict=True)]
    return CueSheet(language, (), contiguous(timed, spoken.duration), spoken.duration, "spoken")


def phones(text: str, language: str) -> list[str]:
    return [phone.ipa for phone in sheet(text, language).phones if not phone.silent]


def span(text: str, language: str, ipa: str, nth: int = 0) -> Phone:
    """The n-th phone of a word that begins with these letters."""
    return [phone for phone in sheet(text, language).phones if phone.ipa.startswith(ipa)][nth]


def mouth(text: str, language: str, held_as: str | None = None) -> MouthTrack:
    """The generic mouth of a text at 100 pictures a second, held as another language holds it where one is named."""
    cue = sheet(text, language)
    if held_as is not None:
        cue = replace(cue, language=held_as)
    return from_phones(cue, np.arange(int(cue.duration * RATE)) / RATE)


def at(track: MouthTrack, channel: str, phone: Phone) -> float:
    """The middle of a phone in a mouth track."""
    values = getattr(track, channel)
    return float(values[min(len(values) - 1, round((phone.start + phone.end) / 2 * RATE))])
