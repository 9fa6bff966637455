"""The articulatory neighbourhood of each picture: what is said around it, softly, in one language-independent space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from syncline.speech.articulation import FEATURES, articulatory_path
from syncline.speech.cuesheet import SILENCE, CueSheet

GRID_RATE = 200  # cells a second of the articulatory score; 5 ms is far under a picture and under the smoothing
OFFSETS_S: tuple[float, ...] = tuple(round(-0.2 + 0.04 * k, 2) for k in range(11))  # -200..+200 ms in 40 ms steps
SIGMA_S = 0.09
BLOCK = 1024  # pictures or cells worked on at once

FloatArray = npt.NDArray[np.float32]


def phone_context(
    cue: CueSheet,
    times: npt.ArrayLike,
    offsets_s: Sequence[float] = OFFSETS_S,
    sigma_s: float = SIGMA_S,
) -> FloatArray:
    """Soft articulatory context: (T, K, F) float32 in 0..1.

    Entry (t, k) is the mean of the articulatory features of what is said around `times[t] + offsets_s[k]`, weighted by
    a Gaussian of `sigma_s` seconds (0: what is said at that instant). Outside the sheet there is silence.

    Parameters
    ----------
    times : (T,) seconds in the line.
    offsets_s : (K,) seconds.
    """
    moments = np.asarray(times, np.float64)[:, None] + np.asarray(offsets_s, np.float64)[None, :]
    if not moments.size:
        return np.zeros((*moments.shape, len(FEATURES)), np.float32)
    pad = 4 * sigma_s + 2 / GRID_RATE
    score = articulatory_score(cue, pad)
    if sigma_s > 0:
        score = gaussian_filter1d(score, sigma_s * GRID_RATE, axis=0, mode="nearest", truncate=4.0)
    result = np.empty((*moments.shape, len(FEATURES)), np.float32)
    for first in range(0, len(moments), BLOCK):
        position = np.clip((moments[first : first + BLOCK] + pad) * GRID_RATE - 0.5, 0, len(score) - 1)
        low = np.floor(position).astype(np.intp)
        share = (position - low).astype(np.float32)[..., None]
        high = np.minimum(low + 1, len(score) - 1)
        result[first : first + BLOCK] = score[low] * (1 - share) + score[high] * share
    return result


def articulatory_score(cue: CueSheet, pad_s: float = 0.0) -> FloatArray:
    """What is said in each 5 ms cell: (n, F) float32, the exact mean over the cell, `pad_s` of silence at both ends.

    The targets of a diphthong or an affricate share its time 3 : 2.
    """
    points: list[FloatArray] = [articulatory_path(SILENCE)[0]]
    edges = [0.0, pad_s]
    for phone in cue.phones:
        path = articulatory_path(phone.ipa)
        shares = np.where(np.arange(len(path)) == 0, 1.5, 1.0)
        shares = np.cumsum(shares) / shares.sum()
        points.extend(path)
        edges.extend(pad_s + phone.start + (phone.end - phone.start) * shares)
    points.append(articulatory_path(SILENCE)[0])
    edges.append(edges[-1] + pad_s)
    cells = max(1, int(np.ceil(edges[-1] * GRID_RATE)))
    # The integral of the features over time is linear between edges: its differences at cell borders are exact means.
    values = np.stack(points).astype(np.float64)
    spans = np.diff(np.asarray(edges))
    integral = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values * spans[:, None], axis=0)])
    result = np.empty((cells, values.shape[1]), np.float32)
    for first in range(0, cells, BLOCK):
        borders = np.arange(first, min(cells, first + BLOCK) + 1) / GRID_RATE
        piece = np.clip(np.searchsorted(edges, borders, side="right") - 1, 0, len(spans) - 1)
        at_border = integral[piece] + values[piece] * (borders - np.asarray(edges)[piece])[:, None]
        result[first : first + BLOCK] = np.diff(at_border, axis=0) * GRID_RATE
    return result


def phone_index(cue: CueSheet, times: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Index of the phone at each time: (T,), -1 outside the sheet."""
    moments = np.asarray(times, np.float64)
    starts = np.array([phone.start for phone in cue.phones])
    index = np.searchsorted(starts, moments, side="right") - 1
    outside = (moments < 0) | (moments >= cue.duration) | (len(starts) == 0)
    return np.where(outside, -1, index).astype(np.intp)


def phone_neighbours(cue: CueSheet, times: npt.ArrayLike) -> FloatArray:
    """Articulatory features of the previous, the present and the next phone at each time: (T, 3, F) float32."""
    index = phone_index(cue, times)
    silence = articulatory_path(SILENCE)[0]
    table = np.stack([silence, *(articulatory_path(phone.ipa).mean(axis=0) for phone in cue.phones), silence])
    middle = np.where(index < 0, 0, index + 1)
    around = np.stack([np.maximum(middle - 1, 0), middle, np.minimum(middle + 1, len(table) - 1)], axis=1)
    around[index < 0] = 0
    result: FloatArray = table[around].astype(np.float32)
    return result
