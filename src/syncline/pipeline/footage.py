"""Footage of a person made into a bank: the plate itself, or many clips for an actor file."""

from __future__ import annotations

from typing import cast

from syncline.engines.actor.actorfile import load_actor, save_actor
from syncline.engines.actor.bank import Bank
from syncline.engines.actor.build import BuildOptions, Footage, build_bank, usable_frames
from syncline.events import Event, Fallback, Listener, Note, Progress
from syncline.face.choose import Choice, FaceChoice, choose_face, sound_loudness
from syncline.face.tracks import FaceTrack, Tracks
from syncline.media.probe import need_picture
from syncline.pipeline.prepare import (
    DEFAULT_LANGUAGE,
    TRACKS,
    Material,
    cue_sheet,
    no_sound,
    own_sound_of,
    plate_times,
    without_timing,
)
from syncline.speech.cuesheet import CueSheet, silent_sheet
from syncline.store import Step, StepCache

# A change of the bank's contents that its file's schema does not tell changes this.
BANK_VERSION = "1"
BANK_NAME = "bank.actor"
OWN_CUES = "own cues"


def chosen_face(material: Material, tracks: Tracks, wanted: str | int) -> Choice:
    """One of a clip's faces; "auto" and "speaking" listen to the clip's own sound where it has one.

    wanted : as the options have checked it.
    """
    choice = cast(FaceChoice, wanted)
    y16k = own_sound_of(material.info)
    if y16k is None:
        return choose_face(tracks, choice)
    times = plate_times(material.info)[: tracks.frames]
    return choose_face(tracks, choice, sound_loudness(y16k, times), times)


def footage_of(
    material: Material,
    face: FaceTrack,
    transcript: str | None,
    language: str | None,
    cache: StepCache,
    label: str = OWN_CUES,
) -> Footage:
    """A clip ready for a bank: its face, and what is said in it (aligned, or recognised without a transcript)."""
    y16k = own_sound_of(material.info)
    times = plate_times(material.info)[: len(face.flags)]
    if y16k is None:
        cue: CueSheet = silent_sheet(float(need_picture(material.info).duration), language or DEFAULT_LANGUAGE)
    else:
        cue = cue_sheet(material, y16k, transcript, language, cache, label)
    return Footage(
        info=material.info,
        digest=material.digest,
        track=face,
        times=times,
        cue=cue,
        sound=no_sound() if y16k is None else y16k,
    )


def plate_bank(plate: Material, face: FaceTrack, cache: StepCache, on_event: Listener) -> Bank | None:
    """The bank of a plate's own frames, kept or new; None where no frame of it can be learned from."""
    if not len(usable_frames(face)):
        return None
    footage = footage_of(plate, face, None, None, cache)
    options = BuildOptions()
    step = Step(
        name="bank",
        version=BANK_VERSION,
        inputs={"plate": plate.digest, "tracks": cache.keys[TRACKS], "cues": cache.keys.get(OWN_CUES, "")},
        options={"face": face.id, "build": options},
        make=lambda: build_bank(
            [footage], cache.scratch / "plate.crops", options=options, on_event=without_timing(on_event)
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
