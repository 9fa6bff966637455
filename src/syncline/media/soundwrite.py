"""Encoding the sound: AAC at a rate that it has, or PCM sample for sample."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt
import soxr

from syncline.events import Listener, Note
from syncline.media.samples import release
from syncline.media.sound import Sound, as_float

if TYPE_CHECKING:
    from av.container import OutputContainer

BLOCK = 8192  # samples given to the encoder at once
# ISO/IEC 14496-3: at most 6144 bits a frame of 1024 samples and channel.
_AAC_BITS_PER_SAMPLE = 6
_PCM = {"int16": ("pcm_s16le", "s16"), "int32": ("pcm_s32le", "s32")}
_FLOAT_PCM = {"float32": ("pcm_f32le", "flt"), "float64": ("pcm_f64le", "dbl")}


class SoundEncoder:
    """One audio stream of an output; `packets` gives what is due."""

    def __init__(self, container: OutputContainer, sound: Sound, codec: str, bitrate: int, on_event: Listener) -> None:
        self._next = 0
        self._flushed = False
        layout = sound.layout
        if codec == "aac":
            encoder, self._format = "aac", "fltp"
            layout = layout.replace("(side)", "")  # the same speakers under the name AAC has for them
            rates = [int(rate) for rate in av.Codec("aac", "w").audio_rates or ()]
            if rates and sound.sample_rate not in rates:
                rate = min((r for r in rates if r >= sound.sample_rate), default=max(rates))
                on_event(Note("encode", f"AAC has no {sound.sample_rate} Hz: the sound is resampled to {rate} Hz"))
                resampled = soxr.resample(as_float(sound.samples), sound.sample_rate, rate, quality="VHQ")
                sound = Sound(resampled, rate, sound.layout)
        else:
            encoder, self._format = _pcm(sound)
        self._sound = sound
        self._layout = layout
        self._stream: Any = container.add_stream(encoder, rate=sound.sample_rate, layout=layout)
        context: Any = self._stream.codec_context
        context.format = self._format
        context.time_base = Fraction(1, sound.sample_rate)
        if codec == "aac":
            wanted = bitrate * max(2, sound.channels) // 2
            context.bit_rate = min(wanted, _AAC_BITS_PER_SAMPLE * sound.sample_rate * sound.channels)

    def packets(self, until: Fraction | None) -> Iterator[Any]:
        """Encoded packets of all samples before a time (s); None: all that are left, and the encoder's last."""
        count = self._sound.samples.shape[0]
        end = count if until is None else min(count, int(until * self._sound.sample_rate))
        while self._next < end and (until is None or self._next + BLOCK <= end or end == count):
            block = self._sound.samples[self._next : self._next + BLOCK]
            frame = av.AudioFrame.from_ndarray(_arranged(block, self._format), self._format, self._layout)
            frame.sample_rate = self._sound.sample_rate
            frame.pts, frame.time_base = self._next, Fraction(1, self._sound.sample_rate)
            self._next += block.shape[0]
            release(self._sound.samples)
            yield from self._stream.encode(frame)
        if until is None and not self._flushed:
            self._flushed = True
            yield from self._stream.encode(None)


def _pcm(sound: Sound) -> tuple[str, str]:
    """Encoder and sample format that keep every bit of these samples."""
    name = sound.samples.dtype.name
    if name == "int32" and sound.bits == 24:
        return "pcm_s24le", "s32"
    return {**_PCM, **_FLOAT_PCM}[name]


def _arranged(block: npt.NDArray[np.generic], sample_format: str) -> Any:
    """(n, channels) samples as FFmpeg's frame wants them: (channels, n) planar, (1, n · channels) interleaved."""
    if sample_format == "fltp":
        return np.ascontiguousarray(as_float(block).T)
    return np.ascontiguousarray(block).reshape(1, -1)
