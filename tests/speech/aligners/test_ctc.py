"""What the CTC aligner does beyond the contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from syncline.errors import DependencyError, InputError, MissingInput
from syncline.speech.aligners.ctc import CtcAligner
from syncline.speech.cuesheet import check
from syncline.speech.espeak import Spoken

pytest.importorskip("torch")
from tiny_ctc import write_model

SENTENCE = "Please buy the big map before five, my brother."
LEAD_S = 0.5


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("ctc"), [SENTENCE])


def test_words_start_where_they_are_said(model: Path, spoken_english: Spoken) -> None:
    sheet = CtcAligner(model).align(spoken_english.sound, SENTENCE, "en-GB")
    errors = [w.start - (t.start + LEAD_S) for w, t in zip(sheet.words, spoken_english.words, strict=True)]
    assert np.median(np.abs(errors)) < 0.03
    assert min(word.confidence for word in sheet.words) > 0.8
    assert sheet.source == "ctc"


def test_a_word_that_cannot_be_spelled_lies_between_the_others(model: Path, spoken_english: Spoken) -> None:
    right = CtcAligner(model).align(spoken_english.sound, SENTENCE, "en")
    sheet = CtcAligner(model).align(spoken_english.sound, SENTENCE.replace("big", "Øð"), "en")
    check(sheet)
    assert [word.text for word in sheet.words][3] == "Øð"
    assert sheet.words[3].confidence < 0.5
    assert abs(sheet.words[4].start - right.words[4].start) < 0.06
    assert any("no letters that the model knows" in note for note in sheet.notes)


def test_amounts_are_one_word_spelled_as_it_is_said(model: Path, spoken_english: Spoken) -> None:
    sheet = CtcAligner(model).align(spoken_english.sound, "Please buy the map for $12.50, my brother.", "en")
    assert [word.text for word in sheet.words] == ["Please", "buy", "the", "map", "for", "$12.50", "my", "brother"]
    check(sheet)


def test_a_text_in_another_writing_is_refused(model: Path, spoken_english: Spoken) -> None:
    with pytest.raises(InputError, match="cannot spell this text"):
        CtcAligner(model).align(spoken_english.sound, "Øðø ðøø æøð big", "en")


def test_text_that_is_not_said_is_doubted(model: Path, spoken_english: Spoken) -> None:
    sheet = CtcAligner(model).align(spoken_english.sound, "Quick foxes jump over zigzag walls quite often.", "en")
    assert sheet.confidence < 0.5
    assert any("may not be what is said" in note for note in sheet.notes)


def test_text_beyond_the_sound_is_left_out(model: Path, spoken_english: Spoken) -> None:
    sheet = CtcAligner(model).align(spoken_english.sound, f"{SENTENCE} " * 60, "en")
    check(sheet)
    assert 0 < len(sheet.words) < 60 * 9
    assert any(note.startswith("the transcript is longer than the sound: its last") for note in sheet.notes)


def test_sources_are_the_model_and_its_labels(model: Path) -> None:
    files = CtcAligner(model).sources("en").files
    assert [file.name for file in files] == ["letters.pt", "letters.pt.json"]
    assert "torch" in CtcAligner(model).sources("en").uses


def test_without_torch_it_says_what_to_install(
    model: Path, spoken_english: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncline.speech.aligners.ctc.torch_installed", lambda: False)
    with pytest.raises(DependencyError, match=r"pip install 'syncline\[neural\]'"):
        CtcAligner(model).align(spoken_english.sound, SENTENCE, "en")


def test_files_that_are_missing(tmp_path: Path, spoken_english: Spoken) -> None:
    with pytest.raises(MissingInput, match="no such model"):
        CtcAligner(tmp_path / "none.pt").align(spoken_english.sound, SENTENCE, "en")
    (tmp_path / "none.pt").write_bytes(b"model")
    with pytest.raises(MissingInput, match="labels are missing"):
        CtcAligner(tmp_path / "none.pt").align(spoken_english.sound, SENTENCE, "en")
