"""What the sound says about the mouth, and how both are compared: the weights of the offset estimator, numpy only.

Two streams, made by `training/sync_matcher.py`:
- a linear map from the sound (40 mel bands, ±120 ms) to twelve measures of the mouth, their speeds and accelerations;
- a small pair of convolutional networks that bring sound and mouth to 16 common numbers at 50 Hz, trained to tell the
  right shift from wrong ones (as Chung and Zisserman, Out of time, 2016, but on landmarks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from syncline.errors import DependencyError, InputError
from syncline.motion.mouthtrack import Floats
from syncline.motion.soundnet import BANDS

SCHEMA: Final = "syncline.syncmodel/1"
CONTEXT: Final = np.arange(-12, 13, 3)  # feature frames of 10 ms
INPUTS: Final = BANDS * len(CONTEXT)
VALUES: Final = 12  # columns of the mouth: opening, width, protrusion, jaw, and `quality.lips.LIP_FEATURES`
COLUMNS: Final = 3 * VALUES
COMMON: Final = 16
BLOCK: Final = 4096  # frames whose contexts are held at once
DILATION: Final = 2
FEATURES_OF_TRUST: Final = 4  # see `quality.offset.trust_features`

# Name: shape, with 0 for the networks' width.
_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "linear": (INPUTS, COLUMNS),
    "shares": (COLUMNS,),
    "a1": (5, 2 * BANDS, 0),
    "a1_bias": (0,),
    "a2": (5, 0, 0),
    "a2_bias": (0,),
    "a3": (5, 0, 0),
    "a3_bias": (0,),
    "ao": (1, 0, COMMON),
    "ao_bias": (COMMON,),
    "v1": (5, COLUMNS, 0),
    "v1_bias": (0,),
    "vo": (3, 0, COMMON),
    "vo_bias": (COMMON,),
    "vl": (1, COLUMNS, COMMON),
    "vl_bias": (COMMON,),
    "trust": (2, FEATURES_OF_TRUST + 1),
    "foreign": (2, FEATURES_OF_TRUST + 1),
}


@dataclass(frozen=True, eq=False)
class SyncModel:
    """Named float32 weights (shapes in `_SHAPES`).

    linear : from a sound's context to the mouth's columns. shares : weight of each column in their mean.
    trust, foreign : logistic coefficients and constant, row 0 where the lips were measured, row 1 where only the four
        measures of the mouth are known.
    """

    weights: Mapping[str, Floats]

    def mouth_heard(self, bands: Floats) -> Floats:
        """(n, 40) standardised bands to (n, 36) columns at 100 Hz."""
        heard = np.empty((len(bands), self.weights["linear"].shape[1]), np.float32)
        for first in range(0, len(bands), BLOCK):  # all contexts at once are nine times the sound
            rows = np.arange(first, min(first + BLOCK, len(bands)))
            index = np.clip(rows[:, None] + CONTEXT, 0, len(bands) - 1)
            heard[rows] = bands[index].reshape(len(rows), INPUTS) @ self.weights["linear"]
        return heard

    def sound_common(self, bands: Floats) -> Floats:
        """(n, 40) standardised bands to (n // 2, 16) at 50 Hz; row j stands for frames 2j and 2j + 1."""
        w = self.weights
        x = bands[: len(bands) // 2 * 2].reshape(-1, 2 * BANDS)
        x = np.maximum(convolved(x, w["a1"], w["a1_bias"]), 0)
        x = x + np.maximum(convolved(x, w["a2"], w["a2_bias"], DILATION), 0)
        x = x + np.maximum(convolved(x, w["a3"], w["a3_bias"], DILATION), 0)
        return convolved(x, w["ao"], w["ao_bias"])

    def mouth_common(self, columns: Floats) -> Floats:
        """(n, 36) columns at 50 Hz to (n, 16)."""
        w = self.weights
        hidden = np.maximum(convolved(columns, w["v1"], w["v1_bias"]), 0)
        return convolved(hidden, w["vo"], w["vo_bias"]) + convolved(columns, w["vl"], w["vl_bias"])

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Plain arrays, for an archive without pickle."""
        return {"schema": np.array(SCHEMA), **{name: self.weights[name] for name in _SHAPES}}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> SyncModel:
        """The inverse of `to_arrays`.

        Raises
        ------
        InputError : another schema, shapes that do not fit, or values that are not finite.
        """
        try:
            if str(arrays["schema"]) != SCHEMA:
                raise ValueError(f"schema {arrays['schema']}")
            width = len(arrays["a1_bias"])
            weights = {}
            for name, shape in _SHAPES.items():
                weights[name] = np.asarray(arrays[name], np.float32).reshape([side or width for side in shape])
                if not np.isfinite(weights[name]).all():
                    raise ValueError(f"{name} holds values that are not finite")
        except (KeyError, TypeError, ValueError) as exc:
            raise InputError(f"the weights of the offset estimator are damaged: {exc}", stage="score") from exc
        return cls(weights)


def convolved(x: Floats, kernel: Floats, bias: Floats, dilation: int = 1) -> Floats:
    """Convolution in time with zeros beyond the ends: (n, I) by (k, I, O) to (n, O)."""
    reach = dilation * (len(kernel) - 1) // 2
    padded = np.pad(x, ((reach, reach), (0, 0)))
    total = np.broadcast_to(bias, (len(x), len(bias))).astype(np.float32)
    for tap, weights in enumerate(kernel):
        total += padded[tap * dilation : tap * dilation + len(x)] @ weights
    return total


def load_model(path: Path) -> SyncModel:
    """Read weights from an .npz file (no pickle).

    Raises
    ------
    DependencyError : the file is not there: the installation is not whole.
    InputError : it is there and damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return SyncModel.from_arrays({name: archive[name] for name in archive.files})
    except FileNotFoundError as exc:
        raise DependencyError("the shipped weights are missing: install the package again", file=path) from exc
    except (OSError, ValueError, BadZipFile) as exc:
        if isinstance(exc, InputError):
            raise
        raise InputError("the weights cannot be read", file=path, stage="score") from exc


@lru_cache(maxsize=1)
def shipped_model() -> SyncModel:
    """The weights that `training/sync_matcher.py` made, read once."""
    return load_model(Path(__file__).parent / "weights" / "sync_matcher.npz")
