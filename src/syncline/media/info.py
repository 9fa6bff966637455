"""What a probe finds: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from syncline.media.limits import LIMITS, Limits
from syncline.media.pixels import LAYOUTS, PixelLayout


@dataclass(frozen=True)
class ColourTags:
    """Colour description in FFmpeg's names ("bt709", "unknown"...)."""

    matrix: str = "unknown"
    primaries: str = "unknown"
    transfer: str = "unknown"
    full_range: bool = False


@dataclass(frozen=True)
class VideoStream:
    """The picture of a file, as the reader hands it out (upright, tone-mapped where that was asked)."""

    index: int  # of the stream in the file
    codec: str
    pixel_format: str  # of the pictures handed out (a key of `pixels.LAYOUTS`)
    width: int  # upright, in stored pixels (see pixel_aspect)
    height: int
    coded_width: int  # as stored, before the rotation
    coded_height: int
    rotation: int  # degrees clockwise that make it upright: 0, 90, 180, 270
    declared_rate: Fraction | None  # what the header says, frames a second
    measured_rate: Fraction  # by timestamps; exact standard rate where they fit one
    variable: bool
    time_base: Fraction
    start: Fraction  # s, of the first picture, on the file's clock
    duration: Fraction  # s, by timestamps, last picture included
    frames: int
    bit_depth: int
    colour: ColourTags
    pixel_aspect: Fraction  # width of a pixel / its height, upright
    times: tuple[int, ...] = field(repr=False)  # ticks of time_base, sorted, as in the file
    last_ticks: int = 1  # duration of the last picture
    keys: tuple[int, ...] = field(default=(), repr=False)  # numbers of the pictures where decoding can start
    mirrored: bool = False  # the display matrix also flips left and right (after the rotation)
    coded_format: str = ""  # as decoded, before our conversion
    counted: bool = False  # the file stamps no times: they are counted in decoding order
    still: bool = False  # a photograph: one picture, shown for as long as there is sound
    tone_mapped: str = ""  # transfer of the HDR source that is mapped to SDR, else empty

    @property
    def layout(self) -> PixelLayout:
        """Layout of the pictures handed out."""
        return LAYOUTS[self.pixel_format]

    def seconds(self, frame: int) -> Fraction:
        """Presentation time of a frame in seconds after the first one, exact."""
        return (self.times[frame] - self.times[0]) * self.time_base


@dataclass(frozen=True)
class AudioStream:
    """The sound of a file."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    layout: str
    start: Fraction  # s, on the file's clock
    duration: Fraction  # s, by timestamps
    samples: int  # a channel, by timestamps (exact only once decoded)
    sample_format: str = ""


@dataclass(frozen=True)
class MediaInfo:
    """A probed file: the one picture and the one sound that are used, and what is ignored."""

    path: Path
    container: str
    size_bytes: int
    video: VideoStream | None
    audio: AudioStream | None
    ignored: tuple[str, ...]
    notes: tuple[str, ...] = ()  # facts the user should read (10-bit, variable rate, rotated, damaged)
    start: Fraction = Fraction(0)  # s, the file's own zero: the earliest start of its streams
    allow_damaged: bool = False  # the caller accepts missing pictures
    limits: Limits = LIMITS
