"""Scene cuts: seen where they are, and not in motion, flashes and fades."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from face_pictures import frames_of

from syncline.face.cuts import CutDetector


def scene(seed: int, width: int = 320, height: int = 180) -> np.ndarray:
    """(h, w, 3) uint8: soft coloured blobs."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 10, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def cuts_in(frames: list[np.ndarray]) -> tuple[int, ...]:
    detector = CutDetector()
    for frame in frames:
        detector.feed([np.ascontiguousarray(frame[:, :, channel]) for channel in range(3)])
    return detector.cuts


def test_cuts_between_scenes_are_seen() -> None:
    assert cuts_in([scene(1)] * 10 + [scene(2)] * 10 + [scene(1)] * 10 + [scene(3)] * 5) == (10, 20, 30)


def test_ten_bits_and_one_plane() -> None:
    detector = CutDetector()
    for frame in [scene(1)] * 10 + [scene(2)] * 10:
        detector.feed([frame[:, :, 0].astype(np.uint16) << 2], depth=10)
    assert detector.cuts == (10,)


def test_black_pictures_are_shots_of_their_own() -> None:
    rng = np.random.default_rng(0)
    black = [rng.integers(0, 3, (180, 320, 3)).astype(np.uint8) for _ in range(25)]
    assert cuts_in([scene(1)] * 10 + black + [scene(1)] * 10) == (10, 35)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_flashes_are_no_cuts(length: int) -> None:
    base = scene(1)
    bright = np.clip(base.astype(int) * 0.15 + 215, 0, 255).astype(np.uint8)
    assert cuts_in([base] * 10 + [bright] * length + [base] * 10) == ()
    white = np.full_like(base, 255)
    assert cuts_in([base] * 10 + [white] * length + [base] * 10) == ()


def test_pans_and_fades_are_no_cuts() -> None:
    wide = scene(4, 1600)
    assert cuts_in([wide[:, 12 * i : 12 * i + 320] for i in range(100)]) == ()
    a, b = scene(1).astype(float), scene(2).astype(float)
    assert cuts_in([(a * (1 - i / 30) + b * i / 30).astype(np.uint8) for i in range(31)]) == ()


def test_real_talkers_have_no_cuts_but_their_seams(shared_data: Path) -> None:
    """Gestures, head turns and two people who move: nothing; put end to end: the seams."""
    clips = ["debate_2spk_en", "ls1", "astorfi_en", "vox_00015_en", "vox_681100216_en", "opendub"]
    parts = []
    for name in clips:
        frames = frames_of(shared_data / "clips" / f"{name}.mp4", 40, height=180)
        parts.append([np.asarray(cv2.resize(frame, (320, 180)), np.uint8) for frame in frames])
    assert cuts_in([frame for part in parts for frame in part]) == (40, 80, 120, 160, 200)
