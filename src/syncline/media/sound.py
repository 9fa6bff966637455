"""Sound in memory: samples as the file has them, and the copy that analysis works on."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt
import soxr

from syncline.media.arrays import new_array
from syncline.media.samples import SampleStore, blocks, release

ANALYSIS_RATE = 16_000  # Hz, mono
_SPARE = 64  # samples that a resampler may give beyond the exact duration

# Channel orders of the layouts that name a centre (FFmpeg's native order: FL FR FC LFE ...).
_DEFAULT_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_CENTRED = frozenset({"3.0", "3.1", "4.0", "5.0", "5.0(side)", "5.1", "5.1(side)", "6.0", "6.1", "7.0", "7.1"})
_CENTRE = 2
_WITH_LFE = frozenset({"3.1", "4.1", "5.1", "5.1(side)", "6.1", "7.1", "7.1(wide)", "7.1(wide-side)"})
_LFE = 3
# A centre that carries the dialogue stands near or above the mix; dither and bleed do not: -60 dBFS, 30 dB under it.
_HEARD_DBFS, _HEARD_UNDER_MIX_DB = -60.0, 30.0

Source = Literal["centre", "mix", "mix, for the centre is silent"]


def layout_name(layout: str, channels: int) -> str:
    """FFmpeg's name of a channel layout; where the file gives none ("6 channels"), the usual one of that count."""
    if layout.endswith("channels") or not layout:
        return _DEFAULT_LAYOUTS.get(channels, f"{channels} channels")
    return layout


@dataclass(frozen=True, eq=False)
class Sound:
    """A whole sound at its own rate.

    samples : (n, channels); int16, int32, float32 or float64 as the file has them (24-bit sound is int32 whose low
        eight bits are zero, see `bits`).
    sample_rate : Hz.
    layout : FFmpeg's name ("mono", "stereo", "5.1").
    start : s, of the first sample on its file's clock (0 for a file that begins with its sound).
    bits : meaningful bits of a sample (16, 24, 32; 32 or 64 for floats).
    """

    samples: npt.NDArray[np.generic]
    sample_rate: int
    layout: str
    start: Fraction = Fraction(0)
    bits: int = 0

    def __post_init__(self) -> None:
        if self.samples.ndim != 2:
            raise ValueError(f"samples of shape {self.samples.shape}; (n, channels) is wanted")
        if self.bits == 0:
            object.__setattr__(self, "bits", self.samples.dtype.itemsize * 8)

    @property
    def channels(self) -> int:
        return int(self.samples.shape[1])

    @property
    def seconds(self) -> Fraction:
        """Exact duration."""
        return Fraction(self.samples.shape[0], self.sample_rate)

    def from_zero(self) -> Sound:
        """The same sound with its first sample at time 0: silence put before it, or what lies before 0 cut."""
        shift = round(self.start * self.sample_rate)
        samples = self._padded(shift, 0) if shift > 0 else self.samples[-shift:]
        return Sound(samples, self.sample_rate, self.layout, Fraction(0), self.bits)

    def fitted(self, seconds: Fraction) -> Sound:
        """The same sound cut, or padded with silence, to a duration (nearest sample)."""
        wanted = round(seconds * self.sample_rate)
        missing = wanted - self.samples.shape[0]
        samples = self._padded(0, missing) if missing > 0 else self.samples[:wanted]
        return Sound(samples, self.sample_rate, self.layout, self.start, self.bits)

    def _padded(self, before: int, after: int) -> npt.NDArray[np.generic]:
        """The samples with silence before and after."""
        store = SampleStore()
        store.append(np.zeros((before, self.channels), self.samples.dtype))
        for block in blocks(self.samples):
            store.append(block)
        store.append(np.zeros((after, self.channels), self.samples.dtype))
        return store.finish()


def as_float(samples: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    """Samples as float32 on [-1, 1): integers divided by their full scale."""
    if samples.dtype.kind == "f":
        return samples.astype(np.float32, copy=False)
    full_scale = np.float32(1 << (8 * samples.dtype.itemsize - 1))
    scaled: npt.NDArray[np.float32] = samples.astype(np.float32) / full_scale
    return scaled


def analysis_sound(sound: Sound) -> npt.NDArray[np.float32]:
    """(n,) float32, mono, 16 kHz, resampled by soxr (high quality).

    Sound with a centre channel (5.1) gives that channel, where film puts the dialogue, if it is heard; else the mean
    of all but the low-frequency channel: `analysis_source` says which.
    """
    centre = analysis_source(sound) == "centre"
    used = _mixed_channels(sound)
    if sound.sample_rate == ANALYSIS_RATE:
        return _collected((_mono(block, centre, used) for block in blocks(sound.samples)), sound.samples.shape[0])
    stream = soxr.ResampleStream(sound.sample_rate, ANALYSIS_RATE, 1, dtype="float32", quality="HQ")
    parts = (stream.resample_chunk(_mono(block, centre, used)) for block in blocks(sound.samples))
    rest = (stream.resample_chunk(np.zeros(0, np.float32), last=True) for _ in range(1))
    return _collected(itertools.chain(parts, rest), math.ceil(sound.seconds * ANALYSIS_RATE) + _SPARE)


def _collected(parts: Iterator[npt.NDArray[np.float32]], most: int) -> npt.NDArray[np.float32]:
    """The parts as one array, of at most so many samples."""
    whole, count = new_array((most,)), 0
    for part in parts:
        whole[count : count + len(part)] = part
        count += len(part)
    release(whole)
    return np.asarray(whole[:count])


def analysis_source(sound: Sound) -> Source:
    """Which channels `analysis_sound` listens to; "mix, for the centre is silent" where a centre would be expected."""
    if sound.layout not in _CENTRED or sound.channels <= _CENTRE:
        return "mix"
    power, others, count = 0.0, 0.0, 0
    used = [channel for channel in _mixed_channels(sound) if channel != _CENTRE]
    for block in blocks(sound.samples):
        values = as_float(block).astype(np.float64)
        power += float((values[:, _CENTRE] ** 2).sum())
        others += float((values[:, used] ** 2).sum()) / max(1, len(used))
        count += len(values)
    centre_db, others_db = (10 * math.log10(total / max(1, count) + 1e-20) for total in (power, others))
    heard = centre_db >= _HEARD_DBFS and centre_db >= others_db - _HEARD_UNDER_MIX_DB
    return "centre" if heard else "mix, for the centre is silent"


def _mixed_channels(sound: Sound) -> list[int]:
    """All channels but that of low-frequency effects, in which nobody speaks."""
    lfe = _LFE if sound.layout in _WITH_LFE and sound.channels > _LFE else -1
    return [channel for channel in range(sound.channels) if channel != lfe]


def _mono(block: npt.NDArray[np.generic], centre: bool, used: list[int]) -> npt.NDArray[np.float32]:
    """(n,) float32: the centre channel of a block, or the mean of some."""
    if centre:
        return as_float(block[:, _CENTRE])
    part = block if len(used) == block.shape[1] else block[:, used]
    mean: npt.NDArray[np.float32] = as_float(part).mean(axis=1, dtype=np.float32)
    return mean
