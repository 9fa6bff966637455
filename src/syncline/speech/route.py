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
    """A token's number in the transcript, its span in seconds, its phones, and how sure the route itself is (0..1)."""

    token: int
    start: float
    end: float
    phones: tuple[TimedPhone, ...]
    confidence: float = 1.0

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
