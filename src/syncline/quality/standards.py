"""Published limits of sound against picture, which a measured offset can be held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class SyncLimit:
    """Sound up to `early_ms` ahead of the picture, or `late_ms` behind it, is within the limit."""

    source: str
    meaning: str
    early_ms: float
    late_ms: float

    def holds(self, offset_ms: float) -> bool:
        """Whether an offset (ms, + = sound early) is within the limit."""
        return -self.late_ms <= offset_ms <= self.early_ms


# DESIGN §4. Widest last.
SYNC_LIMITS: Final = (
    SyncLimit("EBU R37", "each stage of production", 5, 15),
    SyncLimit("ATSC IS-191", "at the encoder's input", 15, 45),
    SyncLimit("ITU-T J.100", "exchange of programmes", 20, 40),
    SyncLimit("EBU R37", "sum, to distribution", 40, 60),
    SyncLimit("ITU-R BT.1359-1", "detectable by viewers beyond", 45, 125),
    SyncLimit("ITU-R BT.1359-1", "no longer acceptable beyond", 90, 185),
)


def standing(offset_ms: float, rate: float | None = None) -> dict[str, Any]:
    """How an offset (ms, + = sound early) stands against every published limit, and what it is in frames.

    rate : pictures a second; None: frames are left out.
    """
    told: dict[str, Any] = {
        "standards": [
            {
                "source": limit.source,
                "meaning": limit.meaning,
                "early_ms": limit.early_ms,
                "late_ms": limit.late_ms,
                "inside": limit.holds(offset_ms),
            }
            for limit in SYNC_LIMITS
        ]
    }
    if rate is not None:
        told["frames"] = round(offset_ms * rate / 1000, 2)
    return told
