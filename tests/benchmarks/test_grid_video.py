"""The judge's own decoder and the sounds it hands out keep the time of the picture."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from benchmarks.grid_dub import encode, extract_sound
from benchmarks.grid_track import decode


def write_video(path: Path, times_ms: list[int], sound_from: int | None = None) -> None:
    """A video whose picture n is grey 2 n, at the given times, with a beep that starts at `sound_from` ms, if any."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=1000)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "gray"
        sound = None if sound_from is None else out.add_stream("pcm_s16le", rate=16000, layout="mono")
        for index, time in enumerate(times_ms):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32), 2 * index, np.uint8), format="gray")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        if sound is not None:
            beep = av.AudioFrame.from_ndarray(np.full((1, 1600), 9000, np.int16), format="s16", layout="mono")
            beep.sample_rate, beep.pts, beep.time_base = 16000, 16 * (sound_from or 0), Fraction(1, 16000)
            out.mux([*sound.encode(beep), *sound.encode(None)])
        out.mux(stream.encode(None))


def levels(path: Path) -> list[int]:
    return [round(int(frame[0, 0, 0]) / 2) for frame in decode(path)]


def test_a_video_of_25_frames_a_second_is_taken_as_it_is(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mkv", [40 * index for index in range(20)])
    assert levels(tmp_path / "a.mkv") == list(range(20))


def test_a_video_of_50_frames_a_second_gives_what_is_shown_mid_slot(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mkv", [20 * index for index in range(20)])
    assert levels(tmp_path / "a.mkv")[:9] == [1, 3, 5, 7, 9, 11, 13, 15, 17]


def test_a_frame_that_is_held_is_seen_held(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mkv", [0, 40, 160, 200])
    assert levels(tmp_path / "a.mkv") == [0, 1, 1, 1, 2, 3]


@pytest.mark.parametrize(("starts_ms", "silent"), [(0, 0), (250, 4000)])
def test_sound_that_starts_later_is_padded(tmp_path: Path, starts_ms: int, silent: int) -> None:
    write_video(tmp_path / "a.mkv", [40 * index for index in range(20)], starts_ms)
    extract_sound(tmp_path / "a.mkv", tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as kept:
        assert kept.getframerate() == 16000
        samples = np.frombuffer(kept.readframes(kept.getnframes()), "<i2")
    assert np.flatnonzero(samples)[0] == silent
    assert (samples[silent : silent + 1600] == 9000).all()


def test_encoding_once_more_keeps_every_picture(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mkv", [40 * index for index in range(20)])
    encode(tmp_path / "a.mkv", tmp_path / "a.mp4")
    np.testing.assert_allclose(levels(tmp_path / "a.mp4"), range(20), atol=1)
