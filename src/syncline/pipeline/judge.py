"""Any video of somebody speaking, judged: ours, or anyone's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError, Unscorable
from syncline.events import Listener, Note, Recorder, silent, timed
from syncline.face.tracks import FaceTrack
from syncline.media.probe import need_footage, need_picture
from syncline.motion.style import closed_threshold
from syncline.pipeline.aside import Aside, Stoppable
from syncline.pipeline.draw import one_thread_each
from syncline.pipeline.footage import chosen_face
from syncline.pipeline.heard import Listened, listen_to
from syncline.pipeline.lipsync import syncnet_figures
from syncline.pipeline.looks import find_original, look_against, look_within
from syncline.pipeline.options import checked_face, read_transcript
from syncline.pipeline.prepare import (
    Material,
    language_of,
    open_material,
    plate_times,
    tracks_of,
)
from syncline.pipeline.shut import look_again
from syncline.quality import Score, SeenMouth, measure, seen_mouth
from syncline.quality.articulated import measure_articulation
from syncline.quality.container import ContainerOffset, container_offset
from syncline.quality.gatefiles import NamedGates, read_gates
from syncline.quality.looks import AgainstFigures, WithinFigures
from syncline.quality.measure import RECOGNISED, Clip
from syncline.quality.syncnet.network import check_syncnet
from syncline.speech.cuesheet import CueSheet
from syncline.store import StepCache

STAGE = "score"
BLOCK = 256  # pictures whose landmarks are measured at once


@dataclass(frozen=True)
class ScoreOptions:
    """How to score.

    transcript : what is said: the text, or the `Path` of a file that holds it; without it phones are recognised, which
        tells closures less surely and nothing of other shapes.
    language : BCP 47 code of the sound.
    face : whose mouth, as in a dub.
    against : the original that the video was made from; None: the mouth is held against the rest of its own face.
    gate : what the figures are held against: "broadcast", "web", "strict" or a TOML file; None: our own gates.
    syncnet : SyncNet's weights (`syncnet_v2.model`); None: not measured. Needs the extra `neural`.
    every_picture : look at every picture of a long clip, not at 4 s of every 16; takes longer.
    cache : use and keep results of steps.

    Raises InputError for a value that is none of these, DependencyError for `syncnet` without torch.
    """

    transcript: str | Path | None = None
    language: str | None = None
    face: str | int = "auto"
    against: str | Path | None = None
    gate: str | Path | None = None
    syncnet: str | Path | None = None
    every_picture: bool = False
    cache: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "face", checked_face(self.face))
        read_gates(self.gate)
        if self.syncnet is not None:
            check_syncnet(self.syncnet)


@dataclass(frozen=True, eq=False)
class Verdict:
    """A judged video: its score, what is said in it where a transcript told (else None), and the original that it was
    held against (else None)."""

    video: Path
    score: Score
    cue: CueSheet | None
    original: Path | None = None

    @property
    def grade(self) -> str:
        """The worst grade of any figure: "pass", "warn" or "fail"."""
        return self.score.grade.value


def score(
    video: str | Path,
    audio: str | Path | None = None,
    *,
    options: ScoreOptions | None = None,
    on_event: Listener | None = None,
) -> Verdict:
    """Measure how well a mouth on screen follows the sound, and what it costs the picture.

    Parameters
    ----------
    video : a clip in which somebody speaks. audio : the sound to hold it against; None: the clip's own.
    options : see `ScoreOptions`. on_event : told of progress, notes and fallbacks, also from other threads.

    Raises InputError where a file cannot be judged (no picture, no sound, damaged), and Unscorable, an InputError with
    an exit code of its own, where no face is seen in it or nobody is heard.
    """
    telling = Stoppable(on_event or silent)
    try:
        recorder = Recorder(telling)
        with StepCache(recorder, keep=(options or ScoreOptions()).cache) as cache, one_thread_each():
            return _score(
                Path(video), None if audio is None else Path(audio), options or ScoreOptions(), cache, recorder
            )
    finally:
        telling.stop()


def _score(video: Path, audio: Path | None, options: ScoreOptions, cache: StepCache, on_event: Listener) -> Verdict:
    gates = read_gates(options.gate)
    material = open_material(video)
    need_footage(material.info)
    original = None if options.against is None else find_original(Path(options.against), material)
    sound = material if audio is None else open_material(audio)
    if sound.info.audio is None:
        words = "the video has no sound: give the sound that it should follow"
        raise InputError(words if audio is None else "the file has no sound", file=sound.info.path, stage=STAGE)
    transcript = read_transcript(options.transcript)
    language = language_of(transcript, options.language, on_event)
    listening = Aside("hear", lambda: listen_to(sound, transcript, language, cache))
    tracks = tracks_of(material, cache, listening.guard(on_event))
    heard = listening.result()
    if not tracks.faces:
        raise Unscorable("no face is seen in the video, so that there is no mouth to score", file=video, stage=STAGE)
    if not heard.speech:
        raise Unscorable(
            "nobody is heard speaking, so that there is nothing the mouth should follow", file=video, stage=STAGE
        )
    choice = chosen_face(material, tracks, options.face, heard.own)
    if len(tracks.faces) > 1:
        on_event(Note("face", f"{len(tracks.faces)} faces: face {choice.track.id} is judged ({choice.reason})"))
    container = container_offset(material.info) if audio is None else None
    case = _Case(material, choice.track, tracks.cuts, heard, original, container, cache, on_event)
    with timed(STAGE, on_event):
        found = _judged(case, gates, options)
    return Verdict(video, found, heard.own.cue if case.sure else None, None if original is None else original.info.path)


@dataclass(frozen=True, eq=False)
class _Case:
    """One face of a clip, and what is known of it.

    container : None where the sound is another file's.
    """

    material: Material
    face: FaceTrack
    cuts: tuple[int, ...]
    heard: Listened
    original: Material | None
    container: ContainerOffset | None
    cache: StepCache
    on_event: Listener

    @property
    def sure(self) -> bool:
        """Whether a text confirms the phones: recognised ones tell closures about, and other shapes not at all."""
        return self.heard.own.cue.source != RECOGNISED


def _judged(case: _Case, gates: NamedGates, options: ScoreOptions) -> Score:
    info, own = case.material.info, case.heard.own
    video = need_picture(info)
    times = plate_times(info)[: len(case.face.flags)]
    mouth = mouth_of(case.face, times)
    closed = closed_threshold(mouth.opening[mouth.usable])
    if case.sure:
        mouth = look_again(info, case.face, mouth, own.cue, closed)
    syncnet = None
    if options.syncnet is not None:
        syncnet = syncnet_figures(options.syncnet, info, case.face, times, case.cuts, own.y16k, case.on_event)
    clip = Clip(
        rate=float(video.measured_rate),
        seconds=float(video.duration),
        container=case.container,
        articulation=measure_articulation(
            mouth, own.cue if case.sure else None, own.y16k, closed, active=case.heard.active
        ),
        looks=_looks(case, times, options),
        syncnet=syncnet,
    )
    return measure(mouth, own.y16k, cue=own.cue, closed=closed, gates=gates.gates, gate=gates.name, clip=clip)


def _looks(case: _Case, times: npt.NDArray[np.float64], options: ScoreOptions) -> AgainstFigures | WithinFigures:
    """What the mouth costs the picture: against the original where there is one, else by itself."""
    if case.original is not None:
        found = look_against(
            case.material, case.face, times, case.original, case.heard.own.cue, case.cache, case.on_event
        )
        if found is not None:
            return found
    return look_within(case.material, case.face, times, case.cache, case.on_event, whole=options.every_picture)


def mouth_of(face: FaceTrack, times: npt.NDArray[np.float64]) -> SeenMouth:
    """The mouth of a tracked face; a block at a time, so that few landmarks are held twice."""
    parts = [
        seen_mouth(
            face.landmarks[first : first + BLOCK],
            times[first : first + BLOCK],
            usable=face.drawable[first : first + BLOCK],
        )
        for first in range(0, len(times), BLOCK)
    ]
    shape = np.concatenate([part.shape for part in parts])
    lips = np.concatenate([part.lips for part in parts if part.lips is not None])
    return SeenMouth(times, shape, np.concatenate([part.usable for part in parts]), lips)
