"""A small network from sound to mouth shape, numpy only.

Input: 80 log-mel bands pooled to 40, standardised to the speaker and the recording, at -200..+200 ms in 40 ms steps.
One hidden layer. Output: six numbers in the speaker's standard deviations: opening, width, protrusion, jaw, and the
speeds of opening and jaw. Trained by `training/mouth_regressor.py`.
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
from syncline.motion.mouthtrack import CHANNELS, Floats
from syncline.speech.features import N_MELS, log_mel

SCHEMA: Final = "syncline.soundnet/1"
OUTPUTS: Final = (*CHANNELS, "opening_speed", "jaw_speed")
BANDS: Final = 40
OFFSETS: Final = np.arange(-20, 21, 4)  # feature frames of 10 ms: ±200 ms, about a syllable each way
INPUTS: Final = BANDS * len(OFFSETS)
# Natural-log range kept below the loudest parts: 52 dB; what is quieter is the room, which differs by recording.
RANGE: Final = 12.0
VARIANCE_FLOOR: Final = 0.25  # log units²: a band that hardly moves is not blown up to noise
BLOCK: Final = 4096  # feature frames at a time (41 s): memory does not grow with the sound's length


@dataclass(frozen=True, eq=False)
class SoundNetwork:
    """Weights: hidden (440, H), hidden_bias (H,), output (H, 6), output_bias (6,), float32; reliability (6,) float32.

    reliability : squared correlation of each output on speakers that were not in training, 0..1.
    """

    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    reliability: Floats

    def of_context(self, context: Floats) -> Floats:
        """(n, 440) context to (n, 6) standard deviations."""
        active = np.tanh(context @ self.hidden + self.hidden_bias)
        return np.asarray(active @ self.output + self.output_bias, np.float32)

    def __call__(self, y16k: npt.ArrayLike) -> Floats:
        """(n, 6) float32 at 100 Hz, frame i at i * 10 ms, of a mono 16 kHz sound."""
        bands = standardised_bands(y16k)
        result = np.empty((len(bands), len(OUTPUTS)), np.float32)
        for first in range(0, len(bands), BLOCK):
            result[first : first + BLOCK] = self.of_context(context_of(bands, first, first + BLOCK))
        return result

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Plain arrays, for an archive without pickle."""
        names = ("hidden", "hidden_bias", "output", "output_bias", "reliability")
        return {"schema": np.array(SCHEMA), **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> SoundNetwork:
        """The inverse of `to_arrays`.

        Raises
        ------
        InputError : another schema, shapes that do not fit, or values that are not finite.
        """
        try:
            if str(arrays["schema"]) != SCHEMA:
                raise ValueError(f"schema {arrays['schema']}")
            width = len(arrays["hidden_bias"])
            network = cls(
                np.asarray(arrays["hidden"], np.float32).reshape(INPUTS, width),
                np.asarray(arrays["hidden_bias"], np.float32).reshape(width),
                np.asarray(arrays["output"], np.float32).reshape(width, len(OUTPUTS)),
                np.asarray(arrays["output_bias"], np.float32).reshape(len(OUTPUTS)),
                np.asarray(arrays["reliability"], np.float32).reshape(len(OUTPUTS)),
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise InputError(f"the network's weights are damaged: {exc}", stage="motion") from exc
        if not all(np.isfinite(value).all() for name, value in network.to_arrays().items() if name != "schema"):
            raise InputError("the network's weights are not finite numbers", stage="motion")
        return network


def load_network(path: Path) -> SoundNetwork:
    """Read weights from an .npz file (no pickle).

    Raises
    ------
    DependencyError : the file is not there: the installation is not whole.
    InputError : it is there and damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return SoundNetwork.from_arrays({name: archive[name] for name in archive.files})
    except FileNotFoundError as exc:
        raise DependencyError("the shipped weights are missing: install the package again", file=path) from exc
    except (OSError, ValueError, BadZipFile) as exc:
        if isinstance(exc, InputError):
            raise
        raise InputError("the weights cannot be read", file=path, stage="motion") from exc


@lru_cache(maxsize=1)
def shipped_network() -> SoundNetwork:
    """The network that `training/mouth_regressor.py` made, read once."""
    return load_network(Path(__file__).parent / "weights" / "mouth_regressor.npz")


def standardised_bands(y16k: npt.ArrayLike) -> Floats:
    """Mel bands on the recording's own scale: (n, 40) float32, mean 0 and deviation at most 1 over the sound."""
    return standardised_mel(log_mel(y16k))


def standardised_mel(mel: Floats) -> Floats:
    """(n, 80) natural-log mel to (n, 40) standardised bands."""
    if not len(mel):
        return np.zeros((0, BANDS), np.float32)
    kept = np.maximum(mel, np.percentile(mel, 99) - RANGE)
    scaled = (kept - kept.mean(axis=0)) / np.sqrt(kept.var(axis=0) + VARIANCE_FLOOR)
    return np.asarray(scaled.reshape(len(mel), BANDS, N_MELS // BANDS).mean(axis=2), np.float32)


def context_of(bands: Floats, first: int = 0, last: int | None = None) -> Floats:
    """(n, 40) bands to (last − first, 440): each frame with those around it, edges repeated."""
    last = len(bands) if last is None else min(last, len(bands))
    index = np.clip(np.arange(first, last)[:, None] + OFFSETS, 0, max(len(bands) - 1, 0))
    return np.asarray(bands[index].reshape(last - first, INPUTS), np.float32)
