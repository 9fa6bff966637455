"""What is kept picture by picture, and which pictures are named first."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.motion.mouthtrack import MouthTrack
from syncline.quality import Figure, Grade, Score, SeenMouth, measure, notable_frames
from syncline.quality.measured import Measured, OffsetCurve, measured
from syncline.quality.notable import APART_S
from syncline.quality.offset import LAGS, Offset, judged
from syncline.quality.standards import SYNC_LIMITS
from syncline.speech.cuesheet import CueSheet, Phone

RATE = 25
FRAMES = 100
NO_CURVE = OffsetCurve(first_ms=-600, step_ms=10, fit=())


def take(seen: list[float | None], asked: list[float], **more: Any) -> Score:
    times = tuple(t / RATE for t in range(len(seen)))
    kept = Measured(times=times, asked=tuple(asked), seen=tuple(seen), closed=0.02, offset=NO_CURVE)
    return Score(grade=Grade.PASS, figures=more.pop("figures", {}), measured=kept, **more)


def closure(frame: int, opening: float | None, closed: bool) -> dict[str, Any]:
    return {
        "ipa": "p",
        "start": frame / RATE - 0.02,
        "end": frame / RATE + 0.02,
        "opening": opening,
        "closed": closed,
    }


def test_the_worst_are_open_closures_then_the_largest_misses() -> None:
    asked = [0.05] * FRAMES
    seen: list[float | None] = [0.05] * FRAMES
    seen[40] = 0.15
    seen[70] = 0.09
    seen[20] = 0.04
    found = notable_frames(take(seen, asked, closures=(closure(20, 0.04, False),)), count=2)
    worst = [each for each in found if each.kind == "worst"]
    assert [each.frame for each in worst] == [20, 40]
    assert worst[0].reason == "The lips do not shut on p: 0.040 IOD, shut is 0.020."
    assert worst[1].time == pytest.approx(1.6)


def test_where_a_figure_that_does_not_pass_is_worst_comes_first() -> None:
    def figure(grade: Grade, at: float | None) -> Figure:
        return Figure(
            value=1.0, unit="ratio", grade=grade, standard="gate", sentence=f"{grade.value}.", details={"worst_s": at}
        )

    figures = {
        "seam": figure(Grade.FAIL, 2.0),
        "teeth": figure(Grade.WARN, 3.0),
        "colour": figure(Grade.PASS, 1.0),
        "sharpness": figure(Grade.FAIL, None),
    }
    found = notable_frames(take([0.05] * FRAMES, [], figures=figures))
    assert [(each.frame, each.reason) for each in found] == [(50, "fail."), (75, "warn.")]


def test_a_mouth_one_picture_late_is_no_miss() -> None:
    asked = [0.1 if t // 4 % 2 else 0.0 for t in range(FRAMES)]
    late: list[float | None] = [asked[max(0, t - 1)] for t in range(FRAMES)]
    assert [each for each in notable_frames(take(late, asked)) if each.kind == "worst"] == []
    later: list[float | None] = [asked[max(0, t - 2)] for t in range(FRAMES)]
    assert [each for each in notable_frames(take(later, asked)) if each.kind == "worst"]


def test_named_frames_are_apart_and_in_order() -> None:
    random = np.random.default_rng(3)
    asked, seen = random.uniform(0, 0.2, (2, FRAMES)).tolist()
    found = notable_frames(take(seen, asked))
    for kind in ("worst", "best"):
        times = [each.time for each in found if each.kind == kind]
        assert len(times) > 2
        assert all(b - a >= APART_S - 1e-9 for a, b in itertools.pairwise(times))


def test_unseen_pictures_are_not_named() -> None:
    asked = [0.1] * FRAMES
    found = notable_frames(take([None] * FRAMES, asked, closures=(closure(20, None, False), closure(30, 0.1, False))))
    assert found == ()


def test_flicker_is_named_where_it_peaks() -> None:
    figure = Figure(unit="ratio", grade=Grade.FAIL, standard="", sentence="", details={"peak_s": 2.01})
    found = notable_frames(take([0.05] * FRAMES, [0.05] * FRAMES, figures={"flicker": figure}))
    assert (found[0].kind, found[0].frame) == ("worst", 50)


def test_an_older_score_names_nothing() -> None:
    assert notable_frames(Score(grade=Grade.PASS, figures={})) == ()


def spoken() -> tuple[SeenMouth, MouthTrack, CueSheet]:
    times = np.arange(FRAMES) / RATE
    shape = np.full((FRAMES, 4), 0.1, np.float32)
    shape[:, 0] = 0.05 + 0.05 * np.sin(times * 9)
    usable = np.ones(FRAMES, np.bool_)
    usable[10:13] = False
    asked = MouthTrack.from_stacked(times, shape, source="phones")
    cue = CueSheet("en", (), (Phone("a", 0.0, FRAMES / RATE),), FRAMES / RATE, "espeak-dtw")
    return SeenMouth(times, shape, usable), asked, cue


def test_a_score_keeps_what_it_was_made_of() -> None:
    mouth, asked, cue = spoken()
    sound = np.random.default_rng(0).normal(0, 0.1, FRAMES * 640).astype(np.float32)
    score = measure(mouth, sound, cue=cue, asked=asked, closed=0.02)
    kept = score.measured
    assert kept is not None
    assert kept.closed == 0.02
    assert kept.times == tuple(t / RATE for t in range(FRAMES))
    assert [t for t, value in enumerate(kept.seen) if value is None] == [10, 11, 12]
    assert kept.seen[50] == pytest.approx(float(mouth.opening[50]), abs=1e-4)
    assert kept.asked[50] == pytest.approx(float(asked.opening[50]), abs=1e-4)
    assert len(kept.offset.fit) == len(LAGS)
    assert Score.from_json(json.dumps(score.to_json())) == score
    assert "measured" not in score.to_json(brief=True)


def test_the_curve_s_top_is_the_offset() -> None:
    curve = np.exp(-(((LAGS - 0.08) / 0.1) ** 2))
    offset = judged(curve, 10.0)
    mouth, asked, _ = spoken()
    kept = measured(mouth, asked, 0.02, offset).offset
    top = kept.first_ms + kept.step_ms * int(np.argmax(kept.fit))
    assert offset.ms == pytest.approx(80, abs=1)
    assert top == pytest.approx(80, abs=1e-6)
    assert measured(mouth, None, 0.02, Offset(None, 0.0, False, "too short")).offset.fit == ()


@pytest.mark.parametrize("change", [{"seen": [None]}, {"asked": [0.1]}, {"closed": None}, {"times": [float("nan")]}])
def test_a_damaged_record_is_refused(change: dict[str, Any]) -> None:
    document = take([0.1, None], [0.1, 0.1]).to_json()
    document["measured"].update(change)
    with pytest.raises(InputError, match="measured"):
        Score.from_json(document)


def test_limits_are_as_published() -> None:
    by_name = {(limit.source, limit.meaning.split()[0]): (limit.early_ms, limit.late_ms) for limit in SYNC_LIMITS}
    assert by_name["ITU-R BT.1359-1", "detectable"] == (45, 125)
    assert by_name["ATSC IS-191", "at"] == (15, 45)
    assert SYNC_LIMITS[0].holds(5)
    assert SYNC_LIMITS[0].holds(-15)
    assert not SYNC_LIMITS[0].holds(5.1)
    assert not SYNC_LIMITS[0].holds(-15.1)
    assert replace(SYNC_LIMITS[0], early_ms=6).holds(5.1)
