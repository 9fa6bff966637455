from __future__ import annotations

import numpy as np
import pytest

from cue_sheets import pictures, random_speech, sheet
from syncline.errors import InputError
from syncline.motion.mouthtrack import MouthTrack
from syncline.motion.phones import from_phones
from syncline.quality.closures import measure_closures
from syncline.quality.opening import measure_opening
from syncline.quality.passed import passed_ranges
from syncline.quality.seen import SeenMouth, seen_mouth

PHONES = ["p", "b", "m", "a", "i", "u", "s", "t", "k", "l", "ɛ"]


def seen(track: MouthTrack, usable: np.ndarray | None = None) -> SeenMouth:
    mask = np.ones(len(track), np.bool_) if usable is None else usable
    return SeenMouth(track.times, track.stacked(), mask)


def test_a_mouth_that_does_as_asked_closes_everywhere() -> None:
    cue = random_speech(np.random.default_rng(0), PHONES, 100)
    found = measure_closures(cue, seen(from_phones(cue, pictures(cue))), 0.012)
    assert found.rate == 1.0
    assert found.seen == sum(phone.ipa in "pbm" for phone in cue.phones) > 20
    assert found.unseen == 0


def test_another_sentences_mouth_misses_many_closures() -> None:
    cue = random_speech(np.random.default_rng(0), PHONES, 100)
    other = random_speech(np.random.default_rng(1), PHONES, 100)
    found = measure_closures(cue, seen(from_phones(other, pictures(cue))), 0.012)
    assert found.rate is not None
    assert found.rate < 0.8


def test_each_closure_is_listed_with_its_time() -> None:
    cue = sheet(("a", 0.4), ("m", 0.1), ("a", 0.5), ("b", 0.1), ("a", 0.4))
    times = pictures(cue)
    track = from_phones(cue, times)
    opening = track.opening.copy()
    opening[times > 0.8] = 0.1  # the second one fails
    broken = MouthTrack.from_stacked(times, np.column_stack([opening, track.stacked()[:, 1:]]), source="phones")
    found = measure_closures(cue, seen(broken), 0.012)
    assert [(each.ipa, round(each.start, 2), each.closed) for each in found.each] == [
        ("m", 0.4, True),
        ("b", 1.0, False),
    ]
    assert found.rate == 0.5
    assert found.each[1].opening == pytest.approx(0.1)


def test_closures_behind_a_hand_are_unseen_not_missed() -> None:
    cue = sheet(("a", 0.4), ("m", 0.1), ("a", 0.5))
    times = pictures(cue)
    mouth = seen(from_phones(cue, times), usable=(times < 0.3) | (times > 0.7))
    found = measure_closures(cue, mouth, 0.012)
    assert found.rate is None
    assert found.unseen == 1


def test_opening_agrees_with_itself_and_not_with_another() -> None:
    cue = random_speech(np.random.default_rng(0), PHONES, 60)
    other = random_speech(np.random.default_rng(1), PHONES, 60)
    times = pictures(cue)
    asked = from_phones(cue, times)
    same = measure_opening(seen(asked), asked)
    assert same.correlation == pytest.approx(1)
    assert same.rms_iod == 0
    assert same.lag_ms == 0
    foreign = measure_opening(seen(from_phones(other, times)), asked)
    assert foreign.correlation is not None
    assert foreign.correlation < 0.6


def test_a_late_picture_has_a_positive_lag() -> None:
    cue = random_speech(np.random.default_rng(0), PHONES, 60)
    times = pictures(cue)
    asked = from_phones(cue, times)
    late = seen(from_phones(cue, times - 0.08))
    assert measure_opening(SeenMouth(times, late.shape, late.usable), asked).lag_ms == pytest.approx(80, abs=11)


def test_a_still_mouth_has_no_correlation() -> None:
    cue = sheet(("sil", 3.0))
    track = from_phones(cue, pictures(cue))
    match = measure_opening(seen(track), track)
    assert match.correlation is None
    assert match.rms_iod == 0


def test_a_mouth_that_is_never_seen_is_not_compared() -> None:
    cue = sheet(("a", 1.0))
    track = from_phones(cue, pictures(cue))
    assert measure_opening(seen(track, np.zeros(len(track), np.bool_)), track).frames == 0


def test_passed_frames_are_ranges_with_reasons() -> None:
    times = np.arange(10) / 25
    passed = np.array([0, 1, 1, 1, 0, 0, 0, 1, 1, 1], np.bool_)
    reasons = [()] * 3 + [("yaw",)] + [()] * 3 + [("no_face",)] * 3
    reasons[1] = reasons[2] = ("no_face",)
    found = passed_ranges(times, passed, reasons)
    assert [(r.start, r.end, r.frames, r.reasons) for r in found] == [
        (0.04, 0.12, 2, ("no_face",)),
        (0.12, 0.16, 1, ("yaw",)),
        (0.28, 0.4, 3, ("no_face",)),
    ]


def test_nothing_passed_is_no_range() -> None:
    assert passed_ranges([0.0, 0.04], [False, False]) == ()
    assert passed_ranges([], []) == ()


def test_landmarks_without_a_face_are_not_usable() -> None:
    landmarks = np.full((3, 478, 3), np.nan, np.float32)
    mouth = seen_mouth(landmarks, [0, 0.04, 0.08])
    assert not mouth.usable.any()
    assert np.isnan(mouth.opening).all()


def test_shapes_and_times_must_agree() -> None:
    with pytest.raises(InputError, match="one shape a picture"):
        SeenMouth(np.zeros(3), np.zeros((2, 4), np.float32), np.ones(3, np.bool_))
