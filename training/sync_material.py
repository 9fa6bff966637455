"""Clips of people who speak, as the offset estimator's training and benchmark want them.

Every clip has twelve measures of the mouth a picture. A clip's own offset is not known: it is what a model trained on
the other speakers says of the whole clip, and it is taken out. The reference is GRID, in sync to about 10 ms on the
average (see `training.talking_clips.aligned`).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from training.talking_clips import media_files

from syncline.face.mouth import mouth_features
from syncline.face.pose import fit_poses
from syncline.face.track import track_faces
from syncline.media.probe import need_picture, probe
from syncline.media.sound import analysis_sound
from syncline.media.soundread import read_sound
from syncline.quality.lips import lip_features
from syncline.quality.seen import MAX_YAW_DEGREES
from syncline.speech.features import SAMPLE_RATE, log_mel

Floats = npt.NDArray[np.float32]
# Tracks, and weights made without each speaker.
WORK = Path(__file__).resolve().parents[1] / "benchmarks" / "work" / "sync"
MANY = 20  # clips: a speaker with more is one of whom there is plenty


@dataclass(frozen=True, eq=False)
class SyncClip:
    """One speaker's clip.

    times : (T,) s on the sound's clock. mouth : (T, 12) IOD units, NaN where it cannot be judged. sound : (n,) mono
    16 kHz. mel : (m, 80) natural logarithm, 100 Hz.
    """

    name: str
    speaker: str
    times: npt.NDArray[np.float64]
    mouth: Floats
    sound: Floats
    mel: Floats

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """(T,) pictures on which the mouth can be judged."""
        return np.asarray(np.isfinite(self.mouth).all(axis=1))

    @property
    def period(self) -> float:
        """Typical distance of pictures, s."""
        return float(np.median(np.diff(self.times)))


@dataclass(frozen=True)
class Material:
    """Clips of many speakers, one each, and many clips of one: `plenty` to train on, `held_out` of the same person."""

    few: tuple[SyncClip, ...]
    plenty: tuple[SyncClip, ...]
    held_out: tuple[SyncClip, ...]

    @property
    def speakers(self) -> tuple[str, ...]:
        """All speakers, the one with plenty of clips last."""
        return (*(clip.speaker for clip in self.few), *sorted({clip.speaker for clip in self.plenty}))


def gather(data: Path, tracks: Path, hold_out: int = 109) -> Material:
    """Read `clips` and `grid_s1` under the data folder; tracked landmarks are read from and kept in `tracks`."""
    few = tuple(read_clip(file, file.stem, tracks) for file in media_files(data / "clips"))
    files = media_files(data / "grid_s1")
    random.Random(1).shuffle(files)  # the rule of benchmarks.grid_split, so that its held-out part stays unseen
    many = []
    for number, file in enumerate(files):
        many.append(read_clip(file, "grid_s1", tracks))
        if number % 50 == 49:
            print(f"{number + 1} of {len(files)} clips read", file=sys.stderr, flush=True)
    return Material(few, tuple(many[: len(many) - hold_out]), tuple(many[len(many) - hold_out :]))


def read_clip(file: Path, speaker: str, tracks: Path) -> SyncClip:
    """One clip: the mouth of the face that is seen best, and its sound."""
    info = probe(file)
    video = need_picture(info)
    sound = read_sound(info)
    times = np.array([float(video.seconds(frame) + video.start - sound.start) for frame in range(video.frames)])
    landmarks = _landmarks(file, tracks)[: len(times)]
    poses = fit_poses(landmarks)
    shape = poses.to_face(landmarks)
    mouth = np.concatenate([mouth_features(shape).stacked(), lip_features(shape)], axis=1)
    mouth[~(np.abs(poses.yaw_degrees) <= MAX_YAW_DEGREES)] = np.nan
    y = analysis_sound(sound)
    return SyncClip(file.stem, speaker, times[: len(mouth)], mouth, y, log_mel(y))


def _landmarks(file: Path, tracks: Path) -> Floats:
    """Landmarks (T, 478, 3) px of the face that looks at the camera in the most pictures."""
    kept = tracks / f"{file.stem}.npz"
    if not kept.exists():
        faces = track_faces(probe(file)).faces
        frontal = [int((np.abs(face.pose.yaw_degrees) <= MAX_YAW_DEGREES).sum()) for face in faces]
        tracks.mkdir(parents=True, exist_ok=True)
        np.savez(kept, landmarks=faces[int(np.argmax(frontal))].landmarks)
    with np.load(kept, allow_pickle=False) as archive:
        return np.asarray(archive["landmarks"], np.float32)


def of_speaker(clips: Sequence[SyncClip], speaker: str) -> list[SyncClip]:
    """The clips of one speaker."""
    return [clip for clip in clips if clip.speaker == speaker]


def joined(clips: Sequence[SyncClip], seconds: float = 3.0) -> SyncClip:
    """Clips of one speaker one after another, each cut or padded with silence to `seconds`; sound joined alike."""
    samples = round(seconds * SAMPLE_RATE)
    times, mouths, sounds = [], [], []
    for number, clip in enumerate(clips):
        kept = clip.times < seconds - clip.period / 2
        times.append(clip.times[kept] + number * seconds)
        mouths.append(clip.mouth[kept])
        sounds.append(np.pad(clip.sound[:samples], (0, max(0, samples - len(clip.sound)))))
    sound = np.concatenate(sounds)
    name = "+".join((clips[0].name, clips[-1].name)) if len(clips) > 1 else clips[0].name
    return SyncClip(name, clips[0].speaker, np.concatenate(times), np.concatenate(mouths), sound, log_mel(sound))
