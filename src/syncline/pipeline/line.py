"""One line of dialogue on one face, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from syncline.engines.actor.actorfile import load_actor
from syncline.engines.actor.bank import Bank
from syncline.engines.base import DrawPlan, Engine, TakeRequest
from syncline.events import Listener, timed
from syncline.face.lowerface import LowerFaces
from syncline.face.tracks import FaceTrack, Tracks
from syncline.media.probe import need_picture
from syncline.media.sync import OutputFrame, plan_output
from syncline.memory import give_back
from syncline.motion.combine import combined, share_of
from syncline.motion.loudness import relative_loudness
from syncline.motion.mouthtrack import MouthTrack
from syncline.motion.phones import from_phones
from syncline.motion.sound import from_sound
from syncline.motion.visemes import VisemeTable
from syncline.pipeline.aside import Aside
from syncline.pipeline.engine import actor_engine, check_engine, portrait_engine
from syncline.pipeline.footage import Own, chosen_face, own_speech, plate_bank
from syncline.pipeline.options import DubOptions, thread_count
from syncline.pipeline.preflight import note_faces, note_lengths, note_media, note_sound
from syncline.pipeline.prepare import (
    DEFAULT_LANGUAGE,
    Heard,
    InputFile,
    Material,
    hear,
    input_file,
    language_of,
    open_material,
    read_whole,
    watch,
)
from syncline.pipeline.spoken import Text, speak
from syncline.speech.cuesheet import CueSheet
from syncline.store import StepCache
from syncline.timebase import as_seconds


@dataclass(frozen=True, eq=False)
class Line:
    """Everything that pass 2, the score and the timeline need to know of a line.

    frames, seconds : what each output frame shows and when, and the length of the take.
    tracks, face, reason : all faces of the plate, the one that is drawn on, and why.
    table, mouth : the person's own shapes, and the mouth that is asked for, a row an output frame.
    engine, plan : what draws, and what it will draw.
    inputs : the files that went in, by role.
    """

    plate: Material
    heard: Heard
    language: str
    frames: list[OutputFrame]
    seconds: Fraction
    tracks: Tracks
    face: FaceTrack
    reason: str
    table: VisemeTable
    mouth: MouthTrack
    engine: Engine
    plan: DrawPlan
    inputs: dict[str, InputFile]


@dataclass(frozen=True, eq=False)
class Gathered:
    """What is known of a line's inputs before anything is planned.

    own : what the plate itself says; a still says nothing.
    bank : the actor file's, where one was given.
    lower_faces : what was cut out of the plate while it was tracked.
    """

    plate: Material
    heard: Heard
    language: str
    own: Own
    tracks: Tracks
    bank: Bank | None
    lower_faces: LowerFaces
    inputs: dict[str, InputFile]


def gather(
    plate_path: Path,
    spoken: Path | Text,
    transcript: str | None,
    options: DubOptions,
    cache: StepCache,
    on_event: Listener,
) -> Gathered:
    """Probe, track and listen, side by side."""
    plate = open_material(plate_path, tone_map=options.tone_map)
    inputs = {"plate": plate.file}
    if options.actor is not None:
        inputs["actor"] = input_file(Path(options.actor))
    if isinstance(options.transcript, Path):
        inputs["transcript"] = input_file(options.transcript)
    bank = None if options.actor is None else load_actor(Path(options.actor))
    check_engine(options.engine, still=need_picture(plate.info).still, has_bank=bank is not None)
    language: str | None
    if isinstance(spoken, Text):
        said = speak(spoken, on_event)
        inputs["text"] = said.source
        note_media(plate.info, None, on_event)
        language = said.language
        hearing = Aside("hear", lambda: said.heard)
    else:
        audio = open_material(spoken)
        inputs["audio"] = audio.file
        note_media(plate.info, audio.info, on_event)
        language = language_of(transcript, options.language, on_event)
        sound = read_whole(audio)
        hearing = Aside("hear", lambda: hear(audio, sound, transcript, language, cache, on_event))
    listening = Aside("own", lambda: own_speech(plate, None, None, cache, on_event))
    cut = LowerFaces(cache.scratch / "lower-faces")
    tracks = watch(plate, cache, hearing.guard(listening.guard(on_event)), lower_faces=cut)
    heard = hearing.result()
    language = language or heard.cue.language or DEFAULT_LANGUAGE
    return Gathered(plate, heard, language, listening.result(), tracks, bank, cut, inputs)


def plan_line(gathered: Gathered, options: DubOptions, cache: StepCache, on_event: Listener) -> Line:
    """Choose the face, the engine, and what every output frame will show: all that comes before the first pixel."""
    plate, heard = gathered.plate, gathered.heard
    video = need_picture(plate.info)
    note_sound(heard.y16k, heard.cue, on_event)
    frames, seconds = plan_output(video, heard.sound.seconds, options.sync_mode)
    if not video.still:
        note_lengths(video.duration, heard.sound.seconds, seconds, options.sync_mode, on_event)
    choice = chosen_face(plate, gathered.tracks, options.face, gathered.own)
    note_faces(gathered.tracks, choice.track, choice.reason, on_event)
    engine, table = _engine(gathered, choice.track, options, cache, on_event)
    times = as_seconds(frame.time for frame in frames)
    mouth = wanted_mouth(heard.cue, heard.y16k, times, table)
    request = TakeRequest(
        times=times,
        plate_index=np.array([frame.plate_index for frame in frames], np.int64),
        track=choice.track,
        plate=plate.info,
        cue=heard.cue,
        sound=heard.y16k,
        mouth=mouth,
        language=gathered.language,
    )
    with timed("plan", on_event):
        plan = engine.plan(request, on_event)
    give_back()
    return Line(
        plate=plate,
        heard=heard,
        language=gathered.language,
        frames=frames,
        seconds=seconds,
        tracks=gathered.tracks,
        face=choice.track,
        reason=choice.reason,
        table=table,
        mouth=mouth,
        engine=engine,
        plan=plan,
        inputs=gathered.inputs,
    )


def _engine(
    gathered: Gathered, face: FaceTrack, options: DubOptions, cache: StepCache, on_event: Listener
) -> tuple[Engine, VisemeTable]:
    """What draws, and with whose shapes."""
    if gathered.bank is not None:
        return actor_engine(gathered.bank, on_event, of_plate=False)
    if need_picture(gathered.plate.info).still:
        return portrait_engine(gathered.plate.info, face, still=options.still, seed=options.seed)
    bank = plate_bank(
        gathered.plate,
        face,
        gathered.own,
        cache,
        on_event,
        lower_faces=gathered.lower_faces,
        threads=thread_count(options.threads),
    )
    give_back()
    return actor_engine(bank, on_event, of_plate=True)


def wanted_mouth(
    cue: CueSheet, y16k: npt.NDArray[np.float32], times: npt.NDArray[np.float64], table: VisemeTable
) -> MouthTrack:
    """The mouth that a line asks for: of its phones in this person's shapes, and of the sound itself."""
    of_phones = from_phones(cue, times, relative_loudness(y16k, times), table)
    of_sound = from_sound(y16k, times, style=table.style, rest=of_phones.rest)
    return combined(of_phones, of_sound, share_of(cue.source))
