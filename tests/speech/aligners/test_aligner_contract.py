"""What every aligner promises."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech.aligners.base import Aligner
from syncline.speech.aligners.registry import find_aligner
from syncline.speech.cuesheet import CueSheet, Phone, Word, check, contiguous
from syncline.speech.espeak import Spoken
from syncline.speech.formats.textgrid import textgrid_long
from tiny_mfa import environment, write_mfa

SENTENCE = "Please buy the big map before five, my brother."  # what `spoken_english` says
WORDS = SENTENCE.replace(",", "").replace(".", "").split()
LEAD_S = 0.5  # of near silence around it


def true_sheet(spoken: Spoken) -> CueSheet:
    """The sentence's own times."""
    starts = [word.start + LEAD_S for word in spoken.words]
    ends = [*starts[1:], spoken.duration - LEAD_S]
    words = tuple(Word(text, start, end) for text, start, end in zip(WORDS, starts, ends, strict=True))
    phones = [Phone("ə", word.start, word.end, 1.0, number) for number, word in enumerate(words)]
    return CueSheet("en", words, contiguous(phones, spoken.duration), spoken.duration, "by hand")


@pytest.fixture(scope="module", params=["auto", "pocketsphinx", "espeak-dtw", "mfa", "ctc", "given"])
def aligner(
    request: pytest.FixtureRequest, spoken_english: Spoken, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Aligner]:
    folder = tmp_path_factory.mktemp("aligner")
    name = request.param
    with pytest.MonkeyPatch.context() as patch:
        if name == "mfa":
            write_mfa(folder)
            for key, value in environment(folder).items():
                patch.setenv(key, value)
        elif name == "ctc":
            if importlib.util.find_spec("torch") is None:
                pytest.skip("torch (extra neural) is not installed")
            from tiny_ctc import write_model

            name = f"ctc:{write_model(folder, [SENTENCE])}"
        elif name == "given":
            file = folder / "line.TextGrid"
            file.write_text(textgrid_long(true_sheet(spoken_english)), encoding="utf-8")
            name = f"given:{file}"
        yield find_aligner(name)


@pytest.fixture(scope="module")
def sheet(aligner: Aligner, spoken_english: Spoken) -> CueSheet:
    return aligner.align(spoken_english.sound, SENTENCE, "en")


def test_it_says_who_it_is_and_that_it_can_run(aligner: Aligner, request: pytest.FixtureRequest) -> None:
    assert aligner.name == request.node.callspec.params["aligner"]
    assert aligner.missing() is None
    known = aligner.languages()
    assert known is None or "en" in known
    assert all(file.is_file() for file in aligner.sources("en").files)


def test_words_are_the_transcripts_in_order(sheet: CueSheet) -> None:
    assert [word.text for word in sheet.words] == WORDS
    assert sheet.language == "en"
    assert sheet.source


def test_the_sheet_keeps_its_promises(sheet: CueSheet, spoken_english: Spoken) -> None:
    check(sheet)
    assert sheet.duration == pytest.approx(spoken_english.duration, abs=1e-6)
    assert CueSheet.from_json(sheet.to_json()) == sheet
    assert {phone.word for phone in sheet.phones if not phone.silent} == set(range(len(WORDS)))
    for phone in sheet.phones:
        assert 0 <= phone.confidence <= 1
        if not phone.silent:
            word = sheet.words[phone.word]
            assert word.start - 0.03 <= phone.start <= phone.end <= word.end + 0.03


def test_words_lie_where_they_are_said(sheet: CueSheet, spoken_english: Spoken) -> None:
    true = true_sheet(spoken_english).words
    overlaps = [min(a.end, b.end) > max(a.start, b.start) for a, b in zip(sheet.words, true, strict=True)]
    assert np.mean(overlaps) > 0.8
    assert sheet.words[0].start > LEAD_S - 0.15
    assert sheet.words[-1].end < spoken_english.duration - LEAD_S + 0.2


def test_the_same_sound_gives_the_same_sheet(aligner: Aligner, sheet: CueSheet, spoken_english: Spoken) -> None:
    assert aligner.align(spoken_english.sound.astype(np.float64), SENTENCE, "en") == sheet


def test_what_is_no_sound_is_refused(aligner: Aligner) -> None:
    for wrong in (np.full(16_000, np.nan, np.float32), np.zeros((2, 16_000), np.float32)):
        with pytest.raises(InputError):
            aligner.align(wrong, SENTENCE, "en")


def test_silence_holds_no_words(aligner: Aligner, spoken_english: Spoken) -> None:
    if aligner.name == "given":
        pytest.skip("it does not listen")
    sheet = aligner.align(np.zeros_like(spoken_english.sound), SENTENCE, "en")
    check(sheet)
    assert not sheet.words
    assert sheet.notes


@pytest.mark.parametrize("nothing", ["", "  ", "...", "\U0001f600"])
def test_a_transcript_without_words(aligner: Aligner, spoken_english: Spoken, nothing: str) -> None:
    sheet = aligner.align(spoken_english.sound, nothing, "en")
    check(sheet)
    assert aligner.name == "given" or not sheet.words


@pytest.mark.parametrize("wrong", ["Nothing of this is said here at all.", f"{SENTENCE} " * 40])
def test_text_that_does_not_fit_is_no_error(aligner: Aligner, spoken_english: Spoken, wrong: str) -> None:
    sheet = aligner.align(spoken_english.sound, wrong, "en")
    check(sheet)
    assert all(word.end <= sheet.duration for word in sheet.words)


def test_a_language_that_it_does_not_know_is_refused(aligner: Aligner, spoken_english: Spoken) -> None:
    known = aligner.languages()
    if known is None:
        pytest.skip("it knows any language that has a voice")
    with pytest.raises(InputError, match=r"does not know the language 'tlh'"):
        aligner.align(spoken_english.sound, SENTENCE, "tlh")
