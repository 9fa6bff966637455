"""A bank laid out on the clock of an output: the rows that frames are chosen from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.engines.actor import target
from syncline.engines.actor.bank import Bank

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]

SAME_RATE: Final = 0.03  # footage whose rate differs by less plays frame by frame (24 on 24000/1001 and the like)
NEXT_WITHIN: Final = 1.6  # frames farther apart than this many periods do not follow each other
CONTEXT_DIMENSIONS: Final = 64
SOUND_DIMENSIONS: Final = 32
FLAT: Final = 1e-6  # total variance under which features are constant


@dataclass(frozen=True, eq=False)
class Rows:
    """V rows, each a bank frame at a moment of its clip; one output frame after the other steps along them.

    frame : (V,) int64, bank frame shown.
    following : (V,) int64, the row one output period later in the same clip, -1 at the end of a stretch.
    context : (V, C) float32 phonetic context, scaled so that two rows drawn at random lie 1 apart (squared, mean).
    sound : (V, S) float32 sound around each row, scaled alike; S = 0 where the footage is silent.
    predicted : (V, K) float32 components that the context model expects without hearing, K = 0 without a model.
    predicted_heard : the same with sound.
    context_axes, sound_axes : what maps raw features on those columns: mean and (raw, columns) matrix.
    """

    frame: Whole
    following: Whole
    context: Floats
    sound: Floats
    predicted: Floats
    predicted_heard: Floats
    context_axes: tuple[Floats, Floats]
    sound_axes: tuple[Floats, Floats]

    def __len__(self) -> int:
        return len(self.frame)


def lay_out(bank: Bank, period: float) -> Rows:
    """Lay a bank out for an output of one picture every `period` seconds.

    Footage of another rate is walked at the output's clock: at each step the nearest frame, held or skipped where it
    must be, so that its speech keeps its speed.
    """
    frames, times, following = [], [], []
    count = 0
    contexts, inputs, sounds = [], [], []
    for number, clip in enumerate(bank.clips):
        members = np.flatnonzero(bank.clip == number)
        if not len(members):
            continue
        own_period = 1.0 / clip.rate
        grid_frames, grid_times, follows = _grid(members, bank.time[members], own_period, period)
        following.append(np.where(follows, np.arange(len(grid_frames)) + 1 + count, -1))
        count += len(grid_frames)
        frames.append(grid_frames)
        times.append(grid_times)
        contexts.append(target.phonetic_context(clip.cue, grid_times))
        if bank.model is not None:
            inputs.append(target.model_context(clip.cue, grid_times))
        sounds.append(bank.sound[grid_frames])
    frame = np.concatenate(frames)
    sound = np.concatenate(sounds)
    context, context_axes = _reduced(_joined(contexts), CONTEXT_DIMENSIONS)
    near_sound, sound_axes = _reduced(sound, SOUND_DIMENSIONS)
    deaf = heard = np.zeros((len(frame), 0), np.float32)
    if bank.model is not None:
        given = _joined(inputs)
        deaf = heard = bank.model.predict(given)
        if sound.shape[1]:
            heard = bank.model.predict(given, sound)
    return Rows(frame, np.concatenate(following), context, near_sound, deaf, heard, context_axes, sound_axes)


def _joined(parts: list[Floats]) -> Floats:
    """The parts of all clips in one array, which takes them: they are many megabytes and not held twice."""
    whole = parts[0] if len(parts) == 1 else np.concatenate(parts)
    parts.clear()
    return whole


def _grid(
    members: Whole, times: npt.NDArray[np.float64], own: float, period: float
) -> tuple[Whole, npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Frames, times and "the next row follows" of one clip's members, on a grid of `period` seconds."""
    breaks = np.flatnonzero(np.diff(times) > NEXT_WITHIN * own) + 1
    if abs(own / period - 1) <= SAME_RATE:
        follows = np.ones(len(members), np.bool_)
        follows[breaks - 1] = False
        follows[-1] = False
        return members, times, follows
    frames, moments, follow = [], [], []
    for part in np.split(np.arange(len(members)), breaks):
        grid = np.arange(times[part[0]], times[part[-1]] + 0.5 * own, period)
        nearest = np.clip(np.searchsorted(times[part], grid + 0.5 * own, side="right") - 1, 0, len(part) - 1)
        frames.append(members[part[nearest]])
        moments.append(grid)
        follow.append(np.arange(len(grid)) < len(grid) - 1)
    return np.concatenate(frames), np.concatenate(moments), np.concatenate(follow)


def _reduced(features: Floats, dimensions: int) -> tuple[Floats, tuple[Floats, Floats]]:
    """Main axes of features (V, D), scaled so that rows at random lie 1 apart; with the map that gives them."""
    mean = features.mean(axis=0) if len(features) else np.zeros(features.shape[1], np.float32)
    if features.shape[1] == 0:
        return features, (mean, np.zeros((0, 0), np.float32))
    step = max(1, len(features) // 8000)
    sample = (features[::step] - mean).astype(np.float64)
    values, vectors = np.linalg.eigh(sample.T @ sample / len(sample))
    kept = np.argsort(values)[::-1][: min(dimensions, len(values))]
    total = float(values.sum())
    # Footage in which nothing varies (no speech in it) tells no rows apart; blown up, it would drown all else.
    scale = 1.0 / np.sqrt(2.0 * total) if total > FLAT else 0.0
    axes = (vectors[:, kept] * scale).astype(np.float32)
    return ((features - mean) @ axes).astype(np.float32), (mean.astype(np.float32), axes)


def reduced_by(features: Floats, axes: tuple[Floats, Floats]) -> Floats:
    """Features (T, D) of a line on the axes of a bank's rows."""
    mean, matrix = axes
    return ((features - mean) @ matrix).astype(np.float32)
