"""What is wrong with a file, in the words of whoever has to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from syncline.errors import SynclineError
from syncline.media.info import MediaInfo
from syncline.pipeline.preflight import FEW_DRAWABLE, Fault, Kind, rate_faults
from syncline.quality import Grade, Score


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


_MENDED_BY: Final = {
    Kind.RATE: (
        Severity.WARNING,
        "players that believe the header drift: write the file anew with its true rate (a dub does)",
    ),
    Kind.NO_SPEECH: (Severity.BLOCKER, "give the sound that is to be spoken"),
    Kind.NOISE: (Severity.WARNING, "record nearer to the mouth, or reduce the noise first"),
    Kind.CLIPPED: (Severity.WARNING, "record again at a lower level"),
    Kind.LOUD: (Severity.WARNING, "lower it by {value:.1f} dB before it is encoded"),
    Kind.ENDS: (Severity.FACT, "cut the ends, where the line is to start at once"),
    Kind.SILENCES: (Severity.FACT, ""),
    Kind.FACES: (Severity.FACT, "another one: --face N"),
    Kind.UNDRAWABLE: (Severity.FACT, "frames that cannot be drawn go through untouched: choose a steadier shot"),
}


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
    yield from of_faults(rate_faults(info))


def of_faults(faults: Iterable[Fault]) -> Iterator[Finding]:
    """How grave each fault of the preflight is, and what mends it."""
    for fault in faults:
        severity, remedy = _MENDED_BY[fault.kind]
        if fault.kind is Kind.UNDRAWABLE:
            severity = _undrawable(fault.value)
        yield Finding(severity, fault.text, remedy.format(value=fault.value))


def _undrawable(share: float) -> Severity:
    if share == 1.0:
        return Severity.BLOCKER
    return Severity.WARNING if share > 1 - FEW_DRAWABLE else Severity.FACT


def of_score(score: Score) -> Iterator[Finding]:
    """Offset of picture and sound."""
    figure = score.figures["offset"]
    if figure.grade is Grade.PASS or figure.value is None:
        yield Finding(Severity.FACT, figure.sentence)
    else:
        later = "later" if figure.value > 0 else "earlier"
        remedy = f"move the sound {abs(figure.value):.0f} ms {later}"
        yield Finding(Severity.WARNING, figure.sentence, remedy)
