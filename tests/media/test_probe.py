"""Probe: what real and generated files hold, by their own timestamps."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import clips
from syncline.errors import InputError
from syncline.media.probe import need_picture, need_sound, probe

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(50), Fraction(60)]


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_constant_rate_is_exact_in_every_container(tmp_path: Path, rate: Fraction, suffix: str) -> None:
    video = probe(clips.make_clip(tmp_path / f"a{suffix}", rate=rate, frames=60)).video
    assert video is not None
    assert (video.measured_rate, video.variable, video.frames) == (rate, False, 60)
    assert video.duration == 60 / rate


def test_a_variable_rate_is_told_from_its_timestamps(tmp_path: Path) -> None:
    times = clips.variable_times(40)
    info = probe(clips.make_clip(tmp_path / "a.mp4", times=times))
    video = need_picture(info)
    assert video.variable
    assert [video.seconds(i) for i in range(40)] == times
    assert float(video.measured_rate) == pytest.approx(39 / float(times[-1]), rel=1e-3)
    assert any("varies" in note for note in info.notes)


def test_one_dropped_frame_makes_a_clip_variable(tmp_path: Path) -> None:
    times = [Fraction(i, 25) for i in range(50) if i != 20]
    assert need_picture(probe(clips.make_clip(tmp_path / "a.mp4", times=times))).variable


def test_a_declared_rate_that_the_timestamps_do_not_keep(shared_data: Path) -> None:
    video = need_picture(probe(shared_data / "clips" / "vrt1.mp4"))
    assert (video.declared_rate, video.variable, video.frames) == (30, True, 135)
    assert float(video.measured_rate) == pytest.approx(22.1, abs=0.1)


@pytest.mark.parametrize(
    ("name", "size", "rate", "frames", "sound"),
    [
        ("clips/ls1.mp4", (1080, 1920), Fraction(25), 250, (44_100, 2)),
        ("clips/opendub.mp4", (1080, 720), Fraction(30), 299, (44_100, 1)),
        ("clips/astorfi_en.mp4", (480, 360), Fraction(30000, 1001), 209, (44_100, 2)),
        ("grid_s1/bbaf2n.mpg", (360, 288), Fraction(25), 75, (44_100, 2)),
    ],
)
def test_real_files(
    shared_data: Path, name: str, size: tuple[int, int], rate: Fraction, frames: int, sound: tuple[int, int]
) -> None:
    info = probe(shared_data / name)
    video, audio = need_picture(info), need_sound(info)
    assert (video.width, video.height) == size
    assert (video.measured_rate, video.frames, video.variable) == (rate, frames, False)
    assert (audio.sample_rate, audio.channels) == sound


@pytest.mark.parametrize(
    ("degrees", "clockwise", "size"), [(0, 0, (64, 48)), (90, 270, (48, 64)), (180, 180, (64, 48)), (-90, 90, (48, 64))]
)
def test_the_display_matrix_is_read(tmp_path: Path, degrees: int, clockwise: int, size: tuple[int, int]) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", rotation=degrees, aspect=Fraction(4, 3), frames=3)
    video = need_picture(probe(path))
    assert (video.rotation, (video.width, video.height)) == (clockwise, size)
    assert (video.coded_width, video.coded_height) == (64, 48)
    assert video.pixel_aspect == (Fraction(3, 4) if clockwise in (90, 270) else Fraction(4, 3))


def test_colour_tags_and_depth(tmp_path: Path) -> None:
    colour = {"colorspace": 9, "color_primaries": 9, "color_trc": 14, "color_range": 1}
    path = clips.make_clip(tmp_path / "a.mp4", pixel_format="yuv420p10le", colour=colour, frames=3)
    info = probe(path)
    video = need_picture(info)
    assert (video.colour.matrix, video.colour.primaries, video.colour.transfer) == ("bt2020nc", "bt2020", "bt2020-10")
    assert (video.bit_depth, video.pixel_format, video.colour.full_range) == (10, "yuv420p10le", False)
    assert any("10-bit SDR" in note for note in info.notes)


def test_full_range_formats_are_told(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mkv", codec="mjpeg", pixel_format="yuvj420p", frames=3)
    video = need_picture(probe(path))
    assert video.colour.full_range
    assert video.pixel_format == "yuv420p"


@pytest.mark.parametrize(("code", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused_by_name_unless_mapped(tmp_path: Path, code: int, name: str) -> None:
    colour = {"colorspace": 9, "color_primaries": 9, "color_trc": code}
    path = clips.make_clip(tmp_path / "a.mp4", pixel_format="yuv420p10le", colour=colour, frames=3)
    with pytest.raises(InputError, match=rf"HDR \({name}\)"):
        probe(path)
    video = need_picture(probe(path, tone_map=True))
    assert (video.bit_depth, video.pixel_format, video.colour.transfer) == (8, "yuv420p", "bt709")


def test_sound_starts_where_its_timestamps_say(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mkv", sound=clips.tone(1), audio_codec="pcm_s16le", sound_delay=Fraction(1, 4))
    info = probe(path)
    assert need_sound(info).start - need_picture(info).start == Fraction(1, 4)


def test_a_clip_of_one_picture(tmp_path: Path) -> None:
    video = need_picture(probe(clips.make_clip(tmp_path / "a.mp4", rate=25, frames=1)))
    assert (video.frames, video.measured_rate, video.duration) == (1, 25, Fraction(1, 25))


def test_edit_lists_hide_pictures(shared_data: Path) -> None:
    """This file stores 266 pictures, of which its edit list shows 209."""
    video = need_picture(probe(shared_data / "clips" / "astorfi_en.mp4"))
    assert (video.frames, video.times[0]) == (209, 0)


def test_other_streams_are_ignored_and_named(tmp_path: Path) -> None:
    info = probe(clips.cover_art_mp3(tmp_path / "a.mp3"))
    assert info.video is None
    assert any("cover art" in what for what in info.ignored)
    with pytest.raises(InputError, match="no picture"):
        need_picture(info)
