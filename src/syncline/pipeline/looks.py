"""What a mouth costs the picture: a clip looked at once more, with its original beside it or by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.events import Listener, Note, Progress
from syncline.face.ahead import ahead
from syncline.face.topology import OUTER_EYE_CORNERS
from syncline.face.tracks import UNDRAWABLE, FaceTrack, Tracks, reasons
from syncline.media.info import VideoStream
from syncline.media.picture import Box
from syncline.media.probe import need_footage, need_picture
from syncline.media.read import read_pictures
from syncline.motion.mouthtrack import frame_period
from syncline.pipeline.prepare import TRACKS, Material, open_material, tracks_of
from syncline.quality import PassedRange
from syncline.quality.against import AgainstMeter
from syncline.quality.looks import AgainstFigures, WithinFigures, Worst
from syncline.quality.within import WithinMeter
from syncline.speech.cuesheet import CueSheet
from syncline.store import Step, StepCache, code_version

STAGE: Final = "look"
LOOKS_CODE: Final = (("media", "face", "quality"), ("av", "opencv-contrib-python", "numpy"))
ORIGINAL_TRACKS: Final = "original's tracks"
MARGIN_IOD: Final = 0.35  # around the landmarks: all that the meters look at
PROGRESS_EVERY: Final = 10
NEAR_IOD: Final = 0.5  # two faces whose middles are nearer than this are the same one
# A clip longer than this is looked at in part: 4 s of every 16 or so, from key frames on, so that scoring 1080p stays
# three times as fast as the clip plays. The meters judge windows of 4 s.
LONG_S: Final = 30.0
WINDOW_S: Final = 4.0
EVERY_S: Final = 16.0
KEY_WITHIN_S: Final = 8.0  # the next window waits this long for a key frame: nothing before it has to be decoded
SILENT_S: Final = 0.1  # a picture this far from any sound of speech shows silence

Times = npt.NDArray[np.float64]
Pair = tuple[int, int]  # a picture of the clip and the one of its original that is shown at its time


def find_original(path: Path, judged: Material) -> Material:
    """Open the original of a clip. Raises InputError where it is no footage, or of another size."""
    original = open_material(path)
    need_footage(original.info)
    mine, other = need_picture(judged.info), need_picture(original.info)
    if (mine.width, mine.height) != (other.width, other.height):
        raise InputError(
            f"the original is {other.width}x{other.height} and the video {mine.width}x{mine.height}: "
            "give an original of the same size",
            file=path,
            stage=STAGE,
        )
    return original


def look_within(
    clip: Material, face: FaceTrack, times: Times, cache: StepCache, on_event: Listener, *, whole: bool = False
) -> WithinFigures:
    """The mouth of a clip against the rest of its own face; kept from run to run.

    times : (T,) s of the clip's pictures. whole : every picture of a long clip, too.
    """
    order = range(len(times)) if whole else sampled(need_picture(clip.info), times)

    def look() -> WithinFigures:
        meter = WithinMeter()
        usable = face.drawable & np.isfinite(face.iod)
        before = -1
        for done, picture in enumerate(ahead(read_pictures(clip.info, order))):
            t = order[done]
            if t != before + 1:
                meter.skip()
            before = t
            if usable[t]:
                box = picture.clipped(face_box(face.landmarks[t]))
                meter.add(float(times[t]), picture.bgr(box), _inside(face.landmarks[t], box))
            else:
                meter.skip()
            if done % PROGRESS_EVERY == 0:
                on_event(Progress(STAGE, done, len(order)))
        return meter.result()

    inputs = {"clip": clip.digest, "tracks": cache.keys.get(TRACKS, "")}
    options = {"face": face.id, "pictures": len(order)}
    return cache.run(Step("look", _version(), inputs, look, _save, _load_within, options))


def look_against(
    clip: Material,
    face: FaceTrack,
    times: Times,
    original: Material,
    cue: CueSheet,
    cache: StepCache,
    on_event: Listener,
) -> AgainstFigures | None:
    """A clip against its original; None where its face is not seen in the original, which is told.

    times : (T,) s of the clip's pictures. cue : what is heard; stretches left alone in silence are named so.
    """
    tracks = tracks_of(original, cache, on_event, label=ORIGINAL_TRACKS)
    pairs = paired(need_picture(clip.info), need_picture(original.info))
    other = same_face(face, tracks, pairs)
    if other is None:
        on_event(Note(STAGE, "the face is not seen in the original: the picture is judged by itself"))
        return None
    why = _reasons(face, times, cue)

    def look() -> AgainstFigures:
        meter = AgainstMeter()
        usable = np.isfinite(face.iod)
        known = np.isfinite(other.iod)
        mine = ahead(read_pictures(clip.info, [t for t, _ in pairs]))
        theirs = ahead(read_pictures(original.info, [o for _, o in pairs]))
        for (t, o), judged, plate in zip(pairs, mine, theirs, strict=True):
            if usable[t] and known[o]:
                box = judged.clipped(_around(face_box(face.landmarks[t]), face_box(other.landmarks[o])))
                points, plain = _inside(face.landmarks[t], box), _inside(other.landmarks[o], box)
                meter.add(float(times[t]), judged.bgr(box), plate.bgr(box), points, plain, why[t])
            else:
                meter.skip(float(times[t]), why[t] or "no_face")
            if t % PROGRESS_EVERY == 0:
                on_event(Progress(STAGE, t, len(pairs)))
        return meter.result()

    inputs = {
        "clip": clip.digest,
        "tracks": cache.keys.get(TRACKS, ""),
        "original": original.digest,
        "original tracks": cache.keys.get(ORIGINAL_TRACKS, ""),
    }
    options = {"face": face.id, "other": other.id, "why": " ".join(why)}
    return cache.run(Step("compare", _version(), inputs, look, _save, _load_against, options))


def sampled(video: VideoStream, times: Times) -> Sequence[int]:
    """Numbers of the pictures to look at: all of a short clip, of a long one 4 s of every 16, from key frames on."""
    count = len(times)
    if not count or times[-1] - times[0] <= LONG_S:
        return range(count)
    chosen: list[int] = []
    start = 0
    while start < count:
        stop = int(np.searchsorted(times, times[start] + WINDOW_S))
        chosen.extend(range(start, stop))
        due = int(np.searchsorted(times, times[start] + EVERY_S))
        latest = int(np.searchsorted(times, times[start] + EVERY_S + KEY_WITHIN_S))
        key = next((key for key in video.keys if due <= key < latest), due)
        start = max(key, stop, start + 1)
    return chosen


def paired(clip: VideoStream, original: VideoStream) -> list[Pair]:
    """Each picture of a clip with the one of its original that is shown at its time, by seconds after the first."""
    theirs = np.array([float(original.seconds(o)) for o in range(original.frames)])
    reach = 0.75 * frame_period(theirs)
    pairs = []
    for t in range(clip.frames):
        at = float(clip.seconds(t))
        after = int(np.searchsorted(theirs, at))
        near = min((o for o in (after - 1, after) if 0 <= o < len(theirs)), key=lambda o: abs(theirs[o] - at))
        if abs(theirs[near] - at) <= reach:
            pairs.append((t, near))
    return pairs


def same_face(face: FaceTrack, tracks: Tracks, pairs: Sequence[Pair]) -> FaceTrack | None:
    """The face of the original that stands where this one does; None where none does."""
    best, least = None, NEAR_IOD
    some = pairs[:: max(1, len(pairs) // 200)]
    for other in tracks.faces:
        apart = [
            float(np.linalg.norm(_middle(face.landmarks[t]) - _middle(other.landmarks[o])) / face.iod[t])
            for t, o in some
            if np.isfinite(face.iod[t]) and np.isfinite(other.iod[o])
        ]
        if apart and float(np.median(apart)) < least:
            best, least = other, float(np.median(apart))
    return best


def face_box(landmarks: npt.NDArray[Any]) -> Box:
    """The whole face with room around it, px: x0, y0, x1, y1; it may reach over the picture's border."""
    points = np.asarray(landmarks)[:, :2]
    left, right = OUTER_EYE_CORNERS
    margin = MARGIN_IOD * float(np.linalg.norm(landmarks[right] - landmarks[left]))
    (x0, y0), (x1, y1) = np.floor(points.min(axis=0) - margin), np.ceil(points.max(axis=0) + margin)
    return int(x0), int(y0), int(x1), int(y1)


