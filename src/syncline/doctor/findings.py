"""What is wrong with a file, in the words of whoever has to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import SynclineError
from syncline.face.tracks import FaceTrack, Tracks, reasons
from syncline.media.info import MediaInfo
from syncline.pipeline.preflight import CLIPPED_SHARE, EDGE_SILENCE_SECONDS, NOISE_FLOOR_DBFS, noise_floor_dbfs
from syncline.quality import Grade, Score
from syncline.speech.cuesheet import CueSheet

PEAK_DBFS: Final = -3.0  # above it a codec's ringing clips
LONG_SILENCE_SECONDS: Final = 1.0
RATE_LIE: Final = Fraction(1, 1000)
FEW_DRAWABLE: Final = 0.5
SHOWN_SILENCES: Final = 5


class Severity(str, Enum):
    """blocker: nothing good can be made of it; warning: it costs quality; fact: to be known."""

    BLOCKER = "blocker"
    WARNING = "warning"
    FACT = "fact"


@dataclass(frozen=True)
class Finding:
    """One thing that was found, and what mends it (empty where nothing needs to be done)."""

    severity: Severity
    text: str
    remedy: str = ""

    def to_json(self) -> dict[str, str]:
        """Plain JSON data."""
        return {"severity": self.severity.value, "text": self.text, "remedy": self.remedy}


def of_error(error: SynclineError) -> Finding:
    """A file that cannot be used at all."""
    at = "" if error.at is None else f" (at {error.at})"
    return Finding(Severity.BLOCKER, f"{error.message}{at}")


def of_file(info: MediaInfo) -> Iterator[Finding]:
    """Rates, turns, depths: what the container says against what its timestamps say."""
    for note in info.notes:
        yield Finding(Severity.FACT, note)
    for what in info.ignored:
        yield Finding(Severity.FACT, f"{what} is ignored")
    video = info.video
    if video is None or video.still or video.declared_rate is None or video.variable:
        return
    if abs(video.declared_rate - video.measured_rate) / video.measured_rate > RATE_LIE:
        yield Finding(
            Severity.WARNING,
            f"the header says {float(video.declared_rate):.3f} frames a second and the timestamps "
            f"{float(video.measured_rate):.3f}",
            "players that believe the header drift: write the file anew with its true rate (a dub does)",
        )


def of_sound(y16k: npt.NDArray[Any], cue: CueSheet) -> Iterator[Finding]:
    """Noise, level, clipping, silences. y16k : (n,) mono, 16 kHz, -1..1. cue : what is heard in it."""
    said = [phone for phone in cue.phones if not phone.silent]
    if not said:
        yield Finding(Severity.BLOCKER, "no speech is heard", "give the sound that is to be spoken")
        return
    floor = noise_floor_dbfs(y16k)
    if floor > NOISE_FLOOR_DBFS:
        text = f"the noise floor is {floor:.0f} dBFS, above {NOISE_FLOOR_DBFS:.0f}: words may be missed"
        yield Finding(Severity.WARNING, text, "record nearer to the mouth, or reduce the noise first")
    peak = 20 * float(np.log10(max(float(np.abs(y16k).max(initial=0.0)), 1e-6)))
    if float(np.mean(np.abs(y16k) >= 0.999)) > CLIPPED_SHARE:
        yield Finding(Severity.WARNING, "the sound is clipped", "record again at a lower level")
    elif peak > PEAK_DBFS:
        text = f"the sound peaks at {peak:.1f} dBFS, above {PEAK_DBFS:.0f}"
        yield Finding(Severity.WARNING, text, f"lower it by {peak - PEAK_DBFS:.1f} dB before it is encoded")
    before, after = said[0].start, cue.duration - said[-1].end
    if max(before, after) > EDGE_SILENCE_SECONDS:
        text = f"{before:.2f} s of silence before the speech and {after:.2f} s after it"
        yield Finding(Severity.FACT, text, "cut the ends, where the line is to start at once")
    gaps = [(p.start, p.end) for p in cue.phones if p.silent and p.end - p.start > LONG_SILENCE_SECONDS]
    inner = [gap for gap in gaps if gap[0] > said[0].start and gap[1] < said[-1].end]
    if inner:
        listed = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in inner[:SHOWN_SILENCES])
        more = "" if len(inner) <= SHOWN_SILENCES else f" and {len(inner) - SHOWN_SILENCES} more"
        yield Finding(Severity.FACT, f"silences over {LONG_SILENCE_SECONDS:.0f} s: {listed}{more}")


def of_faces(tracks: Tracks, face: FaceTrack, reason: str) -> Iterator[Finding]:
    """Who is seen, and how much of them can be drawn."""
    if len(tracks.faces) > 1:
        text = f"{len(tracks.faces)} faces; face {face.id} is the one to be drawn ({reason})"
        yield Finding(Severity.FACT, text, "another one: --face N")
    share = float(face.drawable.mean()) if len(face.flags) else 0.0
    if share < 1.0:
        counts: dict[str, int] = {}
        for flags in face.flags[~face.drawable]:
            for name in reasons(int(flags)):
                counts[name] = counts.get(name, 0) + 1
        why = ", ".join(name.replace("_", " ") for name in sorted(counts, key=lambda name: -counts[name]))
        severity = Severity.BLOCKER if share == 0.0 else Severity.WARNING if share < FEW_DRAWABLE else Severity.FACT
        text = f"{100 * (1 - share):.0f} % of the frames cannot be drawn ({why})"
        yield Finding(severity, text, "frames that cannot be drawn go through untouched: choose a steadier shot")


def of_score(score: Score) -> Iterator[Finding]:
    """Offset of picture and sound."""
    figure = score.figures["offset"]
    if figure.grade is Grade.PASS or figure.value is None:
        yield Finding(Severity.FACT, figure.sentence)
    else:
        later = "later" if figure.value > 0 else "earlier"
        remedy = f"move the sound {abs(figure.value):.0f} ms {later}"
        yield Finding(Severity.WARNING, figure.sentence, remedy)
