"""Joining the tracklets of one person into one track.

There is no face recognition here. Two tracklets are one person only where the shape of the skull and nose and the
colours around the mouth agree closely; a person not recognised after a cut becomes a second track, which is seen in
the report, while a wrong join would draw on the wrong person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from syncline.face.follow import Tracklet
from syncline.face.pose import Floats, fit_poses
from syncline.face.regions import overlap, region_of_landmarks
from syncline.face.topology import LEFT_BROW, LEFT_EYE, NOSE, RIGHT_BROW, RIGHT_EYE, STABLE

# Between 0.2 and 2 s of the same eight speakers these limits join three pairs in four and, of all pairs of different
# speakers, none; the pairs they miss are heads that turned away meanwhile.
MAX_SHAPE: Final = 0.04  # IOD, rms over the points below
MAX_COLOUR: Final = 20.0  # of 255, mean over the mouth patch
# Without a cut between, a face that comes back where one was lost is most likely the same.
NEAR_SECONDS: Final = 3.0
NEAR_OVERLAP: Final = 0.25
NEAR_FACTOR: Final = 1.6
SAMPLE: Final = 40  # pictures nearest to the gap that describe a tracklet
_POINTS: Final = tuple(sorted({*NOSE, *LEFT_EYE, *RIGHT_EYE, *LEFT_BROW, *RIGHT_BROW, *STABLE, 234, 454, 93, 323, 10}))


@dataclass(frozen=True)
class _Look:
    """How a face looks: median shape (N, 2) in IOD units and median mouth patch."""

    shape: Floats
    patch: Floats
    box: tuple[float, float, float, float]


def link(tracklets: list[Tracklet], cuts: tuple[int, ...], rate: float) -> list[list[Tracklet]]:
    """Group tracklets by person, each group in order of time and without overlap.

    cuts : frames that begin a new shot. rate : pictures a second, about.
    """
    people: list[list[Tracklet]] = []
    for tracklet in sorted(tracklets, key=lambda one: one.frames[0]):
        start = tracklet.frames[0]
        free = [person for person in people if person[-1].frames[-1] < start]
        ranked = sorted(((_unlike(person[-1], tracklet, cuts, rate), index) for index, person in enumerate(free)))
        if ranked and ranked[0][0] < 1.0:
            free[ranked[0][1]].append(tracklet)
        else:
            people.append([tracklet])
    return people


def _unlike(before: Tracklet, after: Tracklet, cuts: tuple[int, ...], rate: float) -> float:
    """How unlike two tracklets look, in units of what is still one person."""
    old, new = _look(before, last=True), _look(after, last=False)
    shape = float(np.sqrt(((old.shape - new.shape) ** 2).sum(axis=1).mean()))
    colour = float(np.abs(old.patch - new.patch).mean())
    end, start = before.frames[-1], after.frames[0]
    cut_between = any(end < cut <= start for cut in cuts)
    near = not cut_between and start - end <= NEAR_SECONDS * rate and overlap(old.box, new.box) >= NEAR_OVERLAP
    return max(shape / MAX_SHAPE, colour / MAX_COLOUR) / (NEAR_FACTOR if near else 1.0)


def _look(tracklet: Tracklet, *, last: bool) -> _Look:
    """The look of a tracklet's last (or first) pictures, those least turned away."""
    part = slice(-SAMPLE, None) if last else slice(None, SAMPLE)
    landmarks = tracklet.landmarks(part)
    poses = fit_poses(landmarks)
    turn = np.abs(poses.yaw_degrees)
    frontal = turn <= np.median(turn)
    shape = np.median(poses.to_face(landmarks)[frontal][:, list(_POINTS), :2], axis=0)
    patch = np.median(tracklet.patches(part)[frontal], axis=0)
    box = region_of_landmarks(landmarks[-1 if last else 0]).box
    return _Look(shape.astype(np.float32), patch.astype(np.float32), box)
