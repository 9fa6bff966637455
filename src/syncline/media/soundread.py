"""Reading the whole sound of a file as it is stored."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from typing import Any, cast

import av
import av.error
import numpy as np
import numpy.typing as npt

from syncline.errors import InputError, LimitError
from syncline.media.info import AudioStream, MediaInfo
from syncline.media.probe import need_sound
from syncline.media.samples import SampleStore, blocks
from syncline.media.sound import Sound
from syncline.media.source import open_media

# A timestamp further than this from the running sample count is a real gap (or overlap), not rounding.
GAP_SECONDS = Fraction(1, 50)
_BITS = {"pcm_s24le": 24, "pcm_s24be": 24, "pcm_s16le": 16, "pcm_s16be": 16, "pcm_u8": 8}


def read_sound(info: MediaInfo) -> Sound:
    """The whole sound of a file, at its own rate, channels and sample format.

    int16, int32 (24-bit sound in the upper bits), float32 or float64 samples stay as they are; 8-bit becomes int16
    without loss. Gaps in the timestamps become silence, the encoder's priming is dropped. `Sound.start` counts from the
    earliest start of the file's streams.

    Raises InputError (no sound, not finite, format changes, nothing decodes) or LimitError (too much for memory).
    """
    stream = need_sound(info)
    reader = _Collector(info, stream)
    with closing(reader), open_media(info.path, info.limits, stage="decode") as container:
        track = container.streams[stream.index]
        for packet in container.demux(track):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                reader.broken += 1
                continue
            for frame in frames:
                reader.add(cast(av.AudioFrame, frame))
        return reader.sound()


class _Collector:
    def __init__(self, info: MediaInfo, stream: AudioStream) -> None:
        self.broken = 0
        self._info, self._stream = info, stream
        self._store = SampleStore()
        self._bytes = 0
        self._start: Fraction | None = None
        self._shape: tuple[int, int, str] | None = None
        self._bits = _BITS.get(stream.codec, 0)

    def add(self, frame: av.AudioFrame) -> None:
        shape = (frame.sample_rate, len(frame.layout.channels), frame.format.name)
        if self._shape is None:
            self._shape = shape
        elif shape != self._shape:
            raise InputError(
                "the sound changes its rate, channels or format; convert it to one format first",
                file=self._info.path,
                stage="decode",
                at=f"{self._store.count / shape[0]:.2f} s",
            )
        samples = _interleaved(frame)
        if samples.dtype.kind == "f" and not np.isfinite(samples).all():
            raise InputError(
                "the sound holds samples that are not numbers; export it again",
                file=self._info.path,
                stage="decode",
                at=f"{self._store.count / shape[0]:.2f} s",
            )
        self._place(frame, samples)

    def _place(self, frame: av.AudioFrame, samples: npt.NDArray[np.generic]) -> None:
        """Append, after silence where the timestamps leave a gap, without what overlaps."""
        rate = frame.sample_rate
        if frame.pts is not None and frame.time_base:
            at = frame.pts * frame.time_base
            if self._start is None:
                self._start = max(at, Fraction(0)) if at < 0 else at
            off = at - (self._start + Fraction(self._store.count, rate))
            if off > GAP_SECONDS:
                self._append(np.zeros((round(off * rate), samples.shape[1]), samples.dtype))
            elif off < -GAP_SECONDS:
                samples = samples[round(-off * rate) :]
        self._append(samples)

    def _append(self, samples: npt.NDArray[np.generic]) -> None:
        self._bytes += samples.nbytes
        limits = self._info.limits
        longest = limits.max_sound_seconds * limits.max_sample_rate
        if self._bytes > limits.max_sound_bytes or self._store.count > longest:
            raise LimitError(
                f"the sound needs more than {limits.max_sound_bytes >> 20} MB of memory; cut it",
                file=self._info.path,
                stage="decode",
            )
        self._store.append(samples)

    def close(self) -> None:
        self._store.close()

    def sound(self) -> Sound:
        if not self._store.count or self._shape is None:
            raise InputError("its sound holds no samples that can be decoded", file=self._info.path, stage="decode")
        if self.broken and not self._info.allow_damaged:
            raise InputError(
                f"{self.broken} packets of its sound cannot be decoded: the file is damaged or cut off; copy it again",
                file=self._info.path,
                stage="decode",
            )
        samples = self._store.finish()
        start = (self._start or Fraction(0)) - self._info.start
        bits = self._bits if self._bits in (16, 24) else 0
        return Sound(samples, self._shape[0], self._stream.layout, start, bits or _flac_bits(samples))


def _interleaved(frame: Any) -> npt.NDArray[np.generic]:
    """(n, channels) samples of a frame."""
    array = frame.to_ndarray()
    channels = len(frame.layout.channels)
    samples = array.T if frame.format.is_planar else array.reshape(-1, channels)
    if samples.dtype == np.uint8:
        return (samples.astype(np.int16) - 128) << 8  # type: ignore[no-any-return]
    return np.ascontiguousarray(samples)


def _flac_bits(samples: npt.NDArray[np.generic]) -> int:
    """Meaningful bits of int32 samples: 24 where the low eight are zero everywhere (FLAC, ALAC at 24 bits); else 0."""
    if samples.dtype != np.int32:
        return 0
    low_bits = (np.any(block.view(np.int32) & 0xFF) for block in blocks(samples))
    return 32 if any(low_bits) else 24
