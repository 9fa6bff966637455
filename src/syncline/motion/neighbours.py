"""How a person's phones change with those beside them, beyond blending: an [s] before [u] is round already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.motion.mouthtrack import CHANNELS, Floats
from syncline.speech.articulation import FEATURES, articulatory
from syncline.speech.cuesheet import SILENCE


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Learned from footage: what each feature of a neighbour adds to a phone's shape.

    before, after : (F, 4) float32 IOD at full strength of a feature of the phone before, and of the one after.
    around : (F,) float32, the mean neighbour in the footage; it adds nothing, so a phone's own shape is its mean one.
    """

    before: Floats
    after: Floats
    around: Floats

    def shifts(self, phones: Sequence[str]) -> Floats:
        """What the neighbours add to phones said one after the other: (P, 4) float32 IOD; silences are not changed."""
        features = neighbour_features(phones)
        width = len(FEATURES)
        added = (features[:, :width] - self.around) @ self.before + (features[:, width:] - self.around) @ self.after
        said = np.array([ipa != SILENCE for ipa in phones], np.bool_).reshape(len(phones), 1)
        return np.asarray(np.where(said, added, 0.0), np.float32)

    def scaled(self, ratio: Floats) -> Neighbours:
        """The same for a mouth that goes `ratio` (4,) times as far."""
        return Neighbours(self.before * ratio, self.after * ratio, self.around)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Plain arrays, for an archive without pickle."""
        return {"before": self.before, "after": self.after, "around": self.around}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], names: Sequence[str]) -> Neighbours:
        """The inverse of `to_arrays`, with the names of the features of then.

        Raises
        ------
        InputError : of another shape, or not finite.
        """
        try:
            shapes = {
                "before": (len(names), len(CHANNELS)),
                "after": (len(names), len(CHANNELS)),
                "around": (len(names), 1),
            }
            given = {name: np.asarray(arrays[name], np.float32).reshape(shape) for name, shape in shapes.items()}
        except (KeyError, TypeError, ValueError) as exc:
            raise InputError(f"the viseme table is damaged: {exc}", stage="motion") from exc
        if not all(np.isfinite(value).all() for value in given.values()):
            raise InputError("the viseme table holds values that are not finite", stage="motion")
        row = {name: number for number, name in enumerate(names)}
        kept = {
            key: np.array(
                [value[row[name]] if name in row else np.zeros(value.shape[1]) for name in FEATURES], np.float32
            )
            for key, value in given.items()
        }
        return cls(kept["before"], kept["after"], kept["around"][:, 0])


def neighbour_features(phones: Sequence[str]) -> Floats:
    """Articulation of the phone before and after each of P phones: (P, 2F) float32; silence beyond the ends."""
    ring = np.array([articulatory(ipa) for ipa in (SILENCE, *phones, SILENCE)], np.float32)
    return np.concatenate([ring[:-2], ring[2:]], axis=1)
