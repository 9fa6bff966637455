"""Draws a plan: for each output frame the bank's mouth on the plate's picture.

`PlanPainter` is made once a take, after planning: it steadies both heads in time, so that the upper teeth stay with the
skull, and brings each clip of the bank to the plate's measure of the person. Drawing itself is pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from syncline.engines.actor.steady import nose_shift, steady_poses
from syncline.engines.base import DrawPlan, Source
from syncline.face.hull import hull, hull_mask
from syncline.face.pose import BLOCK, Poses
from syncline.media.arrays import stretches
from syncline.media.samples import release
from syncline.render import mouth
from syncline.render.layout import FaceLayout

if TYPE_CHECKING:
    from syncline.face.track import FaceTrack
    from syncline.media.picture import Picture

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

RELEASED = 64  # frames drawn after which the pages of landmarks that lie in files are given back
MEASURED = 100  # frames of a clip in which its nose is measured against the plate's


class BankFrames(Protocol):
    """What drawing needs of a bank of N frames.

    landmarks : (N, 478, 3) float32 px of each frame's own picture.
    pose : N poses.
    clip, frame : (N,) int, the clip each frame comes from and its number in that clip; frames of a clip are in order.
    """

    @property
    def landmarks(self) -> Floats: ...
    @property
    def pose(self) -> Poses: ...
    @property
    def clip(self) -> npt.NDArray[np.int64]: ...
    @property
    def frame(self) -> npt.NDArray[np.int64]: ...

    def crop(self, i: int) -> tuple[Pixels, tuple[int, int]]:
        """(h, w, 3) uint8 BGR of the lower face at the footage's resolution, and the px of its upper left corner."""
        ...


class AppearanceFrame(Protocol):
    """Where the pixels of an appearance correction lie on a bank frame."""

    def to_pixels(self, i: int) -> Floats:
        """(2, 3) float32: from px of the correction's picture to px of bank frame i's own picture."""
        ...


def _keep_outside(after: Pixels, before: Pixels, box: mouth.Box, landmarks: Floats) -> None:
    """Put the plate's pixels back outside the face's hull, and 2 px inside it: a chroma cell must not reach out."""
    polygon = hull(landmarks)
    middle = polygon.mean(axis=0)
    outward = polygon - middle
    outward *= 1.0 - 3.0 / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 4.0)
    inside = hull_mask(middle + outward - np.array(box[:2], np.float32), box[2] - box[0], box[3] - box[1])
    cv2.copyTo(before, (~inside).view(np.uint8), after)


def _mean_shape(poses: Poses, landmarks: Floats) -> Floats | None:
    """(478, 3) float32 IOD: mean shape of the frames of (T, 478, 3) that show a face; None where none does."""
    total, count = np.zeros(landmarks.shape[1:], np.float64), 0
    for part in stretches(landmarks, size=BLOCK):
        shapes = poses[part].to_face(landmarks[part])
        seen = np.isfinite(shapes).all(axis=(1, 2))
        total += shapes[seen].sum(axis=0, dtype=np.float64)
        count += int(seen.sum())
    return (total / count).astype(np.float32) if count else None


