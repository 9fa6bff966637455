"""Sounds made in code to lay under real speech: music in several styles, noises, rooms; and the speakers themselves.

Everything is mono 16 kHz float32 and repeatable: the same seed gives the same samples.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import av
import numpy as np
import numpy.typing as npt
import soxr
from scipy import signal

from benchmarks.material import DATA

RATE = 16_000
Floats = npt.NDArray[np.float32]
Random = np.random.Generator

# Degrees of the major scale in semitones; progressions as degrees of triads (I V vi IV, and others as common).
_SCALE = (0, 2, 4, 5, 7, 9, 11)
_PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (1, 4, 0, 0), (0, 3, 4, 3))


def read_sound(path: Path) -> Floats:
    """The sound of any file as mono 16 kHz, peak at most 1."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        planar = stream.format.is_planar
        blocks = [frame.to_ndarray() for frame in container.decode(stream)]
        y = np.concatenate(blocks, axis=1).astype(np.float32)
        if not planar:
            y = y.reshape(-1, stream.channels).T
        y = y.mean(axis=0)
        rate = stream.rate
    y = soxr.resample(y, rate, RATE).astype(np.float32)
    return np.asarray(y / max(1.0, float(np.abs(y).max(initial=0.0))), np.float32)


def speakers(grid_clips: int = 12, first: int = 0) -> dict[str, Floats]:
    """One recording of each speaker of the data folder by name; GRID's is some clips joined.

    Clips in which several people speak are left out.
    """
    found: dict[str, Floats] = {}
    names = sorted(path for path in (DATA / "grid_s1").glob("*.mpg"))[first : first + grid_clips]
    found["grid_s1"] = np.concatenate([read_sound(path) for path in names])
    files = [*sorted((DATA / "speech").glob("*.*")), *sorted((DATA / "clips").glob("*.*"))]
    for path in files:
        if path.suffix in (".wav", ".flac", ".mp3", ".opus", ".mp4") and "2spk" not in path.name:
            found[path.stem if path.suffix != ".wav" or path.stem != "ls1" else "ls1_other"] = read_sound(path)
    return found


def level(y: Floats, active: npt.NDArray[np.bool_] | None = None) -> float:
    """Root mean square, of the active 10 ms frames where they are given."""
    if active is None or not active.any():
        return float(np.sqrt(np.mean(y.astype(np.float64) ** 2)) + 1e-9)
    mask = np.repeat(active, 160)[: len(y)]
    return float(np.sqrt(np.mean(y[: len(mask)][mask].astype(np.float64) ** 2)) + 1e-9)


def mixed(speech: Floats, other: Floats, snr_db: float, active: npt.NDArray[np.bool_] | None = None) -> Floats:
    """Speech with another sound `snr_db` under its active level, repeated or cut to its length; peak at most 0.98."""
    under = np.resize(other, len(speech))
    total = speech + under * (level(speech, active) / level(under) * 10 ** (-snr_db / 20))
    return np.asarray(total * min(1.0, 0.98 / max(1e-9, float(np.abs(total).max(initial=0.0)))), np.float32)


def in_room(y: Floats, rt60_s: float, rng: Random, direct_db: float = 3.0) -> Floats:
    """A sound in a room: an exponentially decaying diffuse tail after the direct sound, `direct_db` above it."""
    count = int(1.1 * rt60_s * RATE)
    tail = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / (rt60_s * RATE))
    tail[: int(0.008 * RATE)] *= 0.1
    tail *= 10 ** (-direct_db / 20) / np.sqrt((tail**2).sum())
    tail[0] += 1.0
    return np.asarray(signal.fftconvolve(y, tail)[: len(y)], np.float32)


def noise(kind: str, seconds: float, rng: Random) -> Floats:
    """`white`, `pink`, `brown`, `hum` (50 Hz and harmonics over faint pink), `fan` (pink with a whine), `street`."""
    count = int(seconds * RATE)
    white = rng.standard_normal(count)
    if kind == "white":
        return white.astype(np.float32)
    spectrum = np.fft.rfft(white)
    hz = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0)
    pink = np.fft.irfft(spectrum / np.sqrt(hz), count)
    pink /= pink.std()
    t = np.arange(count) / RATE
    if kind == "pink":
        y = pink
    elif kind == "brown":
        y = np.fft.irfft(spectrum / hz, count)
    elif kind == "hum":
        y = 0.3 * pink + sum(np.sin(2 * np.pi * 50 * k * t + k) / k for k in (1, 2, 3, 4, 6, 8))
    elif kind == "fan":
        y = pink + 0.25 * np.sin(2 * np.pi * rng.uniform(180, 420) * t)
    elif kind == "street":  # passing cars: noise that swells over seconds
        knots = np.arange(0.0, seconds + 1.5, 1.5)
        y = pink * np.interp(t, knots, rng.uniform(0.1, 1.0, len(knots)))
    else:
        raise ValueError(f"no noise is called {kind!r}")
    return np.asarray(y / y.std(), np.float32)


