from __future__ import annotations

import numpy as np
import pytest

from cue_sheets import pictures, random_speech, sheet
from syncline.motion.mouthtrack import JAW, OPENING, WIDTH
from syncline.motion.phones import from_phones
from syncline.quality import articulated
from syncline.quality.articulated import Articulation, measure_articulation
from syncline.quality.articulated_grades import grade_articulation
from syncline.quality.score import Grade
from syncline.quality.seen import SeenMouth
from syncline.speech.cuesheet import CueSheet

PHONES = ["p", "m", "f", "v", "a", "i", "u", "s", "o", "t", "k", "l"]
CLOSED = 0.012


def hum(seconds: float, loud: np.ndarray | None = None) -> np.ndarray:
    """A vowel-like tone with harmonics; `loud` (n, 2) start and end of what is heard."""
    time = np.arange(round(seconds * 16_000)) / 16_000
    tone = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 12))
    gate = np.zeros(len(time))
    for start, end in [(0.0, seconds)] if loud is None else loud:
        gate[(time >= start) & (time < end)] = 1.0
    return np.asarray(0.1 * tone * gate, np.float32)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """Where speech is detected; tests fill it: the detector itself is tested with the speech room."""
    spans: list[tuple[float, float]] = []

    def activity(y16k: np.ndarray) -> np.ndarray:
        at = np.arange(len(y16k) // 160) / 100
        return np.any([(at >= start) & (at < end) for start, end in spans], axis=0) if spans else at < 0

    monkeypatch.setattr(articulated, "speech_activity", activity)
    return spans


def mouth_of(cue: CueSheet) -> SeenMouth:
    track = from_phones(cue, pictures(cue))
    return SeenMouth(track.times, track.stacked(), np.ones(len(track), np.bool_))


def altered(mouth: SeenMouth, channel: int, values: np.ndarray) -> SeenMouth:
    shape = mouth.shape.copy()
    shape[:, channel] = values
    return SeenMouth(mouth.times, shape, mouth.usable)


def measured(mouth: SeenMouth, cue: CueSheet | None, y: np.ndarray) -> Articulation:
    return measure_articulation(mouth, cue, y, CLOSED)


def test_a_mouth_made_from_its_phones_has_few_wrong_shapes(heard: list[tuple[float, float]]) -> None:
    cue = random_speech(np.random.default_rng(0), PHONES, 150)
    heard.append((0.0, cue.duration))
    found = measured(mouth_of(cue), cue, hum(cue.duration))
    assert found.labiodentals is not None
    assert found.labiodentals > 0.9
    assert found.rounding is not None
    assert found.rounding > 0.7
    assert sum(share.seen for share in found.by_class) == sum(share.seen for share in found.by_time) > 80


def test_another_sentences_mouth_is_wrong_everywhere(heard: list[tuple[float, float]]) -> None:
    cue, other = (random_speech(np.random.default_rng(seed), PHONES, 150) for seed in (0, 1))
    heard.append((0.0, cue.duration))
    good = measured(mouth_of(cue), cue, hum(cue.duration))
    track = from_phones(other, pictures(cue))
    foreign = SeenMouth(track.times, track.stacked(), np.ones(len(track), np.bool_))
    found = measured(foreign, cue, hum(cue.duration))
    assert wrong(found) > wrong(good) + 0.1


def wrong(found: Articulation) -> float:
    return sum(share.wrong for share in found.by_class) / sum(share.seen for share in found.by_class)


def test_open_lips_on_f_and_v_are_a_matter_of_their_class(heard: list[tuple[float, float]]) -> None:
    cue = sheet(*[pair for _ in range(12) for pair in (("f", 0.12), ("i", 0.25), ("m", 0.15), ("i", 0.25))])
    heard.append((0.0, cue.duration))
    mouth = mouth_of(cue)
    opening = mouth.opening.copy()
    for phone in cue.phones:
        if phone.ipa == "f":
            opening[(mouth.times > phone.start - 0.09) & (mouth.times < phone.end + 0.09)] = 0.2
    found = measured(altered(mouth, OPENING, opening), cue, hum(cue.duration))
    assert found.labiodentals == 0.0
    assert found.pattern == "by class"
    figures = grade_articulation(found)
    assert figures["labiodentals"].grade is Grade.FAIL
    assert "certain sounds" in figures["shapes"].sentence


def test_shapes_that_go_wrong_late_are_a_matter_of_time(heard: list[tuple[float, float]]) -> None:
    cue = sheet(*[pair for _ in range(25) for pair in (("m", 0.15), ("i", 0.25), ("f", 0.15), ("a", 0.25))])
    heard.append((0.0, cue.duration))
    mouth = mouth_of(cue)
    opening = np.where(mouth.times > 0.5 * cue.duration, 0.25, mouth.opening)
    opening[-2:] = mouth.opening[-2:]
    jitter = 0.05 * np.sin(40 * mouth.times) * (mouth.times > 0.5 * cue.duration)
    found = measured(altered(mouth, OPENING, (opening + jitter).astype(np.float32)), cue, hum(cue.duration))
    assert found.pattern == "by time"
    late = max(found.by_time, key=lambda share: share.share or 0.0)
    assert late.start > 0.4 * cue.duration


def test_chatter_in_silence_is_found_and_a_breath_is_not(heard: list[tuple[float, float]]) -> None:
    heard.append((0.0, 2.0))
    times = np.arange(150) / 25
    shape = np.tile(np.float32([0.005, 0.55, 0.15, 1.25]), (150, 1))
    breath = shape.copy()
    breath[:, OPENING] += 0.05 * np.exp(-((times - 4.0) ** 2) / 0.02).astype(np.float32)
    quiet = measured(SeenMouth(times, breath, np.ones(150, np.bool_)), None, hum(6.0))
    assert quiet.moving_s == 0.0
    assert quiet.silent_s == pytest.approx(3.8, abs=0.1)
    chatter = shape.copy()
    inside = (times > 3.0) & (times < 5.0)
    chatter[inside, OPENING] += np.float32(0.04) * (1 + np.sin(2 * np.pi * 4 * times[inside])).astype(np.float32)
    found = measured(SeenMouth(times, chatter, np.ones(150, np.bool_)), None, hum(6.0))
    assert found.moving_s > 1.5
    assert 2.9 < found.moving[0].start < 3.4
    assert found.phones == ()
    assert grade_articulation(found)["silence"].grade is Grade.FAIL
    assert grade_articulation(quiet)["silence"].grade is Grade.PASS


def test_a_mouth_that_stands_still_in_speech_is_frozen(heard: list[tuple[float, float]]) -> None:
    cue = random_speech(np.random.default_rng(2), PHONES, 60)
    heard.append((0.0, cue.duration))
    mouth = mouth_of(cue)
    assert measured(mouth, cue, hum(cue.duration)).frozen_s == 0.0
    shape = mouth.shape.copy()
    still = (mouth.times >= 1.0) & (mouth.times < 3.0)
    shape[still] = shape[np.flatnonzero(still)[0]]
    shape[still] += np.random.default_rng(0).normal(0, 0.002, (int(still.sum()), 4)).astype(np.float32)
    found = measured(SeenMouth(mouth.times, shape, mouth.usable), cue, hum(cue.duration))
    assert found.frozen_s == pytest.approx(2.0, abs=0.25)
    assert found.frozen[0].start == pytest.approx(1.0, abs=0.25)
    unseen = [each for each in found.phones if each.start > 1.2 and each.end < 2.8]
    assert unseen
    assert all(each.right is None for each in unseen)  # told once, as a freeze
    figure = grade_articulation(found)["freezing"]
    assert figure.grade is Grade.FAIL
    assert f"first at {found.frozen[0].start:.1f} s" in figure.sentence


def test_the_jaw_follows_loudness_or_does_not(heard: list[tuple[float, float]]) -> None:
    heard.append((0.0, 6.0))
    times = np.arange(150) / 25
    loud = 0.5 + 0.45 * np.sin(2 * np.pi * 1.3 * times)
    shape = np.tile(np.float32([0.05, 0.55, 0.15, 1.25]), (150, 1))
    shape[:, OPENING] += (0.1 * loud).astype(np.float32)
    shape[:, JAW] += (0.1 * loud).astype(np.float32)
    shape[:, WIDTH] += (0.05 * loud).astype(np.float32)
    at = np.arange(96_000) / 16_000
    sound = hum(6.0) * (0.5 + 0.45 * np.sin(2 * np.pi * 1.3 * at)).astype(np.float32)
    together = measured(SeenMouth(times, shape, np.ones(150, np.bool_)), None, sound)
    assert together.jaw_loudness is not None
    assert together.jaw_loudness > 0.8
    shape[:, [OPENING, JAW]] = 2 * shape[:, [OPENING, JAW]].mean(axis=0) - shape[:, [OPENING, JAW]]
    against = measured(SeenMouth(times, shape, np.ones(150, np.bool_)), None, sound)
    assert against.jaw_loudness is not None
    assert against.jaw_loudness < -0.8
    assert grade_articulation(against)["jaw"].grade is Grade.WARN


def test_without_speech_or_phones_little_is_said(heard: list[tuple[float, float]]) -> None:
    times = np.arange(10) / 25
    mouth = SeenMouth(times, np.full((10, 4), np.nan, np.float32), np.zeros(10, np.bool_))
    found = measured(mouth, None, np.zeros(6400, np.float32))
    assert (found.labiodentals, found.rounding, found.pattern, found.jaw_loudness) == (None, None, None, None)
    assert found.by_class == found.by_time == ()
    assert grade_articulation(found) == {}
