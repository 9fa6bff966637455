"""Written files, read back by PyAV: rate, tags, samples and sizes are the plate's; what is not is told."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

import clips
from syncline.errors import InputError, StageError
from syncline.events import Recorder
from syncline.media.atomic import AtomicOutput
from syncline.media.info import VideoStream
from syncline.media.options import OutputOptions, output_format
from syncline.media.picture import Picture
from syncline.media.probe import need_picture, need_sound, probe
from syncline.media.read import read_pictures, read_sound
from syncline.media.sound import Sound
from syncline.media.write import Writer


def rewrite(
    source: Path, target: Path, options: OutputOptions | None = None, sound: Sound | None = None
) -> tuple[VideoStream, list[str]]:
    """Read a clip and write it; the written stream, and what was told."""
    info, told = probe(source), Recorder()
    video = need_picture(info)
    with Writer(target, video, sound, options, threads=1, on_event=told) as writer:
        for picture in read_pictures(info, threads=1):
            writer.write(picture, video.seconds(picture.index))
    return need_picture(probe(target)), [event.text for event in told.events]


def planes_of(path: Path) -> list[tuple[np.ndarray, ...]]:
    return [picture.planes for picture in read_pictures(probe(path), threads=1)]


@pytest.mark.parametrize(
    ("pixel_format", "name", "options"),
    [
        *(("yuv420p", f"out.{suffix}", OutputOptions()) for suffix in ("mp4", "mov", "mkv")),
        ("yuv420p10le", "out.mp4", OutputOptions(ten_bit=True)),
        ("gray", "out.mp4", OutputOptions()),
        ("yuv422p10le", "out.mov", OutputOptions(video_codec="prores")),
        ("yuv420p", "out.mkv", OutputOptions(video_codec="ffv1")),
        ("bgr0", "out.mkv", OutputOptions(video_codec="ffv1")),
        ("gray10le", "out.mkv", OutputOptions(video_codec="ffv1")),
    ],
    ids=str,
)
def test_the_echo_is_what_the_file_holds(tmp_path: Path, pixel_format: str, name: str, options: OutputOptions) -> None:
    source = probe(
        clips.make_clip(tmp_path / "a.mkv", codec="ffv1", pixel_format=pixel_format, width=63, height=47, frames=40)
    )
    video, heard = need_picture(source), []
    with Writer(tmp_path / name, video, None, options, threads=2, on_picture=heard.append) as writer:
        for picture in read_pictures(source, threads=1):
            writer.write(picture, video.seconds(picture.index))
    written = list(read_pictures(probe(tmp_path / name)))
    assert len(heard) == len(written) == 40
    for echo, stored in zip(heard, written, strict=True):
        assert (echo.index, echo.layout, echo.colour) == (stored.index, stored.layout, stored.colour)
        assert all(np.array_equal(a, b) for a, b in zip(echo.planes, stored.planes, strict=True))


LOSSLESS = [
    *("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "yuv444p12le"),
    *("gray", "gray10le", "bgr0", "gbrp10le"),
]


@pytest.mark.parametrize("pixel_format", LOSSLESS)
@pytest.mark.parametrize("size", [(64, 48), (63, 47)], ids=str)
def test_the_lossless_route_keeps_every_sample(tmp_path: Path, pixel_format: str, size: tuple[int, int]) -> None:
    source = clips.make_clip(
        tmp_path / "a.mkv", codec="ffv1", pixel_format=pixel_format, width=size[0], height=size[1], frames=6
    )
    written, notes = rewrite(source, tmp_path / "out.mkv")
    assert (written.codec, written.pixel_format) == ("ffv1", need_picture(probe(source)).pixel_format)
    assert (written.width, written.height) == size
    for old, new in zip(planes_of(source), planes_of(tmp_path / "out.mkv"), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(old, new, strict=True))
    assert notes == []


@pytest.mark.parametrize("codec", ["ffv1", "h264", "prores"])
def test_tags_and_pixel_aspect_are_kept(tmp_path: Path, codec: str) -> None:
    colour = {"colorspace": 5, "color_primaries": 5, "color_trc": 6, "color_range": 1}
    source = clips.make_clip(tmp_path / "a.mkv", frames=5, colour=colour, aspect=Fraction(16, 11))
    target = tmp_path / ("out.mov" if codec == "prores" else "out.mkv")
    written, notes = rewrite(source, target, OutputOptions(video_codec=codec))  # type: ignore[arg-type]
    assert written.colour == need_picture(probe(source)).colour
    if codec == "ffv1":
        assert any("16/11" in note for note in notes)
    else:
        assert written.pixel_aspect == Fraction(16, 11)


@pytest.mark.parametrize("full", [False, True])
def test_h264_is_what_players_play(tmp_path: Path, full: bool) -> None:
    colour = {"colorspace": 1, "color_primaries": 1, "color_trc": 1, "color_range": 2 if full else 1}
    source = clips.make_clip(tmp_path / "a.mkv", codec="ffv1", pixel_format="yuv444p", frames=10, colour=colour)
    written, notes = rewrite(source, tmp_path / "out.mp4", OutputOptions(crf=1))
    assert (written.codec, written.pixel_format, written.colour.full_range) == ("h264", "yuv420p", full)
    assert any("4:2:0" in note for note in notes)
    before, after = (list(read_pictures(probe(p)))[5].bgr() for p in (source, tmp_path / "out.mp4"))
    assert np.abs(before.astype(int) - after)[16:].mean() < 2.5


def test_an_odd_size_is_padded_and_told(tmp_path: Path) -> None:
    source = clips.make_clip(tmp_path / "a.mkv", codec="ffv1", width=63, height=47, frames=5)
    written, notes = rewrite(source, tmp_path / "out.mp4", OutputOptions(crf=1))
    assert (written.width, written.height) == (64, 48)
    assert any("63x47" in note and "64x48" in note for note in notes)
    luma = planes_of(tmp_path / "out.mp4")[2][0]
    original = planes_of(source)[2][0]
    assert np.abs(luma[:47, :63].astype(int) - original).mean() < 1.5
    assert np.abs(luma[20:47, 63].astype(int) - original[20:, 62]).mean() < 3


def test_ten_bits_are_dithered_for_h264_and_kept_on_request(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(400, 440, 64), (96 * 3 // 2, 1)).astype(np.uint16)
    ramp[96:] = 512
    source = clips.make_clip(
        tmp_path / "a.mkv", codec="ffv1", pixel_format="yuv420p10le", width=64, height=96, frames=3,
        planes=lambda _: ramp,
    )  # fmt: skip
    eight, notes = rewrite(source, tmp_path / "8.mp4", OutputOptions(crf=1))
    assert (eight.bit_depth, eight.pixel_format) == (8, "yuv420p")
    assert any("dithered" in note for note in notes)
    mean = planes_of(tmp_path / "8.mp4")[1][0].astype(float).mean(axis=0)
    assert np.abs(mean - ramp[0] / 4).max() < 0.6  # truncation would be off by up to 0.75, 0.37 on average
    assert abs((mean - ramp[0] / 4).mean()) < 0.2
    ten, notes = rewrite(source, tmp_path / "10.mp4", OutputOptions(crf=1, ten_bit=True))
    assert (ten.bit_depth, notes) == (10, [])


def test_prores_is_422_hq_at_ten_bits(tmp_path: Path) -> None:
    source = clips.make_clip(tmp_path / "a.mkv", codec="ffv1", pixel_format="yuv422p10le", frames=4)
    written, _ = rewrite(source, tmp_path / "out.mov")
    assert (written.codec, written.pixel_format) == ("prores", "yuv422p10le")
    with av.open(str(tmp_path / "out.mov")) as container:
        assert container.streams.video[0].codec_context.codec_tag == "apch"
    for old, new in zip(planes_of(source), planes_of(tmp_path / "out.mov"), strict=True):
        assert np.abs(old[0].astype(int) - new[0]).mean() < 6  # of 1023


def test_grey_and_rgb_become_playable_h264(tmp_path: Path) -> None:
    for pixel_format in ("gray", "bgr0"):
        source = clips.make_clip(tmp_path / f"{pixel_format}.mkv", codec="ffv1", pixel_format=pixel_format, frames=4)
        written, _ = rewrite(source, tmp_path / f"{pixel_format}.mp4", OutputOptions(crf=1))
        assert written.pixel_format == "yuv420p"
        before, after = (list(read_pictures(probe(p)))[1].bgr() for p in (source, tmp_path / f"{pixel_format}.mp4"))
        assert np.abs(before.astype(int) - after)[16:].mean() < 3


# --- sound ----------------------------------------------------------------------------------------------------------


def sound_of(kind: str, channels: int, seconds: float = 0.9, rate: int = 48_000) -> Sound:
    """Loud random samples of a type that use all of its bits."""
    generator = np.random.default_rng(5)
    shape = (round(seconds * rate), channels)
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    if kind == "s24":
        samples = generator.integers(-(2**23), 2**23, shape).astype(np.int32) << 8
        return Sound(samples, rate, layout, bits=24)
    if kind.startswith("float"):
        return Sound(generator.uniform(-1.5, 1.5, shape).astype(kind), rate, layout)
    limits = np.iinfo(kind)
    return Sound(generator.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True), rate, layout)


@pytest.mark.parametrize("kind", ["int16", "s24", "int32", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("name", ["out.mov", "out.mkv"])
def test_pcm_is_sample_for_sample(tmp_path: Path, kind: str, channels: int, name: str) -> None:
    source = clips.make_clip(tmp_path / "plate.mp4", width=16, height=16, frames=20)
    sound = sound_of(kind, channels)
    rewrite(source, tmp_path / name, OutputOptions(video_codec="h264"), sound)
    info = probe(tmp_path / name)
    heard = read_sound(info)
    assert heard.samples.dtype == sound.samples.dtype
    assert np.array_equal(heard.samples, sound.samples)
    assert (heard.sample_rate, heard.bits, heard.start) == (sound.sample_rate, sound.bits, 0)
    assert need_sound(info).channels == channels


@pytest.mark.parametrize("rate", [8000, 11_025, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_aac_keeps_rate_and_channels(tmp_path: Path, rate: int, channels: int) -> None:
    source = clips.make_clip(tmp_path / "plate.mp4", width=16, height=16, frames=25)
    samples = clips.tone(1.0, rate, channels, hertz=110)
    sound = Sound(samples, rate, {1: "mono", 2: "stereo", 6: "5.1"}[channels])
    _, notes = rewrite(source, tmp_path / "out.mp4", sound=sound)
    assert notes == []
    info = probe(tmp_path / "out.mp4")
    audio, heard = need_sound(info), read_sound(info)
    assert (audio.codec, audio.sample_rate, audio.channels, audio.layout) == ("aac", rate, channels, sound.layout)
    assert heard.samples.shape[0] >= samples.shape[0]
    for channel in [c for c in range(channels) if c != 3]:  # 3: the low-frequency channel keeps its low end only
        wanted = samples[:, channel] / 32768
        error = heard.samples[: len(wanted), channel] - wanted
        middle = slice(rate // 10, -rate // 10)
        assert np.sqrt(np.mean(error[middle] ** 2)) < 0.02


def test_aac_at_a_rate_it_has_not_is_resampled_and_told(tmp_path: Path) -> None:
    source = clips.make_clip(tmp_path / "plate.mp4", width=16, height=16, frames=25)
    sound = Sound(clips.tone(1.0, 37_800), 37_800, "mono")
    _, notes = rewrite(source, tmp_path / "out.mp4", sound=sound)
    assert any("37800" in note and "44100" in note for note in notes)
    heard = read_sound(probe(tmp_path / "out.mp4"))
    assert heard.sample_rate == 44_100
    assert float(heard.seconds) == pytest.approx(1.0, abs=0.03)


# --- container ------------------------------------------------------------------------------------------------------


def test_the_index_stands_before_the_pictures(tmp_path: Path) -> None:
    source = clips.make_clip(tmp_path / "plate.mp4", frames=25)
    rewrite(source, tmp_path / "out.mp4", sound=Sound(clips.tone(1.0), 48_000, "mono"))
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_variable_rate_is_kept_to_the_tick(tmp_path: Path) -> None:
    times = clips.variable_times(40)
    source = clips.make_clip(tmp_path / "plate.mp4", times=times)
    written, _ = rewrite(source, tmp_path / "out.mp4")
    assert [written.seconds(i) for i in range(40)] == times
    # MP4 keeps how long each picture is decoded, not shown: with B-frames the last one's length may be a neighbour's.
    longest = max(later - earlier for earlier, later in pairwise(times))
    assert times[-1] < written.duration <= times[-1] + longest


def test_pictures_are_in_order_with_b_frames(tmp_path: Path) -> None:
    source = clips.make_clip(tmp_path / "plate.mp4", width=96, frames=60)
    rewrite(source, tmp_path / "out.mp4", OutputOptions(preset="medium"))
    numbers = [clips.number_of(picture.bgr()) for picture in read_pictures(probe(tmp_path / "out.mp4"))]
    assert numbers == list(range(60))


def test_one_picture(tmp_path: Path) -> None:
    source = clips.make_clip(tmp_path / "plate.mp4", frames=1)
    written, _ = rewrite(source, tmp_path / "out.mp4")
    assert (written.frames, written.measured_rate) == (1, 25)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("out.avi", OutputOptions(), "not supported"),
        ("out", OutputOptions(), "without a suffix"),
        ("out.mp4", OutputOptions(video_codec="prores"), "does not go"),
        ("out.mp4", OutputOptions(audio_codec="pcm"), "does not go"),
        ("out.mov", OutputOptions(video_codec="ffv1"), "does not go"),
    ],
)
def test_what_does_not_go_together(name: str, options: OutputOptions, words: str) -> None:
    with pytest.raises(InputError, match=words):
        output_format(name, options)


@pytest.mark.parametrize("bad", [{"crf": 99}, {"preset": "libx264 -i /etc/passwd"}, {"audio_bitrate": 1}])
def test_options_are_checked_where_they_enter(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        OutputOptions(**bad)  # type: ignore[arg-type]


def test_what_the_caller_does_wrong(tmp_path: Path) -> None:
    info = probe(clips.make_clip(tmp_path / "plate.mp4", frames=3))
    video = need_picture(info)
    pictures: list[Picture] = list(read_pictures(info))

    def late() -> None:
        with Writer(tmp_path / "1.mp4", video) as writer:
            writer.write(pictures[0], Fraction(1))

    def twice() -> None:
        with Writer(tmp_path / "2.mp4", video) as writer:
            for picture in pictures:
                writer.write(picture, Fraction(0))

    def nothing() -> None:
        with Writer(tmp_path / "3.mp4", video):
            pass

    with pytest.raises(ValueError, match="not at 0"):
        late()
    with pytest.raises(ValueError, match="do not rise"):
        twice()
    with pytest.raises(StageError, match="no picture"):
        nothing()


FULL_DISK = """
import resource, sys
from fractions import Fraction
import numpy as np
from syncline.errors import SynclineError
from syncline.media.atomic import AtomicOutput
from syncline.media.probe import probe
from syncline.media.read import read_pictures
from syncline.media.sound import Sound
from syncline.media.write import Writer
info = probe(sys.argv[1])
sound = Sound(np.random.default_rng(0).integers(-9999, 9999, (48000, 2)).astype(np.int16), 48000, "stereo")
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with AtomicOutput(sys.argv[2]) as temporary, Writer(temporary, info.video, sound) as writer:
        for picture in read_pictures(info):
            writer.write(picture, info.video.seconds(picture.index))
    print("written")
