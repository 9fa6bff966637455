"""What is wrong with the inputs before the work begins: facts that cost quality. The doctor says how to mend them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.events import Listener, Note
from syncline.face.tracks import FaceTrack, Tracks, reasons
from syncline.media.info import MediaInfo
from syncline.media.sound import ANALYSIS_RATE
from syncline.speech.cuesheet import CueSheet

# DESIGN §4, preflight.
NOISE_FLOOR_DBFS: Final = -40.0
PEAK_DBFS: Final = -3.0  # above it a codec's ringing clips
SHORT_TERM_SECONDS: Final = 0.05
EDGE_SILENCE_SECONDS: Final = 0.2
LONG_SILENCE_SECONDS: Final = 1.0
CLIPPED_SHARE: Final = 1e-4  # of all samples at full scale: more is heard as distortion
FULL_SCALE: Final = 0.999
RATE_LIE: Final = Fraction(1, 1000)
FEW_DRAWABLE: Final = 0.5
LISTED: Final = 5  # silences that are named one by one


class Kind(str, Enum):
    """What a fault is about."""

    RATE = "rate"
    NO_SPEECH = "no speech"
    NOISE = "noise"
    CLIPPED = "clipped"
    LOUD = "loud"
    ENDS = "silent ends"
    SILENCES = "silences"
    FACES = "several faces"
    UNDRAWABLE = "undrawable frames"


@dataclass(frozen=True)
class Fault:
    """One fact that costs quality. value : dB over the limit, or a share of the frames; 0 where nothing counts."""

    kind: Kind
    text: str
    value: float = 0.0


# What a dub makes of a fault, beyond saying it.
_IN_A_DUB: Final = {
    Kind.RATE: "; the timestamps are used",
    Kind.NO_SPEECH: ": the mouth rests throughout",
    Kind.UNDRAWABLE: ": they go through untouched",
}


def rate_faults(info: MediaInfo) -> Iterator[Fault]:
    """What the container says of its rate against what its timestamps say."""
    video = info.video
    if video is None or video.still or video.declared_rate is None or video.variable:
        return
    if abs(video.declared_rate - video.measured_rate) / video.measured_rate > RATE_LIE:
        yield Fault(
            Kind.RATE,
            f"the header says {float(video.declared_rate):.3f} frames a second and the timestamps "
            f"{float(video.measured_rate):.3f}",
        )


def sound_faults(y16k: npt.NDArray[Any], cue: CueSheet) -> Iterator[Fault]:
    """Noise, level, clipping, silences. y16k : (n,) mono, 16 kHz, -1..1. cue : what is heard in it."""
    said = [phone for phone in cue.phones if not phone.silent]
    if not said:
        yield Fault(Kind.NO_SPEECH, "no speech is heard")
        return
    floor = noise_floor_dbfs(y16k)
    if floor > NOISE_FLOOR_DBFS:
        text = f"the noise floor is {floor:.0f} dBFS, above {NOISE_FLOOR_DBFS:.0f}: words may be missed"
        yield Fault(Kind.NOISE, text, floor - NOISE_FLOOR_DBFS)
    peak = 20 * float(np.log10(max(float(np.abs(y16k).max(initial=0.0)), 1e-6)))
    if float(np.mean(np.abs(y16k) >= FULL_SCALE)) > CLIPPED_SHARE:
        yield Fault(Kind.CLIPPED, "the sound is clipped: its peaks lie at full scale")
    elif peak > PEAK_DBFS:
        text = f"the sound peaks at about {peak:.1f} dBFS, above {PEAK_DBFS:.0f}"
        yield Fault(Kind.LOUD, text, peak - PEAK_DBFS)
    before, after = said[0].start, cue.duration - said[-1].end
    if max(before, after) > EDGE_SILENCE_SECONDS:
        yield Fault(Kind.ENDS, f"{before:.2f} s of silence before the speech and {after:.2f} s after it")
    gaps = [(p.start, p.end) for p in cue.phones if p.silent and p.end - p.start > LONG_SILENCE_SECONDS]
    inner = [gap for gap in gaps if gap[0] > said[0].start and gap[1] < said[-1].end]
    if inner:
        listed = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in inner[:LISTED])
        more = "" if len(inner) <= LISTED else f" and {len(inner) - LISTED} more"
        yield Fault(Kind.SILENCES, f"silences over {LONG_SILENCE_SECONDS:.0f} s: {listed}{more}")


def face_faults(tracks: Tracks, face: FaceTrack, reason: str) -> Iterator[Fault]:
    """Whose mouth was chosen, and how much of it cannot be drawn."""
    if len(tracks.faces) > 1:
        yield Fault(Kind.FACES, f"{len(tracks.faces)} faces: face {face.id} was chosen ({reason})")
    lost = 1.0 - (float(face.drawable.mean()) if len(face.flags) else 0.0)
    if lost > 0.0:
        text = f"{100 * lost:.0f} % of the frames cannot be drawn ({', '.join(_why(face))})"
        yield Fault(Kind.UNDRAWABLE, text, lost)


def note_media(plate: MediaInfo, audio: MediaInfo | None, on_event: Listener) -> None:
    """Tell what the probe found worth telling about the files; `audio` is None where the line is spoken from text."""
    for role, info in (("plate", plate), ("audio", audio)):
        for text in () if info is None else info.notes:
            on_event(Note("probe", f"{role}: {text}"))
    _note("probe", rate_faults(plate), on_event, "plate: ")


def note_sound(y16k: npt.NDArray[np.float32], cue: CueSheet, on_event: Listener) -> None:
    """Tell what may spoil the mouth: noise, clipping, no speech, silences."""
    _note("sound", sound_faults(y16k, cue), on_event)


def note_faces(tracks: Tracks, face: FaceTrack, reason: str, on_event: Listener) -> None:
    """Tell whose mouth was chosen, and how much of it cannot be drawn."""
    _note("face", face_faults(tracks, face, reason), on_event)


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


def noise_floor_dbfs(y: npt.NDArray[Any]) -> float:
    """Level of the quietest tenth of the sound, in dBFS (root mean square over 50 ms); -120 for digital silence."""
    length = int(SHORT_TERM_SECONDS * ANALYSIS_RATE)
    whole = len(y) // length * length
    if whole == 0:
        return -120.0
    power = np.mean(np.square(y[:whole].reshape(-1, length).astype(np.float64)), axis=1)
    return float(10 * np.log10(max(float(np.percentile(power, 10)), 1e-12)))


def _note(stage: str, faults: Iterator[Fault], on_event: Listener, role: str = "") -> None:
    for fault in faults:
        hardly = ": this is hardly footage for a dub"
        much = hardly if fault.kind is Kind.UNDRAWABLE and fault.value > 1 - FEW_DRAWABLE else ""
        on_event(Note(stage, f"{role}{fault.text}{_IN_A_DUB.get(fault.kind, '')}{much}"))


def _why(face: FaceTrack) -> list[str]:
    """Flags of the frames that cannot be drawn, the most frequent first."""
    counts: dict[str, int] = {}
    for flags in face.flags[~face.drawable]:
        for name in reasons(int(flags)):
            counts[name] = counts.get(name, 0) + 1
    named = sorted(counts, key=lambda name: -counts[name])
    return [name.replace("_", " ") for name in named if name not in ("cut", "bridged")]
