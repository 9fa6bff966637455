"""The route that works in any language: the text spoken by espeak-ng, laid over the recording by warping.

The text is spoken at three rates and each is laid over the sound on its own: the median of the three is steadier than
any, and how far they lie apart tells how sure it is. People pause where a synthetic voice does not, so a silence of any
length may stand between two words, and before the first and after the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncline.speech.activity import runs
from syncline.speech.dtw import StepCosts, distances, warp
from syncline.speech.features import FRAME_RATE, HOP, SAMPLE_RATE
from syncline.speech.reading import Reading
from syncline.speech.route import TimedPhone, TimedWord
from syncline.speech.voice_features import (
    NOISY_DB,
    Masking,
    band_power,
    noise_distances,
    recorded_masking,
    spoken_masking,
)

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
Times = npt.NDArray[np.float64]

# espeak-ng stamps a stop at its burst; its closure starts earlier (measured on its own sound).
_CLOSURE_LEAD_S = {"p": 0.045, "t": 0.045, "k": 0.045, "b": 0.020}
_EDGE = 6  # frames of quiet around the voice, on which the recording may rest
_PAUSE, _GUARD = 120, 40  # frames: longer pauses are shortened to twice the guard, which costs nothing and saves time
_STEP = 0.3  # cost of a frame that one side stands still, of the median distance; twice as much or half loses 1 %
_GAP_STEP = 0.15  # the same in a silence between words: nothing would drop weak words into pauses in noise
_SHORTEST_GAP = 6  # frames: a shorter silence between words is a closure


def align_by_voice(y: FloatArray, active: BoolArray, readings: Sequence[Reading]) -> list[TimedWord]:
    """Lay espeak-ng's speech over a recording.

    Parameters
    ----------
    y : (n,) float32, 16 kHz, noise reduced, trimmed to half a second or so around the speech.
    active : voice activity of `y` at 100 Hz; only long pauses are read from it.
    readings : the same tokens, spoken at several rates; those with other phones than the first are left out.

    Returns
    -------
    list : words with `cost` (mean distance to the voice) and `spread` (how far the rates' own times lie apart).
    """
    first = readings[0]
    if not any(owner >= 0 for owner in first.owners) or not len(y):
        return []
    kept = _without_long_pauses(active)
    power = band_power(_frames_of(y, kept))
    masking = recorded_masking(power)
    recorded = masking.over(power)
    alike = [reading for reading in readings if reading.ipa == first.ipa and reading.owners == first.owners]
    placed = [_laid(reading, recorded, masking) for reading in alike]
    edges = np.stack([each.edges for each in placed])
    seconds = np.interp(edges, np.arange(len(kept)), kept) / FRAME_RATE
    spread = np.ptp(seconds, axis=0) if len(placed) > 1 else None
    cost = np.median([each.cost for each in placed], axis=0)
    return _words(first, np.median(seconds, axis=0), cost, spread)


def _without_long_pauses(active: BoolArray) -> npt.NDArray[np.intp]:
    """Frames that are kept: all but the middles of long pauses."""
    keep = np.ones(len(active), np.bool_)
    for first, last in runs(~active):
        if last - first > _PAUSE:
            keep[first + _GUARD : last - _GUARD] = False
    return np.flatnonzero(keep)


def _frames_of(y: FloatArray, frames: npt.NDArray[np.intp]) -> FloatArray:
    """The sound of the given 10 ms frames, joined."""
    padded = np.pad(y, (0, HOP))
    pieces = padded[: len(padded) // HOP * HOP].reshape(-1, HOP)
    return np.ascontiguousarray(pieces[np.minimum(frames, len(pieces) - 1)].reshape(-1))


@dataclass(frozen=True)
class _Laid:
    """One reading on the recording: (2, n) starts and ends of its phones in frames, and (n,) the distance of each."""

    edges: Times
    cost: Times


@dataclass(frozen=True)
class _Voice:
    """The voice's sound without its pauses: starts of its phones in frames (n + 1), and where words begin."""

    sound: FloatArray
    starts: Times
    firsts: tuple[int, ...]


def _voice_of(reading: Reading) -> _Voice:
    edge = np.zeros(_EDGE * HOP, np.float32)
    pieces, position = [edge], _EDGE / FRAME_RATE
    starts: list[float] = []
    firsts: list[int] = []
    before = -1
    for ipa, owner, start, end in zip(
        reading.ipa, reading.owners, reading.starts[:-1], reading.starts[1:], strict=True
    ):
        if owner < 0:
            continue
        if before not in (-1, owner):
            firsts.append(len(starts))
        before = owner
        lead = _CLOSURE_LEAD_S.get(ipa[:1], 0.0)
        starts.append(max(position - lead, starts[-1] + 0.01 if starts else 0.0))
        pieces.append(reading.spoken.sound[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)])
        position += len(pieces[-1]) / SAMPLE_RATE
    position = max(position, starts[-1])
    times = np.array([*starts, position], np.float64)
    return _Voice(np.concatenate([*pieces, edge]), times * FRAME_RATE, tuple(firsts))


