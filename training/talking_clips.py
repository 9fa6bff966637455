"""Real clips of people who speak, as the regressors' training wants them."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from training.mouth_features import correlation_curve, margin_of, picture_features
from training.sound_network import FitOptions, Floats, TalkingClip, examples_of, fit_network

from syncline.face.choose import choose_face
from syncline.face.mouth import mouth_features
from syncline.face.pose import fit_poses
from syncline.face.track import track_faces
from syncline.media.probe import need_picture, probe
from syncline.media.sound import analysis_sound
from syncline.media.soundread import read_sound
from syncline.quality.offset import LAGS

SUFFIXES = (".mp4", ".mpg", ".mov", ".mkv", ".webm")
MIN_SEEN = 0.8  # of the pictures: clips in which the face comes and goes teach little
MIN_MARGIN = 0.04  # clips whose own offset cannot be told are left out
MAX_YAW_DEGREES = 40.0


@dataclass(frozen=True, eq=False)
class Collection:
    """Clips to train on, clips held out (of speakers who are also in training), and what was left out and why."""

    training: list[TalkingClip]
    held_out: list[TalkingClip]
    left_out: dict[str, str]


def collect(folders: Sequence[Path], one_speaker: Sequence[Path], hold_out: int, tracks: Path | None) -> Collection:
    """Read and track all clips.

    folders : each file shows another speaker.
    one_speaker : folders whose files all show the same person; `hold_out` clips of each are kept from training.
    tracks : a folder of tracked landmarks to read and fill (`NAME.npz`: landmarks (T, 478, 3) pixels).
    """
    clips: list[TalkingClip] = []
    held: list[TalkingClip] = []
    left_out: dict[str, str] = {}
    for folder in one_speaker:
        files = media_files(folder)
        random.Random(1).shuffle(files)  # the rule of benchmarks.grid_split, so that its held-out part stays unseen
        for number, file in enumerate(files):
            clip = read_clip(file, folder.name, tracks)
            (clips if number < len(files) - hold_out else held).append(clip)
            if number % 50 == 49:
                print(f"{folder.name}: {number + 1} of {len(files)} clips read", file=sys.stderr, flush=True)
    for folder in folders:
        for file in media_files(folder):
            clip = read_clip(file, file.stem, tracks)
            seen = float(np.isfinite(clip.shape).all(axis=1).mean())
            if seen < MIN_SEEN:
                left_out[file.stem] = f"the face is seen in {100 * seen:.0f} % of the pictures"
            else:
                clips.append(clip)
    return Collection(clips, held, left_out)


def media_files(folder: Path) -> list[Path]:
    """The videos of a folder, by name."""
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)


def read_clip(file: Path, speaker: str, tracks: Path | None) -> TalkingClip:
    """One clip: mouth features of its main face and its sound; frames turned far to the side count as not seen."""
    info = probe(file)
    video = need_picture(info)
    sound = read_sound(info)
    times = np.array([float(video.seconds(frame) + video.start - sound.start) for frame in range(video.frames)])
    landmarks = _landmarks(file, tracks)[: len(times)]
    poses = fit_poses(landmarks)
    shape = mouth_features(poses.to_face(landmarks)).stacked()
    shape[np.abs(poses.yaw_degrees) > MAX_YAW_DEGREES] = np.nan
    return TalkingClip(file.stem, speaker, times[: len(shape)], shape, analysis_sound(sound))


def _landmarks(file: Path, tracks: Path | None) -> Floats:
    cached = None if tracks is None else tracks / f"{file.stem}.npz"
    if cached is not None and cached.exists():
        with np.load(cached, allow_pickle=False) as archive:
            return np.asarray(archive["landmarks"], np.float32)
    info = probe(file)
    face = choose_face(track_faces(info), "largest").track
    if cached is not None:
        cached.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cached, landmarks=face.landmarks)
    return face.landmarks


def aligned(collection: Collection, one_speaker: Sequence[str], options: FitOptions, rounds: int = 2) -> Collection:
    """Bring every clip's own offset out of the training: clips made by others may be out of sync as they come.

    The speakers with many clips (`one_speaker`) are the reference, offset 0; each other clip's offset is what a network
    trained without it says. Clips on which it cannot tell are left out. GRID's own zero was checked by hand: the lips
    pass 0.02 IOD 4 ms after the burst of p (median of 79, quartiles -16 and +21 ms), so it is in sync to about
    10 ms on the average; sentences scatter by 18 ms.
    """
    reference = [clip for clip in collection.training if clip.speaker in one_speaker]
    others = [clip for clip in collection.training if clip.speaker not in one_speaker]
    left_out = dict(collection.left_out)
    if not reference:
        return collection
    fixed: list[TalkingClip] = []
    for number in range(rounds):
        network = fit_network(examples_of([*reference, *fixed], options), options)
        found = []
        for clip in others:
            usable = np.isfinite(clip.shape).all(axis=1)
            seen = picture_features(clip.shape, clip.times, usable)
            curve = correlation_curve(network(clip.sound), seen, clip.times, np.ones(6, np.float32))
            margin = margin_of(curve)
            if margin >= MIN_MARGIN:
                found.append(replace(clip, offset_s=round(float(LAGS[curve.argmax()]), 3)))
            elif number == rounds - 1:
                left_out[clip.name] = f"its own offset cannot be told (margin {margin:.2f})"
        fixed = found
    return Collection([*reference, *fixed], collection.held_out, left_out)
