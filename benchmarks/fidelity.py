"""`python -m benchmarks fidelity`: what a dub must leave alone, and the offset that encode and mux add.

1. Through a lossless output (FFV1 in Matroska) every sample of every plane outside the face's hull equals the plate's.
2. Through PCM the sound equals the sound given, sample for sample.
3. A clip of a face with a flash in a corner and a beep in its sound keeps the distance between the two within 1 ms.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import soundfile

import syncline
from benchmarks.material import LINES, clip
from benchmarks.report import Report, table
from syncline.face.hull import hull
from syncline.face.track import track_faces
from syncline.media.probe import probe

RATES: dict[str, Fraction | None] = {
    "23.976": Fraction(24000, 1001),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "60": Fraction(60),
    "variable": None,
}
SAMPLE_RATE = 48_000
FLASH_S = Fraction(2)  # where the flash and the beep are put, from the clip's start


def planes(path: Path) -> list[list[npt.NDArray[np.generic]]]:
    """The planes of all pictures of a file as decoded, without conversion."""
    with av.open(str(path)) as container:
        return [
            [plane_array(frame, number) for number in range(len(frame.planes))] for frame in container.decode(video=0)
        ]


def plane_array(frame: av.VideoFrame, number: int) -> npt.NDArray[np.generic]:
    """One plane (h, w), uint8 or uint16."""
    plane = frame.planes[number]
    kind = np.uint16 if frame.format.components[0].bits > 8 else np.uint8
    rows = np.frombuffer(plane, kind).reshape(plane.height, plane.line_size // np.dtype(kind).itemsize)
    return rows[:, : plane.width].copy()


def changed_outside(plate: Path, dub: Path) -> tuple[int, int, int]:
    """Samples that differ outside the hull, samples that differ inside, pictures compared."""
    track = max(track_faces(probe(plate)).faces, key=lambda face: float(np.nansum(face.iod)))
    outside = inside = 0
    before, after = planes(plate), planes(dub)
    for t, (old, new) in enumerate(zip(before, after, strict=False)):
        height, width = old[0].shape
        mask = np.zeros((height, width), np.uint8)
        if np.isfinite(track.landmarks[t]).all():
            cv2.fillConvexPoly(mask, np.round(hull(track.landmarks[t])).astype(np.int32), 1)
        for a, b in zip(old, new, strict=True):
            rows, columns = a.shape
            cell_y, cell_x = -(-height // rows), -(-width // columns)
            # A chroma sample counts as inside where any pixel of its cell is.
            padded = np.pad(mask, ((0, rows * cell_y - height), (0, columns * cell_x - width)))
            cells = padded.reshape(rows, cell_y, columns, cell_x).max(axis=(1, 3)).astype(bool)
            outside += int(np.count_nonzero((a != b) & ~cells))
            inside += int(np.count_nonzero((a != b) & cells))
    return outside, inside, min(len(before), len(after))


def pixels(folder: Path) -> list[list[str]]:
    """Rows of part 1 for three plates."""
    rows = []
    for name in ("german_news_de", "opendub", "vrt1"):
        out = folder / f"{name}.mkv"
        item = LINES["en"]
        options = syncline.DubOptions(transcript=item.transcript, language="en", video_codec="ffv1", force=True)
        syncline.dub(clip(f"{name}.mp4"), item.sound, out, options=options)
        outside, inside, count = changed_outside(clip(f"{name}.mp4"), out)
        rows.append([name, str(count), str(outside), str(inside)])
    return rows


def sounds(folder: Path) -> list[list[str]]:
    """Rows of part 2: layouts, rates and depths of sound through a PCM output."""
    rows = []
    rng = np.random.default_rng(5)
    voice, rate = soundfile.read(LINES["en"].sound, dtype="float64")
    cases = (("mono 8 kHz 16 bit", 8_000, 1, "PCM_16"), ("stereo 44.1 kHz 16 bit", 44_100, 2, "PCM_16"))
    cases += (("stereo 48 kHz 24 bit", 48_000, 2, "PCM_24"), ("5.1 48 kHz 24 bit", 48_000, 6, "PCM_24"))
    cases += (("mono 96 kHz float", 96_000, 1, "FLOAT"),)
    for label, target_rate, channels, subtype in cases:
        length = int(3 * target_rate)
        positions = np.arange(length) * rate / target_rate
        mono = np.interp(positions, np.arange(len(voice)), voice)
        given = mono[:, None] * np.linspace(1, 0.4, channels) + rng.normal(0, 1e-3, (length, channels))
        source, out = folder / f"{label.replace(' ', '-')}.wav", folder / "sound.mkv"
        soundfile.write(source, given, target_rate, subtype=subtype)
        options = syncline.DubOptions(language="en", audio_codec="pcm", sync_mode="loop", force=True)
        syncline.dub(clip("vox_681100216_en.mp4"), source, out, options=options)
        with av.open(str(out)) as container:
            stream = container.streams.audio[0]
            layout = f"{stream.rate} Hz, {stream.layout.name}, {stream.codec_context.name}"
            got = np.concatenate([packed(frame) for frame in container.decode(stream)])
        with av.open(str(source)) as container:
            want = np.concatenate([packed(frame) for frame in container.decode(container.streams.audio[0])])
        same = got.shape == want.shape and bool((got == want).all())
        rows.append([label, layout, str(len(want)), "identical" if same else f"differs ({got.shape})"])
    return rows


def packed(frame: av.AudioFrame) -> npt.NDArray[np.generic]:
    """A sound frame as (samples, channels) in its own type."""
    array = frame.to_ndarray()
    return array.T if frame.format.is_planar else array.reshape(-1, frame.layout.nb_channels)


def flash_clip(path: Path, rate: Fraction | None) -> None:
    """A face with a white square flashing in the corner at `FLASH_S`; None makes frames of 20, 40 and 60 ms in turn."""
    with av.open(str(clip("vox_681100216_en.mp4"))) as container:
        faces = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    base = Fraction(1, 90_000)
    steps: Callable[[int], Fraction] = (
        (lambda n: n / rate)
        if rate is not None
        else (lambda n: sum((Fraction(20 * (1 + k % 3), 1000) for k in range(n)), Fraction(0)))
    )
    with av.open(str(path), "w", format="mp4", options={"video_track_timescale": "90000"}) as container:
        stream = container.add_stream("libx264", rate=rate or Fraction(25), options={"crf": "12", "bf": "0"})
        stream.width, stream.height = faces[0].shape[1], faces[0].shape[0]
        stream.pix_fmt, stream.time_base, stream.codec_context.time_base = "yuv420p", base, base
        count, time = 0, Fraction(0)
        while time < 4:
            image = faces[int(time * 25) % len(faces)].copy()
            if FLASH_S <= time < FLASH_S + Fraction(1, 10):
                image[:24, :24] = 255
            else:
                image[:24, :24] = 0
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = round(time / base), base
            container.mux(stream.encode(frame))
            count += 1
            time = steps(count)
        container.mux(stream.encode(None))


def beep(path: Path) -> None:
    """Noise-free sound of 4 s with a 1 kHz beep of 100 ms at `FLASH_S`."""
    sound = np.zeros(4 * SAMPLE_RATE, np.float32)
    start = int(FLASH_S * SAMPLE_RATE)
    sound[start : start + SAMPLE_RATE // 10] = 0.5 * np.sign(
        np.sin(2 * np.pi * 1000 * np.arange(4800) / SAMPLE_RATE + 0.1)
    )
    soundfile.write(path, sound, SAMPLE_RATE, subtype="PCM_16")


def flash_time(path: Path) -> Fraction:
    """Time of the first picture whose corner is white, from the decoded file."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if plane_array(frame, 0)[4:20, 4:20].mean() > 128:
                return frame.pts * frame.time_base
    raise SystemExit(f"{path.name}: no flash found")


