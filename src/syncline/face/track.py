"""Pass 1 over the plate: every face, in every picture."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.events import Listener, Note, Progress, silent, timed
from syncline.face.ahead import ahead
from syncline.face.follow import Follower, Tracklet
from syncline.face.graphs import DetectorGraphs, MeshGraph
from syncline.face.link import link
from syncline.face.lowerface import LowerFaces
from syncline.face.occlusion import occluded
from syncline.face.pose import Floats, fit_poses
from syncline.face.smooth import bridge, smooth_in_place
from syncline.face.spool import Spool
from syncline.face.topology import CHIN, OUTER_EYE_CORNERS, OUTER_LIPS, POINTS
from syncline.face.tracks import FaceTrack, Flag, Tracks
from syncline.media.arrays import new_array, stretches
from syncline.media.info import MediaInfo
from syncline.media.picture import Picture
from syncline.media.read import read_pictures

__all__ = ["FaceTrack", "Flag", "TrackOptions", "Tracks", "track_faces", "track_pictures"]

STAGE = "track"


@dataclass(frozen=True)
class TrackOptions:
    """How faces are tracked; part of the tracks' cache key.

    max_faces : faces followed at the same time, the largest first.
    views : looks at each face and picture, averaged (1: fast; 2: landmark noise a quarter lower, 3 ms more).
    scan_seconds : how often the whole picture is searched for new and small faces.
    min_detection : the detectors' own score from which something is a face, 0 to 1.
    max_yaw_degrees : beyond this turn a frame gets the flag YAW.
    min_iod_px : below this distance of the outer eye corners a frame gets the flag SMALL.
    min_track_seconds : what is seen for less is no face (a picture on a wall that flickers in and out).
    """

    max_faces: int = 6
    views: int = 1
    scan_seconds: float = 1.0
    min_detection: float = 0.5
    max_yaw_degrees: float = 35.0
    min_iod_px: float = 22.0
    min_track_seconds: float = 0.2

    def __post_init__(self) -> None:
        if not (1 <= self.max_faces <= 32 and 1 <= self.views <= 8):
            raise InputError("Track options: max_faces must be 1 to 32 and views 1 to 8.", stage=STAGE)
        if not (self.scan_seconds > 0 and 0 < self.min_detection < 1 and self.min_track_seconds >= 0):
            raise InputError("Track options: scan_seconds and min_detection must be above 0.", stage=STAGE)


def track_faces(
    info: MediaInfo,
    *,
    options: TrackOptions | None = None,
    on_event: Listener = silent,
    lower_faces: LowerFaces | None = None,
) -> Tracks:
    """Track all faces of a plate in one streaming pass; long plates' landmarks lie in a temporary file.

    lower_faces : opened; takes a crop of every face in every picture on the way.

    Returns tracks over all `info.video.frames` pictures, the face that fills most of the plate first.
    Raises InputError where the file has no picture, DependencyError without mediapipe.
    """
    if info.video is None:
        raise InputError("There is no picture in this file, so no face can be tracked.", file=info.path, stage=STAGE)
    times = np.array([float(tick * info.video.time_base) for tick in info.video.times], np.float64)
    with timed(STAGE, on_event):
        return track_pictures(
            ahead(read_pictures(info)), times, options=options, on_event=on_event, lower_faces=lower_faces
        )


def track_pictures(
    pictures: Iterable[Picture],
    times: npt.NDArray[np.float64],
    *,
    options: TrackOptions | None = None,
    on_event: Listener = silent,
    lower_faces: LowerFaces | None = None,
) -> Tracks:
    """Track all faces of a run of pictures shown at `times` (T,) seconds; `track_faces` for files."""
    with Spool() as spool:
        return _track(spool, pictures, times, options or TrackOptions(), on_event, lower_faces)


def _track(
    spool: Spool,
    pictures: Iterable[Picture],
    times: npt.NDArray[np.float64],
    options: TrackOptions,
    on_event: Listener,
    lower_faces: LowerFaces | None,
) -> Tracks:
    size = (0, 0)
    with ExitStack() as models:
        follower = Follower(
            models.enter_context(MeshGraph()),
            models.enter_context(DetectorGraphs(options.min_detection)),
            spool,
            rate=_rate(times),
            max_faces=options.max_faces,
            views=options.views,
            scan_seconds=options.scan_seconds,
            lower_faces=lower_faces,
        )
        count = 0
        for picture in pictures:
            follower.feed(picture)
            size = (picture.width, picture.height)
            count += 1
            if count % 10 == 0:
                on_event(Progress(STAGE, count, max(count, len(times))))
        tracklets = follower.finish()
    on_event(Progress(STAGE, count, count))
    if count < len(times):
        on_event(Note(STAGE, f"{len(times) - count} of {len(times)} pictures could not be decoded."))
    times = times[:count]
    least = options.min_track_seconds * _rate(times)
    people = link([one for one in tracklets if len(one.frames) >= min(least, count)], follower.cuts, _rate(times))
    faces = [(_finish(person, times, follower.cuts, size, options), person) for person in people]
    faces.sort(key=lambda pair: _presence(pair[0]), reverse=True)
    if lower_faces is not None:
        for number, (_, person) in enumerate(faces):
            lower_faces.settle(number, count, _sightings(person))
    numbered = tuple(replace(face, id=number) for number, (face, _) in enumerate(faces))
    on_event(Note(STAGE, _summary(numbered, follower.cuts, count)))
    return Tracks(numbered, follower.cuts, count)


def _rate(times: npt.NDArray[np.float64]) -> float:
    """Pictures a second, about."""
    usual = float(np.median(np.diff(times))) if len(times) > 1 else 0.04
    return 1.0 / min(max(usual, 1e-3), 1.0)


def _finish(
    person: list[Tracklet],
    times: npt.NDArray[np.float64],
    cuts: tuple[int, ...],
    size: tuple[int, int],
    options: TrackOptions,
) -> FaceTrack:
    """Make one person's track of its tracklets: bridge, smooth, fit the pose, set the flags."""
    frames = len(times)
    covered = np.zeros(frames, bool)
    for tracklet in person:
        covered[occluded(tracklet)] = True
    landmarks = _landmarks(person, frames)
    bridged = bridge(landmarks, times, cuts)
    edges = sorted({0, *cuts, frames})
    for start, stop in itertools.pairwise(edges):
        smooth_in_place(landmarks[start:stop], times[start:stop])
    pose = fit_poses(landmarks)
    iod, off_frame = _measured(landmarks, size)
    flags = np.zeros(frames, np.uint16)
    absent = np.isnan(iod)
    flags[absent] |= Flag.NO_FACE
    with np.errstate(invalid="ignore"):
        flags[np.abs(pose.yaw_degrees) > options.max_yaw_degrees] |= Flag.YAW
        flags[iod < options.min_iod_px] |= Flag.SMALL
    flags[off_frame] |= Flag.OFF_FRAME
    flags[covered & ~absent] |= Flag.OCCLUDED
    flags[bridged] |= Flag.BRIDGED
    flags[[cut for cut in cuts if cut < frames]] |= Flag.CUT
    return FaceTrack(0, landmarks, flags, pose, iod)


