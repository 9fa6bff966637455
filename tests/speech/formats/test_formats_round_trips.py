"""What other tools read out of the forms is what the sheet holds: parsers of the documented forms, written here."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ET
from fractions import Fraction

import numpy as np
import pytest

from syncline.speech.cuesheet import CueSheet, Phone, Word, contiguous
from syncline.speech.formats import rhubarb
from syncline.speech.formats.choose import cue_text
from syncline.speech.formats.common import weights_at
from syncline.speech.viseme_tables import ARKIT, ARKIT_SHAPES
from syncline.speech.visemes import VISEMES


def sheet(seed: int) -> CueSheet:
    rng = np.random.default_rng(seed)
    phones, words, edge = [], [], float(rng.uniform(0, 0.3))
    for number in range(20):
        start = edge
        for ipa in rng.choice(["p", "f", "s", "l", "ɹ", "uː", "aɪ", "ɔː", "tʃ", "ə"], size=int(rng.integers(1, 5))):
            phones.append(Phone(str(ipa), edge, edge := edge + float(rng.uniform(0.02, 0.2)), 0.5, number))
        words.append(Word(str(rng.choice(["it's", 'say "x"', "a<b>&c", "你好", "$5"])), start, edge, 0.5))
        edge += float(rng.choice([0.0, 0.3]))
    return CueSheet("en", tuple(words), contiguous(phones, edge + 0.1), edge + 0.1, "by hand")


SHEETS = [sheet(seed) for seed in range(4)]


def praat_short(text: str) -> dict[str, list[tuple[float, float, str]]]:
    """Values in their order, names left out: how Praat reads either form."""
    body = text.split("\n", 3)[3]
    values = [
        match[1].replace('""', '"') if match[1] is not None else match[0]
        for match in re.finditer(r'"((?:[^"]|"")*)"|(?<![\w\[])-?\d[\d.e-]*(?![\w\]])|<exists>', body)
    ]
    assert values[2] == "<exists>"
    tiers, at = {}, 4
    for _ in range(int(values[3])):
        kind, name, count = values[at], values[at + 1], int(values[at + 4])
        assert kind == "IntervalTier"
        at += 5
        rows = [values[at + 3 * row : at + 3 * row + 3] for row in range(count)]
        tiers[name] = [(float(start), float(end), label) for start, end, label in rows]
        at += 3 * count
    assert at == len(values)
    return tiers


@pytest.mark.parametrize("cue", SHEETS)
@pytest.mark.parametrize("form", ["textgrid", "textgrid-short"])
def test_textgrid(form: str, cue: CueSheet) -> None:
    tiers = praat_short(cue_text(cue, form))
    assert [row for row in tiers["words"] if row[2]] == [(word.start, word.end, word.text) for word in cue.words]
    assert tiers["phones"] == [(p.start, p.end, "" if p.silent else p.ipa) for p in cue.phones]
    for rows in tiers.values():
        assert [row[0] for row in rows] == [0.0, *(row[1] for row in rows[:-1])]
        assert rows[-1][1] == cue.duration


@pytest.mark.parametrize("cue", SHEETS)
def test_ctm(cue: CueSheet) -> None:
    rows = [line.split(" ") for line in cue_text(cue, "ctm", sound="/a/my take.wav").splitlines()]
    assert {tuple(row[:2]) for row in rows} == {("my_take", "1")}
    for row, word in zip(rows, cue.words, strict=True):
        assert float(row[2]) == pytest.approx(word.start, abs=6e-4)
        assert float(row[2]) + float(row[3]) == pytest.approx(word.end, abs=1.2e-3)
        assert row[4] == word.text.replace(" ", "_")


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


@pytest.mark.parametrize("cue", SHEETS)
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_captions_by_word(form: str, cue: CueSheet) -> None:
    text = cue_text(cue, form)
    blocks = text.strip().split("\n\n")
    if form == "vtt":
        assert blocks.pop(0) == "WEBVTT"
    assert len(blocks) == len(cue.words)
    for number, (block, word) in enumerate(zip(blocks, cue.words, strict=True), 1):
        lines = block.split("\n")
        if form == "srt":
            assert lines.pop(0) == str(number)
        start, end = map(seconds, lines[0].split(" --> "))
        assert start < end
        assert start == pytest.approx(word.start, abs=6e-4)
        assert end == pytest.approx(word.end, abs=1.6e-3)
        shown = lines[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if form == "vtt" else lines[1]
        assert shown == word.text


def test_captions_of_an_instant_have_a_length_and_text() -> None:
    cue = CueSheet("en", (Word("\x00", 0.1, 0.1),), (Phone("sil", 0, 1),), 1.0, "by hand")
    assert cue_text(cue, "srt") == "1\n00:00:00,100 --> 00:00:00,101\n\u2026\n"
    assert cue_text(cue, "vtt") == "WEBVTT\n\n00:00:00.100 --> 00:00:00.101\n\u2026\n"


@pytest.mark.parametrize("cue", SHEETS)
def test_rhubarbs_four_forms_say_the_same(cue: CueSheet) -> None:
    row = rhubarb.shapes(cue)
    wanted = [(start / 100, letter) for start, _, letter in row]
    document = json.loads(cue_text(cue, "rhubarb"))
    assert [(each["start"], each["value"]) for each in document["mouthCues"]] == wanted
    assert [each["end"] for each in document["mouthCues"]] == [end / 100 for _, end, _ in row]
    tree = ET.fromstring(cue_text(cue, "rhubarb-xml").encode())
    assert [(float(each.get("start", "")), each.text) for each in tree.iter("mouthCue")] == wanted
    lines = [line.split("\t") for line in cue_text(cue, "tsv").splitlines()]
    assert [(float(time), letter) for time, letter in lines] == [*wanted, (row[-1][1] / 100, "X")]
    frames = cue_text(cue, "dat", rate=Fraction(100)).splitlines()
    assert frames[0] == "MohoSwitch1"
    assert [line.split()[1] for line in frames[1:-1]] == [letter for _, letter in wanted]
    assert [int(line.split()[0]) - 1 for line in frames[1:-1]] == pytest.approx([t * 100 for t, _ in wanted], abs=1)


@pytest.mark.parametrize("cue", SHEETS)
def test_visemes_are_found_again_in_blend_shapes(cue: CueSheet) -> None:
    rows = list(csv.DictReader(cue_text(cue, "arkit", rate=Fraction(100)).splitlines()))
    shapes = np.array([[float(row[name[0].upper() + name[1:]]) for name in ARKIT_SHAPES] for row in rows])
    basis = ARKIT[1:].astype(np.float64)  # the face at rest is what is left of 1
    weights = np.linalg.lstsq(basis.T, shapes.T, rcond=None)[0].T
    wanted = weights_at(cue, np.arange(len(rows)) / 100)
    assert weights == pytest.approx(wanted[:, 1:], abs=3e-3)
    assert 1 - weights.sum(axis=1) == pytest.approx(wanted[:, 0], abs=2e-2)
    assert len(VISEMES) == 15
