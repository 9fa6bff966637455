"""Drift: an offset that grows through the clip (wrong rates) or jumps (a bad cut), from picture and sound alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from syncline.motion.mouthtrack import MouthTrack
from syncline.quality.offset import measure_offset

Kind = Literal["constant", "growing", "jump", "unknown"]
WINDOW_S: Final = 8.0
HOP_S: Final = 2.0


@dataclass(frozen=True)
class OffsetAt:
    """The offset of one window: its middle (s on the sound's clock), ms (+ = sound early; None: unknown), margin."""

    time_s: float
    ms: float | None
    margin: float


@dataclass(frozen=True)
class Drift:
    """How the offset changes through a clip.

    kind : constant, growing, jump, or unknown.
    ppm, percent : how much faster the sound runs than the picture (+: the sound becomes earlier); None where unknown
        or not growing.
    rates : the pair of rates that explains a growing offset ("44 100 / 48 000"), None where none does.
    jump_s : when a jump happens, seconds on the sound's clock. jump_ms : by how much, + = the sound is earlier after.
    windows : the offset over time, for plots.
    sentence : what was found, or why it is not known.
    """

    kind: Kind
    ppm: float | None = None
    percent: float | None = None
    rates: str | None = None
    jump_s: float | None = None
    jump_ms: float | None = None
    windows: tuple[OffsetAt, ...] = ()
    sentence: str = ""


def measure_drift(
    shape: npt.ArrayLike,
    times: npt.ArrayLike,
    y16k: npt.ArrayLike,
    *,
    usable: npt.ArrayLike | None = None,
    asked: MouthTrack | None = None,
) -> Drift:
    """How the offset of a clip changes; arguments as of `quality.offset.measure_offset`."""
    features = np.asarray(shape, np.float32)
    moments = np.asarray(times, np.float64)
    mask = np.isfinite(features).all(axis=1) if usable is None else np.asarray(usable, np.bool_)
    windows = []
    for start in np.arange(moments[0], max(moments[-1] - WINDOW_S, moments[0]) + 1e-9, HOP_S) if len(moments) else ():
        part = (moments >= start) & (moments < start + WINDOW_S)
        found = measure_offset(features[part], moments[part], y16k, usable=mask[part], asked=asked)
        windows.append(OffsetAt(float(start + WINDOW_S / 2), found.ms, found.margin))
    known = [(each.time_s, each.ms) for each in windows if each.ms is not None]
    if len(known) < 3:
        return Drift("unknown", windows=tuple(windows), sentence="too few stretches show an offset to tell a drift")
    slope = float(np.polyfit(*np.array(known).T, 1)[0])  # ms a second
    if abs(slope) * (known[-1][0] - known[0][0]) < 40:
        return Drift("constant", windows=tuple(windows), sentence="the offset stays the same")
    said = f"the offset grows by {slope:.2f} ms a second"
    return Drift("growing", slope * 1000, slope / 10, None, None, None, tuple(windows), said)
