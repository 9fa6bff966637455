"""Reading pictures in any order, upright, in constant memory; and sound as it is stored."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import clips
from syncline.errors import InputError, LimitError
from syncline.media import samples as samples_module
from syncline.media.limits import Limits
from syncline.media.picture import Picture
from syncline.media.probe import need_picture, probe
from syncline.media.read import read_pictures, read_sound
from syncline.media.sound import Sound, analysis_sound, analysis_source

ORDERS = {
    "all": list(range(60)),
    "skipping": [0, 7, 8, 30, 59],
    "standing": [5, 5, 5, 6, 6, 59, 59],
    "loop": [*range(50, 60), *range(60), *range(5)],
    "bounce": [*range(60), *range(58, 0, -1), *range(60)],
    "backwards": list(range(59, -1, -1)),
    "backwards with stands": [40, 40, 39, 39, 38, 30, 30, 2, 2],
    "jumps": [59, 0, 58, 1, 57, 2, 30],
    "one": [33],
    "none": [],
}
KINDS = [("a.mp4", "libx264", "12"), ("b.mp4", "libx264", "250"), ("c.ts", "libx264", "20"), ("d.mkv", "mpeg4", "15"),
         ("e.mpg", "mpeg1video", "15"), ("f.avi", "mpeg4", "15")]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Clips of 60 numbered pictures in several containers and with several distances of key frames."""
    folder = tmp_path_factory.mktemp("orders")
    return {
        name: clips.make_clip(folder / name, width=96, frames=60, codec=codec, options={"g": gop, "bf": "2"})
        for name, codec, gop in KINDS
    }


@pytest.mark.parametrize("name", [name for name, _, _ in KINDS])
@pytest.mark.parametrize("order", list(ORDERS))
def test_any_order_gives_the_same_pictures(library: dict[str, Path], name: str, order: str) -> None:
    info = probe(library[name], Limits(held_bytes=96 * 48 * 3 // 2 * 8))  # room for eight pictures
    reference = {p.index: p for p in read_pictures(info)}
    pictures = list(read_pictures(info, ORDERS[order], threads=2))
    assert [p.index for p in pictures] == ORDERS[order]
    for picture in pictures:
        assert clips.number_of(picture.bgr()) == picture.index
        known = reference[picture.index]
        assert picture.time == known.time
        assert all(np.array_equal(a, b) for a, b in zip(picture.planes, known.planes, strict=True))


def test_a_picture_that_stands_is_one_object(library: dict[str, Path]) -> None:
    pictures = list(read_pictures(probe(library["a.mp4"]), [3, 3, 4]))
    assert pictures[0] is pictures[1]


def test_a_number_beyond_the_clip(library: dict[str, Path]) -> None:
    with pytest.raises(IndexError):
        list(read_pictures(probe(library["a.mp4"]), [60]))


def test_a_variable_clip_gives_its_times(tmp_path: Path) -> None:
    times = clips.variable_times(20)
    info = probe(clips.make_clip(tmp_path / "a.mp4", times=times))
    assert [p.time.seconds for p in read_pictures(info)] == times


def test_real_clips_with_edit_lists_and_late_starts(shared_data: Path) -> None:
    for name in ("astorfi_en.mp4", "vrt1.mp4"):
        info = probe(shared_data / "clips" / name)
        assert [p.index for p in read_pictures(info)] == list(range(need_picture(info).frames))


def test_pictures_are_not_copied_and_cannot_be_spoilt(library: dict[str, Path]) -> None:
    picture = next(read_pictures(probe(library["a.mp4"])))
    assert all(plane.base is not None and not plane.flags.writeable for plane in picture.planes)


# --- upright --------------------------------------------------------------------------------------------------------

TURNS = {0: 0, 90: 1, 180: 2, -90: -1}  # degrees counter-clockwise in the file -> quarter turns, as numpy counts them


@pytest.mark.parametrize("degrees", list(TURNS))
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "gray"])
@pytest.mark.parametrize("size", [(96, 48), (97, 49)], ids=str)
def test_pictures_stand_upright(tmp_path: Path, degrees: int, pixel_format: str, size: tuple[int, int]) -> None:
    options = {"width": size[0], "height": size[1], "pixel_format": pixel_format, "codec": "mpeg4", "frames": 2}
    if pixel_format != "yuv420p":
        options["codec"] = "libx264"
        options["options"] = {"qp": "0"}
    if pixel_format in ("yuv420p", "yuv422p") and options["codec"] == "libx264":
        options["width"] = size[0] & ~1
    lying = list(read_pictures(probe(clips.make_clip(tmp_path / "0.mp4", **options))))[1]  # type: ignore[arg-type]
    info = probe(clips.make_clip(tmp_path / "1.mp4", rotation=degrees, **options))  # type: ignore[arg-type]
    video, turned = need_picture(info), list(read_pictures(info))[1]
    wanted = np.rot90(lying.bgr(), TURNS[degrees])
    assert turned.bgr().shape == wanted.shape == (video.height, video.width, 3)
    assert (turned.width, turned.height) == (video.width, video.height)
    assert turned.layout == video.layout
    difference = np.abs(turned.bgr().astype(int) - wanted)
    # Chroma that had to become 4:4:4 is repeated, not interpolated.
    assert difference.mean() < (0.6 if turned.layout == lying.layout else 6)
    assert np.array_equal(turned.planes[0], np.rot90(lying.planes[0], TURNS[degrees]))


