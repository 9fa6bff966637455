"""Drift: an offset that grows through the clip (wrong rates) or jumps (a bad cut), from picture and sound alone.

The agreement of mouth and sound is laid out by time and shift (`quality.evidence`); a level line, a slope and a broken
line are fitted to it, and the one that explains it best for what it costs is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from syncline.motion.mouthtrack import MouthTrack, frame_period
from syncline.motion.soundnet import standardised_bands
from syncline.quality.evidence import (
    BLOCK_S,
    EVIDENCE_A_ROW,
    LEVEL,
    ROW_S,
    Guide,
    Streams,
    Table,
    along,
    streams,
    table,
)
from syncline.quality.jump import Jump, best_jump
from syncline.quality.offset import checked_mouth, obstacle_to_measuring, usable_seconds
from syncline.quality.rates import explaining
from syncline.quality.syncmodel import SyncModel, shipped_model

Kind = Literal["constant", "growing", "jump", "unknown"]

MIN_SECONDS: Final = 12.0
REACH_S: Final = 0.6
STEEPEST: Final = 0.1  # s of offset a second: 22 050 played at 24 000 Hz gives 0.081
BEGINNING_S: Final = 40.0  # a steep line is looked for here first, then followed through the clip
COARSE_S: Final = 0.04  # slopes tried at first differ by so much over what is searched: ±20 ms at its ends
FINE_SLOPE: Final = 2e-5
WINDOW_S: Final = 8.0
HOP_S: Final = 2.0
RIVAL_S: Final = 0.15
# What a slope and a jump have to explain beyond a level line, in log-likelihood, for their further values (a slope; a
# second offset and a time). Half the logarithm of a minute's seconds (Schwarz 1978) is 2; a jump may lie
# anywhere and costs more than any that was met on clips without one.
COST_OF_SLOPE: Final = 2.0
COST_OF_JUMP: Final = 10.0
LEAST_EVIDENCE: Final = 12.0  # that the line itself must stand above shifts far from it
RATE_TOLERANCE: Final = 0.03  # percentage points
STEEP_TOLERANCE: Final = 0.05  # of the slope itself: no other rates lie near the steep ones


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
    ppm, percent : how much faster the sound runs than the picture, + = it becomes earlier; None where not growing.
    rates : the pair of rates that explains a growing offset ("24 / 25"), None where none does.
    jump_s : when a jump happens, seconds on the sound's clock. jump_ms : by how much, + = the sound is earlier after.
    jump_from_s, jump_to_s : between which it lies with 90 %; where nobody speaks, any moment is as likely.
    windows : the offset over time, for plots.
    sentence : what was found, or why it is not known.
    error_percent : standard error of `percent`, percentage points; None where not growing.
    """

    kind: Kind
    ppm: float | None = None
    percent: float | None = None
    rates: str | None = None
    jump_s: float | None = None
    jump_ms: float | None = None
    windows: tuple[OffsetAt, ...] = ()
    sentence: str = ""
    error_percent: float | None = None
    jump_from_s: float | None = None
    jump_to_s: float | None = None


@dataclass(frozen=True)
class _Line:
    """The best straight line: its slope, its error, its offset at the pivot (s), what it gathers (log-likelihood)."""

    slope: float
    error: float
    offset: float
    gathered: float


def measure_drift(
    shape: npt.ArrayLike,
    times: npt.ArrayLike,
    y16k: npt.ArrayLike,
    *,
    usable: npt.ArrayLike | None = None,
    asked: MouthTrack | None = None,
    lips: npt.ArrayLike | None = None,
    model: SyncModel | None = None,
) -> Drift:
    """How the offset of a clip changes; arguments as of `quality.offset.measure_offset` (`asked` is not used)."""
    features, moments, mask = checked_mouth(shape, times, usable, lips)
    period = frame_period(moments)
    seconds = usable_seconds(mask, moments)
    obstacle = obstacle_to_measuring(mask, seconds, moments, y16k)
    if obstacle is None and seconds < MIN_SECONDS:
        obstacle = f"too short: {seconds:.1f} s of usable picture, {MIN_SECONDS:.0f} s are needed"
    if obstacle is not None:
        return Drift("unknown", sentence=obstacle)
    bands = standardised_bands(y16k)
    both = streams(features, moments, mask, bands, model or shipped_model())
    level = table(both, REACH_S)
    guide = _steep_line(both)
    tilted = level if guide is LEVEL else table(both, REACH_S, guide)
    line = _best_line(tilted)
    flat = level.cells.sum(axis=0)
    constant = float(EVIDENCE_A_ROW * flat.max())
    jump = best_jump(both, level)
    slope_gain = line.gathered - constant - COST_OF_SLOPE
    jump_gain = -np.inf if jump is None else jump.gathered - constant - COST_OF_JUMP
    windows = tuple(_windows(tilted if slope_gain > max(jump_gain, 0) else level))
    best = max(line.gathered, constant)
    far = _beside(tilted if line.gathered > constant else level, line if line.gathered > constant else None)
    if best - far < LEAST_EVIDENCE:
        return Drift("unknown", windows=windows, sentence="sound and mouth agree too little to follow their offset")
    if slope_gain > max(jump_gain, 0.0):
        return _growing(line, windows, period)
    if jump is not None and jump_gain > 0.0:
        return _jumping(jump, windows)
    said = f"the offset stays the same within what {seconds:.0f} s can show (±{200 * line.error:.3f} %)"
    return Drift("constant", windows=windows, sentence=said)


