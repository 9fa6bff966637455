"""What the sync benchmark measures on: clips with their own offsets, long pieces, and sounds at other rates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
import soxr
from training.sync_matcher import WORK
from training.sync_material import Material, SyncClip, gather, joined

from syncline.quality.offset import agreement_curves, top_of
from syncline.quality.syncmodel import SyncModel, load_model
from syncline.speech.features import SAMPLE_RATE, log_mel

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MINUTE_S = 60.0


@dataclass(frozen=True)
class Own:
    """A clip's own offset, s, as three ways tell it: by both streams together, by each; `agree` within a picture."""

    both: float
    linear: float
    common: float
    period: float

    @property
    def agree(self) -> bool:
        """Whether the two streams, trained apart, tell the same offset within a picture."""
        return abs(self.linear - self.common) <= self.period


@lru_cache(maxsize=1)
def material() -> Material:
    """All clips; tracks are read from the work folder, and made where they are missing (minutes)."""
    return gather(DATA, WORK / "tracks")


@lru_cache(maxsize=16)
def stranger_to(speaker: str) -> SyncModel:
    """Weights that never heard a speaker.

    Raises
    ------
    DependencyError : `python -m training.sync_matcher` has not been run.
    """
    return load_model(WORK / f"without_{speaker}.npz")


@lru_cache(maxsize=512)
def _own(name: str) -> Own:
    clip = next(each for each in (*material().few, *material().held_out) if each.name == name)
    model = stranger_to(clip.speaker)
    found = agreement_curves(clip.mouth, clip.times, clip.usable, clip.sound, model, None)
    assert found.common is not None
    return Own(top_of(found.mean), top_of(found.linear), top_of(found.common), clip.period)


def own_offset(clip: SyncClip) -> Own:
    """A clip's own offset by weights that never heard its speaker."""
    return _own(clip.name)


def minutes() -> list[SyncClip]:
    """Pieces of a minute without drift.

    Twenty sentences of GRID one after another, thirteen times, each sentence once (judged by weights that heard none);
    and the longest clip of another speaker (20 s) three times over. A loop's errors repeat with it, which a straight
    line cannot follow: it is neither easier nor harder than a minute of other speech by much, and one row of fourteen.
    """
    held = [*material().held_out, *material().plenty]
    grid = [joined(held[first : first + 20]) for first in range(0, len(held) - 19, 20)]
    longest = max(material().few, key=lambda clip: float(clip.times[-1]))
    turn = joined([longest] * 3, float(longest.times[-1]) + longest.period)
    return [*grid, turn]


def stretched(clip: SyncClip, percent: float) -> SyncClip:
    """The clip with its sound `percent` too fast (resampled: pitch goes with it)."""
    if not percent:
        return clip
    ratio = Fraction(1 + percent / 100).limit_denominator(100_000)
    sound = soxr.resample(clip.sound, SAMPLE_RATE * float(ratio), SAMPLE_RATE, quality="HQ").astype(np.float32)
    return replace(clip, sound=sound, mel=log_mel(sound))


def with_jump(clip: SyncClip, at_s: float, jump_s: float) -> SyncClip:
    """The clip whose sound becomes earlier by `jump_s` at `at_s` (part of it is cut), or later (a part is repeated)."""
    place, size = round(at_s * SAMPLE_RATE), round(jump_s * SAMPLE_RATE)
    sound = np.concatenate([clip.sound[:place], clip.sound[place + size :]])
    return replace(clip, sound=sound, mel=log_mel(sound[:1600]))
