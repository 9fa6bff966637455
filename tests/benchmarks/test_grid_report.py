"""The GRID benchmark's tables say what was measured."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.grid_measure import Likeness, Measures
from benchmarks.grid_report import Figures, body, missed, summary
from benchmarks.grid_split import Sentence

TIMES = tuple((float(index), index + 1.0) for index in range(6))
SENTENCES = [
    Sentence("a", ("place", "red", "at", "b", "two", "now"), TIMES),
    Sentence("b", ("set", "blue", "at", "f", "seven", "soon"), TIMES),
]


def measured(right: str, closures: tuple[float, ...], lag: float = 0.0, r: float = 0.9, level: float = 3.0) -> Measures:
    return Measures(tuple(each == "+" for each in right), closures, Likeness(lag, r, r), level)


def test_shares_are_counted_over_words_clips_and_closures() -> None:
    figures = summary(SENTENCES, [measured("+++++-", (0.001, 0.02)), measured("-+-+-+", (0.001,), lag=1.4)], 0.005)
    assert figures["words"] == pytest.approx(8 / 12)
    assert figures["slots"]["command"] == 0.5
    assert figures["open_words"] == pytest.approx(3 / 4)
    assert figures["open_words_count"] == 4
    assert figures["closed_on_b_p"] == pytest.approx(2 / 3)
    assert figures["offset_within_a_frame"] == 0.5
    assert figures["flicker"] == 3.0


def test_the_offset_of_the_real_video_is_none_of_the_dub() -> None:
    early = replace(measured("++++++", (0.0,), lag=1.4), own=-1.1)  # B's picture is early: a dub in sync lags behind it
    late = replace(measured("++++++", (0.0,), lag=0.4), own=0.9)
    figures = summary(SENTENCES, [early, late], 0.005)
    assert figures["offset_within_a_frame"] == 0.5
    assert figures["lag_within_a_frame"] == 0.5


def test_a_dub_that_was_not_made_reads_nothing_and_stays_out_of_the_flicker() -> None:
    failed = Measures((False,) * 6, (np.inf,), Likeness(np.inf, 0.0, 0.0), np.nan)
    figures = summary(SENTENCES, [measured("++++++", (0.0, 0.0)), failed], 0.005)
    assert figures["words"] == 0.5
    assert figures["closed_on_b_p"] == pytest.approx(2 / 3)
    assert figures["offset_within_a_frame"] == 0.5
    assert figures["flicker"] == 3.0
    json.dumps(figures, allow_nan=False)


def document(words: float, open_words: float) -> Figures:
    row = summary(SENTENCES, [measured("++++++", (0.0, 0.0)), measured("++++++", (0.0,))], 0.005)
    extra = {"failed": 0, "source": "0123456789"}
    closed = row | extra | {"title": "closed words", "words": words}
    opened = row | extra | {"title": "left-out words", "open_words": open_words}
    return {
        "real": row,
        "encoded": row,
        "undubbed": row | {"words": 0.2},
        "closed_below_iod": 0.005,
        "cases": {"closed": closed, "open": opened},
    }


def test_aims_reached_are_not_missed() -> None:
    assert missed(document(0.95, 0.80)) == []


def test_each_aim_missed_is_named() -> None:
    assert [line.split(":")[0] for line in missed(document(0.94, 0.79))] == [
        "words read, dubbed ÷ real",
        "open words read, dubbed ÷ real",
    ]


def test_what_was_not_run_is_not_reached() -> None:
    figures = document(1.0, 1.0) | {"cases": {}}
    assert len(missed(figures)) == 5
    assert all("not measured" in line for line in missed(figures))


def test_the_report_holds_every_row_and_names_mixed_versions() -> None:
    figures = document(0.91, 0.5)
    text = body(figures)
    assert "| closed words | 91 |" in text
    assert "| left-out words |" in text
    assert "different versions" not in text
    figures["cases"]["open"]["source"] = "9876543210"
    assert "different versions of the code: 0123456789, 9876543210" in body(figures)
