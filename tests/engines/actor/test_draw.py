"""Painting a plan on pictures, with a bank of painted faces."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from painted_face import dark_pixels, face_shape, one_pose, paint
from syncline.engines.actor.draw import PlanPainter
from syncline.engines.actor.steady import nose_shift, steady_poses
from syncline.engines.base import Correction, DrawPlan, Source
from syncline.face.hull import hull, hull_mask
from syncline.face.mouth import mouth_features
from syncline.face.pose import Poses
from syncline.face.track import track_faces, track_pictures
from syncline.media.picture import Picture
from syncline.media.probe import probe
from syncline.media.read import read_pictures

SIZE = (300, 320)


def join(poses: list[Poses]) -> Poses:
    return Poses(*(np.concatenate([getattr(p, name) for p in poses]) for name in ("scale", "rotation", "translation")))


class PaintedBank:
    """Two clips: openings 0, 0.08, 0.16 IOD; the second clip is smaller and turned."""

    def __init__(self) -> None:
        self.clip = np.array([0, 0, 0, 1, 1, 1])
        self.frame = np.array([0, 1, 2, 0, 1, 2])
        self.pose = join([one_pose(90.0)] * 3 + [one_pose(70.0, 8.0)] * 3)
        shapes = np.stack([face_shape(o) for o in (0.0, 0.08, 0.16)] * 2)
        self.landmarks = self.pose.to_image(shapes)
        self.pictures = [paint(points, SIZE) for points in self.landmarks]

    def crop(self, i: int) -> tuple[np.ndarray, tuple[int, int]]:
        return self.pictures[i][40:, 20:], (20, 40)


@dataclass
class PaintedPicture:
    """As much of a picture as drawing uses."""

    pixels: np.ndarray
    width: int = SIZE[0]
    height: int = SIZE[1]

    def bgr(self, box: tuple[int, int, int, int]) -> np.ndarray:
        return self.pixels[box[1] : box[3], box[0] : box[2]].copy()

    def with_change(self, box: tuple[int, int, int, int], before: np.ndarray, after: np.ndarray) -> PaintedPicture:
        pixels = self.pixels.copy()
        pixels[box[1] : box[3], box[0] : box[2]] = after
        return PaintedPicture(pixels)


def plan(**columns) -> DrawPlan:
    n = len(columns["frame"])
    values = {
        "plate_index": np.arange(n),
        "source": np.full(n, Source.BANK, np.uint8),
        "weight": np.ones(n, np.float32),
        "other": np.full(n, -1, np.int32),
        "other_weight": np.zeros(n, np.float32),
        "close": np.zeros(n, np.float32),
        "reason": np.zeros(n, np.uint16),
        "run": np.zeros(n, np.int32),
        "distance": np.zeros(n, np.float32),
    } | columns
    values["frame"] = np.asarray(values["frame"], np.int32)
    return DrawPlan(**values)


def plate(n: int):
    poses = join([one_pose(90.0, 2.0)] * n)
    landmarks = poses.to_image(face_shape())
    return SimpleNamespace(landmarks=landmarks, pose=poses), PaintedPicture(paint(landmarks[0], SIZE))


def test_each_output_frame_shows_its_bank_frame() -> None:
    track, picture = plate(4)
    painter = PlanPainter(PaintedBank(), track, plan(frame=[0, 1, 2, 5]))
    dark = [int(dark_pixels(painter.draw(picture, t).pixels).sum()) for t in range(4)]
    assert dark[0] < 0.2 * dark[1] < dark[1] < 0.8 * dark[2]
    assert abs(dark[3] - dark[2]) < 0.15 * dark[2]


@pytest.mark.parametrize(
    "columns",
    [
        {"source": np.array([Source.PLATE], np.uint8)},
        {"source": np.array([Source.PASS], np.uint8)},
        {"weight": np.zeros(1, np.float32)},
        {"frame": [-1]},
    ],
)
def test_frames_that_are_not_drawn_come_back_as_the_same_object(columns) -> None:
    track, picture = plate(1)
    assert PlanPainter(PaintedBank(), track, plan(**({"frame": [2]} | columns))).draw(picture, 0) is picture


def test_a_frame_without_landmarks_goes_through() -> None:
    track, picture = plate(3)
    track.landmarks[1] = np.nan
    track.pose.scale[1] = np.nan
    painter = PlanPainter(PaintedBank(), track, plan(frame=[2, 2, 2]))
    assert painter.draw(picture, 1) is picture
    assert painter.draw(picture, 2) is not picture


def test_many_threads_draw_what_one_does() -> None:
    track, picture = plate(12)
    painter = PlanPainter(PaintedBank(), track, plan(frame=[0, 1, 2, 3, 4, 5] * 2))
    alone = [painter.draw(picture, t).pixels for t in range(12)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda t: painter.draw(picture, t).pixels, range(12)))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_a_join_blends_two_frames_and_closing_shuts() -> None:
    track, picture = plate(3)
    painter = PlanPainter(
        PaintedBank(),
        track,
        plan(
            frame=[2, 2, 2],
            other=np.array([-1, 0, -1], np.int32),
            other_weight=np.float32([0, 0.5, 0]),
            close=np.float32([0, 0, 1]),
        ),
    )
    full, half, shut = (painter.draw(picture, t).pixels for t in range(3))
    assert not np.array_equal(full, half)
    assert dark_pixels(shut).sum() < 0.05 * dark_pixels(full).sum()


def test_corrections_of_shape_and_appearance_are_drawn() -> None:
    track, picture = plate(2)
    bank = PaintedBank()
    move = np.zeros((1, 478, 3), np.float32)
    move[0, :, 1] = 0.05
    glow = np.full((1, 20, 30, 3), 40.0, np.float32)
    coefficients = np.float32([[0.0], [1.0]])
    base = PlanPainter(bank, track, plan(frame=[1, 1])).draw(picture, 1).pixels
    shifted = PlanPainter(bank, track, plan(frame=[1, 1], shape=Correction(coefficients, move)))
    assert np.array_equal(shifted.draw(picture, 0).pixels, base)
    low = np.argwhere(dark_pixels(shifted.draw(picture, 1).pixels)).mean(0)
    assert low[0] - np.argwhere(dark_pixels(base)).mean(0)[0] == pytest.approx(0.05 * 90, abs=1.0)

    class Frame:
        def to_pixels(self, i: int) -> np.ndarray:
            x, y = bank.landmarks[i][13, :2]
            return np.float32([[1, 0, x - 15], [0, 1, y - 10]])

    bright = PlanPainter(bank, track, plan(frame=[1, 1], appearance=Correction(coefficients, glow)), appearance=Frame())
    assert np.array_equal(bright.draw(picture, 0).pixels, base)
    assert bright.draw(picture, 1).pixels.astype(int).sum() > base.astype(int).sum() + 20 * 100


def test_steadying_keeps_true_motion_and_drops_trembling() -> None:
    n = 60
    t = np.arange(n, dtype=np.float32)
    true = join([one_pose(90.0 + 0.05 * i, 0.2 * i, (150 + i, 100 + 0.5 * i)) for i in range(n)])
    rng = np.random.default_rng(4)
    shaken = Poses(true.scale, true.rotation, true.translation + rng.normal(0, 0.5, (n, 3)).astype(np.float32))
    calm = steady_poses(shaken)
    error = np.abs(np.diff(calm.translation - true.translation, n=2, axis=0)).mean()
    assert error < 0.25 * np.abs(np.diff(shaken.translation - true.translation, n=2, axis=0)).mean()
    same = steady_poses(true)
    assert np.abs(same.translation - true.translation).max() < 0.01
    assert np.abs(same.rotation - true.rotation).max() < 1e-3
    assert np.allclose(np.linalg.det(calm.rotation), 1.0, atol=1e-5)
    assert t.size == len(calm)


def test_steadying_does_not_reach_across_a_gap() -> None:
    n = 30
    poses = join([one_pose(90.0, at=(150.0 if i < 15 else 500.0, 100.0)) for i in range(n)])
    cut = steady_poses(poses)  # the leap of 350 px is one by itself
    poses.scale[15] = np.nan
    gap = steady_poses(poses)
    for calm in (cut, gap):
        assert np.abs(calm.translation[:15, 0] - 150).max() < 0.01
        assert np.abs(calm.translation[16:, 0] - 500).max() < 0.01
    assert np.isnan(gap.scale[15])
    assert len(steady_poses(poses[:2])) == 2


def test_steadying_does_not_reach_across_frames_left_out() -> None:
    poses = join([one_pose(90.0, at=(150.0 + 2.0 * (i >= 8), 100.0)) for i in range(16)])
    numbers = np.r_[np.arange(8), np.arange(40, 48)]
    assert np.abs(steady_poses(poses, numbers).translation - poses.translation).max() < 1e-3
    assert np.abs(steady_poses(poses).translation - poses.translation).max() > 0.1


def test_a_clip_is_brought_to_the_plate_s_nose() -> None:
    shapes = np.stack([face_shape(0.1)] * 4)
    shift = nose_shift(face_shape() + np.float32([0.02, -0.03, 0.1]), shapes)
    assert np.allclose(shift, [0.02, -0.03, 0.1], atol=1e-4)
    assert not nose_shift(face_shape(), np.full((2, 478, 3), np.nan, np.float32)).any()


class ClipBank:
    """All frames of one real clip as a bank."""

    def __init__(self, path: Path) -> None:
        info = probe(path)
        self.pictures = list(read_pictures(info))
        track = track_faces(info).faces[0]
        self.landmarks, self.pose = track.landmarks, track.pose
        self.clip, self.frame = np.zeros(len(self.pictures), np.int64), np.arange(len(self.pictures))
        self.opening = mouth_features(track.pose.to_face(track.landmarks)).opening

    def crop(self, i: int) -> tuple[np.ndarray, tuple[int, int]]:
        return self.pictures[i].bgr(), (0, 0)


def test_a_real_sentence_drawn_on_another_reads_as_itself(shared_data: Path) -> None:
    plate_info = probe(shared_data / "grid_s1" / "bbaf2n.mpg")
    plates = list(read_pictures(plate_info))
    track = track_faces(plate_info).faces[0]
    bank = ClipBank(shared_data / "grid_s1" / "lbad6n.mpg")
    frames = np.arange(min(len(plates), len(bank.pictures)))
    painter = PlanPainter(bank, track, plan(frame=frames))
    drawn = [painter.draw(plates[t], t) for t in frames]
    # What was asked for is what is seen, by a fresh look at the finished pictures.
    seen = track_pictures(drawn, times=frames / 25.0).faces[0]
    opening = mouth_features(seen.pose.to_face(seen.landmarks)).opening
    wanted, before = bank.opening[frames], mouth_features(track.pose.to_face(track.landmarks)).opening[frames]
    assert np.corrcoef(opening, wanted)[0, 1] > 0.97
    assert np.abs(opening - wanted).mean() < 0.012
    assert np.corrcoef(before, wanted)[0, 1] < 0.8
    for picture, plate_picture, landmarks in zip(drawn[::9], plates[::9], track.landmarks[::9], strict=False):
        outside = ~hull_mask(hull(landmarks), plate_picture.width, plate_picture.height)
        assert np.array_equal(picture.planes[0][outside], plate_picture.planes[0][outside])
        chroma = outside[::2, ::2] & outside[1::2, ::2] & outside[::2, 1::2] & outside[1::2, 1::2]
        for ours, theirs in zip(picture.planes[1:], plate_picture.planes[1:], strict=True):
            assert np.array_equal(ours[chroma], theirs[chroma])
    # As sharp as the plate, and no more restless than real speech.
    x0, y0, x1, y1 = (int(v) for v in (*track.landmarks[30][61, :2], *track.landmarks[30][375, :2]))
    part = (x0 - 10, y0 - 14, x1 + 10, y1 + 16)

    def detail(pictures: list[Picture]) -> float:
        return float(np.mean([np.abs(cv2.Laplacian(p.bgr(part), cv2.CV_32F)).mean() for p in pictures]))

    assert 0.85 < detail(drawn) / detail(bank.pictures) < 1.2
