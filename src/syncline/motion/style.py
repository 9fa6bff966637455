"""How one person's mouth moves: where it rests, how far it goes, and what counts as closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.motion.mouthtrack import OPENING, Floats, Mask

MIN_FRAMES: Final = 10  # fewer do not tell a person's style
MIN_REST_FRAMES: Final = 5


@dataclass(frozen=True, eq=False)
class Style:
    """A person's own scale of the four channels of `MouthTrack` (opening, width, protrusion, jaw).

    rest : (4,) float32 IOD units, the mouth when nothing is said.
    mean : (4,) float32, the average while speaking.
    spread : (4,) float32 > 0, standard deviation while speaking.
    closed : opening in IOD units at or under which the tracker sees these lips as shut.
    """

    rest: Floats
    mean: Floats
    spread: Floats
    closed: float

    def standardised(self, shape: npt.ArrayLike) -> Floats:
        """(T, 4) IOD units to standard deviations from the mean."""
        return ((np.asarray(shape, np.float32) - self.mean) / self.spread).astype(np.float32)

    def shape_of(self, standardised: npt.ArrayLike) -> Floats:
        """(T, 4) standard deviations to IOD units; the opening is not negative."""
        shape = np.asarray(standardised, np.float32) * self.spread + self.mean
        shape[:, OPENING] = np.maximum(shape[:, OPENING], 0.0)
        return shape.astype(np.float32)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Plain arrays, for an archive without pickle."""
        return {"rest": self.rest, "mean": self.mean, "spread": self.spread, "closed": np.array(self.closed)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Style:
        """The inverse of `to_arrays`.

        Raises
        ------
        InputError : an array is missing, of another shape, not finite, or a spread is not positive.
        """
        try:
            rest, mean, spread = (
                np.asarray(arrays[name], np.float32).reshape(4) for name in ("rest", "mean", "spread")
            )
            closed = float(arrays["closed"])
        except (KeyError, TypeError, ValueError) as exc:
            raise InputError(f"the style is damaged: {exc}", stage="motion") from exc
        if not (np.isfinite([*rest, *mean, *spread, closed]).all() and (spread > 0).all()):
            raise InputError("the style holds values that are not positive finite numbers", stage="motion")
        return cls(rest, mean, spread, closed)


# Rounded mean over eight speakers' footage, each measured by `style_of`.
GENERIC_STYLE: Final = Style(
    rest=np.array([0.005, 0.555, 0.155, 1.250], np.float32),
    mean=np.array([0.070, 0.560, 0.155, 1.280], np.float32),
    spread=np.array([0.058, 0.032, 0.010, 0.034], np.float32),
    closed=0.022,
)


def style_of(shape: npt.ArrayLike, silent: npt.ArrayLike | None = None) -> Style:
    """Measure a person's style from footage.

    shape : (T, 4) IOD units, NaN where no face was seen.
    silent : (T,) bool, pictures in which nothing is said; None: not known.

    With fewer than 10 usable pictures the generic style is returned: nothing can be learned from them.
    """
    features = np.asarray(shape, np.float32)
    quiet = np.zeros(len(features), np.bool_) if silent is None else np.asarray(silent, np.bool_)
    seen = np.isfinite(features).all(axis=1)
    features, quiet = features[seen], quiet[seen]
    if len(features) < MIN_FRAMES:
        return GENERIC_STYLE
    spoken = features[~quiet] if (~quiet).sum() >= MIN_FRAMES else features
    spread = np.maximum(spoken.std(axis=0), 0.1 * GENERIC_STYLE.spread)
    return Style(
        rest=_rest(features, quiet),
        mean=spoken.mean(axis=0).astype(np.float32),
        spread=spread.astype(np.float32),
        closed=closed_threshold(features[:, OPENING]),
    )


def closed_threshold(opening: npt.ArrayLike) -> float:
    """The opening at or under which lips count as shut, IOD units.

    A fifth of the way from the person's smallest to large openings (5th and 90th percentile), so that a tracker that
    sees a gap between thin or parted lips is allowed for; never under 0.012 (three times the tracker's floor after a
    re-encode), never over 0.035 IOD (about 3 mm, which a viewer sees as open).
    """
    values = np.asarray(opening, np.float32)
    values = values[np.isfinite(values)]
    if not len(values):
        return GENERIC_STYLE.closed
    low, high = np.percentile(values, [5, 90])
    return float(np.clip(low + 0.2 * (high - low), 0.012, 0.035))


def _rest(features: Floats, quiet: Mask) -> Floats:
    """Median of the silences; else of the fifth of the pictures in which the mouth is most closed."""
    if quiet.sum() >= MIN_REST_FRAMES:
        # People breathe and smile in pauses: the more closed half of the silences is the rest.
        still = features[quiet]
        return np.asarray(np.median(still[still[:, OPENING] <= np.median(still[:, OPENING])], axis=0), np.float32)
    nearly_closed = features[:, OPENING] <= np.percentile(features[:, OPENING], 20)
    return np.asarray(np.median(features[nearly_closed], axis=0), np.float32)
