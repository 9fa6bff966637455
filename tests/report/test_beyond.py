"""The sections of a clip's page that a take's score does not have, and the index of a folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import takes
from syncline.errors import InputError
from syncline.pipeline.judge import Verdict
from syncline.pipeline.many import Failure, ScoredFile, worst_exit
from syncline.quality import Figure, Grade, Score
from syncline.report.beyond import beyond, beyond_links, number, offset_limits
from syncline.report.driftplot import Window, drift_plot
from syncline.report.folder import FolderScore, table_text
from syncline.report.index import Row, index_page
from syncline.report.subject import clip_subject

HOSTILE = '<img src=x onerror=alert(1)>"\u202e'


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return takes.clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


def scored(**more: Any) -> Score:
    return takes.score(50).model_copy(update=more)


def figure(value: float, grade: Grade = Grade.PASS, **details: Any) -> Figure:
    return Figure(value=value, unit="ratio", grade=grade, standard="gate", sentence="It is told.", details=details)


DRIFT = {
    "kind": "jump",
    "jump_s": 1.2,
    "windows": [
        {"time_s": 0.4, "ms": -40.0, "margin": 0.2},
        {"time_s": 0.8, "ms": None, "margin": 0.0},
        {"time_s": 1.6, "ms": 80.0, "margin": 0.2},
    ],
    "sentence": "the offset jumps",
}
MOUTH = {
    "by_class": [{"name": "closure", "start": 0, "end": 2, "seen": 8, "wrong": 2}],
    "by_time": [
        {"name": "", "start": 0.0, "end": 1.0, "seen": 4, "wrong": 0},
        {"name": "", "start": 1.0, "end": 2.0, "seen": 4, "wrong": 3},
    ],
    "moving": [{"start": 0.2, "end": 0.7}],
    "frozen": [],
}
PICTURE = {"frames": 50, "identity": {"value": 0.99}, "untouched": [{"start": 0.0, "end": 0.4, "reasons": ["yaw"]}]}
SYNCNET = {"tracks": [{"start": 0.0, "end": 2.0, "lse_d": 7.0, "lse_c": 6.5, "offset": -1}]}


def test_a_take_has_none_of_them(video: Path) -> None:
    subject = clip_subject(video, scored(), None, ())
    assert beyond(subject) == ""
    assert beyond_links(subject) == ""


def test_sections_show_what_was_measured(video: Path) -> None:
    figures = {
        **scored().figures,
        "drift": figure(120.0, Grade.FAIL),
        "identity": figure(0.99),
        "flicker": figure(2.0, Grade.WARN, worst_s=1.0),
        "silence": figure(0.2, Grade.WARN),
    }
    subject = clip_subject(
        video, scored(figures=figures, drift=DRIFT, articulation=MOUTH, picture=PICTURE, syncnet=SYNCNET), None, ()
    )
    page = beyond(subject)
    assert re.findall(r'<section id="(\w+)"', page) == ["drift", "mouth", "picture", "lipsync"]
    assert [
        name for name in ("drift", "mouth", "picture", "lipsync") if f'href="#{name}"' not in beyond_links(subject)
    ] == []
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page.count('class="peak-dot"') == 2
    assert page.count('class="unknown-dot"') == 1
    assert "It jumps at 1.2 s" in page
    assert "75 %" in page
    assert "25 %" in page
    assert "yaw" in page
    assert "LSE-D" in page
    sections = dict(re.findall(r'<section id="(\w+)"(.*?)</section>', page, flags=re.S))
    assert "Silence" in sections["mouth"]
    assert "Silence" not in sections["picture"]
    assert 'data-frame="25"' in sections["picture"]  # a way to where it flickers most
    assert "compared with its original" in sections["picture"]


def test_an_original_stands_beside_its_clip_where_frames_are_the_same(video: Path, tmp_path: Path) -> None:
    found = clip_subject(video, scored(), None, (), video)
    assert found.plate is not None
    assert found.shown == tuple(range(50))
    for other in (takes.clip(tmp_path / "short.mp4", 40), takes.clip(tmp_path / "small.mp4", size=(96, 72))):
        assert clip_subject(video, scored(), None, (), other).plate is None


def test_documents_that_hold_something_else_are_shown_as_far_as_they_go(video: Path) -> None:
    odd: list[dict[str, Any]] = [
        {"drift": {"windows": 3}, "articulation": {}, "picture": {}, "syncnet": {}},
        {
            "drift": {"windows": [1, {"time_s": "x"}, {"time_s": 1e400, "ms": 1}]},
            "syncnet": {"tracks": [{"start": True}]},
        },
        {"articulation": {"by_class": [{"name": HOSTILE, "seen": 3, "wrong": 1}], "by_time": "x", "moving": [{}]}},
        {"picture": {"untouched": [{"start": 0, "end": 1, "reasons": [HOSTILE]}, {"start": None}]}},
        {"drift": {"windows": [{"time_s": 0.5, "ms": 1e9}], "jump_s": -5, "sentence": HOSTILE}},
    ]
    for more in odd:
        page = beyond(clip_subject(video, scored(**more), None, ()))
        assert "<img" not in page
        assert "\u202e" not in page
        assert "nan" not in page.lower()
        for place in re.findall(r'c[xy]="([^"]+)"', page):
            assert -1 < float(place) < 700


def test_numbers_of_documents() -> None:
    assert [number(value) for value in (1, 2.5, True, "3", None, float("nan"), float("inf"))] == [
        1.0, 2.5, None, None, None, None, None,
    ]  # fmt: skip


def test_the_bands_are_those_of_the_gates(video: Path) -> None:
    told = figure(-40.0, pass_ms=[-15, 5], warn_ms=[-45, 15])
    subject = clip_subject(video, scored(figures={"offset": told}), None, ())
    assert offset_limits(subject) == ((-15.0, 5.0), (-45.0, 15.0))
    damaged = clip_subject(video, scored(figures={"offset": figure(1.0, pass_ms=["x", 1], warn_ms=3)}), None, ())
    assert offset_limits(damaged) == ((-45.0, 22.0), (-125.0, 45.0))


@pytest.mark.parametrize("seconds", [0.0, 0.5, 3, 59, 1800])
def test_the_drawing_holds_any_length(seconds: float) -> None:
    windows = [Window(seconds * k / 5, 900.0 - 400 * k) for k in range(6)]
    drawn = drift_plot(windows, seconds, (-45, 22), (-125, 45), None)
    assert drawn.count("peak-dot") == 6
    assert drawn.count('class="tick"') >= 3
    for place in re.findall(r'\b(?:cx|x1|x2|x)="([\d.-]+)"', drawn):
        assert 0 <= float(place) <= 640


def rows() -> list[ScoredFile]:
    fine = scored(
        figures={"offset": Figure(value=3.0, unit="ms", grade=Grade.PASS, standard="", sentence="Fine.")},
        grade=Grade.PASS,
    )
    late = scored(
        figures={"offset": Figure(value=-300.0, unit="ms", grade=Grade.FAIL, standard="", sentence="Late.")},
        grade=Grade.FAIL,
    )
    later = late.model_copy(update={"figures": {"offset": late.figures["offset"].model_copy(update={"value": -500.0})}})
    path = Path("x")
    return [
        ScoredFile("fine.mp4", path, Verdict(path, fine, None)),
        ScoredFile("late.mp4", path, Verdict(path, late, None)),
        ScoredFile("=later.mp4", path, Verdict(path, later, None)),
        ScoredFile("bad.mp4", path, failure=Failure("InputError", "+it is bad", 2)),
        ScoredFile("nobody.mp4", path, failure=Failure("Unscorable", "no face", 6)),
        ScoredFile("crash.mp4", path, failure=Failure("StageError", "it crashed", 5)),
    ]


def test_the_worst_stands_first() -> None:
    ordered = sorted(rows(), key=lambda each: (each.order, each.name))
    assert [each.name for each in ordered] == [
        "crash.mp4", "bad.mp4", "nobody.mp4", "=later.mp4", "late.mp4", "fine.mp4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "worst"),
    [([], 0), ([0, 0], 0), ([0, 1], 1), ([1, 6], 6), ([6, 2], 2), ([2, 3, 4], 4), ([0, 5, 2], 5), ([7, 0], 7)],
)
def test_the_exit_code_of_many_is_the_worst(codes: list[int], worst: int) -> None:
    assert worst_exit(codes) == worst


def test_the_table_runs_nothing_in_a_spreadsheet() -> None:
    text = table_text(FolderScore(Path("in"), tuple(rows()), {}))
    lines = text.split("\r\n")
    assert lines[0].startswith("file,grade,exit_code,gate,failed,warned,sentence,offset_ms,offset_grade,")
    assert any(line.startswith("'=later.mp4,fail,1,default,1,0,Late.,-500.0,fail") for line in lines)
    assert any("'+it is bad" in line for line in lines)
    assert len(lines) == 8  # the last one is empty


def test_the_index_shows_every_file_and_hostile_names_stay_names() -> None:
    made = [
        Row(each.name + HOSTILE, "0001-a/index.html" if each.verdict else None, each.exit_code,
            each.verdict.score if each.verdict else None, "why " + HOSTILE)
        for each in rows()
    ]  # fmt: skip
    page = index_page(HOSTILE, made)
    assert page.count("<tr>") == 7
    assert page.count('<a href="0001-a/index.html"') == 3
    assert "<img" not in page
    assert "\u202e" not in page
    assert "no score (6)" in page
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "{{" not in page


def test_a_transcript_is_refused_of_a_folder(tmp_path: Path) -> None:
    from syncline import ScoreOptions, score_folder

    with pytest.raises(InputError, match="of one video"):
        score_folder(tmp_path, options=ScoreOptions(transcript="Hello."))
