"""English alignment and phone recognition by pocketsphinx, whose acoustic model lies in its wheel.

A decoder is made for each call (16 ms): calls are independent, repeatable and may run in threads.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pocketsphinx

from syncline.errors import DependencyError
from syncline.speech.articulation import visual_distance
from syncline.speech.espeak import pronounce
from syncline.speech.features import FRAME_RATE, SAMPLE_RATE
from syncline.speech.ipa import ARPABET, known_arpabet
from syncline.speech.route import TimedPhone, TimedWord

FloatArray = npt.NDArray[np.float32]

# Faint noise around the sound: without it the aligner has no silence to put its sentence ends in and gives up on 6 %.
# It also gives up where a silence falls on fewer frames than it has states; another lead moves the frames.
_LEADS_S, _TAIL_S = (0.5, 0.57, 0.43), 0.3
_NOISE = 1e-3  # -60 dBFS
_MAX_VARIANTS = 6
_DENSITIES = 2  # Gaussians scored for each state; 4 is a fifth slower and moves no boundary by more than 20 ms


def align_words(y: FloatArray, tokens: Sequence[str]) -> list[TimedWord]:
    """Time each token in a trimmed sound; an empty list where the aligner finds no path through the sound.

    Parameters
    ----------
    y : (n,) float32, 16 kHz; speech from edge to edge, at most a minute or so.
    tokens : words as they are spoken, in order; not empty.
    """
    words: list[TimedWord] = []
    for lead in _LEADS_S:
        decoder = _decoder(lm=None)
        names, spoken = _add_words(decoder, tokens)
        if not any(names):
            return []
        pcm = _padded_pcm(y, lead)
        decoder.set_align_text(" ".join(name for name in names if name))
        if not _decode(decoder, pcm) or decoder.hyp() is None:
            return words
        words = words or _timed_words(_coarse(decoder, spoken), names, lead, len(y) / SAMPLE_RATE)
        decoder.set_alignment()
        if _decode(decoder, pcm):
            return _timed_words(_fine(decoder), names, lead, len(y) / SAMPLE_RATE)
    return words


def recognise_phones(y: FloatArray) -> list[TimedPhone]:
    """Phones of a trimmed sound without any text, by a phone-level search with a phone bigram model."""
    decoder = _decoder(allphone=str(_model("en-us-phone.lm.bin")), lw=2.0, beam=1e-20, pbeam=1e-20)
    lead = _LEADS_S[0]
    if not _decode(decoder, _padded_pcm(y, lead)):
        return []
    phones = []
    for segment in decoder.seg():
        ipa = ARPABET.get(segment.word)
        start, end = _span(segment.start_frame, segment.end_frame + 1, lead, len(y) / SAMPLE_RATE)
        if ipa is not None and end > start:
            phones.append(TimedPhone(ipa, start, end))
    return phones


def _decoder(**options: Any) -> Any:
    return pocketsphinx.Decoder(hmm=str(_model("en-us")), dict=None, topn=_DENSITIES, loglevel="FATAL", **options)


@lru_cache(maxsize=8)
def _model(name: str) -> Path:
    path = Path(pocketsphinx.__file__).parent / "model" / "en-us" / name
    if not path.exists():
        raise DependencyError("pocketsphinx lacks its English model; install pocketsphinx again", stage="align")
    return path


def _decode(decoder: Any, pcm: bytes) -> bool:
    """Run one utterance; False where the search ends without a path (pocketsphinx raises RuntimeError for that)."""
    try:
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()
    except RuntimeError:
        return False
    return True


def _padded_pcm(y: FloatArray, lead_s: float) -> bytes:
    first = int(lead_s * SAMPLE_RATE)
    noise = np.random.default_rng(0).standard_normal(first + len(y) + int(_TAIL_S * SAMPLE_RATE)) * _NOISE
    noise[first : first + len(y)] += y * min(1.0, 0.98 / max(1e-6, float(np.abs(y).max(initial=0.0))))
    pcm: npt.NDArray[np.int16] = np.clip(np.rint(noise * 32767), -32768, 32767).astype("<i2")
    return pcm.tobytes()


def _span(first: int, last: int, lead_s: float, duration: float) -> tuple[float, float]:
    start, end = first / FRAME_RATE - lead_s, last / FRAME_RATE - lead_s
    return min(max(start, 0.0), duration), min(max(end, 0.0), duration)


# A word of the decoder: its name, its first frame, the frame after it, and its phones likewise.
_Found = tuple[str, int, int, list[tuple[str, int, int]]]


def _fine(decoder: Any) -> list[_Found]:
    """Words and phones of the state alignment."""
    return [
        (entry.name, entry.start, entry.start + entry.duration,
         [(phone.name, phone.start, phone.start + phone.duration) for phone in entry])
        for entry in decoder.get_alignment().words()
    ]  # fmt: skip


def _coarse(decoder: Any, spoken: dict[str, tuple[str, ...]]) -> list[_Found]:
    """Words of the first search, their phones in equal parts: for when the state alignment finds no path."""
    found: list[_Found] = []
    for segment in decoder.seg():
        phones = spoken.get(segment.word, ())
        edges = np.linspace(segment.start_frame, segment.end_frame + 1, len(phones) + 1).round().astype(int).tolist()
        parts = [(name, low, high) for name, low, high in zip(phones, edges[:-1], edges[1:], strict=True)]
        found.append((segment.word, segment.start_frame, segment.end_frame + 1, parts))
    return found


def _timed_words(
    found: Sequence[_Found], names: Sequence[str | None], lead_s: float, duration: float
) -> list[TimedWord]:
    order = iter([number for number, name in enumerate(names) if name])
    result = []
    for name, first, last, parts in found:
        if not re.match(r"w\d", name):
            continue
        token = next(order, None)
        if token is None:
            break
        phones = [
            TimedPhone(ARPABET.get(phone, "ə"), *_span(low, high, lead_s, duration)) for phone, low, high in parts
        ]
        result.append(TimedWord(token, *_span(first, last, lead_s, duration), tuple(phones)))
    return result


def _add_words(decoder: Any, tokens: Sequence[str]) -> tuple[list[str | None], dict[str, tuple[str, ...]]]:
    """Give each distinct token a name in the decoder's dictionary (None: no sound); also all entries' phones."""
    unknown = sorted({token for token in tokens if not dictionary(token)})
    spoken = dict(zip(unknown, pronounce(unknown, "en-us"), strict=True)) if unknown else {}
    names: dict[str, str | None] = {}
    entries: dict[str, tuple[str, ...]] = {}
    for token in tokens:
        if token in names:
            continue
        variants = dictionary(token) or [arpabet(spoken[token])]
        if not variants[0]:
            names[token] = None
            continue
        name = f"w{len(names)}"
        for number, phones in enumerate(variants[:_MAX_VARIANTS], 1):
            entry = name if number == 1 else f"{name}({number})"
            decoder.add_word(entry, " ".join(phones), False)
            entries[entry] = phones
        names[token] = name
    decoder.add_word(f"w{len(names)}", "SIL", True)  # the last entry makes the search take up the new words
    return [names[token] for token in tokens], entries


def dictionary(word: str) -> list[tuple[str, ...]]:
    """Pronunciations of an English word in CMUdict as ARPAbet phones; an empty list if it is not there."""
    plain = unicodedata.normalize("NFD", word.lower().replace("\u2019", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if not re.fullmatch(r"[a-z][a-z'.-]*", plain):
        return []
    lines = _dictionary_lines()
    found = []
    for number in range(1, _MAX_VARIANTS + 1):
        entry = plain.encode("ascii") + (b" " if number == 1 else b"(%d) " % number)
        at = bisect_left(lines, entry)
        if at == len(lines) or not lines[at].startswith(entry):
            break
        found.append(tuple(lines[at].decode("ascii").split()[1:]))
    return found


def arpabet(phones: Sequence[str]) -> tuple[str, ...]:
    """IPA phones as ARPAbet: by table, else the letter that looks and sounds nearest."""
    result: list[str] = []
    for ipa in phones:
        result.extend(known_arpabet(ipa) or _nearest(ipa))
    return tuple(result)


@lru_cache(maxsize=512)
def _nearest(ipa: str) -> tuple[str, ...]:
    return (min(ARPABET, key=lambda name: visual_distance(ipa, ARPABET[name])),)


@lru_cache(maxsize=1)
def _dictionary_lines() -> list[bytes]:
    return sorted(_model("cmudict-en-us.dict").read_bytes().splitlines())
