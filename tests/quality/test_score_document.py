from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cue_sheets import pictures, random_speech, sheet
from syncline.errors import InputError
from syncline.motion.phones import from_phones
from syncline.quality.closures import Closure, Closures
from syncline.quality.drift import Drift
from syncline.quality.gates import (
    Gates,
    grade_closures,
    grade_offset,
    grade_opening,
    grade_passed,
    grade_pictures,
)
from syncline.quality.measure import measure
from syncline.quality.mismatch import Mismatch
from syncline.quality.offset import Offset
from syncline.quality.opening import OpeningMatch
from syncline.quality.passed import PassedRange, passed_ranges
from syncline.quality.pictures import PictureFigures
from syncline.quality.score import Figure, Grade, Score, worst
from syncline.quality.seen import SeenMouth
from syncline.quality.syncgates import grade_drift, grade_foreign


def offset(ms: float | None) -> Offset:
    return Offset(ms, 0.3, ms is not None, "too short: 1.0 s", 8.0)


@pytest.mark.parametrize(
    ("ms", "grade"),
    [
        (0, "pass"),
        (22, "pass"),
        (-45, "pass"),
        (22.1, "warn"),
        (45, "warn"),
        (-45.1, "warn"),
        (-125, "warn"),
        (45.1, "fail"),
        (-125.1, "fail"),
        (300, "fail"),
        (None, "warn"),
    ],
)
def test_offset_gates_are_those_of_the_design(ms: float | None, grade: str) -> None:
    figure = grade_offset(offset(ms))
    assert figure.grade.value == grade
    assert figure.value == ms
    assert "BT.1359" in figure.standard


def test_an_unknown_offset_says_why() -> None:
    assert "too short" in grade_offset(offset(None)).sentence


def closures(closed: int, open_: int, unseen: int = 0) -> Closures:
    each = [Closure("b", 0, 0.1, 0.0, True)] * closed + [Closure("b", 0, 0.1, 0.1, False)] * open_
    each += [Closure("b", 0, 0.1, None, False)] * unseen
    rate = closed / (closed + open_) if closed + open_ else None
    return Closures(rate, 0.02, unseen, tuple(each))


@pytest.mark.parametrize(
    ("given", "grade"),
    [
        (closures(20, 0), "pass"),
        (closures(19, 1), "pass"),
        (closures(18, 2), "warn"),
        (closures(10, 10), "fail"),
        (closures(1, 1), "warn"),  # two phones prove nothing
        (closures(0, 0, 4), "warn"),
        (closures(0, 0), "pass"),
        (None, "warn"),
    ],
)
def test_closure_gates(given: Closures | None, grade: str) -> None:
    assert grade_closures(given).grade.value == grade


@pytest.mark.parametrize(
    ("given", "grade", "value"),
    [
        (closures(8, 2), "pass", 0.8),
        (closures(5, 5), "warn", 0.5),
        (closures(0, 10), "warn", 0.0),  # a recogniser's phones never fail a clip
        (closures(4, 1), "warn", None),  # too few to say
        (closures(0, 0), "warn", None),
    ],
)
def test_recognised_closures_are_marked(given: Closures, grade: str, value: float | None) -> None:
    figure = grade_closures(given, recognised=True)
    assert (figure.grade.value, figure.value) == (grade, value)
    assert figure.details["phones"] == "recognised"
    assert "transcript" in figure.sentence


def test_an_offset_that_must_be_known_fails_where_it_is_not() -> None:
    assert grade_offset(offset(None), Gates(offset_required=True)).grade is Grade.FAIL
    assert grade_offset(offset(3), Gates(offset_required=True)).grade is Grade.PASS


def test_an_offset_stands_against_every_limit_and_in_frames() -> None:
    figure = grade_offset(offset(-50), rate=30000 / 1001)
    assert figure.details["frames"] == pytest.approx(-1.5, abs=0.01)
    assert "1.5 frames at 29.97 a second" in figure.sentence
    inside = {(each["source"], each["early_ms"]): each["inside"] for each in figure.details["standards"]}
    assert inside == {
        ("EBU R37", 5): False,
        ("ATSC IS-191", 15): False,
        ("ITU-T J.100", 20): False,
        ("EBU R37", 40): True,
        ("ITU-R BT.1359-1", 45): True,
        ("ITU-R BT.1359-1", 90): True,
    }


def drift(kind: str, **more: Any) -> Drift:
    return Drift(kind, sentence=f"it is {kind}", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "grade", "value"),
    [
        (drift("constant"), "pass", 0.0),
        (drift("growing", ppm=300.0), "pass", 18.0),
        (drift("growing", ppm=-600.0), "warn", -36.0),
        (drift("growing", ppm=41_700.0), "fail", 2502.0),
        (drift("jump", jump_s=20.0, jump_ms=120.0), "fail", 120.0),
        (drift("unknown"), "warn", None),
    ],
)
def test_drift_is_held_against_what_it_adds_up_to(given: Drift, grade: str, value: float | None) -> None:
    figure = grade_drift(given, 60.0, rate=25)
    assert figure is not None
    assert (figure.grade.value, figure.value) == (grade, value)
    assert figure.sentence.startswith("It is ")


def test_a_short_clip_is_not_blamed_for_an_unknown_drift() -> None:
    assert grade_drift(drift("unknown"), 10.0) is None
    assert grade_drift(drift("constant"), 10.0) is not None


@pytest.mark.parametrize(("probability", "grade"), [(0.05, "pass"), (0.6, "warn"), (0.99, "fail")])
def test_foreign_sound_gates(probability: float, grade: str) -> None:
    figure = grade_foreign(Mismatch(probability, None, "so it seems", 8.0))
    assert figure is not None
    assert figure.grade.value == grade
    assert grade_foreign(Mismatch(None, None, "too short")) is None


