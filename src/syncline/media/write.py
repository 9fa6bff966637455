"""Writing: pictures and sound into one file that starts at 0, plays everywhere, and is in sync.

The encoder's own delay is accounted for: B-frames and AAC priming stand before time 0 and are hidden by the container's
edit list, so that picture and sound of time 0 are shown at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import av
import av.error

from syncline.errors import InputError, StageError
from syncline.events import Listener, Note, silent
from syncline.media.atomic import FULL_DISK, FULL_DISK_MESSAGE
from syncline.media.convert import Converter, choose_target
from syncline.media.display import FULL_RANGE, MATRICES, PRIMARIES, TRANSFERS, code_point
from syncline.media.echo import Echo
from syncline.media.info import VideoStream
from syncline.media.options import OutputOptions, h264_options, output_format
from syncline.media.picture import Picture
from syncline.media.sound import Sound
from syncline.media.soundwrite import SoundEncoder
from syncline.timebase import ticks_at

if TYPE_CHECKING:
    from av.container import OutputContainer

SOUND_AHEAD = Fraction(1, 2)  # s of sound muxed before the pictures it goes with
FINE_TICKS = 90_000  # a second: variable rate is kept to at least this


class Writer:
    """Context manager that encodes one output file.

    Parameters
    ----------
    path : where to write (an `AtomicOutput`'s temporary path); the suffix chooses the container.
    like : the plate: size, rate, colour tags, bit depth and pixel aspect are kept.
    sound : what is heard, from time 0; None: no sound.
    options : codecs and quality.
    rate : frames a second of the output; None: the plate's, variable where it is variable.
    total : s, where the last picture ends, for variable rate; None: after the plate's last duration.
    threads : of the encoder; 0: as many as there are cores.
    on_event : told what the codec made necessary (dither, padding, resampling).
    on_picture : given each picture as it stands in the file, decoded again, in order; all of them by the end of the
        context. Called in the thread that writes.

    Raises InputError for a suffix or codec that cannot be, StageError where writing fails (full disk).
    """

    def __init__(
        self,
        path: str | Path,
        like: VideoStream,
        sound: Sound | None = None,
        options: OutputOptions | None = None,
        *,
        rate: Fraction | None = None,
        total: Fraction | None = None,
        threads: int = 0,
        on_event: Listener = silent,
        on_picture: Callable[[Picture], None] | None = None,
    ) -> None:
        self.path = Path(path)
        self._options = options or OutputOptions()
        self._format = output_format(path, self._options)
        self._like, self._total = like, total
        self._target = choose_target(self._format.video, like, self._options.ten_bit)
        self._rate = rate or like.measured_rate
        self._constant = rate is not None or not like.variable
        self._base = 1 / self._rate if self._constant else _fine(like.time_base)
        self._threads = threads
        self._pending: tuple[Picture, int] | None = None
        self._durations: dict[int, int] = {}
        self._bytes = 0
        self._sound = sound
        self._container: OutputContainer | None = None
        for note in self._target.notes:
            on_event(Note("encode", note))
        self._on_event, self._on_picture = on_event, on_picture
        self._echo: Echo | None = None

    def __enter__(self) -> Writer:
        with self._errors():
            self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            with self._errors():
                self._finish()
            return
        try:
            if self._container is not None:
                self._container.close()
        except (av.error.FFmpegError, OSError):
            return  # the first error is the one to tell; the file is removed by whoever named it

    def write(self, picture: Picture, time: Fraction) -> None:
        """Add a picture that begins to show at an exact time (s); times rise, the first is 0."""
        ticks = ticks_at(time, self._base)
        if self._pending is None and not self._durations and ticks != 0:
            raise ValueError(f"the first picture is at {time}, not at 0")
        if (picture.width, picture.height) != (self._like.width, self._like.height):
            raise ValueError(f"a picture of {picture.width}x{picture.height} in a {self._like.width} wide output")
        with self._errors():
            if self._pending is not None:
                self._encode(until=ticks)
            self._pending = (picture, ticks)
            if self._sounds is not None:
                self._mux(self._sounds.packets(time + SOUND_AHEAD))

    def _open(self) -> None:
        options = {"movflags": "+faststart"} if self._format.muxer in ("mp4", "mov") else {}
        self._container = av.open(str(self.path.absolute()), "w", format=self._format.muxer, options=options)
        self._video: Any = self._container.add_stream(
            self._target.encoder, rate=self._rate, options=self._codec_options(), time_base=self._base
        )
        context: Any = self._video.codec_context
        context.width, context.height = self._target.width, self._target.height
        context.pix_fmt = self._target.pixel_format
        context.time_base = self._base
        context.framerate = self._rate
        context.sample_aspect_ratio = self._like.pixel_aspect
        context.thread_count = self._threads
        context.thread_type = "FRAME"  # the binding asks for slices, which keep cores waiting
        colour = self._target.colour
        context.colorspace = code_point(MATRICES, colour.matrix)
        context.color_primaries = code_point(PRIMARIES, colour.primaries)
        context.color_trc = code_point(TRANSFERS, colour.transfer)
        context.color_range = FULL_RANGE if colour.full_range else 1
        self._converter = Converter(self._target, self._like)
        self._sounds = None
        if self._sound is not None:
            self._sounds = SoundEncoder(
                self._container, self._sound, self._format.audio, self._options.audio_bitrate, self._on_event
            )
        self._container.start_encoding()
        if self._on_picture is not None:
            self._echo = Echo(context, self._target, self._like, threads=self._threads)

    def _codec_options(self) -> dict[str, str]:
        if self._format.video == "h264":
            return h264_options(self._options)
        if self._format.video == "prores":
            return {"profile": "3", "vendor": "apl0"}  # 3: 422 HQ; editors look for Apple's vendor mark
        return {"level": "3", "slicecrc": "1"}  # version 3, checksums on every slice: what archives ask for

    def _encode(self, until: int) -> None:
        """Give the pending picture to the encoder, now that its end is known."""
        if self._pending is None:
            return
        picture, ticks = self._pending
        if until <= ticks:
            raise ValueError(f"picture times do not rise: {until} after {ticks}")
        frame = self._converter.frame(picture)
        frame.pts, frame.time_base = ticks, self._base
        self._durations[ticks] = until - ticks
        self._mux(self._echoed(self._video.encode(frame)))

    def _echoed(self, packets: list[Any]) -> Iterator[Any]:
        """The video's packets, each looked at before it is muxed."""
        for packet in packets:
            self._listen(packet)
            yield packet

    def _listen(self, packet: Any | None) -> None:
        if self._echo is not None and self._on_picture is not None:
            for picture in self._echo.pictures(packet):
                self._on_picture(picture)

    def _mux(self, packets: Iterator[Any] | list[Any]) -> None:
        if self._container is None:
            return
        for packet in packets:
            if packet.stream_index == self._video.index and packet.pts is not None:
                packet.duration = self._durations.get(packet.pts, packet.duration)
            self._bytes += packet.size
            self._container.mux(packet)

    def _finish(self) -> None:
        if self._pending is None:
            raise StageError("no picture was written", file=self.path, stage="encode")
        last = self._pending[1]
        end = last + 1
        if not self._constant:
            end = last + max(1, ticks_at(self._last_duration(last), self._base))
        self._encode(until=end)
        self._mux(self._echoed(self._video.encode(None)))
        self._listen(None)
        if self._sounds is not None:
            self._mux(self._sounds.packets(None))
        if self._container is not None:
            self._container.close()
        size = self.path.stat().st_size
        if size < self._bytes:  # FFmpeg does not tell when its last buffer found no room
            raise StageError(FULL_DISK_MESSAGE, file=self.path, stage="encode")

    def _last_duration(self, last: int) -> Fraction:
        own = self._like.last_ticks * self._like.time_base
        return own if self._total is None else max(self._base, self._total - last * self._base)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """FFmpeg's and the system's errors as one sentence of ours."""
        try:
            yield
        except (av.error.FFmpegError, OSError) as error:
            if isinstance(error, (StageError, InputError)):
                raise
            if getattr(error, "errno", None) in FULL_DISK:
                raise StageError(FULL_DISK_MESSAGE, file=self.path, stage="encode") from error
            why = getattr(error, "strerror", None) or str(error)
            raise StageError(f"the output could not be written ({why})", file=self.path, stage="encode") from error


def _fine(base: Fraction) -> Fraction:
    """A whole part of a time base, of at least 90 000 ticks a second: the plate's own times stay exact on it."""
    parts = -((-FINE_TICKS * base).__floor__())
    return base / max(1, parts)
