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
from syncline.motion.neighbours import Neighbours, neighbour_features
from syncline.motion.rest import rest_mask
from syncline.motion.style import MIN_FRAMES, style_of
from syncline.motion.visemes import VisemeTable, generic_table
from syncline.speech.articulation import FEATURES, articulatory
from syncline.speech.cuesheet import CueSheet

MIN_SECONDS: Final = 2.0  # with less speech the generic shapes on the person's scale are the better guess
# How much footage these weigh: the generic slope; "this phone is like its features say"; "neighbours add nothing".
SLOPE_SECONDS: Final = 0.3
OWN_SECONDS: Final = 0.3
BESIDE_SECONDS: Final = 0.3


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
    own deviation and what its neighbours' features add (both towards 0). So a phone that was never said has a shape
    too, and one said twice is not believed too much.

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
    around = _mean_neighbour(footage)
    gram, moment = _normal_equations(footage, shapes, seen, phones, around, style.rest, common, blending)
    slope, own, beside, seconds = _solve(gram, moment, phones, prior.slope)
    width = len(FEATURES)
    neighbours = Neighbours(beside[:width], beside[width:], around)
    return VisemeTable(slope, own, seconds, style, learned=True, neighbours=neighbours)


def _mean_neighbour(footage: Sequence[SpokenFootage]) -> Floats:
    """(F,) mean articulation of what stands beside phones that are said."""
    found = [
        neighbour_features([phone.ipa for phone in clip.cue.phones])[[not phone.silent for phone in clip.cue.phones]]
        for clip in footage
    ]
    beside = np.concatenate(found)
    return np.asarray(beside.reshape(-1, len(FEATURES)).mean(axis=0), np.float32)


def _normal_equations(
    footage: Sequence[SpokenFootage],
    shapes: Sequence[Floats],
    seen: Sequence[npt.NDArray[np.bool_]],
    phones: Sequence[str],
    around: Floats,
    at_rest: Floats,
    common: Floats,
    blending: Coarticulation,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Sums over all pictures, weighted by their seconds: gram (4, N, N) and moment (4, N), N = P + 2F.

    Columns: shares of the P phones, then features of the phones before and after, about their mean, in the same shares.
    """
    column = {ipa: index for index, ipa in enumerate(phones)}
    size = len(phones) + 2 * len(FEATURES)
    gram = np.zeros((len(CHANNELS), size, size))
    moment = np.zeros((len(CHANNELS), size))
    for clip, shape, mask in zip(footage, shapes, seen, strict=True):
        if mask.sum() < MIN_FRAMES:
            continue
        period = frame_period(clip.times)
        # Sparse shares of phones of the clip → dense shares of phone kinds; silence pulls to rest, a difference of 0.
        kinds = np.array([column.get(phone.ipa, -1) for phone in clip.cue.phones])
        beside = neighbour_features([phone.ipa for phone in clip.cue.phones]) - np.tile(around, 2)
        drift = shape[mask].mean(axis=0) - common
        drift *= np.clip(len(shape[mask]) * period / 3.0, 0.0, 1.0)
        for channel, share in enumerate(coarticulation.blend_weights(clip.cue, clip.times, blending)):
            spoken = np.flatnonzero(kinds >= 0)
            to_kind = np.zeros((len(kinds), size), np.float32)
            to_kind[spoken, kinds[spoken]] = 1.0
            to_kind[spoken, len(phones) :] = beside[spoken]
            design = np.asarray(share[mask] @ to_kind, np.float64)
            wanted = shape[mask, channel] - at_rest[channel] - drift[channel]
            gram[channel] += period * design.T @ design
            moment[channel] += period * design.T @ wanted
    return gram, moment


def _solve(
    gram: npt.NDArray[np.float64], moment: npt.NDArray[np.float64], phones: Sequence[str], prior: Floats
) -> tuple[Floats, dict[str, Floats], Floats, dict[str, float]]:
    """Minimise |share·(A·slope + own + B·beside) − wanted|² + s·|slope − prior|² + o·|own|² + b·|beside|² by channel.

    Returns slope (F, 4), own shapes, beside (2F, 4), and the seconds of each phone.
    """
    features = np.array([articulatory(ipa) for ipa in phones], np.float64)
    slope = np.empty((len(FEATURES), len(CHANNELS)), np.float32)
    own = np.empty((len(phones), len(CHANNELS)), np.float32)
    context = 2 * len(FEATURES)
    beside = np.empty((context, len(CHANNELS)), np.float32)
    padded = np.concatenate([features, np.zeros((context, features.shape[1]))])
    basis = np.concatenate([padded, np.eye(len(phones) + context)], axis=1)
    penalty = np.diag([SLOPE_SECONDS] * len(FEATURES) + [OWN_SECONDS] * len(phones) + [BESIDE_SECONDS] * context)
    for channel in range(len(CHANNELS)):
        residual = moment[channel] - gram[channel] @ (padded @ prior[:, channel])
        solution = np.linalg.solve(basis.T @ gram[channel] @ basis + penalty, basis.T @ residual)
        slope[:, channel] = prior[:, channel] + solution[: len(FEATURES)]
        own[:, channel] = solution[len(FEATURES) : -context]
        beside[:, channel] = solution[-context:]
    seconds = {ipa: float(gram[0][index, : len(phones)].sum()) for index, ipa in enumerate(phones)}
    return slope, dict(zip(phones, own, strict=True)), beside, seconds