def _sightings(person: list[Tracklet]) -> dict[int, int]:
    """Number of the record of each frame in which a person was seen."""
    return {
        frame: record for tracklet in person for frame, record in zip(tracklet.frames, tracklet.records, strict=True)
    }


def _landmarks(person: list[Tracklet], frames: int) -> Floats:
    """(T, 478, 3) float32 px of one person's tracklets, NaN between them."""
    landmarks = new_array((frames, POINTS, 3))
    for part in stretches(landmarks):
        landmarks[part] = np.nan
    for tracklet in person:
        numbers = np.array(tracklet.frames, np.int64)
        for part in stretches(numbers, landmarks):
            landmarks[numbers[part]] = tracklet.landmarks(part)
    return landmarks


def _measured(landmarks: Floats, size: tuple[int, int]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(T,) float32 IOD in px, and (T,) bool where lips or chin reach over the picture's border."""
    iod, outside = np.empty(len(landmarks), np.float32), np.zeros(len(landmarks), np.bool_)
    left, right = OUTER_EYE_CORNERS
    for part in stretches(landmarks):
        points = landmarks[part]
        iod[part] = np.linalg.norm(points[:, right] - points[:, left], axis=1)
        mouth = points[:, [*OUTER_LIPS, *CHIN], :2]
        with np.errstate(invalid="ignore"):
            outside[part] = ((mouth < 0) | (mouth > np.array(size, np.float32) - 1)).any(axis=(1, 2))
    return iod, outside


def _presence(face: FaceTrack) -> float:
    """How much of the plate a face fills: its size times its frames."""
    return float(np.nansum(face.iod.astype(np.float64) ** 2))


def _summary(faces: tuple[FaceTrack, ...], cuts: tuple[int, ...], frames: int) -> str:
    if not faces:
        return f"No face was found in {frames} pictures."
    parts = [
        f"face {face.id}: {int(face.present.sum())} pictures, IOD {np.nanmedian(face.iod):.0f} px" for face in faces
    ]
    shots = "" if not cuts else f"; {len(cuts)} cuts"
    return f"{len(faces)} face{'s' if len(faces) > 1 else ''} in {frames} pictures ({'; '.join(parts)}){shots}."
