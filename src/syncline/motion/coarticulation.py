"""How phones blend into each other: dominance curves.

Each phone pulls the mouth towards its own shape, most strongly in its middle; a picture's shape is the mean of the
phones around, weighted by their pull. Source: M. Cohen and D. Massaro, Modeling coarticulation in synthetic visual
speech, 1993.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from syncline.errors import InputError
from syncline.motion.mouthtrack import CHANNELS, JAW, OPENING, PROTRUSION, WIDTH, Floats
from syncline.speech.articulation import flags
from syncline.speech.cuesheet import CueSheet
from syncline.speech.settings import setting_of

REACH_S: Final = 0.6  # a phone further away pulls with under 1e-8 of its strength
BLOCK: Final = 256  # pictures handled together, with the phones around them: work grows with the line, not its square

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Coarticulation:
    """Numbers of the dominance curves (FINDINGS: measured on real video).

    tau_ms, jaw_tau_ms : reach of a phone beyond its core; the jaw is heavier than the lips.
    lead_ms : how much earlier than the sound the mouth moves.
    core : middle share of a phone in which it pulls with full strength.
    max_edge_ms : a phone's core ends at most this long before its edge (long vowels and pauses are held).
    rounding_early_ms, rounding_late_ms : reach of a rounded phone's width and protrusion (DESIGN §4: 80–200 ms early).
    pause_ms : a pause this long brings the mouth to rest; shorter ones count in proportion.
    """

    tau_ms: float = 50.0
    jaw_tau_ms: float = 75.0
    lead_ms: float = 20.0
    core: float = 0.4
    max_edge_ms: float = 50.0
    rounding_early_ms: float = 110.0
    rounding_late_ms: float = 80.0
    pause_ms: float = 200.0


DEFAULT: Final = Coarticulation()


def for_language(language: str) -> Coarticulation:
    """The numbers for a language: how early its rounding begins and how late it ends."""
    setting = setting_of(language)
    return replace(DEFAULT, rounding_early_ms=setting.rounding_early_ms, rounding_late_ms=setting.rounding_late_ms)


@lru_cache(maxsize=4096)
def pull(ipa: str, language: str = "und") -> tuple[float, float, float, float]:
    """Strength with which a phone claims each channel (opening, width, protrusion, jaw)."""
    asked = flags(ipa, language)
    if asked.closure:
        return 6.0, 0.7, 0.7, 1.5
    if asked.labiodental:
        return 3.0, 0.7, 0.7, 1.5
    strength = [1.0, 1.0, 1.0, 1.0]
    if asked.free:  # t d n l k g: the tongue's business, the lips take their neighbours' shape
        strength = [0.6, 0.3, 0.3, 0.6]
    if asked.sibilant:
        strength[OPENING], strength[JAW] = 1.2, 2.0
    if asked.rounded:
        strength[WIDTH], strength[PROTRUSION] = 1.5, 2.0
    return strength[0], strength[1], strength[2], strength[3]


def blend_weights(cue: CueSheet, times: npt.ArrayLike, options: Coarticulation = DEFAULT) -> list[sparse.csr_matrix]:
    """Share of each phone in each picture, one (T, P) sparse float32 matrix a channel; every row sums to 1.

    times : (T,) seconds in the line, in order.

    A picture beyond all phones' reach belongs to the nearest phone.

    Raises
    ------
    InputError : the sheet holds no phones.
    """
    moments = np.asarray(times, np.float64)
    curves = _Curves.of(cue, options)
    if not len(curves.starts):
        raise InputError("the cue sheet holds no phones, not even silence", stage="motion")
    blocks: list[list[sparse.csr_matrix]] = [[] for _ in CHANNELS]
    for first in range(0, len(moments), BLOCK):
        block = moments[first : first + BLOCK]
        # `starts` and `ends` rise with the phones; at least one phone is always at hand.
        low = min(int(np.searchsorted(curves.ends, block[0] - REACH_S)), len(curves.ends) - 1)
        high = max(int(np.searchsorted(curves.starts, block[-1] + REACH_S, side="right")), low + 1)
        for channel, rows in enumerate(_shares(curves, block, slice(low, high))):
            shape = (len(block), len(curves.starts))
            blocks[channel].append(sparse.csr_matrix((rows.data, rows.indices + low, rows.indptr), shape=shape))
    empty = sparse.csr_matrix((len(moments), len(curves.starts)), dtype=np.float32)
    return [sparse.vstack(part, format="csr") if part else empty for part in blocks]


def blended(weights: list[sparse.csr_matrix], targets: Floats) -> Floats:
    """Shapes of pictures, (T, 4) float32, from the phones' shapes (P, 4)."""
    columns = [share @ targets[:, channel] for channel, share in enumerate(weights)]
    return np.asarray(np.stack(columns, axis=1), np.float32)


@dataclass(frozen=True, eq=False)
class _Curves:
    """Cores and reaches of P phones, seconds; reach and strength one column a channel."""

    starts: Doubles
    ends: Doubles
    early: Doubles
    late: Doubles
    strength: Doubles

    @classmethod
    def of(cls, cue: CueSheet, options: Coarticulation) -> _Curves:
        count = len(cue.phones)
        begin = np.array([phone.start for phone in cue.phones], np.float64)
        end = np.array([phone.end for phone in cue.phones], np.float64)
        length = end - begin
        edge = np.minimum((1 - options.core) / 2 * length, options.max_edge_ms / 1000)
        strength = np.array([pull(phone.ipa, cue.language) for phone in cue.phones], np.float64)
        strength = strength.reshape(count, len(CHANNELS))
        early = np.full((count, len(CHANNELS)), options.tau_ms / 1000)
        early[:, JAW] = options.jaw_tau_ms / 1000
        late = early.copy()
        for index, phone in enumerate(cue.phones):
            if phone.silent:
                strength[index] *= np.clip(length[index] / (options.pause_ms / 1000), 0.05, 1.0)
            elif flags(phone.ipa, cue.language).rounded:
                early[index, [WIDTH, PROTRUSION]] = options.rounding_early_ms / 1000
                late[index, [WIDTH, PROTRUSION]] = options.rounding_late_ms / 1000
        lead = options.lead_ms / 1000
        return cls(begin + edge - lead, end - edge - lead, early, late, strength)


def _shares(curves: _Curves, block: Doubles, phones: slice) -> list[sparse.csr_matrix]:
    before = np.maximum(curves.starts[phones] - block[:, None], 0.0)
    after = np.maximum(block[:, None] - curves.ends[phones], 0.0)
    result = []
    for channel in range(len(CHANNELS)):
        distance = before / curves.early[phones, channel] + after / curves.late[phones, channel]
        # In logarithms, so that a picture far from every phone's core still has a nearest one.
        power = np.log(curves.strength[phones, channel]) - distance**1.5
        power -= power.max(axis=1, keepdims=True)
        share = np.where(power > -14.0, np.exp(power), 0.0)
        share /= share.sum(axis=1, keepdims=True)
        result.append(sparse.csr_matrix(share.astype(np.float32)))
    return result
