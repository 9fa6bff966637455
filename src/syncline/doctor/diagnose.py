"""One file, looked at from all sides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncline.doctor import findings
from syncline.doctor.findings import Finding, Severity
from syncline.errors import InputError, LimitError, MissingInput, printable
from syncline.events import Listener, Recorder, silent, timed
from syncline.face.tracks import FaceTrack
from syncline.media.probe import need_picture
from syncline.media.read import analysis_sound
from syncline.pipeline.aside import Aside, Stoppable
from syncline.pipeline.draw import one_thread_each
from syncline.pipeline.footage import Own, chosen_face, own_speech
from syncline.pipeline.judge import ScoreOptions, mouth_of
from syncline.pipeline.options import read_transcript
from syncline.pipeline.preflight import face_faults, sound_faults
from syncline.pipeline.prepare import Material, cue_sheet, language_of, open_material, plate_times, read_whole, watch
from syncline.quality import Score, measure
from syncline.speech.cuesheet import CueSheet
from syncline.store import StepCache

STAGE = "doctor"
SCHEMA = "syncline.diagnosis/1"


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What was found in a file; score and cue where somebody speaks on screen."""

    path: Path
    findings: tuple[Finding, ...]
    score: Score | None = None
    cue: CueSheet | None = None

    @property
    def blocked(self) -> bool:
        """Whether nothing good can be made of the file."""
        return any(finding.severity is Severity.BLOCKER for finding in self.findings)

    def document(self) -> dict[str, Any]:
        """Plain JSON data, schema "syncline.diagnosis/1"."""
        return {
            "schema": SCHEMA,
            "path": printable(self.path),
            "blocked": self.blocked,
            "findings": [finding.to_json() for finding in self.findings],
            "score": None if self.score is None else self.score.to_json(brief=True),
        }


def diagnose(media: str | Path, *, options: ScoreOptions | None = None, on_event: Listener | None = None) -> Diagnosis:
    """Find what in a file would spoil a dub: container, rates, sound, faces, and the sync that it has.

    Parameters
    ----------
    media : a clip, a photograph or a sound.
    options : transcript, language, face and cache, as for `score`.
    on_event : told of progress, also from other threads.

    A file that cannot be used is a finding, not an error. Raises MissingInput where nothing is.
    """
    path, asked = Path(media), options or ScoreOptions()
    telling = Stoppable(on_event or silent)
    try:
        with StepCache(Recorder(telling), keep=asked.cache) as cache, one_thread_each():
            return _diagnose(path, asked, cache, telling)
    finally:
        telling.stop()


def _diagnose(path: Path, options: ScoreOptions, cache: StepCache, on_event: Listener) -> Diagnosis:
    try:
        material = open_material(path)
    except MissingInput:
        raise
    except (InputError, LimitError) as error:
        return Diagnosis(path, (findings.of_error(error),))
    found = list(findings.of_file(material.info))
    transcript = read_transcript(options.transcript)
    language = language_of(transcript, options.language, on_event)
    if material.info.video is None:
        y16k = analysis_sound(read_whole(material))
        cue = cue_sheet(material, y16k, transcript, language, cache)
        return Diagnosis(
            path, (*found, *findings.of_faults(sound_faults(y16k, cue))), cue=None if transcript is None else cue
        )
    listening = Aside("own", lambda: own_speech(material, transcript, language, cache, on_event))
    try:
        tracks = watch(material, cache, listening.guard(on_event))
    except InputError as error:
        listening.result()
        return Diagnosis(path, (*found, findings.of_error(error)))
    own = listening.result()
    choice = chosen_face(material, tracks, options.face, own)
    found += findings.of_faults(face_faults(tracks, choice.track, choice.reason))
    if need_picture(material.info).still or not len(own.y16k):
        return Diagnosis(path, tuple(found))
    found += findings.of_faults(sound_faults(own.y16k, own.cue))
    score = _score(material, choice.track, own, known=transcript is not None, on_event=on_event)
    found += findings.of_score(score)
    return Diagnosis(path, tuple(found), score, own.cue if transcript is not None else None)


def _score(material: Material, face: FaceTrack, own: Own, *, known: bool, on_event: Listener) -> Score:
    with timed(STAGE, on_event):
        mouth = mouth_of(face, plate_times(material.info)[: len(face.flags)])
        return measure(mouth, own.y16k, cue=own.cue if known else None)
