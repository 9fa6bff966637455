"""Building a bank: from footage with tracks and cue sheets to frames that can be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np
import numpy.typing as npt

from syncline.engines.actor import appearance, context_model, target
from syncline.engines.actor.appearance import HEIGHT, WIDTH
from syncline.engines.actor.bank import Bank, Clip
from syncline.engines.actor.looks import Looks, look_over, relative_detail
from syncline.engines.actor.steady import steady_poses
from syncline.engines.actor.voice import voice_print
from syncline.errors import InputError
from syncline.events import Fallback, Listener, Progress, silent, timed
from syncline.face.lowerface import lower_face_box
from syncline.face.mouth import mouth_in_pose
from syncline.face.pose import Poses
from syncline.face.topology import POINTS
from syncline.face.tracks import FaceTrack, Flag
from syncline.media.arrays import STRETCH, new_array, stretches
from syncline.media.crops import CropStore, CropWriter
from syncline.media.info import MediaInfo
from syncline.media.probe import need_picture
from syncline.media.read import read_pictures
from syncline.media.samples import release
from syncline.motion.learn import SpokenFootage, learn_table
from syncline.speech.cuesheet import CueSheet
from syncline.threads import ordered

STAGE: Final = "bank"
Floats = npt.NDArray[np.float32]
Times = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Footage:
    """One prepared clip.

    info : the probed file.
    digest : blake2b of its bytes.
    track : the person's face over all its frames.
    times : (T,) float64, seconds of each frame on the clock of the clip's own sound.
    cue : what is said in it (aligned or recognised).
    sound : (n,) float32, mono 16 kHz; empty where the clip has none.
    name : how the actor file calls it; the file's own name without its folder if empty.
    lower_faces : crops that were cut while the face was tracked, and (T,) which of them shows it in each frame (-1:
        none); None: the pictures are decoded once more.
    """

    info: MediaInfo
    digest: str
    track: FaceTrack
    times: Times
    cue: CueSheet
    sound: Floats
    name: str = ""
    lower_faces: tuple[CropStore, npt.NDArray[np.int64]] | None = None


@dataclass(frozen=True)
class BuildOptions:
    """How a bank is built; part of its cache key.

    max_frames : usable frames kept; longer footage gives its first ones (60 000 are 40 minutes at 25 a second).
    components : appearance components.
    samples : frames that the components are computed from.
    min_detail : detail of the mouth, relative to what is usual at its opening, under which a frame is thrown out.
    """

    max_frames: int = 60_000
    components: int = appearance.MAX_COMPONENTS
    samples: int = 2000
    min_detail: float = 0.25
    training: context_model.Training = context_model.DEFAULT


DEFAULT: Final = BuildOptions()


@dataclass(frozen=True, eq=False)
class _Chosen:
    """Usable frames of one clip: numbers (M,), poses and landmarks of these frames."""

    clip: Clip
    footage: Footage
    frames: npt.NDArray[np.int64]
    poses: Poses


def build_bank(
    footage: Iterable[Footage],
    crops: Path,
    *,
    options: BuildOptions = DEFAULT,
    threads: int = 1,
    on_event: Listener = silent,
) -> Bank:
    """Build a bank; pictures are streamed, so memory follows the number of frames and not their size.

    crops : a file to write the compressed crops to, where the footage does not bring them; the bank reads it, so it
        must stay until the bank is saved or done with.
    threads : that work on pictures; the result does not depend on it.

    Raises
    ------
    InputError : no clip has a frame that can be used.
    """
    with timed(STAGE, on_event):
        chosen = _choose(footage, options, on_event)
        centre = appearance.mouth_centre(np.concatenate([_lips(c) for c in chosen]))
        mouths = crops.with_name(crops.name + ".mouths")
        try:
            with mouths.open("wb") as spool:
                store = _crops(chosen, centre, crops, spool, threads, on_event)
            pictures = np.memmap(mouths, np.uint8, "r").reshape(-1, HEIGHT, WIDTH, 3)
            owner = np.repeat(np.arange(len(chosen)), [len(c.frames) for c in chosen])
            looks = look_over(pictures, owner, centre, options.components, options.samples, threads)
            del pictures
        finally:
            mouths.unlink(missing_ok=True)
        _tell(chosen, looks, on_event)
        return _assemble(chosen, store, looks, options, threads, on_event)


def _lips(item: _Chosen) -> Floats:
    """(M, 2, 3) float32 IOD: the lips' inner middle in one clip's usable frames."""
    landmarks = item.footage.track.landmarks
    points = np.empty((len(item.frames), len(appearance.LIP_MIDDLE), 3), np.float32)
    for part in stretches(points, landmarks):
        points[part] = landmarks[item.frames[part, None], list(appearance.LIP_MIDDLE)]
    return item.poses.to_face(points)


def _choose(footage: Iterable[Footage], options: BuildOptions, on_event: Listener) -> list[_Chosen]:
    """The usable frames of each clip, up to the number kept."""
    chosen: list[_Chosen] = []
    left = options.max_frames
    for item in footage:
        stream = need_picture(item.info)
        frames = usable_frames(item.track)
        if len(frames) > left:
            on_event(
                Fallback(STAGE, f"footage beyond {options.max_frames} frames of {item.info.path.name} is not used")
            )
            frames = frames[:left]
        if not len(frames):
            continue
        left -= len(frames)
        clip = Clip(
            name=item.name or item.info.path.name,
            digest=item.digest,
            frames=len(item.track.flags),
            rate=float(stream.measured_rate),
            start=float(item.times[0]),
            cue=item.cue,
            voice=voice_print(item.sound),
        )
        chosen.append(_Chosen(clip, item, frames, steady_poses(item.track.pose)[frames]))
    if not chosen:
        raise InputError("the footage shows no face that can be learned from", stage=STAGE)
    return chosen


def usable_frames(track: FaceTrack) -> npt.NDArray[np.int64]:
    """(M,) frames of a track that may stand in a bank: drawable, not made up, and tracked like their neighbours.

    A frame whose mouth differs from the mean of both its neighbours by more than 0.08 IOD has lost its landmarks: no
    lips do that in a 25th of a second.
    """
    usable = track.drawable & ((track.flags & np.uint16(Flag.BRIDGED)) == 0)
    usable &= track.complete & np.isfinite(track.pose.scale)
    if len(usable) > 2 and usable.any():
        mouth = mouth_in_pose(track.landmarks, track.pose).stacked()
        odd = np.zeros(len(usable), np.bool_)
        odd[1:-1] = (np.abs(mouth[1:-1] - (mouth[:-2] + mouth[2:]) / 2) > 0.08).any(axis=1)
        usable &= ~odd
    return np.flatnonzero(usable)


def _crops(
    chosen: list[_Chosen], centre: Floats, path: Path, spool: IO[bytes], threads: int, on_event: Listener
) -> CropStore:
    """The crops of all chosen frames, in order; their mouth pictures go to `spool`."""
    if len(chosen) == 1 and (known := _cut_before(chosen[0])) is not None:
        return _look_at(chosen[0], centre, known, spool, threads, on_event)
    with CropWriter(path) as writer:
        _read_clips(chosen, centre, writer, spool, on_event)
    return writer.store()


def _cut_before(item: _Chosen) -> CropStore | None:
    """The crops of a clip's chosen frames, where tracking has cut all of them."""
    if item.footage.lower_faces is None:
        return None
    store, rows = item.footage.lower_faces
    wanted = rows[item.frames]
    return None if (wanted < 0).any() else store.subset(wanted)


