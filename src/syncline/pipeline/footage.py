"""Footage of a person made into a bank: the plate itself, or many clips for an actor file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from syncline.engines.actor.actorfile import load_actor, save_actor
from syncline.engines.actor.bank import Bank
from syncline.engines.actor.build import BuildOptions, Footage, build_bank, usable_frames
from syncline.errors import InputError, printable
from syncline.events import Event, Fallback, Listener, Note, Progress
from syncline.face.choose import Choice, FaceChoice, choose_face, sound_loudness
from syncline.face.lowerface import LowerFaces
from syncline.face.tracks import FaceTrack, Tracks
from syncline.media.probe import need_picture
from syncline.pipeline.prepare import (
    DEFAULT_LANGUAGE,
    TRACKS,
    Floats,
    Material,
    cue_sheet,
    own_sound_of,
    plate_times,
    without_timing,
)
from syncline.speech.cuesheet import CueSheet, silent_sheet
from syncline.store import Step, StepCache, code_version

# Rooms and distributions whose code makes a bank of given tracks and cue sheets.
BANK_CODE = (("engines", "media", "motion", "speech"), ("numpy", "av", "opencv-contrib-python"))
BANK_NAME = "bank.actor"
OWN_CUES = "own cues"


@dataclass(frozen=True, eq=False)
class Own:
    """A clip's own speech: its sound, (n,) float32 mono 16 kHz on the file's clock (empty: none), and its cue sheet."""

    y16k: Floats
    cue: CueSheet


def own_speech(
    material: Material,
    transcript: str | None,
    language: str | None,
    cache: StepCache,
    on_event: Listener,
    label: str = OWN_CUES,
) -> Own:
    """What a clip itself says: aligned to its transcript, or recognised without one; a still says nothing.

    Sound that cannot be read costs the clip its sound, not its use; that is told.
    """
    if need_picture(material.info).still:
        return Own(np.zeros(0, np.float32), silent_sheet(0.0, language or DEFAULT_LANGUAGE))
    y16k = None
    try:
        y16k = own_sound_of(material.info)
    except InputError as exc:
        on_event(Fallback("footage", f"the sound of {printable(material.info.path.name)} is not used: {exc.message}"))
    if y16k is None:
        seconds = float(need_picture(material.info).duration)
        own = Own(np.zeros(0, np.float32), silent_sheet(seconds, language or DEFAULT_LANGUAGE))
    else:
        own = Own(y16k, cue_sheet(material, y16k, transcript, language, cache, label))
    if all(phone.silent for phone in own.cue.phones):
        name = printable(material.info.path.name)
        on_event(Fallback("footage", f"nobody is heard in {name}: its frames are known by their looks alone"))
    return own


def chosen_face(material: Material, tracks: Tracks, wanted: str | int, own: Own) -> Choice:
    """One of a clip's faces; "auto" and "speaking" listen to the clip's own sound where it has one.

    wanted : as the options have checked it.
    """
    choice = cast(FaceChoice, wanted)
    if not len(own.y16k):
        return choose_face(tracks, choice)
    times = plate_times(material.info)[: tracks.frames]
    return choose_face(tracks, choice, sound_loudness(own.y16k, times), times)


def footage_of(material: Material, face: FaceTrack, own: Own, lower_faces: LowerFaces | None = None) -> Footage:
    """A clip ready for a bank; `lower_faces`: what was cut while it was tracked."""
    times = plate_times(material.info)[: len(face.flags)]
    known = None if lower_faces is None else lower_faces.of(face.id)
    return Footage(material.info, material.digest, face, times, own.cue, own.y16k, lower_faces=known)


def plate_bank(
    plate: Material,
    face: FaceTrack,
    own: Own,
    cache: StepCache,
    on_event: Listener,
    *,
    lower_faces: LowerFaces | None = None,
    threads: int = 1,
) -> Bank | None:
    """The bank of a plate's own frames, kept or new; None where no frame of it can be learned from."""
    if not len(usable_frames(face)):
        return None
    footage = footage_of(plate, face, own, lower_faces)
    options = BuildOptions()
    step = Step(
        name="bank",
        version=code_version(*BANK_CODE[0], uses=BANK_CODE[1]),
        inputs={"plate": plate.digest, "tracks": cache.keys[TRACKS], "cues": cache.keys.get(OWN_CUES, "")},
        options={"face": face.id, "build": options},
        make=lambda: build_bank(
            [footage],
            cache.scratch / "plate.crops",
            options=options,
            threads=threads,
            on_event=without_timing(on_event),
        ),
        save=lambda bank, folder: save_actor(bank, folder / BANK_NAME),
        load=lambda folder: load_actor(folder / BANK_NAME),
    )
    return cache.run(step)


def clips_only(on_event: Listener) -> Listener:
    """A listener for many clips side by side: no progress and no notes of single clips, each fallback once."""
    told: set[Fallback] = set()

    def passing(event: Event) -> None:
        if isinstance(event, (Progress, Note)) or event in told:
            return
        if isinstance(event, Fallback):
            told.add(event)
        on_event(event)

    return passing