def test_opening_flicker_sharpness_seam_gates() -> None:
    assert grade_opening(OpeningMatch(0.8, 0.01, 0.0, 100)).grade is Grade.PASS
    assert grade_opening(OpeningMatch(0.3, 0.01, 0.0, 100)).grade is Grade.WARN
    assert grade_opening(OpeningMatch(-0.3, 0.01, 0.0, 100)).grade is Grade.FAIL
    assert grade_opening(OpeningMatch(None, None, None, 0)).grade is Grade.WARN
    good = grade_pictures(PictureFigures(1.1, 0.2, 0.95, 0.3, 100))
    assert {name: figure.grade for name, figure in good.items()} == dict.fromkeys(
        ("flicker", "sharpness", "seam"), Grade.PASS
    )
    bad = grade_pictures(PictureFigures(6.0, 0.2, 0.05, 9.0, 100))
    assert {figure.grade for figure in bad.values()} == {Grade.FAIL}
    assert grade_pictures(PictureFigures(None, None, None, None, 0)) == {}


def test_frames_that_pass_warn_and_never_fail() -> None:
    everything = (PassedRange(0, 4, 100, ("no_face",)),)
    assert grade_passed(everything, 100).grade is Grade.WARN
    assert "no_face" in grade_passed(everything, 100).sentence
    assert grade_passed((), 100).grade is Grade.PASS


def test_own_gates_are_kept() -> None:
    assert grade_offset(offset(30), Gates(offset_pass_ms=(-60, 40))).grade is Grade.PASS


def test_the_worst_grade_counts() -> None:
    assert worst([Grade.PASS, Grade.WARN, Grade.PASS]) is Grade.WARN
    assert worst([Grade.FAIL, Grade.WARN]) is Grade.FAIL
    assert worst([]) is Grade.PASS


def good_score() -> Score:
    cue = random_speech(np.random.default_rng(0), ["p", "a", "s", "m"], 40)
    track = from_phones(cue, pictures(cue))
    mouth = SeenMouth(track.times, track.stacked(), np.ones(len(track), np.bool_))
    passed = passed_ranges(track.times, np.arange(len(track)) == 3, [("yaw",)] * len(track))
    silence = np.zeros(int(cue.duration * 16_000), np.float32)
    return measure(
        mouth,
        silence,
        cue=cue,
        asked=track,
        closed=0.015,
        pictures=PictureFigures(1.0, 0.4, 1.0, 0.5, len(track)),
        passed=passed,
        seconds=2.5,
        cores=1.4,
    )


def test_a_take_is_measured_whole() -> None:
    score = good_score()
    assert set(score.figures) == {"offset", "closures", "opening", "flicker", "sharpness", "seam", "passed"}
    assert score.figures["closures"].value == 1.0
    assert score.figures["opening"].value == pytest.approx(1.0)
    assert score.grade is Grade.WARN  # the offset of silence is unknown, which is no failure
    assert not score.gate_failed
    assert score.exit_code == 0
    assert score.passed[0]["reasons"] == ["yaw"]
    assert all(figure.sentence.endswith(".") for figure in score.figures.values())


def test_a_wrong_mouth_fails_the_gate() -> None:
    cue = random_speech(np.random.default_rng(0), ["p", "a", "s", "m"], 60)
    times = pictures(cue)
    mouth = SeenMouth(times, np.tile(np.float32([0.2, 0.5, 0.1, 1.3]), (len(times), 1)), np.ones(len(times), np.bool_))
    score = measure(mouth, np.zeros(16_000, np.float32), cue=cue, closed=0.02)
    assert score.figures["closures"].grade is Grade.FAIL
    assert score.gate_failed
    assert score.exit_code == 1


def test_without_phones_nothing_is_said_of_closures() -> None:
    cue = sheet(("a", 1.0))
    track = from_phones(cue, pictures(cue))
    score = measure(SeenMouth(track.times, track.stacked(), np.ones(len(track), np.bool_)), np.zeros(0, np.float32))
    assert score.figures["closures"].value is None
    assert "opening" not in score.figures


def test_documents_round_trip() -> None:
    score = good_score()
    document = json.loads(json.dumps(score.to_json(), allow_nan=False))
    assert document["schema"] == "syncline.score/1"
    assert Score.from_json(document) == score
    assert Score.from_json(json.dumps(document)).to_json() == document


def test_unknown_fields_survive() -> None:
    document = good_score().to_json()
    document["drift_ppm"] = 12.5
    document["figures"]["offset"]["confidence"] = "high"
    document["figures"]["identity"] = document["figures"]["seam"] | {"value": 0.9}
    again = Score.from_json(document).to_json()
    assert again["drift_ppm"] == 12.5
    assert again["figures"]["offset"]["confidence"] == "high"
    assert again["figures"]["identity"]["value"] == 0.9


@pytest.mark.parametrize(
    "document",
    [
        "not json",
        "[]",
        {},
        {"schema": "syncline.score/2"},
        {"schema": "syncline.score/1"},
        {"schema": "syncline.score/1", "grade": "great", "figures": {}},
        {"schema": "syncline.score/1", "grade": "pass", "figures": {"offset": {"value": "x"}}},
    ],
)
def test_damaged_documents_are_refused(document: object) -> None:
    with pytest.raises(InputError):
        Score.from_json(document, file=Path("take.score.json"))  # type: ignore[arg-type]


def test_a_score_is_frozen_and_finite() -> None:
    score = good_score()
    with pytest.raises(ValueError, match="frozen"):
        score.grade = Grade.PASS  # type: ignore[misc]
    with pytest.raises(ValueError, match="finite"):
        Figure(value=float("nan"), unit="ms", grade=Grade.PASS, standard="", sentence="")
