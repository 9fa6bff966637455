"""Inputs of the benchmarks, made from the real recordings beside the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
WORK = ROOT / "benchmarks" / "work"
REPORTS = ROOT / "benchmarks" / "reports"
SHEETS = ROOT / "benchmarks" / "sheets"


@dataclass(frozen=True)
class Line:
    """A recorded line: sound file, its language (BCP 47) and what is said."""

    sound: Path
    language: str
    transcript: str


def line(name: str, language: str, transcript: str) -> Line:
    return Line(DATA / "speech" / name, language, transcript)


LINES = {
    "jfk": line(
        "jfk.flac",
        "en",
        "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.",
    ),
    "en": line(
        "leopard_test.wav",
        "en",
        "Mr. Quilter is the apostle of the middle classes and we are glad to welcome his gospel.",
    ),
    "lj": line(
        "bfa_LJ001-0001.wav",
        "en",
        "Printing, in the only sense with which we are at present concerned, differs from most if not from all the "
        "arts and crafts represented in the Exhibition",
    ),
    "de": line("leopard_test_de.wav", "de", "Der hinter diesem Portal liegenden Raum wurde als Leichenhalle genutzt."),
    "es": line("leopard_test_es.wav", "es", "Las arenas son blanquecinas de grano medio y tiene muy poca asistencia."),
    "fr": line(
        "leopard_test_fr.wav",
        "fr",
        "Sous le consulat il devient conservateur des eaux et forêts et conseiller général.",
    ),
    "ja": line("leopard_test_ja.wav", "ja", "客観的実在の判断的知識が成立するのである。"),
    "zh": line("charsiu_SSB00050015.wav", "zh", "经广州日报报道后成为了社会热点。"),
}


def clip(name: str) -> Path:
    """A talking-head clip of the data folder."""
    return DATA / "clips" / name


def looped_clip(source: Path, seconds: int) -> Path:
    """`source` repeated without re-encoding, picture and sound, until `seconds`; kept under `benchmarks/work`."""
    target = WORK / f"{source.stem}-loop-{seconds}s.mp4"
    if target.exists():
        return target
    WORK.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part.mp4")
    with av.open(str(source)) as container:
        video = container.streams.video[0]
        assert video.time_base is not None
        assert video.average_rate is not None
        ends = [packet.pts for packet in container.demux(video) if packet.pts is not None]
        length = (max(ends) - min(ends)) * video.time_base + 1 / video.average_rate
    with av.open(str(draft), "w", format="mp4") as out:
        copies: dict[int, av.stream.Stream] = {}
        free: dict[int, int] = {}  # by stream, the first tick that is not taken
        start = Fraction(0)
        while start < seconds:
            with av.open(str(source)) as container:
                streams = [*container.streams.video[:1], *container.streams.audio[:1]]
                for stream in streams:
                    if stream.index not in copies:
                        copies[stream.index] = out.add_stream_from_template(stream)
                for packet in container.demux(streams):
                    base = packet.time_base
                    if packet.dts is None or packet.pts * base >= min(length, seconds - start):
                        continue
                    number, shift = packet.stream.index, round(start / base)
                    if packet.dts + shift < free.get(number, packet.dts + shift):
                        continue  # the encoder's priming before each round overlaps the round before
                    free[number] = packet.dts + shift + (packet.duration or 1)
                    packet.pts += shift
                    packet.dts += shift
                    packet.stream = copies[number]
                    out.mux(packet)
            start += length
    draft.rename(target)
    return target


def long_line(seconds: int, sample_rate: int = 48_000) -> Line:
    """English lines one after the other, 0.4 s apart, repeated until the sound lasts exactly `seconds`."""
    import soxr

    target = WORK / f"line-{seconds}s.wav"
    parts: list[np.ndarray] = []
    texts: list[str] = []
    total, length = 0, seconds * sample_rate
    names = ("lj", "en", "jfk")
    while total < length:
        item = LINES[names[len(texts) % len(names)]]
        samples, rate = soundfile.read(item.sound, dtype="float32", always_2d=True)
        samples = soxr.resample(samples.mean(axis=1), rate, sample_rate)
        samples = np.concatenate([samples, np.zeros(int(0.4 * sample_rate), np.float32)])
        if total + len(samples) > length:
            samples = np.zeros(length - total, np.float32)
        else:
            texts.append(item.transcript)
        parts.append(samples)
        total += len(samples)
    if not target.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(0)  # a trace of noise: digital zero is no room
        sound = np.concatenate(parts) + rng.normal(0, 1e-4, length).astype(np.float32)
        soundfile.write(target, sound, sample_rate, subtype="PCM_16")
    return Line(target, "en", " ".join(texts))
