"""The mouth track: the mouth shape wanted at each picture, before any pixel is drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError

SCHEMA: Final = "syncline.mouthtrack/1"
CHANNELS: Final = ("opening", "width", "protrusion", "jaw")
OPENING, WIDTH, PROTRUSION, JAW = range(len(CHANNELS))

Floats = npt.NDArray[np.float32]
Times = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class MouthTrack:
    """Target mouth of T pictures.

    times : (T,) float64 seconds in the line's sound.
    opening, width, protrusion, jaw : (T,) float32 IOD units, as `face.mouth.MouthFeatures` measures them.
    closure : (T,) float32 0..1, how far the lips are held shut by a bilabial (1: shut).
    rest : (T,) bool, nothing is said and the mouth should rest (the plate's own frames where the plate rests too).
    source : what made it: "phones", "sound", "phones+sound", "features".
    """

    times: Times
    opening: Floats
    width: Floats
    protrusion: Floats
    jaw: Floats
    closure: Floats
    rest: Mask
    source: str = "phones"

    def __post_init__(self) -> None:
        for name in (*CHANNELS, "closure", "rest"):
            if getattr(self, name).shape != self.times.shape:
                raise InputError(f"the mouth track's {name} has not one value a picture", stage="motion")

    def __len__(self) -> int:
        return len(self.times)

    def stacked(self) -> Floats:
        """(T, 4) float32: opening, width, protrusion, jaw."""
        return np.stack([self.opening, self.width, self.protrusion, self.jaw], axis=1)

    @classmethod
    def from_stacked(
        cls,
        times: npt.ArrayLike,
        shape: npt.ArrayLike,
        *,
        closure: npt.ArrayLike | None = None,
        rest: npt.ArrayLike | None = None,
        source: str,
    ) -> MouthTrack:
        """Build from (T, 4) shapes; without `closure` and `rest` nothing is held shut and nothing rests."""
        moments = np.asarray(times, np.float64)
        columns = np.asarray(shape, np.float32).reshape(len(moments), len(CHANNELS))
        shut = np.zeros(len(moments), np.float32) if closure is None else np.asarray(closure, np.float32)
        still = np.zeros(len(moments), np.bool_) if rest is None else np.asarray(rest, np.bool_)
        opening, width, protrusion, jaw = (np.ascontiguousarray(columns[:, k]) for k in range(len(CHANNELS)))
        return cls(moments, np.maximum(opening, 0.0), width, protrusion, jaw, shut, still, source)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Plain arrays, for an archive without pickle."""
        return {
            "times": self.times,
            "shape": self.stacked(),
            "closure": self.closure,
            "rest": self.rest,
            "source": np.array(self.source),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> MouthTrack:
        """The inverse of `to_arrays`.

        Raises
        ------
        InputError : an array is missing, of another length, or not finite.
        """
        try:
            track = cls.from_stacked(
                arrays["times"],
                arrays["shape"],
                closure=arrays["closure"],
                rest=arrays["rest"],
                source=str(arrays["source"]),
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise InputError(f"the mouth track is damaged: {exc}", stage="motion") from exc
        if not all(np.isfinite(part).all() for part in (track.times, track.stacked(), track.closure)):
            raise InputError("the mouth track holds values that are not finite numbers", stage="motion")
        return track

    def to_json(self) -> dict[str, Any]:
        """The document as JSON types, schema `syncline.mouthtrack/1`; lengths are rounded to 0.0001 IOD."""
        shape = {
            name: [round(float(v), 4) for v in column] for name, column in zip(CHANNELS, self.stacked().T, strict=True)
        }
        return {
            "schema": SCHEMA,
            "source": self.source,
            "unit": "iod",
            "times": [round(float(t), 6) for t in self.times],
            **shape,
            "closure": [round(float(v), 3) for v in self.closure],
            "rest": [bool(v) for v in self.rest],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> MouthTrack:
        """Read a document of `to_json`.

        Raises
        ------
        InputError : another schema, or damaged.
        """
        if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
            raise InputError(f"the document is not a mouth track (schema {SCHEMA})", stage="motion")
        try:
            shape = np.array([[float(v) for v in document[name]] for name in CHANNELS], np.float32).T
            arrays: dict[str, npt.NDArray[Any]] = {
                "times": np.array([float(v) for v in document["times"]], np.float64),
                "shape": shape,
                "closure": np.array([float(v) for v in document["closure"]], np.float32),
                "rest": np.array([bool(v) for v in document["rest"]], np.bool_),
                "source": np.array(str(document["source"])),
            }
        except (KeyError, TypeError, ValueError) as exc:
            raise InputError(f"the mouth track is damaged: {exc}", stage="motion") from exc
        return cls.from_arrays(arrays)


def frame_period(times: npt.ArrayLike) -> float:
    """Typical distance of pictures in seconds: the median step, 0.04 where there are fewer than two pictures."""
    steps = np.diff(np.asarray(times, np.float64))
    steps = steps[steps > 0]
    typical = float(np.median(steps)) if len(steps) else 0.04
    return typical if math.isfinite(typical) else 0.04
