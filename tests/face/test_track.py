"""Tracking real faces: found, followed, lost, cut, covered, small, turned."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from face_pictures import even_times, frames_of, pictures_of

from clips import make_clip
from syncline.errors import InputError
from syncline.events import Event, Note, Progress
from syncline.face import spool
from syncline.face.mouth import mouth_features
from syncline.face.topology import LIPS
from syncline.face.track import FaceTrack, Flag, TrackOptions, Tracks, track_faces, track_pictures
from syncline.media import arrays
from syncline.media.probe import probe

Frames = list[np.ndarray]


def track(frames: Frames, options: TrackOptions | None = None) -> Tracks:
    return track_pictures(pictures_of(frames), even_times(len(frames)), options=options)


def flagged(face: FaceTrack, flag: Flag) -> list[int]:
    return [int(frame) for frame in np.flatnonzero(face.flags & np.uint16(flag))]


def test_one_face_is_followed_through(talker: Frames) -> None:
    events: list[Event] = []
    tracks = track_pictures(pictures_of(talker), even_times(60), on_event=events.append)
    assert (len(tracks.faces), tracks.cuts, tracks.frames) == (1, (), 60)
    face = tracks.faces[0]
    assert face.drawable.all()
    assert not face.flags.any()
    assert face.landmarks.shape == (60, 478, 3)
    assert face.landmarks.dtype == np.float32
    assert face.flags.dtype == np.uint16
    assert np.abs(face.iod - 100).max() < 15  # 202 px at 720 lines
    assert face.pose.yaw_degrees.mean() == pytest.approx(8.5, abs=5)
    opening = mouth_features(face.pose.to_face(face.landmarks)).opening
    assert opening.max() > 0.1
    assert opening.min() < 0.02
    assert any(isinstance(event, Progress) and event.done == 60 for event in events)
    assert any(isinstance(event, Note) and "1 face in 60 pictures" in event.text for event in events)


def test_landmarks_agree_with_the_whole_picture_model(talker: Frames) -> None:
    """mediapipe's own solution on whole pictures is the reference; both differ by the model's noise."""
    mediapipe = pytest.importorskip("mediapipe")
    ours = track(talker[:12]).faces[0].landmarks
    with mediapipe.solutions.face_mesh.FaceMesh(refine_landmarks=True) as mesh:
        found = [mesh.process(np.ascontiguousarray(frame[:, :, ::-1])).multi_face_landmarks[0] for frame in talker[:12]]
    height, width = talker[0].shape[:2]
    theirs = np.array([[[p.x * width, p.y * height, p.z * width] for p in face.landmark] for face in found])
    distance = np.linalg.norm((ours - theirs)[:, list(LIPS), :2], axis=2) / 100  # IOD is 100 px
    assert distance.mean() < 0.015
    assert np.abs((ours - theirs)[:, :, 2]).mean() / 100 < 0.05


def test_a_second_without_any_face(talker: Frames) -> None:
    empty = np.full_like(talker[0], 60)
    tracks = track(talker[:20] + [empty] * 25 + talker[20:40])
    assert len(tracks.faces) == 1
    face = tracks.faces[0]
    assert flagged(face, Flag.NO_FACE) == list(range(20, 45))
    assert np.isnan(face.landmarks[20:45]).all()
    assert np.isnan(face.pose.scale[20:45]).all()
    assert not face.drawable[20:45].any()
    assert face.drawable[:20].all()
    assert face.drawable[45:].all()
    assert tracks.cuts == (20, 45)
    assert flagged(face, Flag.CUT) == [20, 45]


def test_a_short_loss_is_bridged(talker: Frames) -> None:
    frames = [frame.copy() for frame in talker[:30]]
    for frame in frames[12:15]:
        frame[40:330, 240:470] = 90  # the face vanishes, the picture stays
    face = track(frames).faces[0]
    assert flagged(face, Flag.BRIDGED) == [12, 13, 14]
    assert face.present.all()
    truth = track(talker[:30]).faces[0]
    assert np.abs(face.landmarks - truth.landmarks)[:, :, :2].max() < 12


def test_a_cut_to_another_person_and_back(talker: Frames, other: Frames) -> None:
    tracks = track(talker[:20] + other[:20] + talker[20:40])
    assert tracks.cuts == (20, 40)
    assert [flagged(face, Flag.NO_FACE) for face in tracks.faces] == [
        list(range(20, 40)),
        [*range(20), *range(40, 60)],
    ]
    assert flagged(tracks.faces[0], Flag.CUT) == [20, 40]


def test_two_faces_keep_their_places(shared_data: Path) -> None:
    frames = frames_of(shared_data / "clips" / "debate_2spk_en.mp4", 40, start=150, height=540)
    tracks = track(frames)
    assert len(tracks.faces) == 2
    assert tracks.cuts == ()
    assert [face.id for face in tracks.faces] == [0, 1]
    middles = sorted((face.landmarks[:, 1, 0] for face in tracks.faces), key=lambda x: float(x.mean()))
    assert np.nanmax(middles[0]) < 480 < np.nanmin(middles[1])
    assert all(face.present.all() for face in tracks.faces)


def test_a_microphone_before_the_mouth_is_seen(shared_data: Path) -> None:
    """She holds it before chin and lip in frames 160 to 204 and beside her mouth in 215 to 240."""
    frames = frames_of(shared_data / "clips" / "debate_2spk_en.mp4", 110, start=140, height=540)
    face = next(face for face in track(frames).faces if np.nanmean(face.landmarks[:, 1, 0]) > 480)
    covered = (face.flags & np.uint16(Flag.OCCLUDED)) > 0
    assert covered[20:64].mean() > 0.9
    assert covered[75:100].mean() < 0.1


@pytest.mark.parametrize("kind", ["hand", "microphone"])
def test_what_covers_the_mouth_is_seen(talker: Frames, kind: str) -> None:
    clean = track(talker).faces[0]
    frames = [frame.copy() for frame in talker]
    for index in range(25, 45):
        points = clean.landmarks[index]
        x, y = (int(value) for value in points[[13, 14], :2].mean(axis=0))
        if kind == "hand":
            skin = frames[index][int(points[50, 1]), int(points[50, 0])].tolist()
            cv2.ellipse(frames[index], (x, y), (55, 35), 20, 0, 360, skin, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(frames[index], (x - 18, y - 12), (x + 18, 360), (35, 36, 38), -1)
    face = track(frames).faces[0]
    covered = flagged(face, Flag.OCCLUDED)
    assert set(range(25, 45)) <= set(covered)
    assert set(covered) <= set(range(22, 48))
    assert not face.drawable[30]


def test_small_faces(shared_data: Path, talker: Frames) -> None:
    frames = frames_of(shared_data / "clips" / "vox_681100216_en.mp4", 20)
    assert frames[0].shape[:2] == (224, 224)
    assert track(frames).faces[0].drawable.all()
    # A face of 60 pixels somewhere in 1080 lines (the talker's face is half of the picture's height).
    canvas = np.full((1080, 1920, 3), 70, np.uint8)
    small = cv2.resize(talker[0], None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    canvas[700 : 700 + small.shape[0], 1500 : 1500 + small.shape[1]] = small
    tracks = track([canvas] * 6)
    assert len(tracks.faces) == 1
    assert tracks.faces[0].present.all()
    assert 22 < np.median(tracks.faces[0].iod) < 36
    strict = track([canvas] * 6, TrackOptions(min_iod_px=40.0))
    assert flagged(strict.faces[0], Flag.SMALL) == list(range(6))


def test_a_mouth_beyond_the_border(talker: Frames) -> None:
    mouth = track(talker[:2]).faces[0].landmarks[0, 13, 1]
    cropped = [frame[: int(mouth) + 2] for frame in talker[:12]]
    tracks = track(cropped)
    assert tracks.faces
    assert flagged(tracks.faces[0], Flag.OFF_FRAME) == list(range(12))


def test_a_profile_is_flagged(shared_data: Path) -> None:
    frames = frames_of(shared_data / "clips" / "debate_2spk_en.mp4", 12, start=100, height=540)
    turned = min(track(frames).faces, key=lambda face: float(np.nanmean(face.landmarks[:, 1, 0])))
    assert set(flagged(turned, Flag.YAW)) >= set(flagged(turned, Flag.NO_FACE)) ^ set(range(12))


def test_rotated_files_arrive_upright(talker: Frames, tmp_path: Path) -> None:
    """A phone's clip: stored on its side, with a display matrix."""
    height, width = talker[0].shape[:2]
    stored = [np.ascontiguousarray(np.rot90(frame[:, :, ::-1], 1)) for frame in talker[:10]]
    path = make_clip(
        tmp_path / "turned.mp4", width=height, height=width, frames=10, picture=lambda i: stored[i], rotation=-90
    )
    info = probe(path)
    assert info.video is not None
    assert (info.video.width, info.video.height) == (width, height)
    face = track_faces(info).faces[0]
    assert face.drawable.all()
    assert abs(face.pose.roll_degrees).max() < 15
    upright = track(talker[:10]).faces[0]
    assert np.abs(face.landmarks - upright.landmarks)[:, :, :2].mean() < 2.0


