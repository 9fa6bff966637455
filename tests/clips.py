"""Test clips made in code, with PyAV alone (nothing of this package), and what measures them.

>>> make_clip(path, rate=Fraction(25), frames=50)                     # a moving pattern that carries its frame number
>>> flash_and_beep(path, times, flashes)                              # white frames and beeps at known instants
"""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

BITS = 12  # of the frame number that a pattern carries


def pattern(index: int, width: int = 64, height: int = 48) -> np.ndarray:
    """(h, w, 3) uint8 RGB: soft gradients that move, and the frame number as black and white blocks in the top row."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    phase = 2 * math.pi * index / 40
    red = 128 + 70 * np.sin(2 * math.pi * x / width + phase)
    green = 128 + 70 * np.cos(2 * math.pi * y / height - phase)
    blue = 128 + 60 * np.sin(2 * math.pi * (x + y) / (width + height) + 2 * phase)
    image = np.stack([red, green, blue], axis=-1).astype(np.uint8)
    block = width // BITS
    for bit in range(BITS):
        image[: height // 4, bit * block : (bit + 1) * block] = 235 if index >> bit & 1 else 16
    return image


def number_of(image: np.ndarray) -> int:
    """The frame number that a pattern carries (any channel order)."""
    height, width = image.shape[:2]
    block = width // BITS
    row = image[: height // 4].astype(float).mean(axis=-1)
    means = [row[:, bit * block + 1 : (bit + 1) * block - 1].mean() for bit in range(BITS)]
    return sum(1 << bit for bit, mean in enumerate(means) if mean > 128)


def tone(seconds: float, rate: int = 48_000, channels: int = 1, hertz: float = 440.0) -> np.ndarray:
    """(n, channels) int16: a sine at a quarter of full scale; each channel an octave above the one before."""
    t = np.arange(round(seconds * rate)) / rate
    waves = [np.sin(2 * math.pi * hertz * 2**c * t) for c in range(channels)]
    return (8192 * np.stack(waves, axis=-1)).astype(np.int16)


def make_clip(
    path: str | Path,
    *,
    width: int = 64,
    height: int = 48,
    rate: Fraction | int = 25,
    frames: int = 25,
    times: Sequence[Fraction] | None = None,
    base: Fraction | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    picture: Callable[[int], np.ndarray] | None = None,
    planes: Callable[[int], np.ndarray] | None = None,
    sound: np.ndarray | None = None,
    sample_rate: int = 48_000,
    layout: str | None = None,
    audio_codec: str = "aac",
    rotation: float | None = None,
    colour: dict[str, int] | None = None,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    container: str | None = None,
    sound_delay: Fraction = Fraction(0),
) -> Path:
    """Encode a clip.

    times : presentation times (s), for a variable rate; base: s a tick (else 1/90000 with times, 1/rate without).
    picture(i) : RGB (h, w, 3); planes(i): an array as `av.VideoFrame.from_ndarray` takes it for `pixel_format`.
    sound : (n, channels) int16. colour: attributes of the codec context (`color_trc=16`).
    rotation : degrees counter-clockwise in the display matrix.
    """
    path = Path(path)
    base = base or (Fraction(1, 90_000) if times is not None else 1 / Fraction(rate))
    stamps = [round(t / base) for t in times] if times is not None else list(range(frames))
    with av.open(str(path), "w", format=container, options=container_options or {}) as output:
        video: Any = output.add_stream(codec, rate=Fraction(rate), options=options or {}, time_base=base)
        video.width, video.height, video.pix_fmt = width, height, pixel_format
        video.codec_context.time_base = base
        if aspect is not None:
            video.codec_context.sample_aspect_ratio = aspect
        for name, value in (colour or {}).items():
            setattr(video.codec_context, name, value)
        if rotation is not None:
            video.set_display_rotation(rotation)
        audio = None if sound is None else _add_sound(output, audio_codec, sample_rate, sound, layout)
        for index, stamp in enumerate(stamps):
            if planes is not None:
                frame = av.VideoFrame.from_ndarray(planes(index), pixel_format)
            else:
                image = pattern(index, width, height) if picture is None else picture(index)
                frame = av.VideoFrame.from_ndarray(image, "rgb24").reformat(format=pixel_format)
            frame.pts, frame.time_base = stamp, base
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if audio is not None:
            _encode_sound(output, audio, sound, sample_rate, sound_delay)
    return path


def make_sound(
    path: str | Path,
    sound: np.ndarray,
    *,
    sample_rate: int = 48_000,
    codec: str = "pcm_s16le",
    layout: str | None = None,
) -> Path:
    """Encode (n, channels) int16, int32 or float32 samples."""
    with av.open(str(path), "w") as output:
        stream = _add_sound(output, codec, sample_rate, sound, layout)
        _encode_sound(output, stream, sound, sample_rate, Fraction(0))
    return Path(path)


def _add_sound(output: Any, codec: str, sample_rate: int, sound: np.ndarray, layout: str | None) -> Any:
    name = layout or {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[sound.shape[1]]
    stream = output.add_stream(codec, rate=sample_rate, layout=name)
    if sound.dtype == np.int32 and codec == "flac":  # its first choice is 16 bits
        stream.codec_context.format = "s32"
    return stream


def _encode_sound(output: Any, stream: Any, sound: np.ndarray, sample_rate: int, delay: Fraction) -> None:
    kind = {"int16": "s16", "int32": "s32", "float32": "flt"}[sound.dtype.name]
    start = round(delay * sample_rate)
    for first in range(0, len(sound), 4096):
        block = np.ascontiguousarray(sound[first : first + 4096])
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), kind, stream.layout.name)
        frame.sample_rate, frame.pts, frame.time_base = sample_rate, start + first, Fraction(1, sample_rate)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


# --- flash and beep -------------------------------------------------------------------------------------------------

BEEP_SECONDS = 0.03


def variable_times(frames: int, seed: int = 1) -> list[Fraction]:
    """Rising presentation times (s) on a 90 kHz clock, intervals of 16 to 84 ms, the first 0."""
    steps = np.random.default_rng(seed).integers(1500, 7500, frames - 1)
    ticks = np.concatenate([[0], np.cumsum(steps)])
    return [Fraction(int(t), 90_000) for t in ticks]


def beeps(instants: Iterable[Fraction], seconds: Fraction, rate: int = 48_000) -> np.ndarray:
    """(n, 1) int16: 1 kHz bursts of 30 ms that begin at the given instants, else silence."""
    sound = np.zeros(round(seconds * rate), np.float64)
    t = np.arange(round(BEEP_SECONDS * rate)) / rate
    burst = 12_000 * np.sin(2 * math.pi * 1000 * t)
    for instant in instants:
        first = round(instant * rate)
        sound[first : first + len(burst)] += burst[: max(0, len(sound) - first)]
    return sound.astype(np.int16)[:, None]


def flash_picture(flashes: Iterable[int], width: int = 64, height: int = 48) -> Callable[[int], np.ndarray]:
    """RGB pictures: white at the given frame numbers, dark grey elsewhere."""
    white = frozenset(flashes)
    return lambda index: np.full((height, width, 3), 235 if index in white else 32, np.uint8)


def flash_and_beep(
    path: str | Path, times: Sequence[Fraction], flashes: Sequence[int], seconds: Fraction, **clip: Any
) -> Path:
    """A clip whose pictures flash, and whose sound beeps, at the times of the given frames."""
    sound = beeps([times[i] for i in flashes], seconds)
    return make_clip(path, times=times, picture=flash_picture(flashes), sound=sound, **clip)


def measure_flash_and_beep(path: str | Path) -> tuple[list[float], list[float]]:
    """Instants (s, on the file's clock) of the flashes and of the beeps, from the decoded file, by PyAV alone."""
    flashes, was_white = [], False
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.video[0]):
            white = frame.to_ndarray(format="gray").mean() > 128
            if white and not was_white:
                flashes.append(float(frame.pts * frame.time_base))
            was_white = white
    blocks, start, rate = [], None, 0
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.audio[0]):
            if start is None:
                start, rate = float(frame.pts * frame.time_base), frame.sample_rate
            array = frame.to_ndarray()
            mono = (
                array.mean(axis=0) if frame.format.is_planar else array.reshape(-1, len(frame.layout.channels)).mean(1)
            )
            blocks.append(mono.astype(np.float64))
    sound = np.concatenate(blocks)
    return flashes, [start + at / rate for at in _onsets(sound / np.abs(sound).max(), rate)]


