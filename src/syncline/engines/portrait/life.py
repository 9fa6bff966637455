"""Signs of life, all from one seed: blinks, brows and head movements that go with the sound's stress, breathing.

Everything is laid out on a clock of 100 Hz and read at the pictures' times, so that the frame rate changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from syncline.engines.portrait.head import PITCH, ROLL, SCALE, SHIFT_X, SHIFT_Y, TERMS, YAW
from syncline.motion.loudness import relative_loudness

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

RATE: Final = 100.0
# Blinks: Bentivoglio et al. 1997 (rates at rest and in talk), Trutoiu et al. 2011 (shape: closing is faster).
BLINK_GAP_S: Final = (2.0, 8.0)
CLOSING_S: Final = (0.100, 0.150)
SHUT_S: Final = 0.020
OPENING_S: Final = (0.180, 0.280)
BROW_IOD: Final = 0.035
TURN_DEGREES: Final = 4.0  # the most that any turn may reach
SWAY_DEGREES: Final = (1.9, 0.9, 0.8)  # yaw, pitch, roll: standard deviation of slow sway
NOD_DEGREES: Final = 1.7  # of a strongly stressed syllable
BREATH_S: Final = 3.8
BREATH_IOD: Final = 0.006
EASE_S: Final = 0.5  # from the still's own pose at the first picture


@dataclass(frozen=True, eq=False)
class Life:
    """What a face does beside speaking, at T pictures.

    head : (T, 6) `head` terms. blink : (T,) 0..1. brow : (T,) IOD. blinks : (n, 3) seconds: start, shut, open again.
    """

    head: Floats
    blink: Floats
    brow: Floats
    blinks: Doubles

    @classmethod
    def none(cls, pictures: int) -> Life:
        """A face that does nothing else."""
        still = np.zeros(pictures, np.float32)
        return cls(np.zeros((pictures, TERMS), np.float32), still, still, np.zeros((0, 3)))


def alive(times: Doubles, sound: Floats, seed: int) -> Life:
    """Life at pictures shown at `times` (T,) seconds, for a line's sound (n,) 16 kHz mono."""
    last = float(times.max()) if len(times) else 0.0
    clock = np.arange(0.0, max(last, 0.0) + 1.0, 1.0 / RATE)
    seeds = np.random.SeedSequence(seed).spawn(3)
    blinks = blink_times(last + 1.0, np.random.default_rng(seeds[0]))
    stress, strokes = stressed(clock, sound)
    head = head_terms(clock, stress, strokes, np.random.default_rng(seeds[1]))
    brow = brow_heights(clock, strokes, np.random.default_rng(seeds[2]))
    ease = np.clip(clock / EASE_S, 0.0, 1.0)
    ease = ease * ease * (3.0 - 2.0 * ease)
    at = [np.interp(times, clock, head[:, k] * ease) for k in range(TERMS)]
    return Life(
        np.stack(at, axis=1).astype(np.float32).reshape(len(times), TERMS),
        lids(times, blinks),
        np.interp(times, clock, brow * ease).astype(np.float32),
        blinks,
    )


def blink_times(seconds: float, rng: np.random.Generator) -> Doubles:
    """(n, 3) seconds: when each blink starts, when the eye is shut, when it is open again."""
    rows: list[tuple[float, float, float]] = []
    start = float(rng.uniform(0.8, 3.0))
    low, high = BLINK_GAP_S
    while start < seconds:
        closing, opening = float(rng.uniform(*CLOSING_S)), float(rng.uniform(*OPENING_S))
        rows.append((start, start + closing, start + closing + SHUT_S + opening))
        # People blink every three to four seconds in talk, seldom after six.
        start += float(np.clip(rng.gamma(6.0, 0.62), low + 0.05, high - 0.05))
    return np.array(rows, np.float64).reshape(-1, 3)


def lids(times: Doubles, blinks: Doubles) -> Floats:
    """(T,) float32 0..1: how far the lids are shut."""
    shut = np.zeros(len(times))
    for start, closed, end in blinks:
        down = np.clip((times - start) / (closed - start), 0.0, 1.0)
        up = np.clip((times - closed - SHUT_S) / (end - closed - SHUT_S), 0.0, 1.0)
        # Fast from the start, slow at the end of opening.
        shut = np.maximum(shut, down * down * (3.0 - 2.0 * down) * (1.0 - up) ** 1.6 * (1.0 + 0.6 * up))
    return np.clip(shut, 0.0, 1.0).astype(np.float32)


