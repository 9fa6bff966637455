"""Any video of somebody speaking, judged: ours, or anyone's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.events import Listener, Note, Recorder, silent, timed
from syncline.face.tracks import FaceTrack
from syncline.media.probe import need_footage
from syncline.pipeline.aside import Aside, Stoppable
from syncline.pipeline.draw import one_thread_each
from syncline.pipeline.footage import Own, chosen_face, own_speech
from syncline.pipeline.options import checked_face, read_transcript
from syncline.pipeline.prepare import hear, language_of, open_material, plate_times, read_whole, watch
from syncline.quality import Score, SeenMouth, measure, seen_mouth
from syncline.speech.cuesheet import CueSheet
from syncline.store import StepCache

STAGE = "score"
BLOCK = 256  # pictures whose landmarks are measured at once


@dataclass(frozen=True)
class ScoreOptions:
    """How to score.

    transcript : what is said: the text, or the `Path` of a file that holds it; without it closures stay unknown.
    language : BCP 47 code of the sound.
    face : whose mouth, as in a dub.
    cache : use and keep results of steps.

    Raises InputError for a value that is none of these.
    """

    transcript: str | Path | None = None
    language: str | None = None
    face: str | int = "auto"
    cache: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "face", checked_face(self.face))


@dataclass(frozen=True, eq=False)
class Verdict:
    """A judged video: its score, and what is said in it where a transcript told (else None)."""

    video: Path
    score: Score
    cue: CueSheet | None

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
    """Measure how well a mouth on screen follows the sound.

    Parameters
    ----------
    video : a clip in which somebody speaks. audio : the sound to hold it against; None: the clip's own.
    options : see `ScoreOptions`. on_event : told of progress, notes and fallbacks, also from other threads.

    Raises InputError where there is no face, or no sound to be judged.
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
    material = open_material(video)
    need_footage(material.info)
    transcript = read_transcript(options.transcript)
    language = language_of(transcript, options.language, on_event)

    def listen() -> Own:
        if audio is None:
            return own_speech(material, transcript, language, cache, on_event)
        other = open_material(audio)
        heard = hear(other, read_whole(other), transcript, language, cache, on_event)
        return Own(heard.y16k, heard.cue)

    listening = Aside("hear", listen)
    tracks = watch(material, cache, listening.guard(on_event))
    own = listening.result()
    if not len(own.y16k):
        raise InputError("the video has no sound: give the sound that it should follow", file=video, stage=STAGE)
    choice = chosen_face(material, tracks, options.face, own)
    if len(tracks.faces) > 1:
        on_event(Note("face", f"{len(tracks.faces)} faces: face {choice.track.id} is judged ({choice.reason})"))
    with timed(STAGE, on_event):
        mouth = mouth_of(choice.track, plate_times(material.info)[: tracks.frames])
        cue = None if transcript is None else own.cue
        return Verdict(video, measure(mouth, own.y16k, cue=cue), cue)


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
    return SeenMouth(times, shape, np.concatenate([part.usable for part in parts]))
