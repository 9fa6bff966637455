"""The voices of espeak-ng: over a hundred languages, with the times of their own phones."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import soxr

from syncline.errors import InputError, StageError
from syncline.speech.cuesheet import CueSheet, contiguous
from syncline.speech.espeak import PITCH, WORDS_PER_MINUTE, synthesise
from syncline.speech.espeak import Spoken as Speech
from syncline.speech.espeak_catalogue import Entry, espeak_version
from syncline.speech.markup import Pause, parse
from syncline.speech.scripts import check_readable
from syncline.speech.spoken_cue import SaidPhone, said_phones, sheet_parts
from syncline.speech.spoken_text import Unit, assembled, units
from syncline.speech.voice import DELIVERY_RATE, LEAD_S, MAX_SPOKEN_S, SOURCE, TAIL_S, Spoken, check_manner

_ENDINGS = ".,;:!?。，、；：！？…।؟،"
_FULL_SCALE = 0.98
# espeak-ng's factor of pitch (0.5..2) moves the melody by 0.79 of itself, measured with five voices.
_PITCH_FLOOR = 0.21
_LOWEST, _HIGHEST = 0.59, 1.8


@dataclass(frozen=True)
class EspeakVoice:
    """One voice of espeak-ng, with a variant ("f2") or without ("")."""

    entry: Entry
    variant: str = ""

    @property
    def id(self) -> str:
        """The voice's name, the variant behind a plus sign."""
        return self.entry.id + (f"+{self.variant}" if self.variant else "")

    @property
    def language(self) -> str:
        """BCP 47."""
        return self.entry.language

    @property
    def name(self) -> str:
        """espeak-ng's name of the language."""
        return self.entry.name + (f", {self.variant}" if self.variant else "")

    @property
    def version(self) -> str:
        """Of espeak-ng's library and data."""
        return espeak_version()

    def speak(self, text: str, *, rate: float = 1.0, pitch: float = 1.0) -> Spoken:
        """See `Voice.speak`; 48 kHz."""
        check_manner(rate, pitch)
        parts = parse(text)
        stretches: list[tuple[tuple[Unit, ...], str, list[int]]] = []
        pauses = [LEAD_S]  # before each stretch, and after the last
        for number, part in enumerate(parts):
            if isinstance(part, Pause):
                pauses[-1] += part.seconds
                continue
            check_readable(part.text, self.language, f"{self.id} ({self.name})")
            own = units(part.text, self.language)
            written, starts = assembled(own)
            if number + 1 < len(parts) and written[-1] not in _ENDINGS:
                written += ","  # or the voice falls as at the end of a sentence
            stretches.append((own, written, starts))
            pauses.append(0.0)
        pauses[-1] += TAIL_S
        speeches = self._speeches([written for _, written, _ in stretches], rate, pitch)
        said = [
            (speech, own, said_phones(speech, own, starts))
            for speech, (own, _, starts) in zip(speeches, stretches, strict=True)
        ]
        if not any(phones for _, _, phones in said):
            raise InputError(f"the voice {self.id} finds nothing in the text that it can say", stage="voice")
        spoken = _joined(said, pauses, self.language)
        if not _LOWEST <= pitch <= _HIGHEST:
            note = f"the voice reaches a pitch from {_LOWEST} to {_HIGHEST}: {pitch:g} was brought to the nearest"
            spoken = replace(spoken, cue=replace(spoken.cue, notes=(note,)))
        return spoken

    def _speeches(self, texts: list[str], rate: float, pitch: float) -> list[Speech]:
        name = self.entry.file + (f"+{self.variant}" if self.variant else "")
        words_per_minute = round(WORDS_PER_MINUTE * rate)
        factor = min(2.0, max(0.5, (pitch - _PITCH_FLOOR) / (1 - _PITCH_FLOOR)))
        level = round(PITCH + PITCH * math.log2(factor))  # espeak-ng's table doubles its factor from 50 to 100
        span = min(100, round(PITCH * factor))
        try:
            return synthesise(
                texts, name, rates=words_per_minute, pitch=level, pitch_range=span, max_seconds=MAX_SPOKEN_S
            )
        except StageError as exc:
            synthesise(["a"], name)  # an error of this is the installation's, not the text's
            raise InputError(
                f"the voice {self.id} breaks off at this text; write it in shorter sentences and plain words",
                stage="voice",
            ) from exc


def _joined(said: list[tuple[Speech, tuple[Unit, ...], list[SaidPhone]]], pauses: list[float], language: str) -> Spoken:
    """One sound with its cue sheet: the silence between two stretches' phones is the pause asked for."""
    rate = said[0][0].rate
    pieces: list[npt.NDArray[np.float32]] = []
    placed: list[tuple[float, tuple[Unit, ...], list[SaidPhone]]] = []
    length = 0
    for (speech, own, phones), pause in zip(said, pauses, strict=False):
        first, last = (phones[0].start, phones[-1].end) if phones else (0.0, 0.0)
        stretch = speech.sound[math.floor(first * rate) : math.ceil(last * rate)]
        pieces += [np.zeros(round(pause * rate), np.float32), stretch]
        length += len(pieces[-2])
        placed.append((length / rate - math.floor(first * rate) / rate, own, phones))
        length += len(stretch)
    pieces.append(np.zeros(round(pauses[-1] * rate), np.float32))
    samples = np.asarray(soxr.resample(np.concatenate(pieces), rate, DELIVERY_RATE), np.float32)
    peak = float(np.abs(samples).max())
    if peak > _FULL_SCALE:
        samples *= np.float32(_FULL_SCALE / peak)
    duration = len(samples) / DELIVERY_RATE
    words, phones_of_all = sheet_parts(placed)
    cue = CueSheet(language, words, contiguous(phones_of_all, duration), duration, SOURCE)
    return Spoken(samples, DELIVERY_RATE, cue)
