"""Trials of the offset estimator: windows cut strictly out of clips, with the sound cut at another place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from training.sync_material import Floats, SyncClip, joined

from syncline.motion.mouthtrack import CHANNELS
from syncline.quality.offset import agreement_curves, trust_features
from syncline.quality.syncmodel import SyncModel
from syncline.speech.features import SAMPLE_RATE

Doubles = npt.NDArray[np.float64]
ROOM_S = 0.15  # a clip may be that much shorter than a window: 20 s of 25 pictures a second end at 19.96
PENALTY = 0.01  # of the logistic fit


@dataclass(frozen=True, eq=False)
class Window:
    """A piece of a clip: times (T,) s on the piece's sound, mouth (T, 12), sound (n,), and its true offset in s."""

    speaker: str
    times: Doubles
    mouth: Floats
    sound: Floats
    offset_s: float
    period: float

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """(T,) pictures that can be measured."""
        return np.asarray(np.isfinite(self.mouth).all(axis=1))


def cut(
    clip: SyncClip, own_s: float, start: float, seconds: float, shift_s: float, sound: SyncClip | None = None
) -> Window:
    """Picture from `start` on, sound from `start + shift_s` on, both `seconds` long where the clip has as much.

    own_s : the clip's own offset. sound : another clip whose sound is used.
    """
    source = clip if sound is None else sound
    part = (clip.times >= start - 1e-6) & (clip.times < start + seconds - 1e-6)
    first = round((start + shift_s) * SAMPLE_RATE)
    low, high = max(first, 0), first + round(seconds * SAMPLE_RATE)
    times = clip.times[part] - start + (first - low) / SAMPLE_RATE
    offset = own_s + first / SAMPLE_RATE - start
    return Window(clip.speaker, times, clip.mouth[part], source.sound[low:high], offset, clip.period)


def starts(clip: SyncClip, seconds: float, hop: float) -> Doubles:
    """Where windows begin: evenly, about `hop` s apart, none where the clip is too short."""
    room = float(clip.times[-1]) + clip.period - seconds
    if room < -ROOM_S:
        return np.zeros(0)
    return np.linspace(0, max(room, 0.0), int(max(room, 0.0) / hop) + 1)


def pieces(few: Sequence[SyncClip], plenty: Sequence[SyncClip], seconds: float, count: int) -> list[SyncClip]:
    """What windows of a length are cut from: the few clips, and `count` joins of clips of the one speaker."""
    size = max(1, int(np.ceil((seconds - ROOM_S) / 3.0)))
    groups = [plenty[k : k + size] for k in range(0, len(plenty) - size + 1, size)][:count]
    return [*few, *(joined(group) for group in groups)]


def agreement(window: Window, model: SyncModel, lips: bool = True) -> tuple[Doubles, float, Doubles, Doubles | None]:
    """Curve and disagreement of a window, and both streams' own curves."""
    mouth = window.mouth if lips else window.mouth[:, : len(CHANNELS)]
    found = agreement_curves(mouth, window.times, window.usable, window.sound, model, None)
    return found.mean, found.disagreement, found.linear, found.common


@dataclass(frozen=True)
class Evidence:
    """One trial for the calibration: whose, what is known of its curve, and whether the offset was right."""

    speaker: str
    features: tuple[float, ...]
    right: bool

    @classmethod
    def of(cls, speaker: str, curve: Doubles, seconds: float, disagreement: float, right: bool) -> Evidence:
        """Of a window's curve."""
        return cls(speaker, tuple(trust_features(curve, seconds, disagreement)), right)


def logistic_fit(trials: Iterable[Evidence]) -> Doubles:
    """Coefficients and constant by penalised likelihood; every speaker counts the same."""
    found = list(trials)
    x = np.array([[*each.features, 1.0] for each in found])
    y = np.array([each.right for each in found], np.float64)
    names = [each.speaker for each in found]
    share = np.array([1 / names.count(name) for name in names])
    share /= share.sum()

    def loss(w: Doubles) -> tuple[float, Doubles]:
        z = x @ w
        slope = share * (1 / (1 + np.exp(-np.clip(z, -30, 30))) - y)
        small = w.copy()
        small[-1] = 0
        cost = float((share * (np.logaddexp(0, z) - y * z)).sum() + PENALTY / 2 * small @ small / len(w))
        return cost, x.T @ slope + PENALTY * small / len(w)

    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x, np.float64)
