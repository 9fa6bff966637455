"""Files that are not what their names say, or more than anybody should accept."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import soundfile
from footage import Footage, Pixels, write_clip, write_footage


def random_bytes(path: Path) -> Path:
    path.write_bytes(np.random.default_rng(7).bytes(200_000))
    return path


def cut_before_index(path: Path, footage: Footage) -> Path:
    """An MP4 whose index, at its end, is lost."""
    write_footage(path, footage)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 100])
    return path


def cut_behind_index(path: Path, footage: Footage) -> Path:
    """An MP4 with its index in front that declares more than the file holds."""
    height, width = footage.frames[0].shape[:2]
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for pixels in footage.frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        container.mux(stream.encode(None))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    return path


def nan_wav(path: Path) -> Path:
    samples = np.sin(np.arange(16_000) / 20).astype(np.float32)
    samples[8_000] = np.nan
    soundfile.write(path, samples, 16_000, subtype="FLOAT")
    return path


def huge_picture(path: Path) -> Path:
    """One grey picture of 12288x8192 in a file of 300 kB."""
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "threads=1"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 12_288, 8_192, "yuv420p"
        frame = av.VideoFrame(12_288, 8_192, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def thousand_pictures_a_second(path: Path) -> Path:
    frames: list[Pixels] = [np.full((16, 16, 3), 40 + n % 100, np.uint8) for n in range(1_000)]
    return write_clip(path, frames, 1_000)


def playlist(path: Path, target: Path) -> Path:
    """An HLS playlist that points at another file."""
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target.as_uri()}\n#EXT-X-ENDLIST\n")
    return path