def test_variable_rate_and_one_frame(talker: Frames, tmp_path: Path) -> None:
    times = [Fraction(t, 1000) for t in (0, 40, 60, 140, 150, 230)]
    pictures = [np.ascontiguousarray(frame[:, :, ::-1]) for frame in talker]
    height, width = talker[0].shape[:2]
    varied = make_clip(tmp_path / "v.mp4", width=width, height=height, times=times, picture=lambda i: pictures[i])
    tracks = track_faces(probe(varied))
    assert tracks.frames == 6
    assert tracks.faces[0].drawable.all()
    single = make_clip(tmp_path / "one.mp4", width=width, height=height, frames=1, picture=lambda i: pictures[i])
    tracks = track_faces(probe(single))
    assert tracks.frames == 1
    assert tracks.faces[0].drawable.tolist() == [True]


def test_landmarks_in_files_are_the_same(talker: Frames, monkeypatch: pytest.MonkeyPatch) -> None:
    """What long plates do: everything goes through temporary files."""
    frames = talker[:30] + [np.full_like(talker[0], 60)] * 3 + talker[30:60]
    short = track(frames).faces[0]
    monkeypatch.setattr(arrays, "MAPPED_FROM", 0)
    monkeypatch.setattr(spool, "HELD", 4)
    long = track(frames).faces[0]
    assert isinstance(long.landmarks, np.memmap)
    assert np.array_equal(short.landmarks, long.landmarks, equal_nan=True)
    assert np.array_equal(short.flags, long.flags)
    assert np.array_equal(short.iod, long.iod, equal_nan=True)


def test_no_face_at_all(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "empty.mp4", width=128, height=96, frames=10)
    tracks = track_faces(probe(path))
    assert tracks == Tracks((), tracks.cuts, 10)


def test_no_picture_at_all(shared_data: Path) -> None:
    with pytest.raises(InputError, match="no picture"):
        track_faces(probe(shared_data / "clips" / "ls1.wav"))


@pytest.mark.parametrize("bad", [{"max_faces": 0}, {"views": 99}, {"scan_seconds": 0.0}, {"min_detection": 1.0}])
def test_bad_options(bad: dict[str, float]) -> None:
    with pytest.raises(InputError, match="Track options"):
        TrackOptions(**bad)  # type: ignore[arg-type]
