"""Which face speaks."""

from __future__ import annotations

import numpy as np
import pytest
from face_pictures import even_times, track_with

from syncline.errors import InputError
from syncline.face.choose import choose_face, mouth_likeness, sound_loudness
from syncline.face.tracks import Flag, Tracks

RATE = 16_000


def syllables(count: int, seed: int) -> np.ndarray:
    """(count,) at 25 Hz: bumps of about four a second with pauses, 0 to 1."""
    rng = np.random.default_rng(seed)
    values = np.zeros(count)
    at = 3.0
    while at < count - 3:
        values += rng.uniform(0.4, 1.0) * np.exp(-0.5 * ((np.arange(count) - at) / 1.5) ** 2)
        at += rng.choice([5, 6, 7, 8, 14])
    return values


def voice(envelope: np.ndarray) -> np.ndarray:
    """Noise at 16 kHz with an envelope given at 25 Hz."""
    noise = np.random.default_rng(9).normal(0, 0.1, len(envelope) * RATE // 25)
    fine = np.interp(np.arange(len(noise)) / RATE * 25, np.arange(len(envelope)), envelope)
    return (noise * (fine + 0.003)).astype(np.float32)


@pytest.fixture(scope="module")
def two() -> tuple[Tracks, np.ndarray, np.ndarray]:
    """A large silent face that chews, and a small one that speaks; the small one's loudness; times."""
    times = even_times(250)
    chews = track_with(0.1 * syllables(250, 8), 0, scale=200)
    speaks = track_with(0.1 * syllables(250, 2), 1, scale=60)
    return Tracks((chews, speaks), (), 250), sound_loudness(voice(syllables(250, 2)), times), times


def test_auto_takes_the_face_that_speaks(two: tuple[Tracks, np.ndarray, np.ndarray]) -> None:
    tracks, loudness, times = two
    for choice in ("auto", "speaking"):
        face, reason = choose_face(tracks, choice, loudness, times)
        assert face.id == 1
        assert "sound" in reason
    assert mouth_likeness(tracks.faces[1], loudness, times).value > 0.5


def test_a_plate_up_to_three_frames_late_is_understood(two: tuple[Tracks, np.ndarray, np.ndarray]) -> None:
    tracks, loudness, times = two
    assert choose_face(tracks, "auto", np.roll(loudness, 3), times).track.id == 1


def test_without_a_clear_speaker(two: tuple[Tracks, np.ndarray, np.ndarray]) -> None:
    tracks, _, times = two
    foreign = sound_loudness(voice(syllables(250, 77)), times)
    for loudness in (foreign, None, np.zeros(250)):
        assert choose_face(tracks, "auto", loudness, times).track.id == 0
        with pytest.raises(InputError, match="2 faces"):
            choose_face(tracks, "speaking", loudness, times)


def test_a_covered_mouth_is_no_evidence(two: tuple[Tracks, np.ndarray, np.ndarray]) -> None:
    tracks, loudness, times = two
    covered = track_with(0.1 * syllables(250, 2), 1, scale=60)
    covered.flags[:] |= np.uint16(Flag.OCCLUDED)
    assert choose_face(Tracks((tracks.faces[0], covered), (), 250), "auto", loudness, times).track.id == 0


def test_named_choices(two: tuple[Tracks, np.ndarray, np.ndarray]) -> None:
    tracks, _, _ = two
    assert choose_face(tracks, "largest").track.id == 0
    assert choose_face(tracks, 1).track.id == 1
    for wrong in (2, -1):
        with pytest.raises(InputError, match="2 faces"):
            choose_face(tracks, wrong)
    with pytest.raises(InputError, match="largest"):
        choose_face(tracks, "biggest")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="No face"):
        choose_face(Tracks((), (), 10))


def test_one_face_is_taken_and_the_reason_says_so() -> None:
    track = track_with(np.zeros(10))
    assert choose_face(Tracks((track,), (), 10), "auto", np.zeros(10), even_times(10)).reason == "it is the only face"


def test_loudness_follows_the_sound() -> None:
    times = even_times(50)
    sound = np.zeros(2 * RATE, np.float32)
    sound[RATE // 2 : RATE] = np.random.default_rng(0).normal(0, 0.1, RATE // 2)
    loudness = sound_loudness(sound, times)
    assert loudness.shape == (50,)
    assert loudness[14:24].min() > loudness[30:].max() + 30
    assert sound_loudness(np.zeros(0, np.float32), times).shape == (50,)