def _look_at(
    item: _Chosen, centre: Floats, store: CropStore, spool: IO[bytes], threads: int, on_event: Listener
) -> CropStore:
    """Write the mouth pictures of crops that exist; returns the crops."""

    def mouth(k: int) -> bytes:
        crop, origin = store.read(k)
        return appearance.mouth_picture(crop, origin, appearance.to_pixels(item.poses, k, centre)).tobytes()

    with ordered(range(len(store)), mouth, threads=threads) as pictures:
        for done, picture in enumerate(pictures, start=1):
            spool.write(picture)
            if done % 25 == 0 or done == len(store):
                on_event(Progress(STAGE, done, len(store)))
    return store


def _read_clips(
    chosen: list[_Chosen], centre: Floats, writer: CropWriter, spool: IO[bytes], on_event: Listener
) -> None:
    """Cut crops and mouth pictures of all chosen frames, in order."""
    total, done = sum(len(c.frames) for c in chosen), 0
    for item in chosen:
        track = item.footage.track
        order = [int(frame) for frame in item.frames]
        for k, picture in enumerate(read_pictures(item.footage.info, order)):
            box = lower_face_box(track.landmarks[order[k]], picture.width, picture.height)
            crop = picture.bgr(box)
            writer.add(crop, (box[0], box[1]))
            transform = appearance.to_pixels(item.poses, k, centre)
            spool.write(appearance.mouth_picture(crop, (box[0], box[1]), transform).tobytes())
            done += 1
            if done % STRETCH == 0:
                release(track.landmarks)
            if done % 25 == 0 or done == total:
                on_event(Progress(STAGE, done, total))


