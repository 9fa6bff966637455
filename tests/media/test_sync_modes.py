"""Every sync mode, for sound longer and shorter than the plate, at constant and variable rate."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest

from syncline.errors import InputError
from syncline.media.info import ColourTags, VideoStream
from syncline.media.sync import SyncMode, plan_output
from syncline.timebase import frames_in

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(50), Fraction(60)]


def plate(rate: Fraction = Fraction(25), frames: int = 50) -> VideoStream:
    return VideoStream(
        index=0, codec="h264", pixel_format="yuv420p", width=64, height=48, coded_width=64, coded_height=48,
        rotation=0, declared_rate=rate, measured_rate=rate, variable=False, time_base=1 / rate, start=Fraction(0),
        duration=frames / rate, frames=frames, bit_depth=8, colour=ColourTags(), pixel_aspect=Fraction(1),
        times=tuple(range(7, 7 + frames)),
    )  # fmt: skip


def variable_plate() -> VideoStream:
    """Five pictures of 40, 20, 60, 30 and 50 ms."""
    return replace(
        plate(), variable=True, time_base=Fraction(1, 1000), times=(100, 140, 160, 220, 250), frames=5, last_ticks=50,
        duration=Fraction(200, 1000), measured_rate=Fraction(4, Fraction(15, 100)),
    )  # fmt: skip


LENGTHS = {"cut_off": min, "silence": max}


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("mode", list(SyncMode))
@pytest.mark.parametrize(
    "seconds", [Fraction(1, 100), Fraction(7, 10), Fraction(2), Fraction(513, 100), Fraction(997, 100)]
)
def test_lengths_and_rate_of_a_constant_plate(rate: Fraction, mode: SyncMode, seconds: Fraction) -> None:
    video = plate(rate)
    frames, total = plan_output(video, seconds, mode)
    assert total == LENGTHS.get(mode.value, lambda _, sound: sound)(video.duration, seconds)
    assert [frame.time for frame in frames] == [k / rate for k in range(frames_in(total, rate))]
    assert all(0 <= frame.plate_index < video.frames for frame in frames)
    if mode is not SyncMode.REMAP:
        assert frames[0].plate_index == 0


@pytest.mark.parametrize(
    ("mode", "indices"),
    [
        ("cut_off", [0, 1, 2, 3]),
        ("loop", [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]),
        ("bounce", [0, 1, 2, 3, 2, 1, 0, 1, 2, 3]),
        ("silence", [0, 1, 2, 3, 3, 3, 3, 3, 3, 3]),
        ("remap", [0, 0, 1, 1, 1, 2, 2, 3, 3, 3]),
    ],
)
def test_a_plate_shorter_than_the_sound(mode: str, indices: list[int]) -> None:
    frames, _ = plan_output(plate(frames=4), Fraction(10, 25), mode)
    assert [frame.plate_index for frame in frames] == indices


@pytest.mark.parametrize("mode", ["cut_off", "loop", "bounce"])
def test_a_plate_longer_than_the_sound_is_cut(mode: str) -> None:
    frames, _ = plan_output(plate(frames=50), Fraction(1, 10), mode)
    assert [frame.plate_index for frame in frames] == [0, 1, 2]


def test_a_longer_plate_is_kept_whole_by_silence_and_hurried_by_remap() -> None:
    kept, total = plan_output(plate(frames=50), Fraction(1, 10), "silence")
    assert ([frame.plate_index for frame in kept], total) == (list(range(50)), 2)
    hurried, _ = plan_output(plate(frames=50), Fraction(1), "remap")
    assert [frame.plate_index for frame in hurried] == [2 * k + 1 for k in range(25)]


def test_the_same_length_changes_nothing() -> None:
    for mode in SyncMode:
        frames, total = plan_output(plate(), Fraction(2), mode)
        assert ([frame.plate_index for frame in frames], total) == (list(range(50)), 2)


@pytest.mark.parametrize("mode", list(SyncMode))
def test_a_plate_of_one_picture(mode: SyncMode) -> None:
    frames, _ = plan_output(plate(frames=1), Fraction(1, 5), mode)
    assert {frame.plate_index for frame in frames} == {0}
    assert len(frames) == (1 if mode is SyncMode.CUT_OFF else 5)


def milliseconds(mode: str, seconds: Fraction) -> list[tuple[int, int]]:
    frames, total = plan_output(variable_plate(), seconds, mode)
    assert total == LENGTHS.get(mode, lambda _, sound: sound)(Fraction(1, 5), seconds)
    assert all(a.time < b.time for a, b in pairwise(frames))
    return [(int(frame.time * 1000), frame.plate_index) for frame in frames]


ONCE = [(0, 0), (40, 1), (60, 2), (120, 3), (150, 4)]


def test_a_variable_plate_keeps_its_own_times() -> None:
    assert milliseconds("cut_off", Fraction(1)) == ONCE
    assert milliseconds("cut_off", Fraction(1, 10)) == ONCE[:3]
    assert milliseconds("loop", Fraction(26, 100)) == [*ONCE, (200, 0), (240, 1)]
    assert milliseconds("bounce", Fraction(40, 100)) == [
        *ONCE,
        (200, 3),
        (230, 2),
        (290, 1),
        (310, 0),
        (350, 1),
        (370, 2),
    ]


def test_a_held_picture_is_repeated_so_that_a_mouth_can_move() -> None:
    shown = milliseconds("silence", Fraction(1, 2))
    assert shown[:5] == ONCE
    assert {index for _, index in shown[5:]} == {4}
    gaps = [b - a for (a, _), (b, _) in pairwise(shown[5:])]
    assert max(gaps) <= 38


def test_a_variable_plate_is_slowed_and_hurried() -> None:
    slow = milliseconds("remap", Fraction(6, 10))
    assert slow[::3] == [(3 * time, index) for time, index in ONCE]
    assert len(slow) == 15
    fast = milliseconds("remap", Fraction(1, 10))
    assert fast == [(0, 0), (30, 2), (75, 4)]


def test_a_variable_plate_of_one_picture_does_not_hang() -> None:
    video = replace(variable_plate(), frames=1, times=(100,), duration=Fraction(1, 20))
    for mode in SyncMode:
        frames, _ = plan_output(video, Fraction(1, 5), mode)
        assert len(frames) >= 1


def test_sound_without_length_is_refused() -> None:
    with pytest.raises(InputError, match="no length"):
        plan_output(plate(), Fraction(0), "loop")


def test_times_stay_exact_over_an_hour() -> None:
    video = plate(Fraction(30000, 1001), 100_000)
    frames, total = plan_output(video, video.duration, "cut_off")
    assert frames[-1].time == Fraction(99_999 * 1001, 30000)
    assert (len(frames), total) == (100_000, video.duration)