def _growing(line: _Line, windows: tuple[OffsetAt, ...], period: float) -> Drift:
    # An offset that grows by s each second is a sound that runs 1 / (1 − s) times as fast.
    percent = 100 * line.slope / (1 - line.slope)
    error = 100 * line.error
    tolerance = max(RATE_TOLERANCE, STEEP_TOLERANCE * abs(percent))
    rates = explaining(percent, tolerance, 1 / period)
    pace = "fast" if percent > 0 else "slow"
    said = f"the sound runs {abs(percent):.3f} % too {pace}: {abs(1000 * line.slope):.2f} ms a second"
    if rates is not None:
        said += f", as when rates are confused: {rates}"
    return Drift("growing", round(1e4 * percent), round(percent, 4), rates, None, None, windows, said, round(error, 4))


def _jumping(jump: Jump, windows: tuple[OffsetAt, ...]) -> Drift:
    side = "earlier" if jump.by > 0 else "later"
    when, first, last = round(jump.when, 2), round(jump.first, 2), round(jump.last, 2)
    said = f"at {when:.1f} s (90 %: {first:.1f} to {last:.1f} s) the sound becomes {1000 * abs(jump.by):.0f} ms {side}"
    size = round(1000 * jump.by, 1)
    return Drift("jump", None, None, None, when, size, windows, said, jump_from_s=first, jump_to_s=last)


def _steep_line(both: Streams) -> Guide:
    """The steep line that the beginning of the clip shows; a level one where it shows none.

    Somewhere in the picture that is searched its offset is no more than `REACH_S`.
    """
    rows = min(len(both.seen), round(BEGINNING_S / ROW_S))
    seconds = rows * ROW_S
    wide = table(both, REACH_S + STEEPEST * seconds, rows=slice(0, rows), finer=1)
    step = COARSE_S / seconds
    slopes = np.arange(-round(STEEPEST / step), round(STEEPEST / step) + 1) * step
    sums = EVIDENCE_A_ROW * along(wide, slopes)
    sums[np.abs(wide.shifts)[None] > REACH_S + np.abs(slopes)[:, None] * seconds / 2] = -np.inf
    row, column = np.unravel_index(int(sums.argmax()), sums.shape)
    gain = float(sums.max() - sums[len(slopes) // 2].max())
    if gain <= COST_OF_SLOPE or abs(slopes[row]) <= 2 * step:
        return LEVEL
    return Guide(float(slopes[row]), float(wide.shifts[column]), wide.pivot)


def _best_line(found: Table) -> _Line:
    """The straight line near the table's own slope that gathers most, and how sure its slope is."""
    seconds = len(found.middles) * BLOCK_S
    span = 3 * COARSE_S / min(seconds, BEGINNING_S)
    slopes = np.arange(-span, span + FINE_SLOPE / 2, FINE_SLOPE)
    sums = EVIDENCE_A_ROW * along(found, slopes)
    tops = sums.max(axis=1)
    best = int(tops.argmax())
    # The likelihood's spread about its top is the slope's error.
    weight = np.exp(tops - tops[best])
    mean = float((weight * slopes).sum() / weight.sum())
    error = float(np.sqrt((weight * (slopes - mean) ** 2).sum() / weight.sum()))
    offset = float(found.shifts[int(sums[best].argmax())])
    return _Line(found.guide.slope + mean, error, offset, float(tops[best]))


def _beside(found: Table, line: _Line | None) -> float:
    """What lines of the same slope gather at shifts far from the best one."""
    slope = 0.0 if line is None else line.slope - found.guide.slope
    sums = EVIDENCE_A_ROW * along(found, np.array([slope]))[0]
    far = np.abs(found.shifts - found.shifts[int(sums.argmax())]) >= RIVAL_S
    return float(sums[far].max())


def _windows(found: Table) -> list[OffsetAt]:
    """The offset of stretches of 8 s, by the table's own line and what remains."""
    size, hop = round(WINDOW_S / BLOCK_S), round(HOP_S / BLOCK_S)
    result = []
    for start in range(0, max(len(found.cells) - size, 0) + 1, hop):
        cells = found.cells[start : start + size].sum(axis=0) / (
            len(found.cells[start : start + size]) * BLOCK_S / ROW_S
        )
        middle = float(found.middles[start : start + size].mean())
        best = int(cells.argmax())
        margin = float(cells[best] - cells[np.abs(found.shifts - found.shifts[best]) >= RIVAL_S].max())
        sure = EVIDENCE_A_ROW * margin * size * BLOCK_S / ROW_S >= LEAST_EVIDENCE / 3
        offset = found.shifts[best] + found.guide.at(np.array(middle))
        known = sure and 0 < best < len(cells) - 1
        result.append(OffsetAt(round(middle, 2), round(1000 * float(offset), 1) if known else None, round(margin, 4)))
    return result
