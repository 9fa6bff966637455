"""What an alignment route answers: for each token of the transcript, when it is said and through which phones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class TimedPhone:
    """IPA and seconds."""

    ipa: str
    start: float
    end: float


@dataclass(frozen=True)
class TimedWord:
    """A token's number in the transcript, its span in seconds, its phones, and how sure the route itself is (0..1).

    cost : how badly the sound fits the word, for each 10 ms of it, in units of the route; lower is better.
    spread : seconds by which several tries of the route differ in the start and in the end.
    parted : seconds by which two routes differ in the start and in the end.
    certain : how sure the start and the end are, 0..1 each.
    """

    token: int
    start: float
    end: float
    phones: tuple[TimedPhone, ...]
    confidence: float = 1.0
    cost: float | None = None
    spread: tuple[float, float] | None = None
    parted: tuple[float, float] | None = None
    certain: tuple[float, float] | None = None

    def moved(self, start: float, end: float) -> TimedWord:
        """The word stretched on to another span, its phones in proportion."""
        if end <= start:
            end = start + 1e-3
        old = np.array([self.start, max(self.end, self.start + 1e-6)])
        new = np.array([start, end])
        phones = tuple(
            TimedPhone(p.ipa, float(np.interp(p.start, old, new)), float(np.interp(p.end, old, new)))
            for p in self.phones
        )
        return replace(self, start=start, end=end, phones=phones)

    def shifted(self, seconds: float) -> TimedWord:
        """The word `seconds` later."""
        phones = tuple(TimedPhone(p.ipa, p.start + seconds, p.end + seconds) for p in self.phones)
        return replace(self, start=self.start + seconds, end=self.end + seconds, phones=phones)
