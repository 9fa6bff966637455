"""Cue sheets written in other tools' forms: to the byte where the form is documented so, and true to the times."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech.cuesheet import CueSheet, Phone, Word, contiguous, silent_sheet
from syncline.speech.formats import rhubarb
from syncline.speech.formats.choose import FORMATS, cue_text
from syncline.speech.formats.common import smooth_weights, weights_at
from syncline.speech.visemes import VISEMES

HI = CueSheet(
    "en",
    (Word("Hi", 0.05, 0.43, 0.8),),
    (
        Phone("sil", 0.0, 0.05),
        Phone("h", 0.05, 0.10, 0.8, 0),
        Phone("aɪ", 0.10, 0.43, 0.8, 0),
        Phone("sil", 0.43, 0.47),
    ),
    0.47,
    "by hand",
)
# The recording of the word "Hi" in the manual of Rhubarb Lip Sync.
MANUAL = [(0, 5, "X"), (5, 27, "D"), (27, 31, "C"), (31, 43, "B"), (43, 47, "X")]


def random_sheet(seed: int) -> CueSheet:
    """Words of odd letters over phones of any length, silences between, times off every grid."""
    rng = np.random.default_rng(seed)
    phones, words, edge = [], [], float(rng.uniform(0, 0.4))
    for number in range(int(rng.integers(1, 40))):
        start = edge
        for ipa in rng.choice(["p", "f", "s", "l", "ɹ", "uː", "aɪ", "ɔː", "tʃ", "ə"], size=int(rng.integers(1, 5))):
            end = edge + float(rng.uniform(0.012, 0.3))
            phones.append(Phone(str(ipa), edge, end, 0.5, number))
            edge = end
        words.append(Word(str(rng.choice(["it's", 'say "x"', "a<b>&c", "你好", "naïve", "--"])), start, edge, 0.5))
        edge += float(rng.choice([0.0, 0.02, 0.7]))
    duration = edge + 0.1
    return CueSheet("en", tuple(words), contiguous(phones, duration), duration, "by hand")


SHEETS = [random_sheet(seed) for seed in range(12)] + [HI, silent_sheet(1.0, "en"), silent_sheet(0.0, "en")]


def test_rhubarbs_forms_are_those_of_its_manual_to_the_byte() -> None:
    assert rhubarb.tsv_text(MANUAL) == "0.00\tX\n0.05\tD\n0.27\tC\n0.31\tB\n0.43\tX\n0.47\tX\n"
    assert rhubarb.xml_text(MANUAL, r"C:\Users\Daniel\Desktop\av\hi\hi.wav") == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<rhubarbResult>\n"
        "  <metadata>\n"
        "    <soundFile>C:\\Users\\Daniel\\Desktop\\av\\hi\\hi.wav</soundFile>\n"
        "    <duration>0.47</duration>\n"
        "  </metadata>\n"
        "  <mouthCues>\n"
        '    <mouthCue start="0.00" end="0.05">X</mouthCue>\n'
        '    <mouthCue start="0.05" end="0.27">D</mouthCue>\n'
        '    <mouthCue start="0.27" end="0.31">C</mouthCue>\n'
        '    <mouthCue start="0.31" end="0.43">B</mouthCue>\n'
        '    <mouthCue start="0.43" end="0.47">X</mouthCue>\n'
        "  </mouthCues>\n"
        "</rhubarbResult>\n"
    )
    assert rhubarb.json_text(MANUAL, r"C:\Users\Daniel\Desktop\av\hi\hi.wav") == (
        "{\n"
        '  "metadata": {\n'
        '    "soundFile": "C:\\\\Users\\\\Daniel\\\\Desktop\\\\av\\\\hi\\\\hi.wav",\n'
        '    "duration": 0.47\n'
        "  },\n"
        '  "mouthCues": [\n'
        '    { "start": 0.00, "end": 0.05, "value": "X" },\n'
        '    { "start": 0.05, "end": 0.27, "value": "D" },\n'
        '    { "start": 0.27, "end": 0.31, "value": "C" },\n'
        '    { "start": 0.31, "end": 0.43, "value": "B" },\n'
        '    { "start": 0.43, "end": 0.47, "value": "X" }\n'
        "  ]\n"
        "}\n"
    )
    assert rhubarb.dat_text(MANUAL) == "MohoSwitch1\n1 X\n2 D\n7 C\n8 B\n11 X\n12 X\n"
    assert rhubarb.dat_text(MANUAL, Fraction(100)) == "MohoSwitch1\n1 X\n6 D\n28 C\n32 B\n44 X\n48 X\n"


def test_rhubarbs_forms_of_nothing_hold_one_closed_mouth() -> None:
    assert rhubarb.tsv_text([]) == "0.00\tX\n"
    assert '<mouthCue start="0.00" end="0.00">X</mouthCue>' in rhubarb.xml_text([], "a.wav")
    assert json.loads(rhubarb.json_text([], "a.wav"))["mouthCues"] == [{"start": 0, "end": 0, "value": "X"}]


def test_hostile_names_stay_inside_their_forms() -> None:
    name = "a<b>&\"c'\n\x01\\.wav"
    assert json.loads(rhubarb.json_text(MANUAL, name))["metadata"]["soundFile"] == name
    tree = ET.fromstring(rhubarb.xml_text(MANUAL, "a<b>&\"c'.wav"))
    assert tree.findtext("metadata/soundFile") == "a<b>&\"c'.wav"


@pytest.mark.parametrize("cue", SHEETS)
def test_shapes_are_contiguous_and_change(cue: CueSheet) -> None:
    row = rhubarb.shapes(cue)
    edge, last = 0, ""
    for start, end, letter in row:
        assert start == edge < end
        assert letter != last
        edge, last = end, letter
    assert edge == round(cue.duration * 100)


def test_in_betweens_lead_from_closed_to_wide_and_back() -> None:
    letters = "".join(letter for _, _, letter in rhubarb.shapes(HI))
    assert letters == "XBDCBX" or letters == "XBCDCBX"


@pytest.mark.parametrize("cue", SHEETS)
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_form_takes_every_sheet(form: str, cue: CueSheet) -> None:
    text = cue_text(cue, form, sound="/sounds/my take.wav")
    assert text.endswith("\n") or (text == "" and not cue.words)
    assert "nan" not in text.lower().replace("naïve", "")
    if form in ("json", "rhubarb", "ovr-json", "azure"):
        json.loads(text)
    if form == "rhubarb-xml":
        ET.fromstring(text.encode())


@pytest.mark.parametrize("cue", SHEETS)
def test_json_reads_back_as_the_sheet(cue: CueSheet) -> None:
    text = cue_text(cue, "json")
    assert CueSheet.from_json(text) == cue
    visemes = json.loads(text)["visemes"]
    edges = [0.0, *(entry["end"] for entry in visemes)]
    assert [entry["start"] for entry in visemes] == pytest.approx(edges[:-1], abs=1e-9)
    assert edges[-1] == pytest.approx(cue.duration)


@pytest.mark.parametrize("cue", SHEETS)
def test_azure_events_rise_and_end_in_silence(cue: CueSheet) -> None:
    events = json.loads(cue_text(cue, "azure"))
    offsets = [event["audioOffset"] for event in events]
    assert all(a < b for a, b in pairwise(offsets))
    assert all(a["visemeId"] != b["visemeId"] for a, b in pairwise(events))
    if events:
        assert offsets[0] == 0
        assert events[-1]["visemeId"] == 0
        assert offsets[-1] <= round(cue.duration * 1e7)


def test_azure_speaks_of_the_word() -> None:
    assert json.loads(cue_text(HI, "azure")) == [
        {"audioOffset": 0, "visemeId": 0},
        {"audioOffset": 500_000, "visemeId": 12},
        {"audioOffset": 1_000_000, "visemeId": 11},
        {"audioOffset": 4_300_000, "visemeId": 0},
    ]


@pytest.mark.parametrize("cue", SHEETS)
def test_weights_are_a_hundred_a_second_and_sum_to_one(cue: CueSheet) -> None:
    rows = list(csv.reader(cue_text(cue, "ovr").splitlines()))
    assert rows[0] == ["time", *VISEMES]
    assert len(rows) - 1 == int(np.ceil(cue.duration * 100 - 1e-9))
    values = np.array(rows[1:], float).reshape(-1, 16)
    assert values[:, 0] == pytest.approx(np.arange(len(values)) / 100)
    assert values[:, 1:].sum(axis=1) == pytest.approx(1, abs=1e-3)
    document = json.loads(cue_text(cue, "ovr-json"))
    assert document["visemes"] == list(VISEMES)
    assert np.array(document["frames"]).reshape(-1, 15) == pytest.approx(values[:, 1:])
    assert document["gestures"] == ["closure", "labiodental", "rounded", "spread", "open", "jaw", "tongue"]
    assert len(document["gesture_frames"]) == len(values)


def test_lips_shut_whatever_stands_beside() -> None:
    phones = (Phone("ɑː", 0, 0.2), Phone("m", 0.2, 0.24), Phone("ɑː", 0.24, 0.5))
    weights = smooth_weights(CueSheet("en", (), phones, 0.5, "by hand"))
    assert weights[20:24, VISEMES.index("PP")] == pytest.approx(1)
    open_ = weights[:, VISEMES.index("aa")]
    assert 0.5 < open_[18] < 1  # and the jaw is on its way before


@pytest.mark.parametrize(
    "fps", [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60), Fraction(120)]
)
def test_blend_shapes_have_a_row_a_frame_at_any_rate(fps: Fraction) -> None:
    cue = random_sheet(5)
    rows = list(csv.reader(cue_text(cue, "arkit", rate=fps).splitlines()))
    assert len(rows[0]) == 63
    assert {row[1] for row in rows[1:]} == {"61"}  # 52 shapes, and the turns of head and eyes at rest
    assert rows[0][2:9:6] == ["EyeBlinkLeft", "EyeWideLeft"]
    assert rows[0][9] == "EyeBlinkRight"
    assert rows[0][16:20] == ["JawForward", "JawRight", "JawLeft", "JawOpen"]
    assert rows[0][53:57] == ["TongueOut", "HeadYaw", "HeadPitch", "HeadRoll"]
    assert rows[0][57:] == [f"{side}Eye{turn}" for side in ("Left", "Right") for turn in ("Yaw", "Pitch", "Roll")]
    assert rows[0][:2] == ["Timecode", "BlendShapeCount"]
    assert {"JawOpen", "MouthClose", "TongueOut"} < set(rows[0])
    assert len(rows) - 1 == int(np.ceil(cue.duration * float(fps)))
    values = np.array([row[2:] for row in rows[1:]], float)
    assert values.min() >= 0
    assert 0.2 < values.max() <= 1
    nominal = int(np.ceil(float(fps)))
    for number, row in enumerate(rows[1:]):
        hours, minutes, seconds, frame = re.fullmatch(r"(\d\d):(\d\d):(\d\d):(\d{2,3})\.000", row[0]).groups()  # type: ignore[union-attr]
        counted = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * nominal + int(frame)
        assert counted == number


def test_the_jaw_is_at_the_same_place_at_every_rate() -> None:
    cue = random_sheet(6)
    slow = weights_at(cue, np.arange(10) / 25)
    fast = weights_at(cue, np.arange(40) / 100)
    assert fast[::4] == pytest.approx(slow)


def test_subtitles_by_line_keep_every_word() -> None:
    cue = random_sheet(7)
    lines = [block.split("\n")[2:] for block in cue_text(cue, "srt-lines").strip().split("\n\n")]
    said = " ".join(" ".join(line) for line in lines).split()
    assert said == " ".join(word.text for word in cue.words).split()
    assert all(len(" ".join(line)) <= 42 for line in lines)
    assert len(lines) < len(cue.words)


@pytest.mark.parametrize(
    ("form", "rate"),
    [("srt", Fraction(25)), ("dat", Fraction(23)), ("dat", Fraction(101)), ("arkit", Fraction(0)), ("mp4", None)],
)
def test_a_wish_that_a_form_cannot_meet_is_the_users(form: str, rate: Fraction | None) -> None:
    with pytest.raises(InputError):
        cue_text(HI, form, rate=rate)
