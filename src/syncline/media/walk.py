"""One pass over the packets of a file: timestamps, counts, the first picture, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error

from syncline.errors import InputError, LimitError
from syncline.media.limits import Limits

if TYPE_CHECKING:
    from av.container import InputContainer


@dataclass
class Chosen:
    """The picture and the sound that are used, and what is not, in words."""

    video: av.VideoStream | None = None
    audio: av.AudioStream | None = None
    ignored: list[str] = field(default_factory=list)

    @property
    def streams(self) -> list[Any]:
        return [stream for stream in (self.video, self.audio) if stream is not None]


class PacketWalk:
    """Walks the packets of the chosen streams; decodes until the first picture is there."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits
        self.times: list[int] = []
        self.keys: list[int] = []
        self.unstamped = 0
        self.last_duration = 0
        self.first_frame: av.VideoFrame | None = None
        self.sound_start: int | None = None
        self.sound_end = 0
        self.last: int | None = None
        self._last_decoding: int | None = None

    def run(self, container: InputContainer, chosen: Chosen) -> None:
        if chosen.video is not None:
            chosen.video.codec_context.options = {"max_pixels": str(self.limits.max_pixels)}
            chosen.video.codec_context.thread_count = 1  # one picture: start-up costs more than it saves
        for packet in container.demux(*chosen.streams):
            if packet.dts is None and packet.pts is None and packet.size == 0:
                continue  # the flush packet at the end
            if chosen.video is not None and packet.stream_index == chosen.video.index:
                self._picture(packet, chosen.video)
            else:
                self._sound(packet)
        if chosen.video is not None and self.first_frame is None:
            self._flush(chosen.video)

    def _picture(self, packet: Any, stream: av.VideoStream) -> None:
        if self.first_frame is None:
            self._decode(packet)
        stamp = packet.pts if packet.pts is not None else packet.dts
        if packet.pts is None:
            self.unstamped += 1
        if packet.dts is not None:
            if self._last_decoding is not None and packet.dts < self._last_decoding:
                raise InputError(
                    "its timestamps run backwards, as in files joined end to end; give the parts one by one",
                    file=self.path,
                    stage="probe",
                    at=f"picture {len(self.times)}",
                )
            self._last_decoding = packet.dts
        if stamp is None:
            stamp = 0 if self.last is None else self.last + max(1, packet.duration or 1)
        if packet.is_keyframe:
            self.keys.append(stamp)
        if packet.is_discard:  # outside the edit list: decoded, never shown
            return
        self.times.append(stamp)
        if self.last is None or stamp >= self.last:
            self.last, self.last_duration = stamp, packet.duration or 0
        if len(self.times) > self.limits.max_frames:
            raise LimitError(f"the clip has more than {self.limits.max_frames:,} pictures", file=self.path)

    def _decode(self, packet: Any) -> None:
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            return  # a broken start; the reader counts what is missing
        if frames:
            self.first_frame = frames[0]

    def _flush(self, stream: av.VideoStream) -> None:
        try:
            frames = stream.decode(None)
        except (av.error.InvalidDataError, av.error.EOFError):
            frames = []
        if frames:
            self.first_frame = frames[0]

    def _sound(self, packet: Any) -> None:
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None:
            stamp = self.sound_end
        if packet.is_discard:
            return
        self.sound_start = stamp if self.sound_start is None else min(self.sound_start, stamp)
        self.sound_end = max(self.sound_end, stamp + (packet.duration or 0))

    def damage(self, container: InputContainer, chosen: Chosen, size: int) -> list[str]:
        """What the headers declare and the file does not hold, as sentences."""
        found = []
        for stream, word in ((chosen.video, "pictures"), (chosen.audio, "sound packets")):
            if stream is None or "mov" not in container.format.name:
                continue
            entries = list(stream.index_entries)
            whole = sum(entry.pos + entry.size <= size for entry in entries)
            if whole < len(entries):
                found.append(f"the file is cut off: it declares {len(entries)} {word} and holds {whole}; copy it again")
        if not found and "matroska" in container.format.name and container.duration:
            ends = [self.sound_end * chosen.audio.time_base] if chosen.audio and chosen.audio.time_base else []
            if chosen.video and chosen.video.time_base and self.last is not None:
                ends.append((self.last + self.last_duration) * chosen.video.time_base)
            declared = Fraction(container.duration, av.time_base)
            held = max(ends, default=Fraction(0))
            if declared - held > max(Fraction(1, 2), declared / 20):
                found.append(
                    f"the file is cut off: it declares {float(declared):.1f} s and holds {float(held):.1f} s; "
                    "copy it again"
                )
        return found