except SynclineError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("name", ["out.mp4", "out.mov", "out.mkv"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9, 0.99])
def test_a_disk_that_fills_up_is_one_sentence_and_no_file(tmp_path: Path, name: str, share: float) -> None:
    source = clips.make_clip(tmp_path / "plate.mp4", width=160, height=120, frames=25)
    sound = Sound(np.random.default_rng(0).integers(-9999, 9999, (48_000, 2)).astype(np.int16), 48_000, "stereo")
    rewrite(source, tmp_path / name, sound=sound)
    size = (tmp_path / name).stat().st_size
    folder = tmp_path / "full"
    folder.mkdir()
    command = [sys.executable, "-c", FULL_DISK, str(source), str(folder / name), str(int(size * share))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("StageError")
    assert f"{folder / name}: the disk is full" in done.stdout
    assert list(folder.iterdir()) == []


def test_an_interrupted_run_leaves_no_file(tmp_path: Path) -> None:
    info = probe(clips.make_clip(tmp_path / "plate.mp4", frames=25))
    folder = tmp_path / "out"
    folder.mkdir()

    def interrupted() -> None:
        with AtomicOutput(folder / "out.mp4") as temporary, Writer(temporary, need_picture(info)) as writer:
            for picture in read_pictures(info):
                writer.write(picture, need_picture(info).seconds(picture.index))
                if picture.index == 12:
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(folder.iterdir()) == []