NOISES = ("white", "pink", "brown", "hum", "fan", "street")


def _hz(key: float, degree: int, octave: int = 0) -> float:
    return float(key * 2 ** ((_SCALE[degree % 7] + 12 * (degree // 7)) / 12 + octave))


def _note(
    hz: float,
    seconds: float,
    partials: int,
    fall: float,
    attack_s: float,
    decay_s: float,
    rng: Random,
    vibrato: float = 0.0,
) -> Floats:
    """A tone of `partials` falling by k ** -fall, rising over `attack_s` and decaying with `decay_s`."""
    t = np.arange(max(1, int(seconds * RATE))) / RATE
    phase = 2 * np.pi * hz * (t + vibrato * np.sin(2 * np.pi * 5.5 * t) / (2 * np.pi * 5.5))
    y = np.zeros(len(t))
    for k in range(1, partials + 1):
        if hz * k < 7600:
            y += np.sin(k * phase + rng.uniform(0, 6)) * k**-fall * np.exp(-t * (k - 1) / max(decay_s * 4, 1e-3))
    envelope = np.minimum(1, t / attack_s) * np.exp(-t / decay_s) * np.minimum(1, (t[-1] - t) / 0.02 + 1e-3)
    return np.asarray(y * envelope, np.float32)


def _pluck(hz: float, seconds: float, rng: Random) -> Floats:
    """A plucked string (Karplus and Strong, 1983): a noise burst that runs round a damped delay line."""
    period = max(2, round(RATE / hz))
    burst = np.zeros(int(seconds * RATE))
    burst[:period] = rng.uniform(-1, 1, period)[: len(burst[:period])]
    line = np.zeros(period + 2)
    line[0], line[period], line[period + 1] = 1.0, -0.498, -0.498
    return np.asarray(signal.lfilter([1.0], line, burst), np.float32)


def _drum(kind: str, rng: Random) -> Floats:
    t = np.arange(int(0.25 * RATE)) / RATE
    if kind == "kick":
        y = 1.4 * np.sin(2 * np.pi * (50 * t + 60 * 0.03 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.09)
    else:
        crack = signal.lfilter([1, -0.95], [1], rng.standard_normal(len(t)))
        y = 0.5 * crack * np.exp(-t / (0.06 if kind == "snare" else 0.02))
        if kind == "snare":
            y = y + 0.5 * np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.05)
    return np.asarray(y, np.float32)


class _Score:
    """A stretch of silence to which notes are added."""

    def __init__(self, seconds: float) -> None:
        self.y = np.zeros(int(seconds * RATE) + 1, np.float32)

    def add(self, at_s: float, sound: Floats, gain: float = 1.0) -> None:
        first = int(at_s * RATE)
        room = max(0, min(len(sound), len(self.y) - first))
        self.y[first : first + room] += gain * sound[:room]


def _chords(
    score: _Score, bar_s: float, seconds: float, key: float, rng: Random, play: Callable[[float, float], Floats]
) -> list[tuple[float, int]]:
    degrees = _PROGRESSIONS[rng.integers(len(_PROGRESSIONS))]
    bars = [(bar * bar_s, degrees[bar % 4]) for bar in range(int(seconds / bar_s) + 1)]
    for at, degree in bars:
        for step in (0, 2, 4):
            score.add(at, play(_hz(key, degree + step), bar_s), 0.5)
    return bars


def _drums(score: _Score, beat_s: float, seconds: float, rng: Random) -> None:
    for beat in range(int(seconds / beat_s) + 1):
        score.add(beat * beat_s, _drum("kick" if beat % 2 == 0 else "snare", rng), 0.9)
        for half in (0.0, 0.5):
            score.add((beat + half) * beat_s, _drum("hat", rng), 0.4)


def _pad(seconds: float, rng: Random) -> Floats:
    score, key = _Score(seconds), float(rng.uniform(130, 260))
    _chords(score, float(rng.uniform(1.8, 3.2)), seconds, key, rng, lambda hz, s: _note(hz, s, 8, 1.2, 0.15, 9.0, rng))
    return score.y


def _piano(seconds: float, rng: Random) -> Floats:
    score, key, beat = _Score(seconds), float(rng.uniform(200, 390)), float(rng.uniform(0.2, 0.4))
    degrees = _PROGRESSIONS[rng.integers(len(_PROGRESSIONS))]
    for step in range(int(seconds / beat) + 1):
        degree = degrees[(step // 8) % 4]
        score.add(step * beat, _note(_hz(key, degree + (0, 2, 4, 7)[step % 4]), 1.5, 10, 1.5, 0.004, 0.6, rng))
        if step % 8 == 0:
            score.add(step * beat, _note(_hz(key, degree, -1), 2.5, 10, 1.3, 0.004, 1.0, rng), 0.9)
    return score.y


def _band(seconds: float, rng: Random) -> Floats:
    score, key, beat = _Score(seconds), float(rng.uniform(130, 240)), float(rng.uniform(0.4, 0.65))
    bars = _chords(score, 4 * beat, seconds, key, rng, lambda hz, s: _note(hz, s, 12, 1.0, 0.02, 2.0, rng))
    for at, degree in bars:
        for step in range(4):
            score.add(at + step * beat, _note(_hz(key, degree, -2), beat, 6, 1.0, 0.01, 0.5, rng), 0.9)
    _drums(score, beat, seconds, rng)
    return score.y


def _melody(seconds: float, rng: Random) -> Floats:
    score, key, at, degree = _Score(seconds), float(rng.uniform(260, 520)), 0.0, 4
    while at < seconds:
        length = float(rng.choice([0.25, 0.5, 0.5, 1.0])) * 0.9
        degree = int(np.clip(degree + rng.integers(-2, 3), 0, 9))
        score.add(at, _note(_hz(key, degree), length, 5, 1.6, 0.04, 4.0, rng, vibrato=0.006))
        at += length
    return score.y


def _drums_alone(seconds: float, rng: Random) -> Floats:
    score = _Score(seconds)
    _drums(score, float(rng.uniform(0.35, 0.65)), seconds, rng)
    return score.y


def _strings(seconds: float, rng: Random) -> Floats:
    score, key = _Score(seconds), float(rng.uniform(150, 300))
    detuned = lambda hz, s: sum(_note(hz * d, s, 14, 0.9, 0.25, 12.0, rng, vibrato=0.004) for d in (0.997, 1.0, 1.003))  # noqa: E731
    _chords(score, float(rng.uniform(2.0, 3.5)), seconds, key, rng, detuned)
    return score.y


def _guitar(seconds: float, rng: Random) -> Floats:
    score, key, beat = _Score(seconds), float(rng.uniform(110, 220)), float(rng.uniform(0.22, 0.36))
    degrees = _PROGRESSIONS[rng.integers(len(_PROGRESSIONS))]
    for step in range(int(seconds / beat) + 1):
        score.add(step * beat, _pluck(_hz(key, degrees[(step // 8) % 4] + (0, 4, 7, 9, 7, 4)[step % 6]), 1.4, rng))
    return score.y


def _synth(seconds: float, rng: Random) -> Floats:
    """Square-wave arpeggio over a four-to-the-floor kick."""
    score, key, beat = _Score(seconds), float(rng.uniform(220, 330)), float(rng.uniform(0.4, 0.55))
    degrees = _PROGRESSIONS[rng.integers(len(_PROGRESSIONS))]
    for step in range(int(4 * seconds / beat) + 1):
        hz = _hz(key, degrees[(step // 16) % 4] + (0, 2, 4, 7)[step % 4])
        t = np.arange(int(0.22 * beat * RATE)) / RATE
        score.add(step * beat / 4, (0.3 * signal.square(2 * np.pi * hz * t) * np.exp(-t / 0.1)).astype(np.float32))
        if step % 4 == 0:
            score.add(step * beat / 4, _drum("kick", rng))
    return score.y


STYLES: MappingProxyType[str, Callable[[float, Random], Floats]] = MappingProxyType(
    {
        "pad": _pad,
        "piano": _piano,
        "band": _band,
        "melody": _melody,
        "drums": _drums_alone,
        "strings": _strings,
        "guitar": _guitar,
        "synth": _synth,
    }
)


def music(style: str, seconds: float, rng: Random) -> Floats:
    """Music of one of `STYLES`, of variance 1."""
    y = STYLES[style](seconds, rng)[: int(seconds * RATE)]
    return np.asarray(y / max(1e-6, float(y.std())), np.float32)
