"""Makes short clips for the hard tests: real people cut small, and files that no camera would make."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import soundfile

Pixels = npt.NDArray[np.uint8]
Samples = npt.NDArray[Any]


@dataclass(frozen=True)
class Footage:
    """Frames (T, h, w, 3) uint8 RGB at a rate, and sound (n, channels) float32 at its own rate."""

    frames: Pixels
    rate: Fraction
    sound: Samples
    sample_rate: int


def cut(source: Path, *, start: float = 0.0, seconds: float = 1.5, height: int = 256) -> Footage:
    """A piece of a real clip, scaled to a height (even sizes)."""
    frames: list[Pixels] = []
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        rate = Fraction(stream.average_rate or 25)
        width = round(stream.width * height / stream.height / 2) * 2
        first = float((stream.start_time or 0) * stream.time_base)
        for frame in container.decode(stream):
            at = float(frame.pts * frame.time_base) - first
            if at >= start + seconds - 1e-6:
                break
            if at >= start - 1e-6:
                frames.append(
                    cv2.resize(frame.to_ndarray(format="rgb24"), (width, height), interpolation=cv2.INTER_AREA)
                )
    sound, sample_rate = read_sound(source)
    span = slice(round(start * sample_rate), round((start + seconds) * sample_rate))
    return Footage(np.stack(frames), rate, sound[span], sample_rate)


def read_sound(source: Path) -> tuple[Samples, int]:
    """All sound of a media file, (n, channels) float32."""
    blocks = []
    with av.open(str(source)) as container:
        stream = container.streams.audio[0]
        rate = stream.codec_context.sample_rate
        resampler = av.AudioResampler(format="fltp", layout=stream.layout, rate=rate)
        for frame in container.decode(stream):
            blocks += [block.to_ndarray().T for block in resampler.resample(frame)]
    return np.concatenate(blocks).astype(np.float32), rate


def write_clip(
    path: Path,
    frames: Sequence[Pixels] | Pixels,
    rate: Fraction | int,
    *,
    sound: Samples | None = None,
    sample_rate: int = 44_100,
    times: Sequence[Fraction] | None = None,
    pixel_format: str = "yuv420p",
    codec: str = "libx264",
    options: dict[str, str] | None = None,
) -> Path:
    """Encode frames, at a constant rate or at `times` (s), with PCM or AAC sound where some is given."""
    height, width = frames[0].shape[:2]
    base = Fraction(1, 90_000) if times is not None else 1 / Fraction(rate)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(
            codec, rate=Fraction(rate), options=options or {"crf": "16", "preset": "ultrafast"}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.codec_context.time_base = base
        heard = None
        if sound is not None:
            kind = "pcm_s16le" if path.suffix in (".mkv", ".mov") else "aac"
            heard = container.add_stream(kind, rate=sample_rate, layout="mono" if sound.shape[1] == 1 else "stereo")
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts = number if times is None else round(times[number] / base)
            frame.time_base = base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if heard is not None and sound is not None:
            block = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound.T.astype(np.float32)), format="fltp", layout=heard.layout.name
            )
            block.sample_rate = sample_rate
            for resampled in av.AudioResampler(format=heard.format, layout=heard.layout, rate=sample_rate).resample(
                block
            ):
                container.mux(heard.encode(resampled))
            container.mux(heard.encode(None))
    return path


def write_footage(path: Path, footage: Footage, **changes: Any) -> Path:
    """Encode footage with its own sound."""
    changes.setdefault("sound", footage.sound)
    return write_clip(
        path, changes.pop("frames", footage.frames), footage.rate, sample_rate=footage.sample_rate, **changes
    )


def write_wav(path: Path, samples: Samples, rate: int, subtype: str = "PCM_16") -> Path:
    """A WAV file of (n,) or (n, channels) samples on -1..1."""
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


def turn_clockwise(path: Path) -> Path:
    """Write "turn 90° clockwise to show" into an MP4's first track header."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    turn = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    data[at : at + 36] = struct.pack(">9i", *turn)
    path.write_bytes(bytes(data))
    return path


def decoded(path: Path) -> tuple[list[Pixels], list[float]]:
    """Frames (h, w, 3) uint8 RGB and presentation times (s) of a file, through another door than ours."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        pairs = [
            (frame.to_ndarray(format="rgb24"), float(frame.pts * stream.time_base))
            for frame in container.decode(stream)
        ]
    return [pixels for pixels, _ in pairs], [time for _, time in pairs]


def stored(path: Path) -> list[Samples]:
    """Every frame's samples as the file stores them, planes stacked: nothing converted."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray() for frame in container.decode(video=0)]


def stored_sound(path: Path) -> tuple[Samples, int]:
    """All sound as the file stores it: (n, channels), and its rate."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        channels = stream.codec_context.channels
        blocks = []
        for frame in container.decode(stream):
            array = frame.to_ndarray()
            blocks.append(array.T if frame.format.is_planar else array.reshape(-1, channels))
        return np.concatenate(blocks), stream.codec_context.sample_rate
