"""Random access to the decoded frames of one stream, each known by its number."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import cast

import av
import av.error

from syncline.errors import InputError, StageError
from syncline.media.info import MediaInfo, VideoStream
from syncline.media.source import foreign_errors, open_media


class Decoder:
    """A context manager; `frame(index)` returns any frame, cheapest in ascending order.

    `repaired` counts frames that the file does not give and for which the one before stands in (only where
    `MediaInfo.allow_damaged`).
    """

    def __init__(self, info: MediaInfo, stream: VideoStream, threads: int) -> None:
        self.limits = info.limits
        self.repaired = 0
        self._info, self._stream, self._threads = info, stream, threads
        self._open = ExitStack()
        self._frames: Iterator[tuple[int, av.VideoFrame]] = iter(())
        self._ahead: tuple[int, av.VideoFrame] | None = None  # decoded and not yet handed out
        self._last: tuple[int, av.VideoFrame] | None = None  # handed out last
        # Program streams stamp only some pictures, so that after a seek the stamps are guesses.
        self._seekable = not stream.counted and info.container != "mpeg"
        self._ended = False

    def __enter__(self) -> Decoder:
        self._restart()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._frames = iter(())
        self._ahead = self._last = None
        self._open.close()

    def frame(self, index: int) -> av.VideoFrame:
        """The frame of that number. Raises InputError where the file does not give it."""
        if self._last is not None and self._last[0] == index:
            return self._last[1]
        if not self._is_ahead(index):
            self._seek(index)
        with foreign_errors(self._info.path, "decode"):
            while (found := self._peek()) is not None and found[0] < index:
                self._take()
        if found is not None and found[0] == index:
            return self._take()[1]
        return self._missing(index)

    def _position(self) -> int:
        """Number of the next frame that plain decoding gives."""
        if self._ahead is not None:
            return self._ahead[0]
        return -1 if self._last is None else self._last[0] + 1

    def _is_ahead(self, index: int) -> bool:
        """Whether decoding on is the way: the frame lies ahead and no key frame lies between."""
        position = self._position()
        if self._ended or index < position:
            return False
        keys = self._stream.keys
        return not self._seekable or bisect.bisect_right(keys, index) - bisect.bisect_right(keys, position) <= 1

    def _peek(self) -> tuple[int, av.VideoFrame] | None:
        if self._ahead is None:
            self._ahead = next(self._frames, None)
            if self._ahead is None:
                self._ended = True
        return self._ahead

    def _take(self) -> tuple[int, av.VideoFrame]:
        taken = self._ahead
        if taken is None:
            raise RuntimeError("no frame was peeked at")
        self._last, self._ahead = taken, None
        return taken

    def _missing(self, index: int) -> av.VideoFrame:
        """What stands in for a frame that the file does not give."""
        if not self._info.allow_damaged:
            raise InputError(
                f"picture {index} of {self._stream.frames} cannot be decoded: the file is damaged or cut off; "
                "copy it again",
                file=self._info.path,
                stage="decode",
                at=f"{float(self._stream.seconds(index)):.2f} s",
            )
        self.repaired += 1
        stand_in = self._last if self._last is not None and self._last[0] < index else self._peek()
        if stand_in is None:
            raise InputError("none of its pictures can be decoded", file=self._info.path, stage="decode")
        return stand_in[1]

    def _restart(self) -> None:
        """Open the file again, at its start."""
        self._open.close()
        self._open = ExitStack()
        self._container = self._open.enter_context(open_media(self._info.path, self.limits, stage="decode"))
        self._track = self._container.streams[self._stream.index]
        if not isinstance(self._track, av.VideoStream):
            raise StageError("the file changed while it was read", file=self._info.path, stage="decode")
        context = self._track.codec_context
        context.options = {"max_pixels": str(self.limits.max_pixels)}
        context.thread_count = self._threads
        context.thread_type = av.codec.context.ThreadType.AUTO
        self._begin(0)

    def _begin(self, first: int) -> None:
        self._ahead = self._last = None
        self._ended = False
        self._frames = self._numbered(first)

    def _seek(self, index: int) -> None:
        """Go to where decoding gives this frame: the key frame before it, or the start of the file."""
        stream = self._stream
        key = bisect.bisect_right(stream.keys, index) - 1
        if self._seekable and key > 0:
            with foreign_errors(self._info.path, "decode"):
                self._container.seek(stream.times[stream.keys[key]], stream=self._track, backward=True)
                self._begin(stream.keys[key])
                found = self._peek()
            if found is not None and found[0] <= index:
                return
        # Transport streams seek roughly, and may land after the frame.
        self._restart()

    def _numbered(self, first: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """Decoded frames with their numbers, from the present place on; damaged packets give none."""
        times, counted = self._stream.times, self._stream.counted
        expected = 0 if counted else first
        strict = not self._info.allow_damaged
        for frame in self._decoded_frames(strict):
            if counted or frame.pts is None:
                number = expected
            else:
                number = bisect.bisect_left(times, frame.pts)
                while number < expected and number < len(times) and times[number] == frame.pts:
                    number += 1  # several pictures of one time
                if number >= len(times) or times[number] != frame.pts:
                    continue  # outside what is shown
            if number >= len(times):
                return
            expected = number + 1
            yield number, frame

    def _decoded_frames(self, strict: bool) -> Iterator[av.VideoFrame]:
        for packet in self._container.demux(self._track):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue  # counted by its absence
            for frame in cast(list[av.VideoFrame], frames):
                if frame.is_corrupt and not strict:
                    self.repaired += 1
                yield frame
