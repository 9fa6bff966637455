"""What the judge measures on a finished video besides words: closures, opening, offset, flicker.

All from the judge's own tracker and pixels (`grid_track`); what counts as closed is learned from real clips of the
training part. Openings are in IOD, the distance between the outer eye corners.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.grid_crops import Frames, Landmarks, bridged
from benchmarks.grid_split import BILABIAL_WORDS, Sentence
from benchmarks.grid_track import Seen

INNER_PAIRS = ((82, 87), (13, 14), (312, 317))  # upper and lower inner lip, in three places
EYE_CORNERS = (33, 263)
CLOSURE_BEFORE, CLOSURE_AFTER = 2, 1  # frames around a word's start in which its first lip closure falls
REAL_CLOSURES = 0.98  # of real b and p lie under the threshold
MAX_LAG = 8  # frames
LIP_AREA = (slice(24, 72), slice(24, 88))  # rows, columns of a crop: the mouth and what moves with it

Track = npt.NDArray[np.float64]


def opening(landmarks: Landmarks) -> Track:
    """Gap of the inner lips, mean of three places: (T,) in IOD."""
    points = bridged(landmarks)
    gaps = [np.linalg.norm(points[:, upper, :2] - points[:, lower, :2], axis=1) for upper, lower in INNER_PAIRS]
    eyes = np.linalg.norm(points[:, EYE_CORNERS[0]] - points[:, EYE_CORNERS[1]], axis=1)
    return np.asarray(np.mean(gaps, axis=0) / np.median(eyes), dtype=np.float64)


def closure_minima(track: Track, sentence: Sentence, bilabial: bool = True) -> list[float]:
    """The smallest opening around the start of each word that begins with b or p (or of each that does not)."""
    minima = []
    for word, (start, _) in zip(sentence.words, sentence.intervals, strict=True):
        if (word in BILABIAL_WORDS) == bilabial:
            first = max(0, round(start) - CLOSURE_BEFORE)
            minima.append(float(track[first : round(start) + CLOSURE_AFTER + 1].min()))
    return minima


def closed_below(tracks: Iterable[tuple[Track, Sentence]]) -> float:
    """The opening (IOD) under which 98 % of b and p lie in real clips: what "closed" means for this person."""
    minima = [each for track, sentence in tracks for each in closure_minima(track, sentence)]
    return float(np.quantile(minima, REAL_CLOSURES))


@dataclass(frozen=True)
class Likeness:
    """How an opening track follows a reference: best lag in frames (+: late) and correlation there and at lag 0."""

    lag: float
    at_lag: float
    at_zero: float


def likeness(track: Track, reference: Track) -> Likeness:
    """Normalised cross-correlation within ±8 frames, the peak refined by a parabola."""
    frames = min(len(track), len(reference))
    a, b = track[:frames], reference[:frames]

    def correlation(lag: int) -> float:
        x = a[max(0, lag) : frames + min(0, lag)]
        y = b[max(0, -lag) : frames + min(0, -lag)]
        if x.std() < 1e-6 or y.std() < 1e-6:
            return 0.0  # a mouth that never moves follows nothing
        return float(np.corrcoef(x, y)[0, 1])

    values = [correlation(lag) for lag in range(-MAX_LAG, MAX_LAG + 1)]
    peak = int(np.argmax(values))
    lag = float(peak - MAX_LAG)
    if 0 < peak < len(values) - 1:
        below, top, above = values[peak - 1 : peak + 2]
        bend = below - 2 * top + above
        lag += 0.5 * (below - above) / bend if bend < 0 else 0.0
    return Likeness(lag, values[peak], values[MAX_LAG])


def flicker(crops: Frames) -> float:
    """Mean size of the second difference in time of the mouth's grey levels, in levels of 255.

    Steady motion gives little; an appearance that jumps for one frame gives twice its size.
    """
    grey = crops[:, LIP_AREA[0], LIP_AREA[1]].astype(np.float32).mean(axis=-1)
    return float(np.abs(grey[2:] - 2 * grey[1:-1] + grey[:-2]).mean())


@dataclass(frozen=True)
class Measures:
    """Measures of one finished video against the real video of its sentence.

    own : frames that the real video's picture is late against its own sound, which a dub does not copy.
    """

    right: tuple[bool, ...]  # the six words, as read
    closures: tuple[float, ...]  # smallest opening at each b and p, IOD
    likeness: Likeness
    flicker: float
    own: float = 0.0


def measure(seen: Seen, real: Seen, sentence: Sentence, right: Sequence[bool], own: float = 0.0) -> Measures:
    """Everything but the words, of what was seen, against the real video of the sentence; `own`: see `Measures`."""
    track = opening(seen.landmarks)
    return Measures(
        right=tuple(bool(each) for each in right),
        closures=tuple(closure_minima(track, sentence)),
        likeness=likeness(track, opening(real.landmarks)),
        flicker=flicker(seen.crops),
        own=own,
    )
