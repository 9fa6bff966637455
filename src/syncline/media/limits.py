"""What this package accepts: one frozen object of limits, checked before and while a file is read.

Every input is hostile. A limit is on what a file *costs* (bytes, frames, pixels decoded), not on what its header says.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Limits:
    """Upper (and where named lower) bounds of an accepted file; beyond them `LimitError` is raised."""

    max_bytes: int = 4 << 30
    max_seconds: int = 1800  # of pictures
    max_sound_seconds: int = 5400  # a lecture, a film: sound costs 230 MB an hour where it is analysed
    max_frames: int = 250_000
    max_width: int = 4096  # upright or lying: either side
    max_height: int = 4096
    max_pixels: int = 16_777_216  # one frame; 4096x4096
    max_total_pixels: int = 3_000_000_000_000  # all frames together
    max_streams: int = 16
    min_rate: Fraction = Fraction(1)
    max_rate: Fraction = Fraction(121)  # 120 fps, with room for a measured 120.02
    min_sample_rate: int = 8_000
    max_sample_rate: int = 192_000
    max_channels: int = 8
    max_sound_bytes: int = 2 << 30  # decoded samples held in memory
    probe_bytes: int = 32 << 20  # what the demuxer may read to find the streams
    probe_microseconds: int = 10_000_000  # of media time, for the same purpose
    held_bytes: int = 64 << 20  # decoded pictures held while a clip is read backwards


LIMITS = Limits()
