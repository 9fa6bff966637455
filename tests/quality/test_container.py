"""The container's own offset: start times and edit lists, exact to the sample."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from clips import make_clip, tone
from syncline.media.editlists import EditList, edit_lists
from syncline.media.probe import probe
from syncline.quality.container import ContainerOffset, container_offset
from syncline.quality.gates import Gates
from syncline.quality.score import Grade
from syncline.quality.syncgates import grade_container


def with_elst(path: Path, track: str, entries: list[tuple[int, int]]) -> Path:
    """Write other edits (movie ticks, media time) into an MP4's edit list, as many as it has."""
    data = bytearray(path.read_bytes())
    at, handler = 0, {"picture": b"vide", "sound": b"soun"}[track]
    while True:
        start = data.index(b"trak", at)
        size = struct.unpack(">I", data[start - 4 : start])[0]
        if handler in data[start : start + size]:
            break
        at = start + 4
    elst = data.index(b"elst", start)
    assert struct.unpack(">I", data[elst + 8 : elst + 12])[0] == len(entries)
    for number, (duration, media_time) in enumerate(entries):
        struct.pack_into(">Ii", data, elst + 12 + 12 * number, duration, media_time)
    path.write_bytes(bytes(data))
    return path


def test_streams_that_start_together(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", sound=tone(1.0))
    found = container_offset(probe(path))
    assert (found.samples, found.ms, found.priming) == (0, 0.0, 1024)
    figure = grade_container(found)
    assert figure.grade is Grade.PASS
    assert "to the sample" in figure.sentence
    assert figure.details["priming_samples"] == 1024


def test_a_late_sound_is_told_to_the_sample(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mov", sound=tone(1.0), audio_codec="pcm_s16le", sound_delay=Fraction(1, 10))
    found = container_offset(probe(path))
    assert (found.samples, found.ms) == (-4800, -100.0)
    figure = grade_container(found, rate=25)
    assert figure.grade is Grade.WARN  # perhaps on purpose: it never fails
    assert figure.value == -100.0
    assert "100.000 ms (4,800 samples) after the picture" in figure.sentence
    assert figure.details["frames"] == -2.5
    assert not figure.details["standards"][0]["inside"]


def test_a_shifted_edit_list(tmp_path: Path) -> None:
    """An edit that begins 480 samples later into the sound than its priming: what is heard is 10 ms early."""
    path = make_clip(tmp_path / "a.mov", sound=tone(1.0), audio_codec="pcm_s16le")
    before = edit_lists(path)
    sound = next(each for each in before if each.kind == "sound")
    assert sound == EditList("sound", Fraction(0), Fraction(0), 1)
    with_elst(path, "sound", [(1000, 480)])
    after = next(each for each in edit_lists(path) if each.kind == "sound")
    assert after.hidden == Fraction(480, 48_000)
    found = container_offset(probe(path))
    assert found.priming == 480
    # A player that ignores the list plays the sound from its first sample: 10 ms later than one that applies it.
    plain = container_offset(probe(make_clip(tmp_path / "b.mov", sound=tone(1.0), audio_codec="pcm_s16le")))
    assert found.unedited is not None
    assert plain.unedited is not None
    assert found.unedited - plain.unedited == -Fraction(1, 100)


def test_other_containers_have_no_edit_lists(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mkv", sound=tone(1.0), audio_codec="pcm_s16le", sound_delay=Fraction(1, 20))
    assert edit_lists(path) == ()
    found = container_offset(probe(path))
    assert (found.samples, found.priming, found.unedited) == (-2400, None, None)


def test_sound_early() -> None:
    figure = grade_container(ContainerOffset(Fraction(1, 100), Fraction(0), 48_000))
    assert figure.value == 10.0
    assert "480 samples) before" in figure.sentence
    assert figure.grade is Grade.WARN
    assert grade_container(ContainerOffset(Fraction(1, 250), Fraction(0), 48_000)).grade is Grade.PASS
    tight = Gates(container_pass_ms=(-1.0, 1.0), container_warn_ms=(-2.0, 2.0))
    assert grade_container(ContainerOffset(Fraction(1, 250), Fraction(0), 48_000), tight).grade is Grade.FAIL


@pytest.mark.parametrize("seed", range(30))
def test_damaged_boxes_end_the_walk_and_nothing_else(tmp_path: Path, seed: int) -> None:
    path = make_clip(tmp_path / "a.mp4", sound=tone(0.2), frames=5)
    rng = np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    moov = data.index(b"moov")
    for at in rng.integers(moov, len(data), 40):
        data[at] = rng.integers(256)
    path.write_bytes(bytes(data[: rng.integers(moov, len(data))]))
    for found in edit_lists(path):
        assert found.kind in ("picture", "sound")


def test_boxes_within_themselves_end(tmp_path: Path) -> None:
    path = tmp_path / "deep.mp4"
    path.write_bytes(struct.pack(">I4s", 8, b"moov") * 200_000)
    assert edit_lists(path) == ()
    nested = b""
    for _ in range(2000):
        nested = struct.pack(">I4s", 8 + len(nested), b"moov") + nested
    path.write_bytes(nested)
    assert edit_lists(path) == ()
