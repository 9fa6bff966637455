"""Pose from landmarks: known similarities, signs, and that the mouth has no vote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from face_pictures import even_times, faces_with, frames_of, neutral_face, pictures_of, still_poses

from syncline.face.mouth import mouth_features, mouth_in_pose
from syncline.face.pose import BLOCK, Poses, fit_poses, fit_residual
from syncline.face.topology import STABLE
from syncline.face.track import track_pictures


def turned(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """roll · yaw · pitch in degrees, with the package's signs: y down, z away."""
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


@pytest.mark.parametrize("angles", [(0, 0, 0), (30, 0, 0), (0, -20, 0), (0, 0, 45), (-25, 12, -8), (60, 5, 170)])
def test_recovers_a_known_pose(angles: tuple[float, float, float]) -> None:
    given = Poses(
        np.array([87.5], np.float32),
        turned(*angles)[None].astype(np.float32),
        np.array([[300.0, 200.0, 15.0]], np.float32),
    )
    found = fit_poses(given.to_image(neutral_face()))
    np.testing.assert_allclose(found.scale, given.scale, rtol=1e-4)
    np.testing.assert_allclose(found.rotation, given.rotation, atol=1e-4)
    np.testing.assert_allclose(found.translation, given.translation, atol=0.01)
    np.testing.assert_allclose(found.angles_degrees[0], angles, atol=0.02)
    assert found.yaw_degrees[0] == found.angles_degrees[0, 0]


def test_yaw_is_positive_when_the_nose_points_right() -> None:
    pose = Poses(np.ones(1, np.float32), turned(20, 0, 0)[None].astype(np.float32), np.zeros((1, 3), np.float32))
    nose, bridge = pose.to_image(np.array([[0.0, 0.4, -0.5], [0.0, 0.4, 0.0]]))[0]
    assert nose[0] > bridge[0]
    down = Poses(np.ones(1, np.float32), turned(0, 20, 0)[None].astype(np.float32), np.zeros((1, 3), np.float32))
    nose, bridge = down.to_image(np.array([[0.0, 0.4, -0.5], [0.0, 0.4, 0.0]]))[0]
    assert nose[1] > bridge[1]


def test_the_lower_face_has_no_vote() -> None:
    rng = np.random.default_rng(1)
    landmarks = still_poses(1).to_image(neutral_face())
    moved = landmarks.copy()
    others = [point for point in range(478) if point not in STABLE]
    moved[:, others] += rng.normal(0, 30, (1, len(others), 3)).astype(np.float32)
    one, two = fit_poses(landmarks), fit_poses(moved)
    assert np.array_equal(one.rotation, two.rotation)
    assert np.array_equal(one.scale, two.scale)


def test_there_and_back_and_gaps() -> None:
    landmarks = still_poses(3).to_image(faces_with(np.array([0.0, 0.1, 0.2])))
    landmarks[1] = np.nan
    pose = fit_poses(landmarks)
    assert np.isnan(pose.scale).tolist() == [False, True, False]
    back = pose.to_image(pose.to_face(landmarks))
    np.testing.assert_allclose(back[[0, 2]], landmarks[[0, 2]], atol=1e-2)
    assert len(pose[np.array([0, 2])]) == 2


def test_a_long_track_is_measured_as_its_frames_are() -> None:
    frames = 2 * BLOCK + 3
    rng = np.random.default_rng(2)
    landmarks = still_poses(frames).to_image(neutral_face()) + rng.normal(0, 2, (frames, 478, 3)).astype(np.float32)
    landmarks[BLOCK - 1 : BLOCK + 1] = np.nan  # a gap over the border of two blocks
    poses = fit_poses(landmarks)
    mouths = mouth_in_pose(landmarks, poses).stacked()
    assert np.isnan(poses.scale[BLOCK - 1 : BLOCK + 1]).all()
    for frame in (0, BLOCK - 2, BLOCK + 1, 2 * BLOCK, frames - 1):
        one = landmarks[frame : frame + 1]
        alone = fit_poses(one)
        assert np.array_equal(poses.rotation[frame], alone.rotation[0])
        assert np.array_equal(poses.translation[frame], alone.translation[0])
        np.testing.assert_allclose(mouths[frame], mouth_features(alone.to_face(one)).stacked()[0], atol=1e-6)


def test_no_reflection_and_residual() -> None:
    landmarks = still_poses(1).to_image(neutral_face())
    assert fit_residual(landmarks[0]) < 1e-4
    mirrored = landmarks * np.array([-1, 1, 1], np.float32)
    assert np.linalg.det(fit_poses(mirrored).rotation[0]) == pytest.approx(1.0, abs=1e-3)
    noise = np.random.default_rng(2).normal(0, 30, landmarks.shape).astype(np.float32)
    assert fit_residual((landmarks + noise)[0]) > 0.2


def test_mouth_features_measure_what_they_say() -> None:
    features = mouth_features(faces_with(np.array([0.0, 0.1, -0.05])))
    np.testing.assert_allclose(features.opening, [0.0, 0.1, 0.0], atol=1e-6)  # crossed lips are closed
    np.testing.assert_allclose(features.width, 0.54, atol=1e-6)
    assert features.jaw[1] > features.jaw[0]
    pushed = faces_with(np.zeros(1))
    pushed[:, [37, 0, 267, 11, 84, 17, 314, 16], 2] -= 0.05
    assert mouth_features(pushed).protrusion[0] > features.protrusion[0]
    assert features.stacked().shape == (3, 4)


def test_an_opening_mouth_hardly_nods_the_head(shared_data: Path) -> None:
    """On real footage, per 0.1 IOD of opening: less than 1 degree of pitch and 0.5 % of size, fast parts compared."""
    frames = frames_of(shared_data / "clips" / "opendub.mp4", 100, height=360)
    face = track_pictures(pictures_of(frames), even_times(100)).faces[0]
    opening = mouth_features(face.pose.to_face(face.landmarks)).opening
    fast = [
        values - np.convolve(np.pad(values, 4, "edge"), np.full(9, 1 / 9), "valid")
        for values in (opening, face.pose.pitch_degrees, face.pose.scale / face.pose.scale.mean())
    ]
    assert abs(np.polyfit(fast[0], fast[1], 1)[0]) * 0.1 < 1.0
    assert abs(np.polyfit(fast[0], fast[2], 1)[0]) * 0.1 < 0.005