def _around(a: Box, b: Box) -> Box:
    """The box around two boxes."""
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _inside(landmarks: npt.NDArray[Any], box: Box) -> npt.NDArray[np.float32]:
    """Landmarks as pixels of a crop."""
    return np.asarray(landmarks - np.array([box[0], box[1], 0], np.float32), np.float32)


def _middle(landmarks: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    return np.asarray(landmarks[list(OUTER_EYE_CORNERS), :2].mean(axis=0), np.float32)


def _reasons(face: FaceTrack, times: Times, cue: CueSheet) -> list[str]:
    """Why a mouth may have been left alone in each picture: what the track tells of it, else silence, else nothing."""
    spoken = [(phone.start - SILENT_S, phone.end + SILENT_S) for phone in cue.phones if not phone.silent]
    speaking = np.zeros(len(times), np.bool_)
    for start, end in spoken:
        speaking[np.searchsorted(times, start) : np.searchsorted(times, end, side="right")] = True
    told = []
    for t in range(len(times)):
        names = reasons(int(face.flags[t]) & int(UNDRAWABLE))
        told.append(", ".join(names) if names else "" if speaking[t] else "silence")
    return told


def _version() -> str:
    return code_version(*LOOKS_CODE[0], uses=LOOKS_CODE[1])


def _save(found: AgainstFigures | WithinFigures, folder: Path) -> None:
    (folder / "look.json").write_text(json.dumps(asdict(found)), encoding="utf-8")


def _load_within(folder: Path) -> WithinFigures:
    return WithinFigures(**_fields(folder))


def _load_against(folder: Path) -> AgainstFigures:
    return AgainstFigures(**_fields(folder))


def _fields(folder: Path) -> dict[str, Any]:
    """The fields of kept figures. Raises ValueError, KeyError or TypeError where they are damaged."""
    told = json.loads((folder / "look.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, dict):
            found[name] = Worst(**value)
        elif name == "untouched":
            found[name] = tuple(
                PassedRange(float(r["start"]), float(r["end"]), int(r["frames"]), tuple(r["reasons"])) for r in value
            )
        else:
            found[name] = value
    return found
