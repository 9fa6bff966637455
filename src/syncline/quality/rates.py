"""Which confusion of rates explains a sound that runs too fast or too slow."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final


@dataclass(frozen=True)
class RatePair:
    """Two rates that get confused: what was made at one and played at the other runs `ratio` times as fast."""

    name: str
    ratio: Fraction
    picture_rate: float | None = None  # pictures a second at which this pair is meant, None: any

    @property
    def percent(self) -> float:
        """How much faster, in percent."""
        return 100 * float(self.ratio - 1)


SAMPLE_RATES: Final = RatePair("44 100 / 48 000 (or 22 050 / 24 000)", Fraction(48_000, 44_100))
FILM_TO_PAL: Final = RatePair("24 / 25", Fraction(25, 24))
NTSC_FILM: Final = RatePair("23.976 / 24", Fraction(1001, 1000), 24.0)
NTSC_VIDEO: Final = RatePair("29.97 / 30", Fraction(1001, 1000), 30.0)
PAIRS: Final = (SAMPLE_RATES, FILM_TO_PAL, NTSC_FILM, NTSC_VIDEO)


def explaining(percent: float, tolerance: float, picture_rate: float) -> str | None:
    """The pairs of rates that explain a sound `percent` too fast (−: too slow); None where none does.

    tolerance : in percentage points. picture_rate : pictures a second of the clip.
    """
    fitting: list[tuple[float, str]] = []
    for pair in PAIRS:
        for sign, ratio in ((1, pair.ratio), (-1, 1 / pair.ratio)):
            if abs(percent - 100 * float(ratio - 1)) <= tolerance and sign * percent > 0:
                meant = pair.picture_rate
                away = 0.0 if meant is None else min(abs(picture_rate - meant), abs(picture_rate - 2 * meant))
                fitting.append((away, pair.name))
    if not fitting:
        return None
    nearest = min(away for away, _ in fitting)
    # Where the clip has neither rate, both names stand: nothing tells them apart.
    return " or ".join(name for away, name in sorted(fitting) if away <= max(nearest, 0.5) or nearest > 0.5)
