"""From chosen rows to a draw plan: where the plate goes through, fades, joins, closures and corrections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.engines.actor.bank import Bank
from syncline.engines.base import Reason, Source, TakeRequest
from syncline.face.mouth import mouth_in_pose
from syncline.face.tracks import Flag

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

ISLAND_SECONDS: Final = 0.4  # a shorter stretch between frames that go through would be little but its fades
FADE_FRAMES: Final = 3  # opacity 1/4, 2/4, 3/4 beside frames that go through
KEEP_SECONDS: Final = 0.2  # shorter rests are drawn: every change between plate and bank can be seen
STILL_SECONDS: Final = 0.12  # the plate must rest for so long on both sides of a frame
JOIN_RUN: Final = 4  # frames; only joins of runs at least this long are cross-faded
JOIN_SHARE: Final = 0.3  # of the other run in the two frames at a join


@dataclass(frozen=True, eq=False)
class Sources:
    """source (T,) uint8, weight (T,) float32, reason (T,) uint16, as in `DrawPlan`."""

    source: npt.NDArray[np.uint8]
    weight: Floats
    reason: npt.NDArray[np.uint16]


def sources_of(bank: Bank, request: TakeRequest) -> Sources:
    """Which output frames are drawn, which keep the plate, and how opaque the drawing is beside those."""
    index = request.plate_index
    flags = request.track.flags[index]
    seen = (request.track.drawable & request.track.complete)[index]
    drawable = seen if seen.all() else _long(seen, request.times, ISLAND_SECONDS)
    count = len(index)
    source = np.full(count, Source.BANK, np.uint8)
    reason = np.zeros(count, np.uint16)
    rest = np.asarray(request.mouth.rest, np.bool_)
    reason[rest] |= np.uint16(Reason.REST)
    resting = rest & plate_rests(bank, request)[index] & drawable
    kept = _long(_inner(resting, FADE_FRAMES), request.times, KEEP_SECONDS)
    source[kept] = Source.PLATE
    source[~drawable] = Source.PASS
    missing = (flags & np.uint16(Flag.NO_FACE)) != 0
    reason[missing] |= np.uint16(Reason.NO_FACE)
    reason[~seen & ~missing] |= np.uint16(Reason.UNDRAWABLE)
    reason[seen & ~drawable] |= np.uint16(Reason.ISLAND)
    weight = _faded(source == Source.BANK)
    reason[(source == Source.BANK) & (weight < 1.0)] |= np.uint16(Reason.FADE)
    return Sources(source, weight, reason)


def plate_rests(bank: Bank, request: TakeRequest) -> Mask:
    """(plate frames,) bool: the plate's own mouth is shut, or as good as at this person's rest, and still."""
    track = request.track
    opening = mouth_in_pose(track.landmarks, track.pose).opening
    style = bank.table.style
    limit = max(style.closed, float(style.rest[0]) + 0.3 * float(style.spread[0]))
    shut = np.isfinite(opening) & (np.nan_to_num(opening, nan=np.inf) <= limit)
    video = request.plate.video
    rate = 25.0 if video is None else float(video.measured_rate)
    reach = max(1, round(STILL_SECONDS * rate))
    padded = np.pad(shut, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.asarray(windows.all(axis=1), np.bool_)


def _inner(mask: Mask, margin: int) -> Mask:
    """`mask` without the `margin` frames beside what is outside it: fades lie in the rest, and speech is all drawn."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(mask, margin, mode="edge"), 2 * margin + 1)
    return np.asarray(windows.all(axis=1), np.bool_)


def _long(mask: Mask, times: npt.NDArray[np.float64], seconds: float) -> Mask:
    """`mask` without stretches shorter than `seconds`."""
    out = mask.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    period = float(np.median(np.diff(times))) if len(times) > 1 else seconds
    for start, end in edges.reshape(-1, 2):
        if (end - start) * period < seconds:
            out[start:end] = False
    return out


def _faded(drawn: Mask) -> Floats:
    """Opacity: 1 inside drawn stretches, rising beside frames that go through; 0 outside."""
    count = len(drawn)
    through = np.flatnonzero(~drawn)
    if not len(through):
        return np.ones(count, np.float32)
    frames = np.arange(count)
    after = np.searchsorted(through, frames)
    left = np.where(after > 0, frames - through[np.maximum(after - 1, 0)], count)
    right = np.where(after < len(through), through[np.minimum(after, len(through) - 1)] - frames, count)
    weight = np.minimum(1.0, np.minimum(left, right) / (FADE_FRAMES + 1.0))
    return np.where(drawn, weight, 0.0).astype(np.float32)


def joins(
    row: npt.NDArray[np.int64], run: npt.NDArray[np.int64], following: npt.NDArray[np.int64], drawn: Mask
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Rows blended in at joins between long runs: other (T,), -1 for none, and their share (T,).

    The last frame of a run is blended with what came before the next run in its own footage, the first frame of the
    next with what would have come after: both mouths keep moving through the join.
    """
    count = len(row)
    other = np.full(count, -1, np.int64)
    share = np.zeros(count, np.float32)
    if count == 0:
        return other, share
    length = np.bincount(run)[run]
    preceding = np.full(len(following), -1, np.int64)
    linked = np.flatnonzero(following >= 0)
    preceding[following[linked]] = linked
    for t in np.flatnonzero(np.diff(run)) + 1:
        if min(length[t - 1], length[t]) < JOIN_RUN or not (drawn[t - 1] and drawn[t]):
            continue
        if preceding[row[t]] >= 0:
            other[t - 1], share[t - 1] = preceding[row[t]], JOIN_SHARE
        if following[row[t - 1]] >= 0:
            other[t], share[t] = following[row[t - 1]], JOIN_SHARE
    return other, share
