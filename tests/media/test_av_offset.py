"""Flash and beep: encode and mux shift picture against sound by no more than a millisecond, measured on the file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import clips
from syncline.media.options import OutputOptions
from syncline.media.probe import need_picture, need_sound, probe
from syncline.media.read import read_pictures, read_sound
from syncline.media.sync import plan_output
from syncline.media.write import Writer

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(50), Fraction(60)]
FLASHES = [10, 37, 71, 98]
FRAMES = 110
OUTPUTS = [
    ("out.mp4", OutputOptions(crf=30)),
    ("out.mov", OutputOptions(video_codec="h264")),
    ("out.mkv", OutputOptions()),
]


def plate(path: Path, rate: Fraction | None) -> Path:
    """A flash-and-beep clip; no rate: a variable one."""
    times = clips.variable_times(FRAMES) if rate is None else [k / rate for k in range(FRAMES)]
    seconds = times[-1] + Fraction(1, 25)
    base = {} if rate is None else {"rate": rate, "base": 1 / rate}
    return clips.flash_and_beep(path, times, FLASHES, seconds, width=48, height=32, audio_codec="pcm_s16le", **base)


def through(source: Path, target: Path, options: OutputOptions, mode: str = "silence") -> list[Fraction]:
    """Read a clip and write it again; returns the instants at which its flashes should be."""
    info = probe(source)
    video, sound = need_picture(info), read_sound(info)
    frames, total = plan_output(video, sound.seconds, mode)
    with Writer(target, video, sound.fitted(total), options, total=total, threads=1) as writer:
        order = [frame.plate_index for frame in frames]
        for frame, picture in zip(frames, read_pictures(info, order, threads=1), strict=True):
            writer.write(picture, frame.time)
    return [frames[i].time for i in FLASHES]


@pytest.mark.parametrize("rate", [*RATES, None], ids=lambda rate: "variable" if rate is None else str(rate))
@pytest.mark.parametrize(("name", "options"), OUTPUTS, ids=[name for name, _ in OUTPUTS])
def test_offset_of_the_decoded_file(tmp_path: Path, rate: Fraction | None, name: str, options: OutputOptions) -> None:
    source = plate(tmp_path / "plate.mov", rate)
    wanted = through(source, tmp_path / name, options)
    flashes, beeps = clips.measure_flash_and_beep(tmp_path / name)
    assert len(flashes) == len(beeps) == len(FLASHES)
    # Matroska's clock ticks in milliseconds.
    grain = 0.0005 if name.endswith("mkv") else 0.00002
    assert flashes == pytest.approx([float(t) for t in wanted], abs=grain)
    for flash, beep in zip(flashes, beeps, strict=True):
        assert abs(flash - beep) <= 0.001
    written = probe(tmp_path / name)
    assert need_picture(written).start == 0
    assert need_sound(written).start == 0
    assert need_picture(written).variable == (rate is None)
    if rate is not None:
        assert need_picture(written).measured_rate == rate


@pytest.mark.parametrize("sample_rate", [8000, 44_100, 96_000, 22_050])
@pytest.mark.parametrize("name", ["out.mp4", "out.mov"])
def test_offset_at_other_sample_rates(tmp_path: Path, sample_rate: int, name: str) -> None:
    times = [Fraction(k, 25) for k in range(FRAMES)]
    sound = clips.beeps([times[i] for i in FLASHES], Fraction(FRAMES, 25), sample_rate)
    picture = clips.flash_picture(FLASHES, 48, 32)
    source = clips.make_clip(
        tmp_path / "plate.mov", frames=FRAMES, width=48, height=32, picture=picture, sound=sound,
        sample_rate=sample_rate, audio_codec="pcm_s16le",
    )  # fmt: skip
    through(source, tmp_path / name, OutputOptions(video_codec="h264", crf=30))
    flashes, beeps = clips.measure_flash_and_beep(tmp_path / name)
    assert [abs(a - b) <= 0.001 for a, b in zip(flashes, beeps, strict=True)] == [True] * len(FLASHES)
    assert need_sound(probe(tmp_path / name)).sample_rate == sample_rate


def test_the_measure_sees_a_shift_of_three_milliseconds(tmp_path: Path) -> None:
    times = [Fraction(k, 25) for k in range(50)]
    late = clips.beeps([times[i] + Fraction(3, 1000) for i in (10, 30)], Fraction(2))
    path = clips.make_clip(
        tmp_path / "a.mov", frames=50, picture=clips.flash_picture((10, 30)), sound=late, audio_codec="pcm_s16le"
    )
    flashes, beeps = clips.measure_flash_and_beep(path)
    assert [b - a for a, b in zip(flashes, beeps, strict=True)] == pytest.approx([0.003, 0.003], abs=0.0003)
