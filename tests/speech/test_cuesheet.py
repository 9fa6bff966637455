"""Cue sheets keep their promises through JSON and refuse what breaks them."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from syncline.errors import InputError
from syncline.speech.cuesheet import SCHEMA, CueSheet, Phone, Word, check, contiguous, silent_sheet


def sheet() -> CueSheet:
    phones = contiguous([Phone("h", 0.1, 0.2, 0.9, 0), Phone("aɪ", 0.2, 0.43, 0.8, 0)], 0.7)
    return CueSheet("en", (Word("hi", 0.1, 0.43, 0.85),), phones, 0.7, "pocketsphinx+espeak", ("a note",))


def test_json_round_trip_is_exact() -> None:
    text = json.dumps(sheet().to_json())
    assert CueSheet.from_json(text) == sheet()
    assert json.loads(text)["schema"] == SCHEMA


def test_unknown_fields_survive() -> None:
    document = sheet().to_json()
    document["speaker"] = {"id": 3}
    document["words"][0]["loudness"] = -20.5
    document["phones"][1]["tone"] = "˥"
    again = CueSheet.from_json(document).to_json()
    assert again == document


def test_contiguous_fills_gaps_and_cuts_overlaps() -> None:
    phones = contiguous([Phone("a", 0.2, 0.5), Phone("b", 0.4, 0.6), Phone("c", 0.602, 0.8), Phone("d", 0.9, 1.4)], 1.2)
    assert [phone.ipa for phone in phones] == ["sil", "a", "b", "c", "sil", "d"]
    assert phones[0].start == 0
    assert phones[-1].end == 1.2
    assert all(a.end == b.start for a, b in pairwise(phones))


def test_confidence_is_weighted_by_time() -> None:
    assert sheet().confidence == pytest.approx((0.1 * 0.9 + 0.23 * 0.8) / 0.33)
    assert silent_sheet(2.0, "en").confidence == 0


def test_silent_sheet_covers_its_duration() -> None:
    check(silent_sheet(2.0, "en"))
    assert silent_sheet(2.0, "en", "why").notes == ("why",)
    assert silent_sheet(0.0, "en").phones == ()


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "syncline.timeline/1"},
        {"duration": float("nan")},
        {"duration": "long"},
        {"words": None},
        {"phones": [{"ipa": "a", "start": 0.1, "end": 0.7}]},
        {"phones": [{"ipa": 3, "start": 0.0, "end": 0.7}]},
        {"phones": [{"ipa": "a", "start": 0.0, "end": 0.5}]},
        {"phones": [{"ipa": "a", "start": 0.0, "end": 0.7, "word": 9}]},
        {"words": [{"text": "b", "start": 0.5, "end": 0.6}, {"text": "a", "start": 0.1, "end": 0.2}]},
        {"words": [{"text": "b", "start": float("inf"), "end": 0.6}]},
    ],
)
def test_damaged_documents_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        CueSheet.from_json({**sheet().to_json(), **change})


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '"syncline.cuesheet/1"'])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        CueSheet.from_json(text)