# --- memory ---------------------------------------------------------------------------------------------------------

READ_APART = """
import sys
from syncline.media.probe import probe
from syncline.media.read import read_pictures
info = probe(sys.argv[1])
order = None if sys.argv[2] == "forwards" else range(info.video.frames - 1, -1, -1)
for picture in read_pictures(info, order, threads=1):
    picture.bgr((0, 0, 64, 64))
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def peak(path: Path, way: str) -> int:
    command = [sys.executable, "-c", READ_APART, str(path), way]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_memory_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    """400 pictures of 640x480 are 184 MB; reading either way holds a part of that."""
    grey = np.full((480, 640, 3), 90, np.uint8)
    size = {
        "width": 640,
        "height": 480,
        "codec": "mpeg4",
        "picture": lambda i: grey + np.uint8(i % 100),
    }
    short = clips.make_clip(tmp_path / "short.mp4", frames=20, **size)  # type: ignore[arg-type]
    long = clips.make_clip(tmp_path / "long.mp4", frames=400, **size)  # type: ignore[arg-type]
    assert peak(long, "forwards") < peak(short, "forwards") + 15
    assert peak(long, "backwards") < peak(short, "backwards") + 90


# --- sound ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "suffix", "bits", "kind"),
    [
        ("pcm_s16le", "wav", 16, "int16"), ("pcm_s24le", "wav", 24, "int32"), ("pcm_s32le", "wav", 32, "int32"),
        ("pcm_f32le", "wav", 32, "float32"), ("flac", "flac", 24, "int32"), ("alac", "m4a", 24, "int32"),
        ("pcm_s16be", "aiff", 16, "int16"),
    ],
)  # fmt: skip
def test_samples_stay_as_they_are(tmp_path: Path, codec: str, suffix: str, bits: int, kind: str) -> None:
    generator = np.random.default_rng(2)
    if kind == "float32":
        samples = generator.uniform(-1, 1, (5000, 2)).astype(np.float32)
    else:
        top = 1 << (min(bits, 24) - 1)
        samples = generator.integers(-top, top, (5000, 2)).astype(kind)
        if bits >= 24:
            samples <<= 8
        if bits == 32:
            samples |= generator.integers(0, 256, samples.shape).astype(np.int32)
    path = clips.make_sound(tmp_path / f"a.{suffix}", samples, codec=codec)
    sound = read_sound(probe(path))
    assert (sound.samples.dtype.name, sound.bits, sound.sample_rate, sound.layout) == (kind, bits, 48_000, "stereo")
    assert np.array_equal(sound.samples, samples)


def test_eight_bits_become_sixteen_without_loss(tmp_path: Path) -> None:
    samples = (np.arange(-128, 128, dtype=np.int16) << 8)[:, None]
    sound = read_sound(probe(clips.make_sound(tmp_path / "a.wav", samples, codec="pcm_u8")))
    assert np.array_equal(sound.samples, samples)


@pytest.mark.parametrize(("codec", "suffix"), [("libmp3lame", "mp3"), ("aac", "m4a"), ("libopus", "opus")])
def test_priming_is_dropped(tmp_path: Path, codec: str, suffix: str) -> None:
    """A burst at 0.5 s is heard at 0.5 s, and the sound begins at 0."""
    burst = clips.beeps([Fraction(1, 2)], Fraction(1))
    sound = read_sound(probe(clips.make_sound(tmp_path / f"a.{suffix}", burst, codec=codec)))
    assert sound.start == 0
    heard = np.asarray(sound.samples[:, 0], np.float64)
    match = np.correlate(heard, burst[24_000 : 24_000 + 1440, 0].astype(float), mode="valid")
    assert abs(int(np.argmax(match)) - 24_000) <= 48


def test_a_late_sound_is_placed_by_its_timestamps(tmp_path: Path) -> None:
    path = clips.make_clip(
        tmp_path / "a.mkv", frames=50, sound=clips.tone(1), audio_codec="pcm_s16le", sound_delay=Fraction(1, 4)
    )
    sound = read_sound(probe(path))
    assert sound.start == Fraction(1, 4)
    whole = sound.from_zero()
    assert (whole.start, whole.samples.shape[0]) == (0, 48_000 + 12_000)
    assert not whole.samples[:12_000].any()
    assert np.array_equal(whole.samples[12_000:], sound.samples)


def test_a_gap_in_the_sound_becomes_silence(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=8000, layout="mono")
        for start in (0, 16_000):
            frame = av.AudioFrame.from_ndarray(np.full((1, 8000), 1000, np.int16), "s16", "mono")
            frame.sample_rate, frame.pts, frame.time_base = 8000, start, Fraction(1, 8000)
            output.mux(stream.encode(frame))
    samples = read_sound(probe(path)).samples[:, 0]
    assert samples.shape == (24_000,)
    assert samples[:8000].all()
    assert not samples[8000:16_000].any()
    assert samples[16_000:].all()


def test_a_wide_gap_is_a_limit_not_a_hang(tmp_path: Path) -> None:
    info = probe(clips.wav(tmp_path / "a.wav", clips.tone(1), 48_000), Limits(max_sound_bytes=50_000))
    with pytest.raises(LimitError, match="memory"):
        read_sound(info)


SOUND_APART = """
import sys
from syncline.media.probe import probe
from syncline.media.read import analysis_sound, read_sound
sound = read_sound(probe(sys.argv[1]))
y = analysis_sound(sound.fitted(sound.seconds + 1))
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_long_sound_is_not_held_in_memory(tmp_path: Path) -> None:
    """Four minutes of stereo at 96 kHz and 16 bits are 92 MB, their analysis copy 15 MB."""

    def peak_of(seconds: int) -> int:
        samples = np.tile(clips.tone(1, 96_000, 2), (seconds, 1))
        path = clips.wav(tmp_path / f"{seconds}.wav", samples, 96_000)
        command = [sys.executable, "-c", SOUND_APART, str(path)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert peak_of(240) < peak_of(2) + 75


def test_spilled_sound_is_the_same_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clips.wav(tmp_path / "a.wav", clips.tone(2, 44_100, 2), 44_100)
    held = read_sound(probe(path))
    monkeypatch.setattr(samples_module, "SPILL_BYTES", 10_000)
    spilled = read_sound(probe(path))
    assert isinstance(spilled.samples, np.memmap)
    assert np.array_equal(held.samples, spilled.samples)
    assert np.array_equal(analysis_sound(held), analysis_sound(spilled))


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_the_analysis_copy(rate: int, channels: int) -> None:
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    samples = np.repeat(clips.tone(1, rate, 1, 440), channels, axis=1)
    if channels == 6:
        samples[:, [0, 1, 3, 4, 5]] = clips.tone(1, rate, 1, 1300)  # dialogue in the centre, something else around it
    y = analysis_sound(Sound(samples, rate, layout))
    assert (y.shape, y.dtype) == ((16_000,), np.float32)
    wanted = 0.25 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    assert np.abs(y[800:-800] - wanted[800:-800]).max() < 0.01


@pytest.mark.parametrize("left", [0.0, 3e-5, 3e-3])  # digital silence, dither, bleed of the other channels
def test_five_one_with_an_empty_centre_is_still_heard(left: float) -> None:
    samples = np.repeat(clips.tone(1, 16_000), 6, axis=1).astype(np.float32) / 32768
    samples[:, 2] *= left
    samples[:, 3] = clips.tone(1, 16_000, 1, 40)[:, 0] / 32768  # effects in which nobody speaks
    sound = Sound(samples, 16_000, "5.1")
    assert analysis_source(sound) == "mix, for the centre is silent"
    wanted = samples[:, [0, 1, 2, 4, 5]].mean(axis=1)
    assert np.abs(analysis_sound(sound) - wanted).max() < 1e-6


def test_what_is_listened_to() -> None:
    samples = np.repeat(clips.tone(1, 16_000), 6, axis=1)
    assert analysis_source(Sound(samples, 16_000, "5.1")) == "centre"
    assert analysis_source(Sound(samples[:, :2], 16_000, "stereo")) == "mix"


@pytest.mark.parametrize("spill", [16 << 20, 1000])
def test_cut_and_padded_sound(monkeypatch: pytest.MonkeyPatch, spill: int) -> None:
    monkeypatch.setattr(samples_module, "SPILL_BYTES", spill)
    sound = Sound(clips.tone(1, 48_000, 2), 48_000, "stereo")
    assert sound.fitted(Fraction(1, 2)).samples.shape == (24_000, 2)
    longer = sound.fitted(Fraction(3, 2))
    assert longer.samples.shape == (72_000, 2)
    assert np.array_equal(longer.samples[:48_000], sound.samples)
    assert not longer.samples[48_000:].any()
    assert longer.samples.dtype == np.int16


def test_the_format_changes_on_the_way(tmp_path: Path) -> None:
    first = clips.make_sound(tmp_path / "1.mp3", clips.tone(1, 44_100, 2), sample_rate=44_100, codec="libmp3lame")
    second = clips.make_sound(tmp_path / "2.mp3", clips.tone(1, 32_000, 1), sample_rate=32_000, codec="libmp3lame")
    both = tmp_path / "both.mp3"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    with pytest.raises(InputError, match="changes its rate"):
        read_sound(probe(both))


# --- tone mapping ---------------------------------------------------------------------------------------------------


def hdr_clip(path: Path, transfer: int, signal: float) -> Path:
    """A flat grey of an HDR signal (0..1), 10 bits, limited range, BT.2020."""
    luma = round(64 + 876 * signal)
    planes = np.full((72, 64), 512, np.uint16)
    planes[:48] = luma
    colour = {"colorspace": 9, "color_primaries": 9, "color_trc": transfer, "color_range": 1}
    return clips.make_clip(
        path, pixel_format="yuv420p10le", frames=2, planes=lambda _: planes, colour=colour, options={"qp": "0"}
    )


def shown(path: Path) -> Picture:
    return next(read_pictures(probe(path, tone_map=True)))


@pytest.mark.parametrize(
    ("transfer", "signal", "light"),
    [
        (16, 0.5807, 0.8528),  # PQ, 203 cd/m2: diffuse white, by ITU-R BT.2408 a signal of 58 %
        (16, 0.4401, 0.2463),  # PQ, 50 cd/m2: below the knee, straight
        (16, 0.7518, 0.9991),  # PQ, 1000 cd/m2
        (18, 0.75, 0.8528),  # HLG: diffuse white, by the same report a signal of 75 %
    ],
)
def test_tone_mapping_puts_light_where_it_says(tmp_path: Path, transfer: int, signal: float, light: float) -> None:
    picture = shown(hdr_clip(tmp_path / "a.mp4", transfer, signal))
    assert picture.planes[0].dtype == np.uint8
    level = picture.bgr()[24, 32].astype(float)
    assert level == pytest.approx(np.full(3, 255 * light ** (1 / 2.4)), abs=3)


def test_tone_mapping_rises_and_stays_grey(tmp_path: Path) -> None:
    levels = [shown(hdr_clip(tmp_path / f"{i}.mp4", 16, i / 8)).bgr()[24, 32].astype(int) for i in range(9)]
    greens = [int(level[1]) for level in levels]
    assert greens == sorted(greens)
    assert all(level.max() - level.min() <= 2 for level in levels)
    assert (greens[0], greens[-1]) == (0, 255)
