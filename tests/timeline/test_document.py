"""The timeline document: exact, strict about what it knows, and kind to what it does not."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from syncline.errors import InputError, LimitError, MissingInput
from syncline.timeline import Timeline, flag_stretches, plate_stretches, read_timeline, timeline_path


def sample() -> dict[str, Any]:
    return {
        "schema": "syncline.timeline/1",
        "software": "syncline 0.1.0",
        "output": "take.mp4",
        "engine": "actor",
        "sync_mode": "cut_off",
        "inputs": [{"role": "plate", "name": "ls1.mp4", "bytes": 12, "blake2b": "ab" * 20}],
        "options": {"crf": 18},
        "picture": {
            "width": 64,
            "height": 48,
            "rate": "30000/1001",
            "variable": False,
            "frames": 3,
            "seconds": "1001/10000",
            "plate": [{"from": 0, "count": 3, "plate": 0, "step": 1}],
        },
        "face": {"id": 0, "found": 1, "reason": "the only face"},
        "flags": [{"from": 1, "count": 1, "flags": ["yaw"]}],
        "cue": {"schema": "syncline.cuesheet/1"},
        "plan": {"schema": "syncline.drawplan/1"},
        "score": None,
        "notes": [],
        "timings": [],
        "steps": {"tracks": "ab" * 20},
        "contact": [],
    }


def test_a_round_trip_changes_nothing() -> None:
    assert json.loads(Timeline.parse(sample()).text()) == sample()


def test_unknown_fields_survive_at_every_depth() -> None:
    data = sample()
    data["later"] = {"a": [1, None]}
    data["picture"]["later"] = "b"
    data["picture"]["plate"][0]["later"] = 3
    data["inputs"][0]["later"] = True
    assert Timeline.parse(data).document() == data


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema", "syncline.timeline/2"),
        ("inputs", "none"),
        ("picture", {}),
        ("flags", [{"from": -1, "count": 1, "flags": []}]),
        ("engine", None),
    ],
)
def test_a_wrong_field_is_named(field: str, value: Any) -> None:
    data = sample()
    data[field] = value
    with pytest.raises(InputError, match=field):
        Timeline.parse(data)


def test_what_is_not_finite_becomes_null() -> None:
    data = sample()
    data["score"] = {"offset_ms": math.nan, "deep": [math.inf, 1.0]}
    assert json.loads(Timeline.parse(data).text())["score"] == {"offset_ms": None, "deep": [None, 1.0]}


def test_hostile_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.json"
    with pytest.raises(MissingInput):
        read_timeline(path)
    for text in ("", "[]", "null", "[" * 100_000, '{"schema": 7}', "\ufeff{}"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError):
            read_timeline(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError):
        read_timeline(path)
    with pytest.raises(InputError):
        read_timeline(tmp_path)
    monkeypatch.setattr("syncline.timeline.document.MAX_BYTES", 2)
    with pytest.raises(LimitError):
        read_timeline(path)


def test_reading_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(Timeline.parse(sample()).text(), encoding="utf-8")
    assert read_timeline(path).document() == sample()


@pytest.mark.parametrize("name", ["take.mp4", "a.b.mov", "t"])
def test_the_timeline_lies_beside_its_take(tmp_path: Path, name: str) -> None:
    assert timeline_path(tmp_path / name) == tmp_path / f"{Path(name).stem}.timeline.json"


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [4],
        [0, 1, 2, 3],
        [0, 0, 1, 1, 2, 2],
        [0, 1, 2, 1, 0, 1, 2],
        [0, 1, 2, 0, 1, 2, 0],
        [5, 5, 5],
    ],
)
def test_stretches_of_plate_frames_say_every_frame(frames: list[int]) -> None:
    stretches = plate_stretches(frames)
    told = [stretch.plate + n * stretch.step for stretch in stretches for n in range(stretch.count)]
    assert told == frames
    assert [stretch.start for stretch in stretches] == [
        sum(other.count for other in stretches[:n]) for n in range(len(stretches))
    ]


def test_a_straight_run_is_one_stretch() -> None:
    assert len(plate_stretches(range(10_000))) == 1


def test_flags_are_told_by_stretch_and_silence_is_left_out() -> None:
    names: list[tuple[str, ...]] = [(), ("yaw",), ("yaw",), (), ("yaw", "small"), ("small",)]
    told = {
        t: stretch.flags
        for stretch in flag_stretches(names)
        for t in range(stretch.start, stretch.start + stretch.count)
    }
    assert told == {1: ("yaw",), 2: ("yaw",), 4: ("yaw", "small"), 5: ("small",)}
    assert flag_stretches([]) == ()


def test_lists_of_numbers_stand_on_one_line_and_texts_are_left_alone() -> None:
    data = sample()
    data["score"] = {"seen": [0.1, None, -2e-05], "text": "[\n1,  2]", "none": [], "words": ["[ 1,", "2 ]"]}
    data["contact"] = [{"kind": "worst", "frame": 1, "time": 0.04, "reason": "\n[ 1 ]", "box": [1, 2, 3, 4]}]
    text = Timeline.parse(data).text()
    assert json.loads(text) == data
    assert '"seen": [ 0.1, null, -2e-05 ]' in text


def test_an_older_document_has_no_contact_sheet() -> None:
    data = sample()
    del data["contact"]
    assert Timeline.parse(data).contact == ()