def _tell(chosen: list[_Chosen], looks: Looks, on_event: Listener) -> None:
    """Say which footage is left out and why."""
    for clips, why in ((looks.strange, "shows no mouth like the others'"), (looks.tinted, "has another tint")):
        for number in clips:
            on_event(Fallback(STAGE, f"{chosen[number].clip.name} {why} and is not used"))


def _assemble(
    chosen: list[_Chosen],
    store: CropStore,
    looks: Looks,
    options: BuildOptions,
    threads: int,
    on_event: Listener,
) -> Bank:
    """Put the parts together and learn what is learned: table, context model."""
    spoken = []
    mouth = []
    for item in chosen:
        track = item.footage.track
        shape = mouth_in_pose(track.landmarks, track.pose).stacked()
        spoken.append(SpokenFootage(item.footage.cue, item.footage.times[: len(shape)], shape))
        mouth.append(shape[item.frames])
    mouths = np.concatenate(mouth)
    time = np.concatenate([c.footage.times[c.frames] for c in chosen])
    heard = [c for c in chosen if len(c.footage.sound)]
    if heard and len(heard) < len(chosen):
        on_event(Fallback(STAGE, f"{len(chosen) - len(heard)} clips have no sound: likeness of sound is not used"))
    sound = np.zeros((len(mouths), 0), np.float32)
    if len(heard) == len(chosen):
        sound = np.concatenate([target.sound_context(c.footage.sound, c.footage.times[c.frames]) for c in chosen])
    context = np.concatenate([target.model_context(c.footage.cue, c.footage.times[c.frames]) for c in chosen])
    sharpness = relative_detail(looks.detail, mouths[:, 0])
    keep = looks.keep & (sharpness >= options.min_detail)
    if not keep.any():
        keep[:] = True
    rows = np.flatnonzero(keep)
    some = slice(None) if keep.all() else keep  # a slice copies nothing
    model = context_model.train(context[some], sound[some], looks.components[some], options.training, threads=threads)
    del context
    return Bank(
        clips=tuple(c.clip for c in chosen),
        clip=np.repeat(np.arange(len(chosen)), [len(c.frames) for c in chosen])[rows],
        frame=np.concatenate([c.frames for c in chosen])[rows],
        time=time.astype(np.float64)[rows],
        landmarks=_landmarks(chosen, keep),
        pose=_joined([c.poses for c in chosen])[rows],
        mouth=mouths.astype(np.float32)[rows],
        sharpness=sharpness[rows],
        components=looks.components[rows],
        sound=sound[rows],
        basis=looks.basis,
        model=model,
        table=learn_table(spoken),
        crops=store.subset(rows),
    )


def _landmarks(chosen: list[_Chosen], keep: npt.NDArray[np.bool_]) -> Floats:
    """(N, 478, 3) float32 px of the frames kept; of all that a bank holds they are the most, so many lie in a file."""
    ends = np.cumsum([len(c.frames) for c in chosen])
    result = new_array((int(keep.sum()), POINTS, 3))
    done = 0
    for item, end in zip(chosen, ends, strict=True):
        frames = item.frames[keep[end - len(item.frames) : end]]
        landmarks = item.footage.track.landmarks
        for part in stretches(frames, landmarks, result):
            result[done + part.start : done + part.start + len(frames[part])] = landmarks[frames[part]]
        done += len(frames)
    return result


def _joined(poses: list[Poses]) -> Poses:
    return Poses(
        np.concatenate([p.scale for p in poses]),
        np.concatenate([p.rotation for p in poses]),
        np.concatenate([p.translation for p in poses]),
    )
