"""Files that are wrong, or meant ill: one sentence each, quickly, and nothing else."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from syncline.errors import InputError, LimitError, MissingInput
from syncline.speech.given import read as reading
from syncline.speech.given.read import read_given

GRID = 'File type = "ooTextFile"\nObject class = "TextGrid"\n0 1 <exists> '


def words(*times: tuple[object, object]) -> str:
    return json.dumps({"words": [{"word": "so", "start": start, "end": end} for start, end in times]})


WRONG = {
    "nothing": "",
    "white space": " \n\n ",
    "prose": "It was a dark and stormy night.",
    "NUL": "rec 1 0 1 yes\0",
    "times go back": words((0.5, 0.6), (0.1, 0.2)),
    "an end before its start": words((0.5, 0.1)),
    "a negative time": words((-1, 0.1)),
    "infinite": words((0.1, "inf")),
    "infinity by exponent": '{"words": [{"word": "so", "start": 0, "end": 1e999}]}',
    "NaN": '{"words": [{"word": "so", "start": NaN, "end": 1}]}',
    "a time of a thousand digits": '{"words": [{"word": "so", "start": 0, "end": ' + "9" * 1000 + "}]}",
    "a time of ten thousand digits": '{"words": [{"word": "so", "start": 0, "end": ' + "9" * 10_000 + "}]}",
    "a time that is a list": words(([], 1)),
    "a time that is true": words((True, 1)),
    "another sound": words((0.1, 0.2), (7.0, 8.0)),
    "no words": '{"words": []}',
    "an entry that is no object": '{"words": [1]}',
    "words that are no list": '{"words": {"a": 1}}',
    "a word that is no text": '{"words": [{"word": 5, "start": 0, "end": 1}]}',
    "a word of a million letters": json.dumps({"words": [{"word": "a" * 1_000_000, "start": 0, "end": 1}]}),
    "nested lists": "[" * 200_000,
    "nested objects": '{"words":' * 200_000,
    "nested and closed": "[" * 100_000 + "]" * 100_000,
    "half a document": '{"words": [{"word": "so", "sta',
    "unequal lists": '{"characters": ["a"], "character_start_times_seconds": [], "character_end_times_seconds": [1]}',
    "an unknown viseme": '{"time":6,"type":"viseme","value":"?"}\n{"time":9,"type":"viseme","value":"p"}',
    "a viseme out of range": '[{"audioOffset": 1000000, "visemeId": 22}]',
    "a viseme of half": '[{"audioOffset": 1000000, "visemeId": 1.5}]',
    "an event without time": '[{"audioOffset": 1000000, "visemeId": 1}, {"visemeId": 2}]',
    "a TextGrid that ends": GRID + '1\n"IntervalTier" "words" 0 1 2\n0 0.5 "so"\n',
    "a TextGrid of a billion tiers": GRID + "1000000000",
    "a TextGrid of half a tier": GRID + "0.5",
    "a TextGrid of minus one tier": GRID + "-1",
    "a TextGrid of a billion intervals": GRID + '1\n"IntervalTier" "words" 0 1 1000000000\n',
    "a TextGrid without tiers": GRID + "0",
    "a TextGrid of points": GRID + '1\n"TextTier" "points" 0 1 1\n0.5 "so"',
    "a TextGrid of a strange tier": GRID + '1\n"RealTier" "words" 0 1 0\n',
    "a TextGrid with an open quote": GRID + '1\n"IntervalTier" "words" 0 1 1\n0 1 "so',
    "a TextGrid with a bad number": GRID + '1\n"IntervalTier" "words" 0 1 1\n0 1e.e1 "so"',
    "a TextGrid of pinyin alone": GRID + '1\n"IntervalTier" "phones" 0 1 1\n0 1 "uang3"',
    "another object of Praat": 'File type = "ooTextFile"\nObject class = "Pitch 1"\n0 1',
    "a line of CTM that is short": "rec 1 0 1 yes\nrec 1 2\n",
    "a CTM of two channels": "rec A 0 0.1 yes\nrec B 0.2 0.1 no\n",
    "a CTM with a negative length": "rec 1 0.5 -0.1 yes\n",
    "a CTM with alternatives": "rec 1 0.5 0.1 <ALT_BEGIN>\n",
    "an SRT out of order": "1\n00:00:01,000 --> 00:00:01,100\na\n\n2\n00:00:00,000 --> 00:00:00,100\nb\n",
    "an SRT that runs back": "1\n00:00:01,000 --> 00:00:00,100\na\n",
    "an SRT of asides": "1\n00:00:00,000 --> 00:00:01,000\n[music]\n",
    "an SRT with a cue of a million letters": "1\n00:00:00,000 --> 00:00:01,000\n" + "a" * 1_000_000,
    "a cue sheet of another length": '{"schema": "syncline.cuesheet/1", "language": "en", "duration": 9, "source": "x",'
    ' "words": [], "phones": []}',
    "a damaged cue sheet": '{"schema": "syncline.cuesheet/1"}',
    "a cue sheet of an open nest": '{"schema": "syncline.cuesheet/1", "words": ' + "[" * 200_000,
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_one_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "given.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_given(path, language="en", duration=2.0)
    told = str(caught.value)
    assert "given.txt" in told
    assert "\n" not in told
    assert len(told) < 400 + len(str(path))


@pytest.mark.parametrize(
    "text",
    [
        GRID + '1 "IntervalTier" "words" 0 1 1 0 1 ' + '"' * 300_000,
        GRID + ' ""x' * 100_000,
        GRID + ' """"x' * 100_000,
        "WEBVTT\n\n00:00.000 --> 00:01.000\n" + "<" * 19_000,
        "WEBVTT\n\n00:00.000 --> 00:01.000\n" + "([" * 9_000,
        "1\n" + " " * 400_000 + "-->\n" + ("00:" * 100_000),
        "{" + " " * 1_000_000,
    ],
)
def test_no_pattern_takes_long(text: str, tmp_path: Path) -> None:
    path = tmp_path / "given.txt"
    path.write_text(text)
    begun = time.perf_counter()
    with pytest.raises(InputError):
        read_given(path, language="en", duration=2.0)
    assert time.perf_counter() - begun < 2.0


