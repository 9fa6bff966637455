"""Times of text-to-speech services, captions and transcripts as their documentation shows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from syncline.errors import InputError
from syncline.speech.cuesheet import CueSheet, check
from syncline.speech.formats.choose import cue_text
from syncline.speech.given.labels import ipa_of
from syncline.speech.given.read import read_given, words_in

Read = Callable[..., CueSheet]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def from_text(text: str, duration: float = 2.0, language: str = "en", transcript: str | None = None) -> CueSheet:
        path = tmp_path / "given.json"
        path.write_text(text, encoding="utf-8")
        cue = read_given(path, language=language, duration=duration, transcript=transcript)
        check(cue)
        return cue

    return from_text


def spans(cue: CueSheet) -> list[tuple[str, float, float]]:
    return [(word.text, round(word.start, 3), round(word.end, 3)) for word in cue.words]


def letters(text: str) -> dict[str, list[object]]:
    return {
        "characters": list(text),
        "character_start_times_seconds": [0.1 * number for number in range(len(text))],
        "character_end_times_seconds": [0.1 * number + 0.1 for number in range(len(text))],
    }


@pytest.mark.parametrize("wrapped", [True, False])
def test_elevenlabs_characters_become_words(wrapped: bool, read: Read) -> None:
    document = {"audio_base64": "UklGRg==", "alignment": letters("Hi there!")} if wrapped else letters("Hi there!")
    assert spans(read(json.dumps(document))) == [("Hi", 0.0, 0.2), ("there!", 0.3, 0.9)]


def test_elevenlabs_streaming_form_is_in_milliseconds(read: Read) -> None:
    document = {
        "audio": "UklGRg==",
        "alignment": {"chars": list("Hi a"), "charStartTimesMs": [0, 50, 90, 120], "charDurationsMs": [50, 40, 30, 80]},
    }
    assert spans(read(json.dumps(document))) == [("Hi", 0.0, 0.09), ("a", 0.12, 0.2)]


def test_polly_marks_are_words_and_what_is_seen(read: Read) -> None:
    marks = [
        {"time": 0, "type": "sentence", "start": 0, "end": 23, "value": "Mary had."},
        {"time": 6, "type": "word", "start": 0, "end": 4, "value": "Mary"},
        {"time": 6, "type": "viseme", "value": "p"},
        {"time": 73, "type": "viseme", "value": "E"},
        {"time": 180, "type": "viseme", "value": "r"},
        {"time": 292, "type": "viseme", "value": "i"},
        {"time": 373, "type": "word", "start": 5, "end": 8, "value": "had"},
        {"time": 373, "type": "viseme", "value": "k"},
        {"time": 604, "type": "viseme", "value": "sil"},
    ]
    cue = read("\n".join(json.dumps(mark) for mark in marks) + "\n")
    assert spans(cue) == [("Mary", 0.006, 0.373), ("had", 0.373, 0.604)]
    assert [(phone.ipa, phone.word) for phone in cue.phones[1:]] == [
        ("p", 0),
        ("ɛ", 0),
        ("ɹ", 0),
        ("i", 0),
        ("k", 1),
        ("sil", -1),
    ]


@pytest.mark.parametrize("unit", [1000, 10_000_000])
def test_azure_offsets_in_milliseconds_and_in_ticks(unit: int, read: Read) -> None:
    events = [
        {"Text": "The", "AudioOffset": round(0.05 * unit), "Duration": round(0.1 * unit), "BoundaryType": "Word"},
        {"Text": "rain", "AudioOffset": round(0.2 * unit), "Duration": round(0.3 * unit), "BoundaryType": "Word"},
        {"Text": ".", "AudioOffset": round(0.5 * unit), "Duration": round(0.1 * unit), "BoundaryType": "Punctuation"},
    ]
    assert spans(read(json.dumps(events))) == [("The", 0.05, 0.15), ("rain", 0.2, 0.5)]


def test_azure_metadata_of_a_stream(read: Read) -> None:
    word = {"Offset": 1_000_000, "Duration": 3_000_000, "text": {"Text": "hello", "Length": 5}}
    metadata = [{"Type": "WordBoundary", "Data": word}, {"Type": "SentenceBoundary", "Data": word}]
    assert spans(read(json.dumps({"Metadata": metadata}))) == [("hello", 0.1, 0.4)]


def test_google_marks_take_their_words_from_the_transcript(read: Read) -> None:
    points = json.dumps({"timepoints": [{"markName": "0", "timeSeconds": 0.1}, {"markName": "1", "timeSeconds": 0.6}]})
    assert spans(read(points, transcript="Hello, there!")) == [("Hello", 0.1, 0.6), ("there", 0.6, 2.0)]
    with pytest.raises(InputError, match="give the transcript"):
        read(points)
    with pytest.raises(InputError, match="2 marks and the transcript 3 words"):
        read(points, transcript="Hello there you")


@pytest.mark.parametrize(
    "document",
    [
        {"words": [{"word": "so", "start": 0.1, "end": 0.4}]},
        {"segments": [{"words": [{"word": " so", "start": 0.1, "end": 0.4}]}, {"text": ""}]},
        {"words": [{"word": "so", "start_sec": 0.1, "end_sec": 0.4, "confidence": 0.9}]},
        {"words": [{"alignedWord": "so", "word": "so", "case": "success", "start": 0.1, "end": 0.4}]},
        [{"text": "so", "startTime": 0.1, "endTime": 0.4}],
    ],
)
def test_lists_of_words(document: object, read: Read) -> None:
    assert spans(read(json.dumps(document))) == [("so", 0.1, 0.4)]


def test_subtitles_lose_their_marks_and_asides(read: Read) -> None:
    cue = read(
        "1\r\n00:00:00,100 --> 00:00:00,500\r\n<i>Hello</i> [laughs]\r\n\r\n"
        "2\r\n00:00:00,600 --> 00:00:01,000 X1:0\r\n{\\an8}♪ (music)\r\n\r\n"
        "3\r\n00:00:01,000 --> 00:00:01,500\r\nRock &amp;\r\nroll\r\n"
    )
    assert [word.text for word in cue.words] == ["Hello", "Rock", "&", "roll"]
    assert cue.words[0].end == pytest.approx(0.5)


def test_webvtt_word_times_are_used_and_its_comments_are_not(read: Read) -> None:
    cue = read(
        "WEBVTT - title\n\nNOTE 00:00.000 --> 00:09.000\nnot said\n\nSTYLE\n::cue {}\n\nid\n"
        "00:00.100 --> 00:00.900 align:start\n<v Bob>Hello <00:00:00.400><c>there</c>\n"
    )
    assert spans(cue) == [("Hello", 0.1, 0.4), ("there", 0.4, 0.9)]
    assert cue.words[0].confidence == pytest.approx(0.9)


def test_captions_that_roll_say_each_word_once(read: Read) -> None:
    cue = read(
        "WEBVTT\nKind: captions\nLanguage: en\n\n"
        "00:00:00.100 --> 00:00:00.900 align:start\n \nso<00:00:00.400><c> it</c><00:00:00.600><c> is</c>\n\n"
        "00:00:00.900 --> 00:00:00.910 align:start\nso it is\n \n\n"
        "00:00:00.910 --> 00:00:01.500 align:start position:0%\nso it is\nthen<00:00:01.200><c> go</c>\n"
    )
    assert spans(cue) == [
        ("so", 0.1, 0.4),
        ("it", 0.4, 0.6),
        ("is", 0.6, 0.9),
        ("then", 0.91, 1.2),
        ("go", 1.2, 1.5),
    ]


def test_arpabet_becomes_ipa_and_silences_silence(read: Read) -> None:
    rows = ['"HH" 0.0 0.1', '"AY1" 0.1 0.4', '"sp" 0.4 0.5', '"B_B" 0.5 0.6', '"AH0" 0.6 0.7']
    intervals = "\n".join(f"{row.split()[1]} {row.split()[2]} {row.split()[0]}" for row in rows)
    cue = read(
        'File type = "ooTextFile"\nObject class = "TextGrid"\n0 0.7 <exists> 1\n"IntervalTier" "phones" 0 0.7 5\n'
        + intervals,
        duration=0.7,
    )
    assert [phone.ipa for phone in cue.phones] == ["h", "aɪ", "sil", "b", "ʌ"]
    assert cue.words == ()


@pytest.mark.parametrize(
    ("labels", "ipa"),
    [
        ("h aI <p:> tS U_r 6 2: @ r\\", "h aɪ sil tʃ ʊr ɐ øː ə ɹ"),
        ("t̪ ow spn ej ɟ", "t̪ ow sil ej ɟ"),
        ("HH AX L OW1", "h ə l oʊ"),
        ("sh uang3", None),
        ("q ŋŋ €", None),
    ],
)
def test_notations_of_phones(labels: str, ipa: str | None) -> None:
    found = ipa_of([label.replace("_r", "r") for label in labels.split()])
    assert found == (None if ipa is None else ipa.split())


def test_tiers_are_chosen_by_name(read: Read) -> None:
    tiers = {"KAN-MAU": "sa", "ORT-MAU": "so", "MAU": "s", "utterances": "so it is"}
    text = 'File type = "ooTextFile"\nObject class = "TextGrid"\n0 1 <exists> 4\n'
    cue = read(text + "".join(f'"IntervalTier" "{name}" 0 1 1 0 1 "{label}"\n' for name, label in tiers.items()), 1.0)
    assert spans(cue) == [("so", 0.0, 1.0)]
    assert [phone.ipa for phone in cue.phones] == ["s"]
    assert any("ORT-MAU, MAU" in note for note in cue.notes)


def test_a_cue_sheet_may_be_read_and_written_again_and_again(read: Read) -> None:
    first = read("".join(f"rec 1 {number / 10} 0.1 hello\n" for number in range(60)), duration=7.0)
    again = read(cue_text(read(cue_text(first), duration=7.0)), duration=7.0)
    assert again == first


def test_kaldi_silences_and_comments_of_a_ctm_are_no_words(read: Read) -> None:
    cue = read(";; made by hand\nrec 1 0.10 0.20 yes 0.98\nrec 1 0.30 0.10 <eps> 1\nrec 1 0.45 0.20 no\n", duration=1.0)
    assert spans(cue) == [("yes", 0.1, 0.3), ("no", 0.45, 0.65)]


def test_the_words_tell_the_language(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"words": [{"word": "привет", "start": 0, "end": 1}]}))
    assert words_in(path) == "привет"
