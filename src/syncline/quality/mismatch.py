"""Foreign sound: whether the sound belongs to this mouth at all, at any shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.motion.mouthtrack import MouthTrack
from syncline.quality.offset import (
    agreement_curves,
    checked_mouth,
    logistic,
    obstacle_to_measuring,
    trust_features,
    usable_seconds,
)
from syncline.quality.syncmodel import SyncModel, shipped_model

# Probabilities from which it is said; the share of own sounds called foreign stands in `benchmarks/reports/score.md`.
FOREIGN: Final = 0.7
OWN: Final = 0.3


@dataclass(frozen=True)
class Mismatch:
    """Whether the sound is another speech than the one that is seen.

    probability : that the sound is foreign, 0..1, where both were as likely before; None where nothing was measured.
    foreign : True or False where that can be said, else None.
    sentence : what was found, or why it is not known.
    seconds : of usable picture behind it.
    """

    probability: float | None
    foreign: bool | None
    sentence: str
    seconds: float = 0.0


def measure_mismatch(
    shape: npt.ArrayLike,
    times: npt.ArrayLike,
    y16k: npt.ArrayLike,
    *,
    usable: npt.ArrayLike | None = None,
    asked: MouthTrack | None = None,
    lips: npt.ArrayLike | None = None,
    model: SyncModel | None = None,
) -> Mismatch:
    """Whether the sound belongs to the mouth; arguments as of `quality.offset.measure_offset` (`asked` is not used).

    A drift of more than a few pictures through the clip looks like foreign sound; `quality.drift` tells it.
    """
    features, moments, mask = checked_mouth(shape, times, usable, lips)
    seconds = usable_seconds(mask, moments)
    obstacle = obstacle_to_measuring(mask, seconds, moments, y16k)
    if obstacle is not None:
        return Mismatch(None, None, obstacle, seconds)
    weights = model or shipped_model()
    found = agreement_curves(features, moments, mask, np.asarray(y16k), weights, None)
    told = trust_features(found.mean, seconds, found.disagreement)
    probability = logistic(weights.weights["foreign"][0 if lips is not None else 1].astype(np.float64), told)
    sure = f"({100 * probability:.0f} % likely foreign, on {seconds:.1f} s)"
    if probability >= FOREIGN:
        return Mismatch(probability, True, f"at no shift does the sound fit this mouth {sure}", seconds)
    if probability <= OWN:
        return Mismatch(probability, False, f"sound and mouth show the same speech {sure}", seconds)
    return Mismatch(probability, None, f"sound and mouth agree too little to tell {sure}", seconds)