def test_a_large_file_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 1 << 10)
    path = tmp_path / "given.txt"
    path.write_text("rec 1 0.1 0.2 yes\n" * 100)
    with pytest.raises(LimitError, match="larger than"):
        read_given(path, language="en", duration=2.0)


def test_what_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(MissingInput):
        read_given(tmp_path / "none", language="en", duration=2.0)
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="no regular file"):
            read_given(place, language="en", duration=2.0)
    with pytest.raises(InputError):
        read_given(Path("a\0b"), language="en", duration=2.0)
    path = tmp_path / "given.txt"
    path.write_bytes(b"\xff\xfe\x00\xd8")  # half a surrogate pair of UTF-16
    with pytest.raises(InputError, match="UTF-8 or UTF-16"):
        read_given(path, language="en", duration=2.0)
    path.write_bytes(bytes(range(128, 256)))
    with pytest.raises(InputError, match="UTF-8 or UTF-16"):
        read_given(path, language="en", duration=2.0)


def test_a_language_without_a_voice_is_the_users(tmp_path: Path) -> None:
    path = tmp_path / "given.txt"
    path.write_text(words((0.1, 0.5)))
    with pytest.raises(InputError, match="pronunciation"):
        read_given(path, language="qqq", duration=2.0)


def test_overlaps_are_cut_and_told(tmp_path: Path) -> None:
    path = tmp_path / "given.txt"
    path.write_text(words((0.1, 0.9), (0.5, 1.0), (1.0, 2.3)))
    cue = read_given(path, language="en", duration=2.0)
    assert [(word.start, word.end) for word in cue.words] == [(0.1, 0.5), (0.5, 1.0), (1.0, 2.0)]
    assert any("overlapped" in note for note in cue.notes)