def _laid(reading: Reading, recorded: FloatArray, masking: Masking) -> _Laid:
    """One reading laid over the recording, with a row of silence before each word but the first, to be used or not."""
    voice = _voice_of(reading)
    power = band_power(voice.sound)
    own = spoken_masking(power, masking)
    at = np.minimum(np.rint(voice.starts[list(voice.firsts)]).astype(np.intp), len(power) - 1)
    rows = np.insert(own.over(power), at, own.silence(), axis=0)
    gaps = at + np.arange(len(at))
    distance = (noise_distances if masking.depth_db < NOISY_DB else distances)(rows, recorded)
    scale = float(np.median(distance))
    steps = StepCosts.even(len(rows), _STEP * scale)
    for edge in (slice(None, _EDGE - 1), slice(len(rows) - _EDGE + 1, None)):
        steps.across[edge] = steps.down[edge] = 0.0
    steps.across[gaps] = _GAP_STEP * scale
    steps.past[gaps + 1] = 0.0
    path = warp(distance, steps)
    seen = np.flatnonzero(path.visits)
    place = np.interp(np.arange(len(rows)), seen, path.place[seen])
    sounding = np.setdiff1d(np.arange(len(rows)), gaps)
    edges = np.interp(voice.starts, np.arange(len(sounding)), place[sounding])
    starts, ends = edges[:-1].copy(), edges[1:].copy()
    for number, row in zip(voice.firsts, gaps, strict=True):
        if path.visits[row] >= _SHORTEST_GAP:
            ends[number - 1] = path.place[row] - path.visits[row] / 2
            starts[number] = path.place[row] + path.visits[row] / 2
    cost = np.interp(np.arange(len(sounding)), np.flatnonzero(path.visits[sounding]), _known(path.distance[sounding]))
    sums = np.concatenate([[0.0], np.cumsum(cost)])
    middle = np.interp(voice.starts, np.arange(len(sums)), sums)
    return _Laid(np.stack([starts, np.maximum(ends, starts)]), np.diff(middle) / np.maximum(np.diff(voice.starts), 1.0))


def _known(values: Times) -> Times:
    return values[~np.isnan(values)]


def _words(reading: Reading, edges: Times, cost: Times, spread: Times | None) -> list[TimedWord]:
    """Words of the phones' starts and ends in seconds."""
    result: list[TimedWord] = []
    owned = [(ipa, owner) for ipa, owner in zip(reading.ipa, reading.owners, strict=True) if owner >= 0]
    first = 0
    while first < len(owned):
        last = first
        while last + 1 < len(owned) and owned[last + 1][1] == owned[first][1]:
            last += 1
        own = range(first, last + 1)
        phones = tuple(TimedPhone(owned[k][0], float(edges[0, k]), float(edges[1, k])) for k in own)
        apart = None if spread is None else (float(spread[0, first]), float(spread[1, last]))
        result.append(
            TimedWord(
                owned[first][1],
                phones[0].start,
                phones[-1].end,
                phones,
                cost=float(cost[first : last + 1].mean()),
                spread=apart,
            )
        )
        first = last + 1
    return result
