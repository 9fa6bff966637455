"""What was measured picture by picture, kept for those who want to see and not only to be told."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from syncline.motion.mouthtrack import MouthTrack
from syncline.quality.offset import LAGS, STEP_S, Offset
from syncline.quality.seen import SeenMouth

Number = Annotated[float, Field(allow_inf_nan=False)]


class OffsetCurve(BaseModel):
    """How well sound and mouth fit at each shift of the sound: `fit[k]` (mean correlation, 0..1) at
    `first_ms` + k `step_ms`, + = the sound is early; empty where nothing could be measured."""

    model_config = ConfigDict(frozen=True, extra="allow")

    first_ms: Number
    step_ms: Number
    fit: tuple[Number, ...]


class Measured(BaseModel):
    """The mouth of T pictures.

    times : (T,) seconds on the sound's clock.
    asked : (T,) opening that was asked for, IOD units; empty where nothing was asked.
    seen : (T,) opening on the finished picture, IOD units; None where the mouth cannot be judged.
    closed : opening at or under which these lips count as shut, IOD units.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    times: tuple[Number, ...]
    asked: tuple[Number, ...]
    seen: tuple[Number | None, ...]
    closed: Number
    offset: OffsetCurve

    @model_validator(mode="after")
    def _one_value_a_picture(self) -> Measured:
        if len(self.seen) != len(self.times) or len(self.asked) not in (0, len(self.times)):
            raise ValueError("not one opening a picture")
        return self


def measured(mouth: SeenMouth, asked: MouthTrack | None, closed: float, offset: Offset) -> Measured:
    """Bring together what a score was made of; rounded to 0.1 ms and 0.0001 IOD."""
    wanted: npt.NDArray[np.float64] = np.zeros(0)
    if asked is not None and len(asked):
        wanted = np.interp(mouth.times, asked.times, asked.opening)
    return Measured(
        times=tuple(round(float(t), 4) for t in mouth.times),
        asked=tuple(round(float(v), 4) for v in wanted),
        seen=tuple(round(float(v), 4) if good else None for v, good in zip(mouth.opening, mouth.usable, strict=True)),
        closed=round(float(closed), 4),
        offset=OffsetCurve(
            first_ms=round(1000 * float(LAGS[0]), 3),
            step_ms=1000 * STEP_S,
            fit=tuple(round(value, 4) for value in offset.curve),
        ),
    )