def stressed(clock: Doubles, sound: Floats) -> tuple[Doubles, list[tuple[float, float]]]:
    """How loud the line is at each tick, 0..1, and its strokes: (seconds, strength 0..1) of stressed syllables."""
    level = np.clip((relative_loudness(sound, clock) + 18.0) / 24.0, 0.0, 1.0).astype(np.float64)
    syllables = gaussian_filter1d(level, 0.06 * RATE)
    phrase = gaussian_filter1d(level, 0.45 * RATE)
    rise = syllables - phrase
    strokes: list[tuple[float, float]] = []
    peaks = np.flatnonzero((rise[1:-1] > rise[:-2]) & (rise[1:-1] >= rise[2:]) & (rise[1:-1] > 0.08)) + 1
    for peak in peaks:
        when, strength = float(clock[peak]), float(np.clip(rise[peak] / 0.35, 0.0, 1.0) * syllables[peak])
        if strokes and when - strokes[-1][0] < 0.35:
            if strength > strokes[-1][1]:
                strokes[-1] = (when, strength)
            continue
        strokes.append((when, strength))
    return phrase, strokes


def head_terms(
    clock: Doubles, stress: Doubles, strokes: list[tuple[float, float]], rng: np.random.Generator
) -> Doubles:
    """(n, 6): slow sway, wider while speaking, a nod on stressed syllables, breath."""
    out = np.zeros((len(clock), TERMS))
    liveliness = 0.45 + 0.55 * np.clip(1.6 * gaussian_filter1d(stress, 0.6 * RATE), 0.0, 1.0)
    for term, degrees in zip((YAW, PITCH, ROLL), SWAY_DEGREES, strict=True):
        out[:, term] = np.radians(degrees) * sway(len(clock), 0.85, rng) * liveliness
    for when, strength in strokes:
        size = np.radians(NOD_DEGREES) * strength * rng.uniform(0.4, 1.0)
        # Down with the syllable, back more slowly.
        rise = np.exp(-0.5 * ((clock - when) / np.where(clock < when, 0.10, 0.20)) ** 2)
        out[:, PITCH] += size * rise
        out[:, ROLL] += 0.25 * size * rng.uniform(-1.0, 1.0) * rise
    most = np.radians(TURN_DEGREES)
    out[:, :3] = most * np.tanh(out[:, :3] / most)
    phase = rng.uniform(0.0, 2.0 * np.pi)
    breath = np.sin(2.0 * np.pi * clock / BREATH_S + phase)
    out[:, SHIFT_Y] = BREATH_IOD * breath
    out[:, SHIFT_X] = 0.007 * sway(len(clock), 1.1, rng) * liveliness
    out[:, SCALE] = 0.004 * sway(len(clock), 1.6, rng) + 0.001 * breath
    return out


def sway(count: int, seconds: float, rng: np.random.Generator) -> Doubles:
    """(count,) smooth noise of standard deviation near 1 whose changes take about `seconds`."""
    steps = max(4, int(count / (0.5 * seconds * RATE)) + 8)
    coarse = rng.normal(size=steps)
    fine = np.interp(np.arange(count) / (0.5 * seconds * RATE), np.arange(steps), coarse)
    smoothed = gaussian_filter1d(fine, 0.4 * seconds * RATE, mode="reflect")
    return np.asarray(np.clip(1.6 * smoothed, -2.2, 2.2))


def brow_heights(clock: Doubles, strokes: list[tuple[float, float]], rng: np.random.Generator) -> Doubles:
    """(n,) IOD: brows rise on some of the strongest strokes."""
    height = np.zeros(len(clock))
    free = 0.0
    for when, strength in strokes:
        if when < free or strength < 0.30 or rng.uniform() > 0.7:
            continue
        size = BROW_IOD * strength * rng.uniform(0.5, 1.0)
        height = np.maximum(
            height, size * np.exp(-0.5 * ((clock - when + 0.05) / np.where(clock < when, 0.12, 0.26)) ** 2)
        )
        free = when + float(rng.uniform(1.2, 3.0))
    return np.asarray(gaussian_filter1d(height, 0.04 * RATE))
