"""The numbers that the page's script draws."""

from __future__ import annotations

import base64
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.media.read import analysis_sound, read_sound
from syncline.media.sound import ANALYSIS_RATE
from syncline.report.subject import Subject
from syncline.speech.articulation import UnknownPhone
from syncline.speech.visemes import viseme

WAVE_RATE: Final = 200  # pairs a second: a pixel each where 5 s fill a wide screen
WAVE_PAIRS: Final = 200_000  # at most, whatever the length: 16 minutes at the full rate


def page_data(subject: Subject) -> dict[str, Any]:
    """What the script is given: times in seconds, openings in IOD, frames by number.

    words : [text, start, end, confidence]; phones: [ipa, viseme, start, end, confidence];
    closures : [ipa, start, end, 1 shut | 0 open | -1 not seen]; bands: [kind, first frame, count, reason].
    wave : base64 of signed bytes, lowest and highest sample of each 1 / wave_rate s, 127 = the loudest of all.
    """
    measured = None if subject.score is None else subject.score.measured
    wave, rate = _wave(subject)
    return {
        "times": [round(t, 4) for t in subject.times],
        "duration": round(float(subject.video.duration), 4),
        "wave": base64.b64encode(wave.tobytes()).decode("ascii"),
        "wave_rate": rate,
        "words": [] if subject.cue is None else _words(subject),
        "phones": [] if subject.cue is None else _phones(subject),
        "asked": [] if measured is None else list(measured.asked),
        "seen": [] if measured is None else list(measured.seen),
        "closed": None if measured is None else measured.closed,
        "closures": _closures(subject),
        "bands": [[band.kind, band.start, band.count, band.reason] for band in subject.bands],
    }


def _words(subject: Subject) -> list[list[Any]]:
    return [
        [word.text, round(word.start, 4), round(word.end, 4), round(word.confidence, 2)]
        for word in (subject.cue.words if subject.cue else ())
    ]


def _phones(subject: Subject) -> list[list[Any]]:
    cue = subject.cue
    if cue is None:
        return []
    return [
        [
            phone.ipa,
            _viseme(phone.ipa, cue.language),
            *(round(t, 4) for t in (phone.start, phone.end, phone.confidence)),
        ]
        for phone in cue.phones
    ]


def _viseme(ipa: str, language: str) -> str:
    try:
        return viseme(ipa, language)
    except UnknownPhone:
        return ""


def _closures(subject: Subject) -> list[list[Any]]:
    """Closures whose times are numbers; what else a document holds is not drawn."""
    told: list[list[Any]] = []
    for closure in () if subject.score is None else subject.score.closures:
        start, end = closure.get("start"), closure.get("end")
        if isinstance(start, (int, float)) and isinstance(end, (int, float)):
            state = -1 if closure.get("opening") is None else int(bool(closure.get("closed")))
            told.append([str(closure.get("ipa", "")), start, end, state])
    return told


def _wave(subject: Subject) -> tuple[npt.NDArray[np.int8], float]:
    """(n, 2) int8 lowest and highest sample of each stretch, and stretches a second; empty without sound."""
    if subject.take.audio is None:
        return np.zeros((0, 2), np.int8), float(WAVE_RATE)
    samples = analysis_sound(read_sound(subject.take).from_zero())
    step = max(ANALYSIS_RATE // WAVE_RATE, -(-len(samples) // WAVE_PAIRS))
    whole = samples[: len(samples) - len(samples) % step].reshape(-1, step)
    ends = np.stack([whole.min(axis=1), whole.max(axis=1)], axis=1) if len(whole) else np.zeros((0, 2), np.float32)
    loudest = max(float(np.abs(ends).max(initial=0.0)), 1e-6)
    return np.round(ends * (127 / loudest)).astype(np.int8), ANALYSIS_RATE / step
