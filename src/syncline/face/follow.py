"""Following faces from picture to picture: the tracklets from which face tracks are made.

A tracklet is one face without interruption by a cut. What happens to it later (joining the parts of one person,
smoothing, flags) needs no picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.face.cuts import CutDetector
from syncline.face.graphs import Detection, DetectorGraphs, MeshGraph
from syncline.face.lowerface import LowerFaces
from syncline.face.patch import MouthPatch, mouth_patch
from syncline.face.pose import Floats, fit_residual
from syncline.face.regions import (
    Region,
    cut_region,
    overlap,
    region_of_detection,
    region_of_landmarks,
)
from syncline.face.search import find_faces, find_near
from syncline.face.spool import Spool
from syncline.media.picture import Picture

SMALL_SCANS: Final = 5  # every so many scans of the whole picture also look for small faces, at ten times the cost
PATIENCE_SECONDS: Final = 1.0  # a lost face is looked for near its last place so long
SAME_FACE: Final = 0.45  # overlap from which two tracklets follow the same face
ANEW: Final = 0.25  # overlap from which a detection belongs to a face that is followed
MAX_LEAP: Final = 0.5  # in widths of the face: a face that moves further from one picture to the next is another
MAX_GROWTH: Final = 1.35  # a face that changes its size more from one picture to the next is another
MAX_RESIDUAL: Final = 0.085  # IOD; a skull that fits the canonical face worse is no face


@dataclass
class Tracklet:
    """One face, followed: the frames (rising) where it was seen; what was seen there lies in a spool.

    records : number in the spool of each frame's raw landmarks and mouth patch.
    """

    region: Region
    spool: Spool
    frames: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    missed: int = 0

    def add(self, frame: int, landmarks: Floats, patch: MouthPatch) -> None:
        """Append what is seen in a frame: landmarks (478, 3) px and the patch."""
        self.frames.append(frame)
        self.records.append(self.spool.add(landmarks, patch))

    def landmarks(self, part: slice) -> Floats:
        """(N, 478, 3) float32 px of a part of its frames."""
        return self.spool.landmarks(self.records[part])

    def patches(self, places: slice | npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """(N, ROWS, COLUMNS, 3) uint8 RGB of a part of its frames, or of some places among them."""
        return self.spool.patches(
            self.records[places] if isinstance(places, slice) else [self.records[place] for place in places]
        )

    @property
    def lost(self) -> bool:
        return self.missed > 0


class Follower:
    """Feed it every picture of a plate in order; `finished` holds the tracklets.

    mesh, detectors : the models. spool : takes what is seen. rate : pictures a second, about.
    max_faces : so many are followed at once, the largest.
    views : looks at each face, averaged: two lower the landmarks' noise by a quarter for 3 ms more.
    scan_seconds : how often the whole picture is searched for new faces.
    lower_faces : takes a crop of each record of the spool.
    """

    def __init__(
        self,
        mesh: MeshGraph,
        detectors: DetectorGraphs,
        spool: Spool,
        *,
        rate: float,
        max_faces: int,
        views: int,
        scan_seconds: float,
        lower_faces: LowerFaces | None = None,
    ) -> None:
        self._mesh, self._detectors, self._spool = mesh, detectors, spool
        self._lower_faces = lower_faces
        self._max_faces, self._views = max_faces, views
        self._patience = max(2, round(PATIENCE_SECONDS * rate))
        self._scan_every = max(1, round(scan_seconds * rate))
        self._look_every = max(1, round(0.12 * rate))  # without any face: how often the whole picture is searched
        self._next_scan = self._next_small_scan = 0
        self._frame = -1
        self._cuts = CutDetector()
        self.active: list[Tracklet] = []
        self.finished: list[Tracklet] = []

    @property
    def cuts(self) -> tuple[int, ...]:
        """Frames that begin a new shot, so far."""
        return self._cuts.cuts

    def feed(self, picture: Picture) -> None:
        """Follow all faces into the next picture."""
        self._frame += 1
        if self._cuts.feed(picture.planes, picture.layout.depth):
            self._end(list(self.active))
            self._next_scan = self._next_small_scan = self._frame
        for tracklet in list(self.active):
            self._step(picture, tracklet)
        self._drop_doubles()
        if self._frame >= self._next_scan:
            small = self._frame >= self._next_small_scan
            self._scan(picture, small=small)
            self._next_scan = self._frame + self._scan_every
            if small:
                self._next_small_scan = self._frame + SMALL_SCANS * self._scan_every
        elif not any(not tracklet.lost for tracklet in self.active) and self._frame % self._look_every == 0:
            self._scan(picture, small=False)

    def finish(self) -> list[Tracklet]:
        """End all tracklets and return them."""
        self._end(list(self.active))
        return self.finished

    def _end(self, tracklets: list[Tracklet]) -> None:
        for tracklet in tracklets:
            self.active.remove(tracklet)
            if tracklet.frames:
                self.finished.append(tracklet)

    def _step(self, picture: Picture, tracklet: Tracklet) -> None:
        """Follow one face into the picture, or look for it if it is lost."""
        if not tracklet.lost and self._look(picture, tracklet, tracklet.region, near=True):
            return
        for found in find_near(picture, self._detectors, tracklet.region.box):
            if overlap(found.box, tracklet.region.box) > ANEW and self._look(
                picture, tracklet, region_of_detection(found), near=True
            ):
                return
        tracklet.missed += 1
        if tracklet.missed > self._patience:
            self._end([tracklet])

    def _look(self, picture: Picture, tracklet: Tracklet, region: Region, *, near: bool) -> bool:
        """Fit the landmarks in a region; True if that is a face (if `near`: the one that was followed)."""
        crop = cut_region(picture, region)
        seen = None if crop is None else self._mesh(crop.rgb)
        if crop is None or seen is None:
            return False
        landmarks = crop.to_picture(seen)
        if fit_residual(landmarks) > MAX_RESIDUAL:
            return False
        after = region_of_landmarks(landmarks)
        if near and tracklet.frames and not _continues(tracklet.region, after):
            return False
        for view in range(1, self._views):
            landmarks = self._another_view(picture, region, view, landmarks)
        tracklet.region = region_of_landmarks(landmarks)
        tracklet.add(self._frame, landmarks, mouth_patch(crop.rgb, seen))
        if self._lower_faces is not None:
            self._lower_faces.add(picture, landmarks)
        tracklet.missed = 0
        return True

    def _another_view(self, picture: Picture, region: Region, view: int, landmarks: Floats) -> Floats:
        """The running mean of the landmarks with those of a slightly different region."""
        crop = cut_region(picture, region.nudged(0.01 * view, 1.0 + 0.05 * view, 0.03 * view))
        seen = None if crop is None else self._mesh(crop.rgb)
        if crop is None or seen is None:
            return landmarks
        return ((landmarks * view + crop.to_picture(seen)) / (view + 1)).astype(np.float32)

    def _scan(self, picture: Picture, *, small: bool) -> None:
        """Search the whole picture and begin to follow what is new."""
        found = find_faces(picture, self._detectors, small=small)
        for item in sorted(found, key=_area, reverse=True):
            followed = [one for one in self.active if overlap(one.region.box, item.box) > ANEW]
            if any(not one.lost for one in followed):
                continue
            if followed and self._look(picture, followed[0], region_of_detection(item), near=False):
                continue
            if len(self.active) >= self._max_faces:
                break
            tracklet = Tracklet(region_of_detection(item), self._spool)
            if self._look(picture, tracklet, tracklet.region, near=False):
                # The first look comes from the detector's box; a second, from the landmarks, is as good as later ones.
                again = tracklet.region
                tracklet.frames.clear()
                tracklet.records.clear()
                if self._look(picture, tracklet, again, near=False):
                    self.active.append(tracklet)
        self._drop_doubles()

    def _drop_doubles(self) -> None:
        """Where two tracklets ended up on the same face, the younger one gives way."""
        seen = sorted((one for one in self.active if not one.lost), key=lambda one: one.frames[0])
        kept: list[Tracklet] = []
        for younger in seen:
            if any(overlap(younger.region.box, older.region.box) > SAME_FACE for older in kept):
                younger.frames.pop()
                younger.records.pop()
                self._end([younger])
            else:
                kept.append(younger)


def _area(item: Detection) -> float:
    return (item.box[2] - item.box[0]) * (item.box[3] - item.box[1])


def _continues(before: Region, after: Region) -> bool:
    """Whether a face may have come from one region to the other between neighbouring pictures."""
    leap = float(np.hypot(after.x - before.x, after.y - before.y)) / min(before.side, after.side)
    growth = max(after.side / before.side, before.side / after.side)
    return leap < MAX_LEAP and growth < MAX_GROWTH
