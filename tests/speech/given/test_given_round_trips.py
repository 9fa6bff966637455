"""What is written can be read again, to the resolution of the form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from syncline.speech.cuesheet import CueSheet, Phone, Word, check, contiguous
from syncline.speech.formats.choose import cue_text
from syncline.speech.given.read import read_given

WORDS = ["it's", "buy", "map", "naïve", "five", "my", "Zoë", 'say"so']


def sheet(seed: int) -> CueSheet:
    """Words of three phones each, now and then a pause; times off every grid."""
    rng = np.random.default_rng(seed)
    words, phones, edge = [], [], 0.1234567
    for number in range(20):
        start = edge
        for ipa in rng.choice(["p", "aɪ", "s", "uː", "tʃ", "ə", "l"], size=3):
            end = edge + float(rng.uniform(0.03, 0.2))
            phones.append(Phone(str(ipa), edge, end, 0.9, number))
            edge = end
        words.append(Word(str(rng.choice(WORDS)), start, edge, 0.9))
        edge += float(rng.choice([0.0, 0.3333333]))
    duration = edge + 0.2
    return CueSheet("en", tuple(words), contiguous(phones, duration), duration, "by hand")


@pytest.fixture
def read_back(tmp_path: Path) -> Callable[..., CueSheet]:
    def through(cue: CueSheet, form: str, encoding: str = "utf-8") -> CueSheet:
        path = tmp_path / "given"
        path.write_bytes(cue_text(cue, form).encode(encoding))
        found = read_given(path, language=cue.language, duration=cue.duration)
        check(found)
        return found

    return through


def assert_same_words(found: CueSheet, cue: CueSheet, within: float) -> None:
    assert [word.text for word in found.words] == [word.text for word in cue.words]
    for side in ("start", "end"):
        times = [getattr(word, side) for word in cue.words]
        assert [getattr(word, side) for word in found.words] == pytest.approx(times, abs=within)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("form", ["textgrid", "textgrid-short"])
def test_textgrid(form: str, encoding: str, read_back: Callable[..., CueSheet]) -> None:
    for seed in range(3):
        cue = sheet(seed)
        found = read_back(cue, form, encoding)
        assert_same_words(found, cue, 1e-12)
        assert [(p.ipa, p.word) for p in found.phones] == [(p.ipa, p.word) for p in cue.phones]
        assert [p.start for p in found.phones] == pytest.approx([p.start for p in cue.phones], abs=1e-12)
        assert found.source == "given:textgrid"


@pytest.mark.parametrize("form", ["ctm", "srt", "vtt", "vtt-lines"])
def test_words_to_the_millisecond_with_phones_of_a_dictionary(form: str, read_back: Callable[..., CueSheet]) -> None:
    cue = sheet(4)
    found = read_back(cue, form)
    if form == "vtt-lines":  # a word's end within a line is the next one's start
        assert [word.text for word in found.words] == [word.text for word in cue.words]
        starts = [word.start for word in cue.words]
        assert [word.start for word in found.words] == pytest.approx(starts, abs=5.1e-4)
    else:
        assert_same_words(found, cue, 1.01e-3)
    said = [phone for phone in found.phones if not phone.silent]
    assert {phone.word for phone in said} == set(range(len(cue.words)))
    for phone in said:
        word = found.words[phone.word]
        assert word.start - 0.006 <= phone.start < phone.end <= word.end + 0.006
    assert all(phone.confidence < 0.9 for phone in said)
    assert any("dictionary" in note for note in found.notes)


def test_a_cue_sheet(read_back: Callable[..., CueSheet]) -> None:
    cue = sheet(5)
    assert read_back(cue, "json") == cue


def test_azure_events_keep_what_is_seen(read_back: Callable[..., CueSheet]) -> None:
    from syncline.speech.formats.common import runs_of
    from syncline.speech.viseme_tables import microsoft

    cue = sheet(6)
    found = read_back(cue, "azure")
    seen, again = (runs_of(one, lambda phone: microsoft(phone.ipa, "en")) for one in (cue, found))
    assert [number for _, _, number in again] == [number for _, _, number in seen]
    assert [start for start, _, _ in again] == pytest.approx([start for start, _, _ in seen], abs=1e-7)
    assert any("visemes" in note for note in found.notes)


def test_lines_of_subtitles_are_divided(read_back: Callable[..., CueSheet]) -> None:
    cue = sheet(7)
    found = read_back(cue, "srt-lines")
    assert [word.text for word in found.words] == [word.text for word in cue.words]
    errors = [abs(a.start - b.start) for a, b in zip(found.words, cue.words, strict=True)]
    assert np.median(errors) < 0.25
    assert min(word.confidence for word in found.words) < 0.5
    assert any("rough" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "language", "words", "own_phones"),
    [
        ("bfa_LJ001-0001", "en", 27, True),
        ("mfa_acoustic_corpus", "en", 58, True),
        ("charsiu_SSB00050015", "zh", 15, False),  # its phones are pinyin
    ],
)
def test_textgrids_of_aligners(shared_data: Path, name: str, language: str, words: int, own_phones: bool) -> None:
    path = shared_data / "speech" / f"{name}.TextGrid"
    found = read_given(path, language=language, duration=27.0)
    check(found)
    assert len(found.words) == words
    assert own_phones == (not any("dictionary" in note for note in found.notes))
    assert sum(not phone.silent for phone in found.phones) > 1.5 * words