def beep_time(path: Path) -> Fraction:
    """Time of the first sample of the beep, from the decoded file."""
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            loud = np.flatnonzero(np.abs(packed(frame)[:, 0]) > 0.2)
            if loud.size:
                return frame.pts * frame.time_base + Fraction(int(loud[0]), frame.sample_rate)
    raise SystemExit(f"{path.name}: no beep found")


def offsets(folder: Path) -> list[list[str]]:
    """Rows of part 3: the rate, and by how many ms flash and beep moved against each other in each container."""
    rows = []
    beep(folder / "beep.wav")
    for label, rate in RATES.items():
        plate = folder / f"flash-{label}.mp4"
        flash_clip(plate, rate)
        before = flash_time(plate) - FLASH_S
        row = [label]
        for suffix in ("mp4", "mov", "mkv"):
            out = folder / f"out.{suffix}"
            syncline.dub(plate, folder / "beep.wav", out, options=syncline.DubOptions(language="en", force=True))
            after = flash_time(out) - beep_time(out)
            row.append(f"{float(abs(after - before) * 1000):.3f}")
        rows.append(row)
    return rows


def main(argv: list[str]) -> int:
    """Run the three parts; returns 1 where one fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fidelity", description=__doc__)
    parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="syncline-fidelity-") as name:
        folder = Path(name)
        outside, exact, moved = pixels(folder), sounds(folder), offsets(folder)
    missed = [f"{row[0]}: {row[2]} samples changed outside the hull" for row in outside if row[2] != "0"]
    missed += [f"{row[0]}: sound {row[3]}" for row in exact if row[3] != "identical"]
    missed += [f"{row[0]} fps: {cell} ms" for row in moved for cell in row[1:] if float(cell) > 1]
    body = "\n\n".join(
        (
            "## Pixels, lossless output\n\n"
            + table(["plate", "pictures", "samples changed outside the hull", "inside"], outside),
            "## Sound, PCM output\n\n" + table(["given", "written", "samples", "result"], exact),
            "## Flash against beep, ms moved\n\n" + table(["rate", "mp4 (AAC)", "mov (PCM)", "mkv (PCM)"], moved),
        )
    )
    figures = {"pixels": outside, "sound": exact, "offset_ms": moved}
    Report("fidelity", "Fidelity").write(body, missed, figures)
    return 1 if missed else 0