def _onsets(sound: np.ndarray, rate: int) -> list[float]:
    """Sample positions where the 1 kHz bursts begin: peaks of the match with the burst itself."""
    burst = np.sin(2 * math.pi * 1000 * np.arange(round(BEEP_SECONDS * rate)) / rate)
    match = np.correlate(sound, burst, mode="valid") / (burst @ burst)
    found, position = [], 0
    while position < len(match):
        window = match[position : position + len(burst)]
        if window.max() > 0.5:
            wide = match[position : position + 2 * len(burst)]
            peak = position + int(np.argmax(wide))
            found.append(float(peak))
            position = peak + 2 * len(burst)
        else:
            position += len(burst)
    return found


# --- hostile and broken files ---------------------------------------------------------------------------------------


def wav(path: Path, samples: np.ndarray, rate: int) -> Path:
    """A 16-bit WAV by Python's own module; samples (n, channels) int16."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def float_wav(path: Path, samples: np.ndarray, rate: int = 48_000, declared_bytes: int | None = None) -> Path:
    """A mono 32-bit float WAV; the header may declare another size than it has."""
    data = samples.astype("<f4").tobytes()
    size = len(data) if declared_bytes is None else declared_bytes
    head = struct.pack("<HHIIHH", 3, 1, rate, rate * 4, 4, 32)
    riff = min(0xFFFFFFFF, size + 36)
    path.write_bytes(b"RIFF" + struct.pack("<I", riff) + b"WAVEfmt " + struct.pack("<I", 16) + head
                     + b"data" + struct.pack("<I", size) + data)  # fmt: skip
    return path


def playlists(url: str, neighbour: str) -> dict[str, bytes]:
    """Hostile texts by name: each would make a careless reader fetch `url` or open `neighbour`."""
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n"
    return {
        "hls_http.mp4": hls.format(url).encode(),
        "hls_http.m3u8": hls.format(url).encode(),
        "hls_file.mp4": hls.format(f"file://{neighbour}").encode(),
        "concat_relative.mp4": f"ffconcat version 1.0\nfile {Path(neighbour).name}\n".encode(),
        "concat_absolute.mp4": f"ffconcat version 1.0\nfile '{neighbour}'\n".encode(),
        "sdp.mp4": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
        b"a=rtpmap:96 H264/90000\n",
        "dash.mp4": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'
        + f"<BaseURL>{url}</BaseURL></MPD>".encode(),
    }


def cover_art_mp3(path: Path, seconds: float = 1.0) -> Path:
    """An MP3 whose ID3 tag holds a picture."""
    body = path.with_suffix(".plain.mp3")
    make_sound(body, tone(seconds, 44_100), sample_rate=44_100, codec="libmp3lame")
    picture = b"\x00image/png\x00\x03\x00" + png(32, 32)
    frame = b"APIC" + struct.pack(">I", len(picture)) + b"\x00\x00" + picture
    size = len(frame)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\x00\x00" + synchsafe + frame + body.read_bytes())
    return path


def png(width: int, height: int) -> bytes:
    """A grey PNG."""
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + bytes(width) for _ in range(height))
    stream = io.BytesIO()
    stream.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)))
    stream.write(chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return stream.getvalue()


def many_streams(path: Path, count: int = 200) -> Path:
    """A Matroska file with very many sound streams."""
    with av.open(str(path), "w", format="matroska") as output:
        streams = [output.add_stream("pcm_s16le", rate=8000, layout="mono") for _ in range(count)]
        for stream in streams:
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 80), np.int16), "s16", "mono")
            frame.sample_rate, frame.pts = 8000, 0
            output.mux(stream.encode(frame))
    return path
