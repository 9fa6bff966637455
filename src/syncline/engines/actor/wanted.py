"""What a line asks of the bank: vectors to be near to, and demands that are no distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.engines.actor import target
from syncline.engines.actor.bank import Bank
from syncline.engines.actor.rows import Rows, reduced_by
from syncline.engines.base import TakeRequest

Floats = npt.NDArray[np.float32]

LEAST_TOLD: Final = 1e-2  # variance that a model explains, against 1 that it leaves open, to be worth listening to
PRESSED: Final = 0.4  # share of the gap that counts as shut: lips that close on purpose press together
TURN_DEGREES: Final = 10.0  # head turned apart by this much counts `Weights.pose`


@dataclass(frozen=True)
class Weights:
    """How much each likeness counts for one output frame; 1 is a jump between mouths that look the same.

    context : phonetic context as far apart as chance.
    learned : mouths expected by the context model as far apart as chance.
    sound : sound as far apart as chance, only where the same person speaks.
    pose : head turned by `TURN_DEGREES`.
    opening : mouth track's opening one standard deviation off.
    shut : at a closure, a frame with lips open by one standard deviation.
    rest : in a rest, the same.
    blur : a frame with half the usual detail.
    """

    context: float = 70.0
    learned: float = 70.0
    sound: float = 35.0
    pose: float = 0.5
    opening: float = 4.0
    shut: float = 40.0
    rest: float = 20.0
    blur: float = 2.0


@dataclass(frozen=True, eq=False)
class Wanted:
    """Target vectors of T output frames and the vectors of V rows; see `Weights`.

    target : (T, D) float32, rows : (V, D) float32.
    context : (T, C) float32, the phonetic part alone, on the rows' own scale.
    predicted : (T, K) float32 components that the context model expects.
    shut : (T,) float32 0..1, how far the lips must be shut. rest : (T,) bool.
    """

    target: Floats
    rows: Floats
    context: Floats
    predicted: Floats
    shut: Floats
    rest: npt.NDArray[np.bool_]


def compare(bank: Bank, rows: Rows, request: TakeRequest, weights: Weights, *, heard: bool) -> Wanted:
    """Bring a line and a bank into one space; `heard`: the sounds may be compared, one person speaks in both."""
    times = request.times
    context = reduced_by(target.phonetic_context(request.cue, times), rows.context_axes)
    parts: list[tuple[float, Floats, Floats]] = [(weights.context, context, rows.context)]
    sound = target.sound_context(request.sound, times) if heard and bank.sound.shape[1] else None
    predicted = np.zeros((len(times), 0), np.float32)
    if bank.model is not None:
        given = target.model_context(request.cue, times)
        predicted = bank.model.predict(given, sound)
        expected = rows.predicted_heard if sound is not None else rows.predicted
        told = float((expected @ bank.model.directions).var(axis=0).sum())
        spread = np.sqrt(2.0 * max(told, LEAST_TOLD))
        axes = bank.model.directions / np.float32(spread)
        parts.append((weights.learned, predicted @ axes, expected @ axes))
    if sound is not None:
        parts.append((weights.sound, reduced_by(sound, rows.sound_axes), rows.sound))
    turned = _turned(request.track.pose.angles_degrees)[request.plate_index]
    parts.append((weights.pose, turned, _turned(bank.pose.angles_degrees)[rows.frame]))
    if weights.opening > 0:
        spread_of_opening = max(float(bank.table.style.spread[0]), 1e-3)
        asked = request.mouth.opening[:, None] / np.float32(spread_of_opening)
        parts.append((weights.opening, asked, bank.mouth[rows.frame, :1] / np.float32(spread_of_opening)))
    return Wanted(
        np.concatenate([np.float32(np.sqrt(w)) * t for w, t, _ in parts], axis=1),
        np.concatenate([np.float32(np.sqrt(w)) * r for w, _, r in parts], axis=1),
        context,
        predicted,
        np.asarray(request.mouth.closure, np.float32),
        np.asarray(request.mouth.rest, np.bool_),
    )


def _turned(angles: Floats) -> Floats:
    """Yaw and pitch in units of `TURN_DEGREES`, 0 where there is no face. Roll is undone when the mouth is drawn."""
    return np.nan_to_num(angles[:, :2] / np.float32(TURN_DEGREES)).astype(np.float32)


class Demands:
    """Adds to distances what holds at single instants: shut lips at closures, shut lips in rests, no blurred frames."""

    def __init__(self, bank: Bank, rows: Rows, wanted: Wanted, weights: Weights) -> None:
        spread = max(float(bank.table.style.spread[0]), 1e-3)
        opening = bank.mouth[rows.frame, 0]
        limit = np.float32(PRESSED * bank.closed)
        at_rest = np.float32(max(bank.closed, float(bank.table.style.rest[0])))
        self._shut = (weights.shut * np.maximum(opening - limit, 0.0) / spread).astype(np.float32)
        self._rest = (weights.rest * np.maximum(opening - at_rest, 0.0) / spread).astype(np.float32)
        lost = np.maximum(0.0, 1.0 - bank.sharpness[rows.frame]) / 0.5
        self._blur = (weights.blur * lost**2).astype(np.float32)
        self._wanted = wanted

    def __call__(self, first: int, last: int, distances: Floats) -> None:
        distances += self._blur
        for t in range(first, last):
            shut = self._wanted.shut[t]
            if shut > 0.5:
                distances[t - first] += shut * self._shut
            elif self._wanted.rest[t]:
                distances[t - first] += self._rest
