"""Tracks on disk: whole, without pickles, and hostile files refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from face_pictures import track_with

from syncline.errors import InputError, MissingInput
from syncline.face.tracks import FaceTrack, Flag, Tracks, reasons


def same(a: FaceTrack, b: FaceTrack) -> bool:
    pairs = ((a.landmarks, b.landmarks), (a.flags, b.flags), (a.iod, b.iod), (a.pose.rotation, b.pose.rotation))
    return a.id == b.id and all(np.array_equal(x, y, equal_nan=True) and x.dtype == y.dtype for x, y in pairs)


def test_there_and_back(tmp_path: Path) -> None:
    tracks = Tracks((track_with(np.linspace(0, 0.2, 7)), track_with(np.zeros(7), 1)), (3,), 7)
    tracks.save(tmp_path / "tracks.npz")
    again = Tracks.load(tmp_path / "tracks.npz")
    assert (again.cuts, again.frames) == ((3,), 7)
    assert all(same(a, b) for a, b in zip(tracks.faces, again.faces, strict=True))
    tracks.faces[1].save(tmp_path / "face.npz")
    assert same(FaceTrack.load(tmp_path / "face.npz"), tracks.faces[1])


def test_landmarks_stay_in_the_file(tmp_path: Path) -> None:
    track = track_with(np.zeros(9))
    track.landmarks[4, 7, 1] = np.nan
    Tracks((track,), (), 9).save(tmp_path / "tracks.npz")
    again = Tracks.load(tmp_path / "tracks.npz").faces[0]
    assert isinstance(again.landmarks, np.memmap)
    assert np.flatnonzero(~again.complete).tolist() == [4]
    with np.load(tmp_path / "tracks.npz", allow_pickle=False) as plain:  # and numpy alone can read it
        assert np.array_equal(plain["0/landmarks"], track.landmarks, equal_nan=True)


def test_no_faces(tmp_path: Path) -> None:
    Tracks((), (), 12).save(tmp_path / "tracks.npz")
    assert Tracks.load(tmp_path / "tracks.npz") == Tracks((), (), 12)


def test_flags_say_what_can_be_drawn() -> None:
    track = track_with(np.zeros(7))
    for frame, flag in enumerate(Flag):
        track.flags[frame] = flag
    drawable = dict(zip(Flag, track.drawable, strict=True))
    assert [flag for flag, yes in drawable.items() if yes] == [Flag.CUT, Flag.BRIDGED]
    assert not track.present[0]
    assert reasons(Flag.YAW | Flag.OCCLUDED) == ("yaw", "occluded")


def write(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def test_hostile_files(tmp_path: Path) -> None:
    with pytest.raises(MissingInput):
        Tracks.load(tmp_path / "absent.npz")
    noise = tmp_path / "noise.npz"
    noise.write_bytes(np.random.default_rng(0).bytes(5000))
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, schema=np.array([{"a": 1}], dtype=object))
    plain = tmp_path / "plain.npy"
    np.save(plain, np.zeros(3))
    wrong = write(tmp_path / "wrong.npz", schema=np.array("syncline.timeline/1"))
    empty = write(tmp_path / "empty.npz", schema=np.array("syncline.facetracks/1"))
    short = tmp_path / "short.npz"
    Tracks((track_with(np.zeros(7)),), (), 9).save(short)
    cut = tmp_path / "cut.npz"
    cut.write_bytes(short.read_bytes()[:2000])
    for path in (noise, pickled, plain, wrong, empty, short, cut):
        with pytest.raises(InputError, match=r"."):
            Tracks.load(path)


def test_arrays_of_the_wrong_shape(tmp_path: Path) -> None:
    track = track_with(np.zeros(4))
    good = {
        "schema": np.array("syncline.facetrack/1"),
        "id": np.int64(0),
        "landmarks": track.landmarks,
        "flags": track.flags,
        "scale": track.pose.scale,
        "rotation": track.pose.rotation,
        "translation": track.pose.translation,
        "iod": track.iod,
    }
    assert same(FaceTrack.load(write(tmp_path / "good.npz", **good)), track)
    for name in ("landmarks", "flags", "rotation", "id"):
        bad = dict(good)
        bad[name] = np.zeros((2, 2), np.float32)
        with pytest.raises(InputError, match=name):
            FaceTrack.load(write(tmp_path / "bad.npz", **bad))