class PlanPainter:
    """Draws the frames of one plan on one face of one plate; safe from many threads."""

    def __init__(
        self,
        bank: BankFrames,
        track: FaceTrack,
        plan: DrawPlan,
        *,
        appearance: AppearanceFrame | None = None,
        settings: mouth.Settings = mouth.DEFAULTS,
    ) -> None:
        self._bank, self._track, self._plan = bank, track, plan
        self._appearance, self._settings = appearance, settings
        self._poses = steady_poses(track.pose)
        mean = _mean_shape(self._poses, track.landmarks)
        neutral = np.zeros((478, 3), np.float32) if mean is None else mean
        self._layout = (
            FaceLayout(np.zeros(478, np.float32), np.zeros(478, np.float32))
            if mean is None
            else FaceLayout.from_neutral(mean)
        )
        self._used = np.unique(np.concatenate([plan.frame, plan.other]))
        self._used = self._used[self._used >= 0]
        self._row = {int(i): row for row, i in enumerate(self._used)}
        self._bank_poses, self._shifts = self._steadied(neutral)

    def _shape(self, i: int) -> Floats:
        """(478, 3) steadied shape of a bank frame in use, moved to where the plate's own nose says the face is."""
        row = self._row[i]
        shape = self._bank_poses[row : row + 1].to_face(np.asarray(self._bank.landmarks[i : i + 1]))[0]
        return np.asarray(shape + self._shifts[row], np.float32)

    def _steadied(self, neutral: Floats) -> tuple[Poses, Floats]:
        """Steadied poses of the U frames in use, and (U, 3) the way from each to the plate's own nose, IOD."""
        out = Poses(*(np.zeros((len(self._used), *part), np.float32) for part in ((), (3, 3), (3,))))
        shifts = np.zeros((len(self._used), 3), np.float32)
        clips, numbers = np.asarray(self._bank.clip), np.asarray(self._bank.frame)
        for clip in np.unique(clips[self._used]) if len(self._used) else []:
            members = np.flatnonzero(clips == clip)
            poses = steady_poses(self._bank.pose[members], numbers[members])
            some = np.unique(np.linspace(0, len(members) - 1, MEASURED).astype(np.int64))
            shift = nose_shift(neutral, poses[some].to_face(np.asarray(self._bank.landmarks[members[some]])))
            release(self._bank.landmarks)
            rows = np.flatnonzero(clips[self._used] == clip)
            steady = poses[np.searchsorted(members, self._used[rows])]
            out.scale[rows], out.rotation[rows] = steady.scale, steady.rotation
            out.translation[rows] = steady.translation
            shifts[rows] = shift
        return out, shifts

    def draw(self, picture: Picture, t: int) -> Picture:
        """Draw output frame `t` on its plate picture; the same picture comes back where nothing is drawn."""
        plan = self._plan
        if t % RELEASED == 0:
            release(self._track.landmarks)
            release(self._bank.landmarks)
        if plan.source[t] != Source.BANK or plan.frame[t] < 0 or plan.weight[t] <= 0.0:
            return picture
        p = int(plan.plate_index[t])
        landmarks = self._track.landmarks[p]
        if not (np.isfinite(landmarks).all() and np.isfinite(self._poses.scale[p])):
            return picture
        pose = mouth.Pose(float(self._poses.scale[p]), self._poses.rotation[p], self._poses.translation[p])
        plate = mouth.Plate(landmarks, pose, self._layout)
        box = mouth.working_box(plate, picture.width, picture.height)
        if box is None:
            return picture
        before = picture.bgr(box)
        after = mouth.draw_mouth(
            before, box, plate, self._sources(t), float(plan.weight[t]), float(plan.close[t]), t, self._settings
        )
        _keep_outside(after, before, box, landmarks)
        return picture.with_change(box, before, after)

    def _sources(self, t: int) -> list[mouth.Source]:
        plan = self._plan
        other = float(plan.other_weight[t]) if plan.other[t] >= 0 else 0.0
        shares = [(int(plan.frame[t]), 1.0 - other)] + ([(int(plan.other[t]), other)] if other > 0.0 else [])
        change = None if plan.shape is None else plan.shape.at(t)
        added = None if plan.appearance is None else plan.appearance.at(t)
        out = []
        for i, share in shares:
            crop, origin = self._bank.crop(i)
            if added is not None and self._appearance is not None:
                crop = mouth.add_picture(crop, origin, added, self._appearance.to_pixels(i))
            shape = self._shape(i)
            shape = shape if change is None else shape + change
            out.append(mouth.Source(crop, origin, self._bank.landmarks[i], shape, share))
        return out
