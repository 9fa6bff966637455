"""What the sync benchmark measures on: clips with their own offsets, long pieces, and sounds at other rates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr
from training.sync_material import WORK, Material, SyncClip, gather, joined

from syncline.errors import DependencyError
from syncline.motion.mouthtrack import CHANNELS
from syncline.motion.soundnet import standardised_bands
from syncline.quality.evidence import ROW_S, row_agreement, streams
from syncline.quality.offset import LAGS, agreement_curves, checked_mouth, top_of
from syncline.quality.syncmodel import SyncModel, load_model
from syncline.speech.features import SAMPLE_RATE, log_mel

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SENTENCES = 20  # of GRID make a minute
LOOPED_S = 9.5  # a shorter clip says too little to be a minute's speech
NEAR_S = 0.1  # the own offset of a sentence of GRID is looked for this near to 0
APART_S = 0.1  # left out on both sides of the middle where a sentence is halved


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
    DependencyError : they have not been trained; the message says how.
    """
    path = WORK / f"without_{speaker}.npz"
    if not path.exists():
        raise DependencyError("not trained yet: run python -m training.sync_matcher ../shared/data", file=path)
    return load_model(path)


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


def sentences() -> list[SyncClip]:
    """All clips of GRID, held out of training or not: they are judged by weights that heard none."""
    return [*material().held_out, *material().plenty]


def minutes() -> list[SyncClip]:
    """Pieces of a minute: twenty sentences of GRID one after another, thirteen times, each sentence once."""
    return _in_minutes(sentences())


def aligned_minutes() -> list[SyncClip]:
    """The same pieces, each sentence's own offset taken out as the linear stream alone tells it."""
    return _in_minutes([delayed(clip, linear_offset(clip)) for clip in sentences()])


def looped_minutes() -> list[SyncClip]:
    """The clips of other speakers of `LOOPED_S` and more, each as often over as comes nearest to a minute.

    Strangers to their weights as all are. Turns are 10 s apart at least and offsets are looked for within 3 s, so no
    turn can be taken for another; but a turn's errors come back in the next, so it is no minute of fresh speech.
    """
    lengths = {clip.name: float(clip.times[-1]) + clip.period for clip in material().few}
    long = [clip for clip in material().few if lengths[clip.name] >= LOOPED_S]
    return [joined([clip] * round(60 / lengths[clip.name]), lengths[clip.name]) for clip in long]


def _in_minutes(clips: list[SyncClip]) -> list[SyncClip]:
    starts = range(0, len(clips) - SENTENCES + 1, SENTENCES)
    return [joined(clips[first : first + SENTENCES]) for first in starts]


def linear_offset(clip: SyncClip) -> float:
    """A sentence's own offset, s, by the linear stream alone."""
    found = agreement_curves(clip.mouth, clip.times, clip.usable, clip.sound, stranger_to(clip.speaker), None)
    return top_of(np.where(np.abs(LAGS) <= NEAR_S, found.linear, float(found.linear.min())))


def delayed(clip: SyncClip, by_s: float) -> SyncClip:
    """The clip with its sound `by_s` later (earlier where negative), silence where it had none."""
    by = round(by_s * SAMPLE_RATE)
    sound = np.zeros_like(clip.sound)
    sound[max(by, 0) : len(sound) + min(by, 0)] = clip.sound[max(-by, 0) : len(sound) - max(by, 0)]
    return replace(clip, sound=sound, mel=log_mel(sound))


def without_linear(model: SyncModel) -> SyncModel:
    """The model's convolutional half alone."""
    return SyncModel({**model.weights, "shares": np.zeros_like(model.weights["shares"])})


@dataclass(frozen=True)
class Scatter:
    """How sentences' own offsets scatter, s (standard deviations).

    measured : of offsets measured on whole sentences. true : what both halves of a sentence, other words each, tell
    alike (root of their covariance). error : what remains, the estimator's own on one sentence.
    """

    measured: float
    true: float

    @property
    def error(self) -> float:
        """s."""
        return float(np.sqrt(max(self.measured**2 - self.true**2, 0.0)))

    @staticmethod
    def of_slope(scatter_s: float) -> float:
        """Standard error, percentage points, of a straight line through the offsets of a minute's sentences."""
        places = np.arange(SENTENCES) * 60.0 / SENTENCES
        return 100 * scatter_s / (float(places.std()) * float(np.sqrt(SENTENCES)))


def scatter() -> Scatter:
    """Scatter of GRID's sentences; those on which a half tells nothing near 0 are left out."""
    found = np.array([_of_halves(clip) for clip in sentences()])
    told = found[(np.abs(found) < NEAR_S - ROW_S / 4).all(axis=1)]
    shared = float(np.cov(told[:, 1], told[:, 2])[0, 1])
    return Scatter(float(told[:, 0].std(ddof=1)), float(np.sqrt(max(shared, 0.0))))


def _of_halves(clip: SyncClip) -> tuple[float, float, float]:
    """Offset (s) by all rows, by those before, and by those after the middle of what agrees."""
    shape, lips = clip.mouth[:, : len(CHANNELS)], clip.mouth[:, len(CHANNELS) :]
    features, times, mask = checked_mouth(shape, clip.times, clip.usable, lips)
    both = streams(features, times, mask, standardised_bands(clip.sound), stranger_to(clip.speaker))
    shifts = np.arange(-NEAR_S, NEAR_S + ROW_S / 8, ROW_S / 4)
    rows = np.stack([row_agreement(both, float(shift)) for shift in shifts])
    gathered = np.cumsum(np.maximum(rows[len(shifts) // 2], 0.0))
    middle, away = int(np.searchsorted(gathered, gathered[-1] / 2)), round(APART_S / ROW_S)

    def best(part: npt.NDArray[np.float64]) -> float:
        return float(shifts[int(part.sum(axis=1).argmax())])

    return best(rows), best(rows[:, : max(middle - away, 1)]), best(rows[:, middle + away :])


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
