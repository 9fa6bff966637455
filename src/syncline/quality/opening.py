"""Does the mouth open as it was asked to?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from syncline.motion.mouthtrack import MouthTrack, frame_period
from syncline.quality.seen import SeenMouth

REACH_S: Final = 0.2
MIN_FRAMES: Final = 12
STILL: Final = 0.004  # IOD: an opening that varies less than the tracker's noise has no correlation


@dataclass(frozen=True)
class OpeningMatch:
    """The seen opening against the one asked for.

    correlation : -1..1 at no lag, None where either does not move or too little is seen.
    rms_iod : root mean square difference, IOD units; None where nothing is seen.
    lag_ms : + = the picture comes later than asked; the shift of best correlation within ±200 ms.
    frames : pictures compared.
    """

    correlation: float | None
    rms_iod: float | None
    lag_ms: float | None
    frames: int


def measure_opening(mouth: SeenMouth, asked: MouthTrack) -> OpeningMatch:
    """Compare the seen opening with a mouth track, on the pictures that can be judged."""
    seen = mouth.opening[mouth.usable].astype(np.float64)
    times = mouth.times[mouth.usable]
    if not len(seen) or not len(asked):
        return OpeningMatch(None, None, None, 0)
    wanted = np.interp(times, asked.times, asked.opening)
    rms = float(np.sqrt(np.mean((seen - wanted) ** 2)))
    if len(seen) < MIN_FRAMES or seen.std() < STILL or wanted.std() < STILL:
        return OpeningMatch(None, round(rms, 4), None, len(seen))
    step = min(frame_period(mouth.times) / 2, 0.01)
    lags = np.arange(-round(REACH_S / step), round(REACH_S / step) + 1) * step
    fits = np.array([_correlation(seen, np.interp(times - lag, asked.times, asked.opening)) for lag in lags])
    best = float(lags[int(fits.argmax())])
    return OpeningMatch(round(_correlation(seen, wanted), 4), round(rms, 4), round(1000 * best, 1), len(seen))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:  # type: ignore[type-arg]
    if a.std() < 1e-9 or b.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
