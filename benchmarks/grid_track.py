"""The judge's own eyes: decodes a finished video and tracks its face, with nothing of the package under test.

What is measured on a dub comes from the pixels of the written file alone; no landmark, crop or frame is handed over by
the code that drew it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from benchmarks.grid_crops import Frames, Landmarks, crop_mouths
from benchmarks.grid_split import RATE


@dataclass(frozen=True)
class Seen:
    """A video as the judge sees it, 25 frames a second: landmarks (T, 478, 3) px, crops (T, 80, 112, 3) RGB."""

    landmarks: Landmarks
    crops: Frames


def decode(video: Path) -> list[Frames]:
    """All pictures (H, W, 3) RGB of a video, one for each 1/25 s by timestamps, so that frame n shows n / 25 s."""
    frames: list[Frames] = []
    times: list[float] = []
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        for frame in container.decode(stream):
            frames.append(frame.to_ndarray(format="rgb24"))
            times.append(float(frame.pts * stream.time_base))
    # The picture on screen at the middle of each slot of 1/25 s.
    slots = (np.arange(round((times[-1] + 1 / RATE) * RATE)) + 0.5) / RATE
    shown = np.searchsorted(np.array(times), slots, side="right") - 1
    return [frames[index] for index in np.maximum(shown, 0)]


def track(frames: list[Frames]) -> Landmarks:
    """Landmarks (T, 478, 3) px of the one face, NaN where none is seen; a fresh tracker, nothing smoothed."""
    from mediapipe.python.solutions.face_mesh import FaceMesh

    height, width = frames[0].shape[:2]
    found = np.full((len(frames), 478, 3), np.nan, np.float32)
    with FaceMesh(static_image_mode=False, max_num_faces=1, refine_landmarks=True) as mesh:
        for index, frame in enumerate(frames):
            faces = mesh.process(frame).multi_face_landmarks
            if faces:
                found[index] = [(point.x * width, point.y * height, point.z * width) for point in faces[0].landmark]
    return found


def see(video: Path, cache: Path | None = None) -> Seen:
    """Decode, track and crop a video; kept under `cache` by the file's content, where one is given."""
    place = None if cache is None else cache / f"{hashlib.sha256(video.read_bytes()).hexdigest()[:24]}.npz"
    if place is not None and place.exists():
        with np.load(place, allow_pickle=False) as kept:
            return Seen(kept["landmarks"], kept["crops"])
    frames = decode(video)
    landmarks = track(frames)
    seen = Seen(landmarks, crop_mouths(frames, landmarks))
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(".part.npz")
        np.savez_compressed(draft, landmarks=seen.landmarks, crops=seen.crops)
        draft.replace(place)
    return seen
