"""What a line asks of the bank: vectors to be near to, and demands that are no distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.engines.actor import target
from syncline.engines.actor.bank import Bank
from syncline.engines.actor.rows import Rows, reduced_by
from syncline.engines.actor.select import CELLS
from syncline.engines.base import TakeRequest

Floats = npt.NDArray[np.float32]

LEAST_TOLD: Final = 1e-2  # variance that a model explains, against 1 that it leaves open, to be worth listening to
PRESSED: Final = 0.4  # share of the gap that counts as shut: lips that close on purpose press together
NEAR: Final = 0.03  # phonetic distance (1: chance) up to which the bank holds a context
FAR: Final = 0.15  # and from which it holds nothing like it
HELD: Final = 3  # rows that may be nearer by chance: the next one tells how far the bank is
AROUND: Final = 5  # frames that the distance is averaged over, so that none stands out
OPENING: Final = 1.4  # weight of the opening among the shape's four channels
TURN_DEGREES: Final = 10.0  # head turned apart by this much counts `Weights.pose`


@dataclass(frozen=True)
class Weights:
    """How much each likeness counts for one output frame; 1 is a jump between mouths that look the same.

    context : phonetic context as far apart as chance.
    learned : mouths expected by the context model as far apart as chance.
    sound : sound as far apart as chance, only where the same person speaks.
    pose : head turned by `TURN_DEGREES`.
    shape : mouth track's shape (opening, width, protrusion, jaw) one standard deviation off, where the bank holds the
        context.
    shape_far : the same where it holds nothing near: shapes carry over to words that were never said.
    shut : at a closure, a frame with lips open by one standard deviation.
    rest : in a rest, the same.
    blur : a frame with half the usual detail.
    """

    context: float = 70.0
    learned: float = 70.0
    sound: float = 70.0
    pose: float = 0.5
    shape: float = 2.0
    shape_far: float = 16.0
    shut: float = 40.0
    rest: float = 20.0
    blur: float = 2.0


@dataclass(frozen=True, eq=False)
class Wanted:
    """Target vectors of T output frames and the vectors of V rows; see `Weights`.

    target : (T, D) float32, rows : (V, D) float32.
    context : (T, C) float32, the phonetic part alone, on the rows' own scale.
    far : (T,) float32 0..1, how far the bank is from holding that context.
    shape : (T, 4) float32, the mouth track, and shapes : (V, 4), the rows' own mouths, in standard deviations.
    predicted : (T, K) float32 components that the context model expects.
    shut : (T,) float32 0..1, how far the lips must be shut. rest : (T,) bool.
    """

    target: Floats
    rows: Floats
    context: Floats
    far: Floats
    shape: Floats
    shapes: Floats
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
    scale = np.sqrt(np.array([OPENING, 1, 1, 1], np.float32)) / np.maximum(bank.table.style.spread, 1e-3)
    return Wanted(
        np.concatenate([np.float32(np.sqrt(w)) * t for w, t, _ in parts], axis=1),
        np.concatenate([np.float32(np.sqrt(w)) * r for w, _, r in parts], axis=1),
        context,
        _far(context, rows.context),
        (request.mouth.stacked() * scale).astype(np.float32),
        (bank.mouth[rows.frame] * scale).astype(np.float32),
        predicted,
        np.asarray(request.mouth.closure, np.float32),
        np.asarray(request.mouth.rest, np.bool_),
    )


def _turned(angles: Floats) -> Floats:
    """Yaw and pitch in units of `TURN_DEGREES`, 0 where there is no face. Roll is undone when the mouth is drawn."""
    return np.nan_to_num(angles[:, :2] / np.float32(TURN_DEGREES)).astype(np.float32)


def _far(context: Floats, rows: Floats) -> Floats:
    """(T,) float32 0..1: how far each context (T, C) is from all rows (V, C), from `NEAR` to `FAR`."""
    square = np.einsum("vc,vc->v", rows, rows)
    held = min(HELD, len(rows) - 1)
    nearest = np.empty(len(context), np.float32)
    size = max(1, CELLS // len(rows))
    for first in range(0, len(context), size):
        part = context[first : first + size]
        apart = np.einsum("tc,tc->t", part, part)[:, None] + square - 2.0 * (part @ rows.T)
        nearest[first : first + size] = np.partition(apart, held, axis=1)[:, held]
    return np.clip((averaged(nearest) - NEAR) / (FAR - NEAR), 0.0, 1.0).astype(np.float32)


def averaged(distance: Floats) -> Floats:
    """(T,) float32 means over `AROUND` frames."""
    if not len(distance):
        return distance
    around = np.pad(distance, AROUND // 2, mode="edge")
    return np.asarray(np.convolve(around, np.full(AROUND, 1.0 / AROUND), "valid"), np.float32)


class Demands:
    """Adds to distances what differs from instant to instant: the shape, which counts more where the bank is far; shut
    lips at closures and in rests; no blurred frames."""

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
        self._by_shape = weights.shape + (weights.shape_far - weights.shape) * wanted.far
        self._shapes = np.einsum("vs,vs->v", wanted.shapes, wanted.shapes)

    def __call__(self, first: int, last: int, distances: Floats) -> None:
        distances += self._blur
        asked = self._wanted.shape[first:last]
        apart = np.einsum("ts,ts->t", asked, asked)[:, None] + self._shapes - 2.0 * (asked @ self._wanted.shapes.T)
        distances += self._by_shape[first:last, None] * np.maximum(apart, 0.0)
        for t in range(first, last):
            shut = self._wanted.shut[t]
            if shut > 0.5:
                distances[t - first] += shut * self._shut
            elif self._wanted.rest[t]:
                distances[t - first] += self._rest
