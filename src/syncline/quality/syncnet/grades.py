"""SyncNet's figures in the score document."""

from __future__ import annotations

from typing import Final

from syncline.quality.gates import Gates, between
from syncline.quality.score import Figure, Grade
from syncline.quality.standards import standing
from syncline.quality.syncnet.crop import RATE
from syncline.quality.syncnet.measure import SyncNetFigures

# LatentSync leaves clips out of its training data under this confidence. Real footage of HDTF: LSE-C 8.1 to 8.2,
# LSE-D 6.9 to 7.0 (KDTalker, Teller); crops and clips differ, so that these numbers warn and never fail.
CONFIDENT: Final = 3.0
REAL: Final = "real footage of HDTF: LSE-C 8.1 to 8.2, LSE-D 6.9 to 7.0"
HALF_A_PICTURE_MS: Final = 500 / RATE


def grade_syncnet(found: SyncNetFigures, gates: Gates) -> dict[str, Figure]:
    """LSE-D, LSE-C and SyncNet's offset; they warn at most: they are not comparable from paper to paper."""
    if found.lse_d is None or found.lse_c is None or found.offset_ms is None:
        unknown = Figure(
            unit="confidence", grade=Grade.WARN, standard=REAL, sentence=f"SyncNet measures nothing: {found.reason}."
        )
        return {"lse_c": unknown}
    tracks = {"tracks": len(found.tracks)}
    # A whole picture is SyncNet's step: half of one either way is its rounding.
    low, high = gates.offset_pass_ms
    near = between(found.offset_ms, (low - HALF_A_PICTURE_MS, high + HALF_A_PICTURE_MS), (-1e9, 1e9))
    side = "early" if found.offset_ms > 0 else "late"
    where = f"{abs(found.offset_ms):.0f} ms {side}" if found.offset_ms else "in step"
    return {
        "lse_d": Figure(
            value=found.lse_d,
            unit="distance",
            grade=Grade.PASS,
            standard=REAL,
            sentence=f"SyncNet's smallest distance (LSE-D) is {found.lse_d:.2f}; lower is nearer.",
            details=dict(tracks),
        ),
        "lse_c": Figure(
            value=found.lse_c,
            unit="confidence",
            grade=Grade.PASS if found.lse_c >= CONFIDENT else Grade.WARN,
            standard=f"at least {CONFIDENT:g}; {REAL}",
            sentence=f"SyncNet's confidence (LSE-C) is {found.lse_c:.2f}; higher is surer.",
            details=dict(tracks),
        ),
        "syncnet_offset": Figure(
            value=found.offset_ms,
            unit="ms",
            grade=near,
            standard=f"the gates of the offset, half a picture of 25 a second ({HALF_A_PICTURE_MS:g} ms) wider",
            sentence=f"By SyncNet the sound is {where}.",
            details={**tracks, "pictures_of_25": found.offset_frames, **standing(found.offset_ms, float(RATE))},
        ),
    }
