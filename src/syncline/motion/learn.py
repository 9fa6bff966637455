"""Learning a person's viseme table from footage in which they speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.motion import coarticulation
from syncline.motion.coarticulation import Coarticulation
from syncline.motion.mouthtrack import CHANNELS, Floats, frame_period
from syncline.motion.rest import rest_mask
from syncline.motion.style import MIN_FRAMES, style_of
from syncline.motion.visemes import VisemeTable, generic_table
from syncline.speech.articulation import FEATURES, articulatory
from syncline.speech.cuesheet import CueSheet

MIN_SECONDS: Final = 2.0  # with less speech the generic shapes on the person's scale are the better guess
SLOPE_SECONDS: Final = 0.5  # how much footage the generic slope weighs
OWN_SECONDS: Final = 0.6  # how much footage "this phone is like its features say" weighs


@dataclass(frozen=True, eq=False)
class SpokenFootage:
    """One clip of the person: what is said and how the mouth moved.

    cue : phones with times in the clip's sound.
    times : (T,) seconds in the same sound.
    shape : (T, 4) float32 IOD units (`MouthFeatures.stacked()`), NaN where no face was seen.
    """

    cue: CueSheet
    times: npt.NDArray[np.float64]
    shape: Floats


def learn_table(footage: Sequence[SpokenFootage], blending: Coarticulation = coarticulation.DEFAULT) -> VisemeTable:
    """The person's own viseme table.

    The dominance curves say how much of each phone is in each picture; the phones' shapes that explain the pictures
    best follow by ridge regression, as a slope on articulatory features (towards the generic one) plus each phone's
    own deviation (towards 0). So a phone that was never said has a shape too, and one said twice is not believed too
    much.

    With under 2 s of speech the generic table on the person's scale is returned (`learned` is False).
    """
    shapes = [np.asarray(clip.shape, np.float32).reshape(len(clip.times), len(CHANNELS)) for clip in footage]
    resting = [rest_mask(clip.cue, clip.times) for clip in footage]
    seen = [np.isfinite(shape).all(axis=1) for shape in shapes]
    if not footage or sum(int(mask.sum()) for mask in seen) < MIN_FRAMES:
        return generic_table()
    style = style_of(np.concatenate(shapes), np.concatenate(resting))
    prior = generic_table(style)
    spoken = sum(
        frame_period(clip.times) * int((mask & ~rest).sum())
        for clip, mask, rest in zip(footage, seen, resting, strict=True)
    )
    if spoken < MIN_SECONDS:
        return prior
    phones = sorted({phone.ipa for clip in footage for phone in clip.cue.phones if not phone.silent})
    if not phones:
        return prior
    # A clip's own mean is not the person's: head pose leaks into the features. Each clip is brought to the common mean.
    common = np.concatenate([s[m] for s, m in zip(shapes, seen, strict=True)]).mean(axis=0)
    gram, moment = _normal_equations(footage, shapes, seen, phones, style.rest, common, blending)
    slope, own, seconds = _solve(gram, moment, phones, prior.slope)
    return VisemeTable(slope, own, seconds, style, learned=True)


def _normal_equations(
    footage: Sequence[SpokenFootage],
    shapes: Sequence[Floats],
    seen: Sequence[npt.NDArray[np.bool_]],
    phones: Sequence[str],
    at_rest: Floats,
    common: Floats,
    blending: Coarticulation,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Sums over all pictures, weighted by their seconds: gram (4, P, P) and moment (4, P) of phone shares."""
    column = {ipa: index for index, ipa in enumerate(phones)}
    gram = np.zeros((len(CHANNELS), len(phones), len(phones)))
    moment = np.zeros((len(CHANNELS), len(phones)))
    for clip, shape, mask in zip(footage, shapes, seen, strict=True):
        if mask.sum() < MIN_FRAMES:
            continue
        period = frame_period(clip.times)
        # Sparse shares of phones of the clip → dense shares of phone kinds; silence pulls to rest, a difference of 0.
        kinds = np.array([column.get(phone.ipa, -1) for phone in clip.cue.phones])
        drift = shape[mask].mean(axis=0) - common
        drift *= np.clip(len(shape[mask]) * period / 3.0, 0.0, 1.0)
        for channel, share in enumerate(coarticulation.blend_weights(clip.cue, clip.times, blending)):
            spoken = np.flatnonzero(kinds >= 0)
            to_kind = np.zeros((len(kinds), len(phones)), np.float32)
            to_kind[spoken, kinds[spoken]] = 1.0
            design = np.asarray(share[mask] @ to_kind, np.float64)
            wanted = shape[mask, channel] - at_rest[channel] - drift[channel]
            gram[channel] += period * design.T @ design
            moment[channel] += period * design.T @ wanted
    return gram, moment


def _solve(
    gram: npt.NDArray[np.float64], moment: npt.NDArray[np.float64], phones: Sequence[str], prior: Floats
) -> tuple[Floats, dict[str, Floats], dict[str, float]]:
    """Minimise |share·(A·slope + own) − wanted|² + s·|slope − prior|² + o·|own|² for each channel."""
    features = np.array([articulatory(ipa) for ipa in phones], np.float64)
    slope = np.empty((len(FEATURES), len(CHANNELS)), np.float32)
    own = np.empty((len(phones), len(CHANNELS)), np.float32)
    basis = np.concatenate([features, np.eye(len(phones))], axis=1)
    penalty = np.diag([SLOPE_SECONDS] * len(FEATURES) + [OWN_SECONDS] * len(phones))
    for channel in range(len(CHANNELS)):
        residual = moment[channel] - gram[channel] @ (features @ prior[:, channel])
        solution = np.linalg.solve(basis.T @ gram[channel] @ basis + penalty, basis.T @ residual)
        slope[:, channel] = prior[:, channel] + solution[: len(FEATURES)]
        own[:, channel] = solution[len(FEATURES) :]
    seconds = {ipa: float(gram[0][index].sum()) for index, ipa in enumerate(phones)}
    return slope, dict(zip(phones, own, strict=True)), seconds
