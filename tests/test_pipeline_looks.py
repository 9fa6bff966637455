"""Which pictures are looked at, which belong together, and what is kept of a look."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from clips import make_clip
from syncline.face.pose import fit_poses
from syncline.face.tracks import FaceTrack, Flag, Tracks
from syncline.media.info import VideoStream
from syncline.media.probe import probe
from syncline.pipeline import looks
from syncline.pipeline.looks import EVERY_S, LONG_S, WINDOW_S, face_box, paired, same_face, sampled
from syncline.quality.looks import AgainstFigures, WithinFigures, Worst
from syncline.quality.passed import PassedRange
from syncline.speech.cuesheet import CueSheet, Phone


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> VideoStream:
    info = probe(make_clip(tmp_path_factory.mktemp("clip") / "a.mp4", frames=50))
    assert info.video is not None
    return info.video


def at_rate(video: VideoStream, rate: int, frames: int, first: int = 0) -> VideoStream:
    return replace(
        video, time_base=Fraction(1, rate), times=tuple(range(first, first + frames)), frames=frames, keys=(0,)
    )


def test_short_clips_are_looked_at_whole(video: VideoStream) -> None:
    times = np.arange(round(25 * LONG_S)) / 25
    assert list(sampled(video, times)) == list(range(len(times)))
    assert list(sampled(video, np.zeros(0))) == []


def test_of_long_clips_a_part_from_key_frames_on(video: VideoStream) -> None:
    times = np.arange(25 * 600) / 25
    keys = tuple(range(0, len(times), 275))  # every 11 s
    chosen = np.array(sampled(replace(video, keys=keys), times))
    starts = chosen[np.flatnonzero(np.diff(chosen, prepend=-9) != 1)]
    assert set(starts.tolist()) <= set(keys)
    assert len(chosen) / len(times) == pytest.approx(WINDOW_S / 22, abs=0.02)
    assert (np.diff(chosen) > 0).all()
    without = np.array(sampled(replace(video, keys=(0,)), times))
    assert len(without) / len(times) == pytest.approx(WINDOW_S / EVERY_S, abs=0.02)
    assert without[-1] < len(times)


def test_odd_times_end(video: VideoStream) -> None:
    times = np.sort(np.concatenate([np.zeros(50), np.full(50, 40.0), [1000.0]]))
    chosen = list(sampled(replace(video, keys=tuple(range(101))), times))
    assert chosen == sorted(set(chosen))
    assert chosen[-1] < 101


def test_pictures_are_paired_by_time(video: VideoStream) -> None:
    slow, quick = at_rate(video, 25, 50), at_rate(video, 50, 100, first=7)
    assert paired(slow, quick) == [(k, 2 * k) for k in range(50)]
    assert paired(quick, slow)[:4] == [(0, 0), (1, 0), (2, 1), (3, 1)]
    longer = at_rate(video, 25, 80)
    assert paired(longer, slow) == [(k, k) for k in range(50)]  # beyond the original's end there is nothing


def track(x: float, frames: int = 30, number: int = 0) -> FaceTrack:
    rng = np.random.default_rng(1)
    shape = rng.normal(0, 40, (478, 3)).astype(np.float32)
    shape[33], shape[263] = (-50, 0, 0), (50, 0, 0)
    landmarks = np.repeat(shape[None], frames, axis=0) + np.array([x, 200, 0], np.float32)
    flags = np.zeros(frames, np.uint16)
    iod = np.full(frames, 100, np.float32)
    return FaceTrack(number, landmarks, flags, fit_poses(landmarks), iod)


def test_the_same_face_is_the_one_at_the_same_place() -> None:
    pairs = [(k, k) for k in range(30)]
    tracks = Tracks((track(600, number=0), track(320, number=1), track(900, number=2)), (), 30)
    found = same_face(track(300), tracks, pairs)
    assert found is not None
    assert found.id == 1
    assert same_face(track(450), tracks, pairs) is None
    assert same_face(track(300), Tracks((), (), 30), pairs) is None
    assert same_face(track(300), tracks, []) is None


def test_a_box_holds_the_whole_face_and_room_around_it() -> None:
    landmarks = track(300).landmarks[0]
    x0, y0, x1, y1 = face_box(landmarks)
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    assert x0 <= low[0] - 34
    assert y0 <= low[1] - 34
    assert x1 >= high[0] + 34
    assert y1 >= high[1] + 34


def test_why_a_mouth_was_left_alone() -> None:
    face = track(300, frames=10)
    face.flags[2] = int(Flag.YAW) | int(Flag.BRIDGED)
    cue = CueSheet("en", (), (Phone("a", 0.0, 0.2), Phone("sil", 0.2, 1.0)), 1.0, "given")
    told = looks._reasons(face, np.arange(10) / 10, cue)
    assert told == ["", "", "yaw", "", *["silence"] * 6]


def test_what_is_kept_of_a_look_is_what_was_seen(tmp_path: Path) -> None:
    within = WithinFigures(frames=9, colour=Worst(1.5, 2.0), flicker=Worst(0.4), generated_px=96)
    looks._save(within, tmp_path)
    assert looks._load_within(tmp_path) == within
    against = AgainstFigures(
        frames=9, identity=Worst(0.99, 1.0), untouched=(PassedRange(0.0, 1.0, 25, ("yaw",)), PassedRange(2, 3, 25, ()))
    )
    looks._save(against, tmp_path)
    assert looks._load_against(tmp_path) == against
    (tmp_path / "look.json").write_text('{"frames": 3, "sharpness": {"worst": 1}}')
    with pytest.raises(TypeError):  # the step is made again
        looks._load_within(tmp_path)
