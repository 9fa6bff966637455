"""What the user should know before the work begins: facts about the inputs that cost quality."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from syncline.events import Listener, Note
from syncline.face.tracks import FaceTrack, Tracks, reasons
from syncline.media.info import MediaInfo
from syncline.media.sound import ANALYSIS_RATE
from syncline.speech.cuesheet import CueSheet

# DESIGN §4, preflight.
NOISE_FLOOR_DBFS = -40.0
SHORT_TERM_SECONDS = 0.05
EDGE_SILENCE_SECONDS = 0.2
CLIPPED_SHARE = 1e-4  # of all samples at full scale: more is heard as distortion
FEW_DRAWABLE = 0.5


def note_media(plate: MediaInfo, audio: MediaInfo | None, on_event: Listener) -> None:
    """Tell what the probe found worth telling about the files; `audio` is None where the line is spoken from text."""
    for role, info in (("plate", plate), ("audio", audio)):
        for text in () if info is None else info.notes:
            on_event(Note("probe", f"{role}: {text}"))
    video = plate.video
    if video is not None and video.declared_rate is not None and not video.variable:
        difference = abs(video.declared_rate - video.measured_rate) / video.measured_rate
        if difference > Fraction(1, 1000):
            on_event(
                Note(
                    "probe",
                    f"plate: its header says {float(video.declared_rate):.3f} frames a second and its timestamps "
                    f"{float(video.measured_rate):.3f}; the timestamps are used",
                )
            )


def note_sound(y16k: npt.NDArray[np.float32], cue: CueSheet, on_event: Listener) -> None:
    """Tell what may spoil the mouth: noise, clipping, no speech, silence at the ends.

    y16k : (n,) mono, 16 kHz, -1..1. cue : what is said in it.
    """
    for text in _sound_faults(y16k, cue):
        on_event(Note("sound", text))


def note_lengths(plate: Fraction, sound: Fraction, written: Fraction, mode: str, on_event: Listener) -> None:
    """Tell where picture and sound differ in length, and what becomes of it."""
    if abs(plate - sound) > Fraction(1, 10):
        on_event(
            Note(
                "sync",
                f"the sound lasts {float(sound):.2f} s and the plate {float(plate):.2f} s: "
                f"with {mode} the take lasts {float(written):.2f} s",
            )
        )


def note_faces(tracks: Tracks, face: FaceTrack, reason: str, on_event: Listener) -> None:
    """Tell whose mouth was chosen, and how much of it cannot be drawn."""
    if len(tracks.faces) > 1:
        on_event(Note("face", f"{len(tracks.faces)} faces: face {face.id} was chosen ({reason})"))
    drawable = float(face.drawable.mean()) if len(face.flags) else 0.0
    if drawable < 1.0:
        on_event(
            Note(
                "face",
                f"{100 * (1 - drawable):.0f} % of the frames go through untouched ({', '.join(_why(face))})"
                + (": this is hardly footage for a dub" if drawable < FEW_DRAWABLE else ""),
            )
        )


def _why(face: FaceTrack) -> list[str]:
    """Flags of the frames that cannot be drawn, the most frequent first."""
    counts: dict[str, int] = {}
    for flags in face.flags[~face.drawable]:
        for name in reasons(int(flags)):
            counts[name] = counts.get(name, 0) + 1
    named = sorted(counts, key=lambda name: -counts[name])
    return [name.replace("_", " ") for name in named if name not in ("cut", "bridged")]


def _sound_faults(y: npt.NDArray[Any], cue: CueSheet) -> Iterator[str]:
    said = [phone for phone in cue.phones if not phone.silent]
    if not said:
        yield "no speech was found: the mouth rests throughout"
        return
    floor = noise_floor_dbfs(y)
    if floor > NOISE_FLOOR_DBFS:
        yield f"the noise floor is {floor:.0f} dBFS, above {NOISE_FLOOR_DBFS:.0f}: words may be missed"
    if float(np.mean(np.abs(y) >= 0.999)) > CLIPPED_SHARE:
        yield "the sound is clipped: its peaks lie at full scale"
    before, after = said[0].start, cue.duration - said[-1].end
    if before > EDGE_SILENCE_SECONDS or after > EDGE_SILENCE_SECONDS:
        yield f"{before:.2f} s of silence before the speech and {after:.2f} s after it"


def noise_floor_dbfs(y: npt.NDArray[Any]) -> float:
    """Level of the quietest tenth of the sound, in dBFS (root mean square over 50 ms); -120 for digital silence."""
    length = int(SHORT_TERM_SECONDS * ANALYSIS_RATE)
    whole = len(y) // length * length
    if whole == 0:
        return -120.0
    power = np.mean(np.square(y[:whole].reshape(-1, length).astype(np.float64)), axis=1)
    return float(10 * np.log10(max(float(np.percentile(power, 10)), 1e-12)))
