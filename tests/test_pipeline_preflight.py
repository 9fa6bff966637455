"""Facts about the inputs that the user should read, and silence where all is well."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from syncline.events import Note, Recorder
from syncline.face.pose import Poses
from syncline.face.tracks import FaceTrack, Flag, Tracks
from syncline.pipeline.preflight import noise_floor_dbfs, note_faces, note_lengths, note_sound
from syncline.speech.cuesheet import CueSheet, Phone

RATE = 16_000


def cue(*spans: tuple[float, float], duration: float = 2.0) -> CueSheet:
    phones: list[Phone] = []
    edge = 0.0
    for start, end in spans:
        phones += [Phone("sil", edge, start), Phone("a", start, end)]
        edge = end
    return CueSheet("en", (), (*phones, Phone("sil", edge, duration)), duration, "recognised")


def told(y: np.ndarray, sheet: CueSheet) -> list[str]:
    events = Recorder()
    note_sound(y.astype(np.float32), sheet, events)
    return [note.text for note in events.of(Note)]


def tone(level: float) -> np.ndarray:
    return level * np.sin(np.arange(2 * RATE) * 0.1)


def test_clean_speech_needs_no_word() -> None:
    y = tone(0.2)
    y[: RATE // 4] = y[-RATE // 4 :] = 0.0001
    assert told(y, cue((0.1, 1.9))) == []


def test_a_high_noise_floor_is_told() -> None:
    assert any("noise floor" in text for text in told(tone(0.1), cue((0.1, 1.9))))


def test_clipping_is_told() -> None:
    y = np.clip(tone(3.0), -1, 1)
    assert any("clipped" in text for text in told(y, cue((0.1, 1.9))))


def test_long_silences_at_the_ends_are_told() -> None:
    assert any("0.50 s of silence before" in text for text in told(tone(0.0), cue((0.5, 1.9))))


def test_a_sound_near_full_scale_is_told() -> None:
    assert any("peaks at about -0.9 dBFS" in text for text in told(tone(0.9), cue((0.1, 1.9))))


def test_long_silences_within_are_told() -> None:
    sheet = cue((0.1, 0.3), (1.7, 1.9))
    assert any("silences over 1 s: 0.3 to 1.7 s" in text for text in told(tone(0.1), sheet))


def test_no_speech_is_told() -> None:
    assert told(tone(0.0), cue()) == ["no speech is heard: the mouth rests throughout"]


@pytest.mark.parametrize(("level", "dbfs"), [(1.0, -3.01), (0.1, -23.01), (0.0, -120.0)])
def test_the_noise_floor_is_a_level(level: float, dbfs: float) -> None:
    assert noise_floor_dbfs(tone(level)) == pytest.approx(dbfs, abs=0.1)
    assert noise_floor_dbfs(np.zeros(3)) == -120.0


def test_lengths_that_differ_are_told() -> None:
    events = Recorder()
    note_lengths(Fraction(10), Fraction(12), Fraction(10), "cut_off", events)
    note_lengths(Fraction(10), Fraction(1001, 100), Fraction(10), "cut_off", events)
    assert [note.text for note in events.of(Note)] == [
        "the sound lasts 12.00 s and the plate 10.00 s: with cut_off the take lasts 10.00 s"
    ]


def face(number: int, flags: list[int]) -> FaceTrack:
    count = len(flags)
    zero = np.zeros(count, np.float32)
    pose = Poses(zero + 1, np.tile(np.eye(3, dtype=np.float32), (count, 1, 1)), np.zeros((count, 3), np.float32))
    return FaceTrack(number, np.zeros((count, 478, 3), np.float32), np.array(flags, np.uint16), pose, zero + 90)


def test_several_faces_and_frames_that_go_through_are_told() -> None:
    flags = [0, 0, int(Flag.YAW), int(Flag.YAW | Flag.OCCLUDED), int(Flag.CUT), 0, 0, 0, 0, 0]
    tracks = Tracks((face(0, flags), face(1, [0] * 10)), (4,), 10)
    events = Recorder()
    note_faces(tracks, tracks.faces[0], "it is the largest", events)
    first, second = (note.text for note in events.of(Note))
    assert first == "2 faces: face 0 was chosen (it is the largest)"
    assert second == "20 % of the frames cannot be drawn (yaw, occluded): they go through untouched"


def test_footage_that_is_hardly_usable_is_said_to_be() -> None:
    tracks = Tracks((face(0, [int(Flag.SMALL)] * 8 + [0] * 2),), (), 10)
    events = Recorder()
    note_faces(tracks, tracks.faces[0], "it is the only face", events)
    assert "hardly footage" in events.of(Note)[0].text
