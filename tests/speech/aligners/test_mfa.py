"""The Montreal Forced Aligner as a child process: a stand-in takes its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from syncline.errors import DependencyError, InputError, StageError
from syncline.speech.aligners import mfa
from syncline.speech.aligners.mfa import MfaAligner
from syncline.speech.aligners.mfa_models import Models, languages, models_of
from syncline.speech.aligners.tool import run_tool
from syncline.speech.cuesheet import check
from syncline.speech.espeak import Spoken
from tiny_mfa import environment, write_mfa

SENTENCE = "Please buy the big map before five, my brother."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in lies and leaves what it was called with."""
    place = tmp_path / "bin"
    write_mfa(place)
    for key, value in environment(place).items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("MFA_ROOT_DIR", str(tmp_path / "MFA"))
    return place


def arguments(folder: Path) -> list[str]:
    return (folder / "arguments").read_text().splitlines()


def test_phones_and_words_are_those_of_its_textgrids(folder: Path, spoken_english: Spoken) -> None:
    sheet = MfaAligner().align(spoken_english.sound, SENTENCE, "en-GB")
    check(sheet)
    assert sheet.source == "mfa"
    assert sheet.words[0].text == "Please"
    assert [phone.ipa for phone in sheet.phones if phone.word == 3] == ["b", "ɪ", "ɡ"]
    assert sheet.notes == ()
    told = arguments(folder)
    assert told[0] == "align"
    assert told[-3:-1] == ["english_uk_mfa", "english_mfa"]


def test_version_4_has_another_name_for_the_command(folder: Path, spoken_english: Spoken) -> None:
    write_mfa(folder, "4.0.1")
    sheet = MfaAligner().align(spoken_english.sound, SENTENCE, "en")
    assert len(sheet.words) == 9
    assert arguments(folder)[0] == "align_legacy"


def test_models_of_ones_own(folder: Path, spoken_english: Spoken) -> None:
    MfaAligner.with_models("our model.zip, our words.dict").align(spoken_english.sound, SENTENCE, "en")
    assert arguments(folder)[-3:-1] == ["our words.dict", "our model.zip"]  # one argument each, no shell between


def test_words_that_it_does_not_know_keep_their_text(folder: Path, spoken_english: Spoken) -> None:
    sheet = MfaAligner().align(spoken_english.sound, SENTENCE.replace("big", "größte"), "en")
    assert len(sheet.words) == 8  # "<unk>" is no word
    assert sheet.notes == ("MFA placed 1 words fewer than the transcript has",)


def test_amounts_are_written_out_for_it_and_one_word_again(folder: Path, spoken_english: Spoken) -> None:
    sheet = MfaAligner().align(spoken_english.sound, "Please buy the map for $12.50, my brother.", "en")
    assert "$12.50" in [word.text for word in sheet.words]
    assert [word.text for word in sheet.words][-2:] == ["my", "brother"]
    check(sheet)


def test_long_sounds_go_in_utterances(folder: Path, spoken_english: Spoken) -> None:
    quiet = np.random.default_rng(1).standard_normal(12_000).astype(np.float32) * 1e-4
    sound = np.concatenate([part for _ in range(12) for part in (spoken_english.sound, quiet)])
    sheet = MfaAligner().align(sound, f"{SENTENCE} " * 12, "en")
    check(sheet)
    assert len(sheet.words) == 12 * 9
    period = (len(spoken_english.sound) + 12_000) / 16_000
    for number in range(12):
        assert sheet.words[9 * number].start == pytest.approx(
            number * period + 0.5, abs=2.0
        )  # the stand-in knows no pauses


@pytest.mark.parametrize(
    ("how", "kind", "message"),
    [
        ("no model", DependencyError, r"mfa model download acoustic english_mfa && mfa model download dictionary"),
        ("fails", StageError, r"mfa ended with status 1: Something in Kaldi went wrong$"),
        ("damaged", StageError, r"TextGrid cannot be read"),
    ],
)
def test_its_failures_are_one_sentence(
    how: str, kind: type[Exception], message: str, folder: Path, spoken_english: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINY_MFA", how)
    with pytest.raises(kind, match=message):
        MfaAligner().align(spoken_english.sound, SENTENCE, "en")


def test_nothing_found_is_no_failure(folder: Path, spoken_english: Spoken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINY_MFA", "finds nothing")
    sheet = MfaAligner().align(spoken_english.sound, SENTENCE, "en")
    assert not sheet.words
    assert sheet.notes == ("MFA found no way through this sound with this transcript",)


def test_it_is_stopped_when_it_hangs(folder: Path, spoken_english: Spoken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINY_MFA", "hangs")
    monkeypatch.setattr(mfa, "_START_S", 0.5)
    monkeypatch.setattr(mfa, "_TIMES", 0.0)
    with pytest.raises(StageError, match="took too long"):
        MfaAligner().align(spoken_english.sound, SENTENCE, "en")


def test_without_it_what_to_install_is_said(
    tmp_path: Path, spoken_english: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DependencyError, match="conda install -c conda-forge montreal-forced-aligner"):
        MfaAligner().align(spoken_english.sound, SENTENCE, "en")


def test_a_language_without_a_model(folder: Path, spoken_english: Spoken) -> None:
    with pytest.raises(InputError, match="does not know the language 'is'"):
        MfaAligner().align(spoken_english.sound, SENTENCE, "is")


def test_sources_name_the_version_and_the_models(folder: Path, tmp_path: Path) -> None:
    assert MfaAligner().sources("en").version == "mfa 3.3.8 english_mfa,english_mfa"
    assert MfaAligner().sources("en").files == ()
    model = tmp_path / "MFA" / "pretrained_models" / "acoustic" / "english_mfa.zip"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"a model")
    assert MfaAligner().sources("en").files == (model,)


@pytest.mark.parametrize(
    ("language", "acoustic", "dictionary"),
    [
        ("en", "english_mfa", "english_mfa"),
        ("en-US", "english_mfa", "english_us_mfa"),
        ("pt_BR", "portuguese_mfa", "portuguese_brazil_mfa"),
        ("cmn", "mandarin_mfa", "mandarin_china_mfa"),
        ("zh-TW", "mandarin_mfa", "mandarin_taiwan_mfa"),
        ("es-AR", "spanish_mfa", "spanish_spain_mfa"),
        ("de-AT", "german_mfa", "german_mfa"),
    ],
)
def test_models_by_language(language: str, acoustic: str, dictionary: str) -> None:
    assert models_of(language) == Models(acoustic, dictionary)
    assert {"en", "de", "ja", "zh"} <= languages()


def test_a_tool_that_prints_much_does_not_stop(tmp_path: Path) -> None:
    import sys

    ended = run_tool([sys.executable, "-c", "print('x' * 300_000); print('│ the end │')"], timeout_s=30)
    assert ended.status == 0
    assert ended.told == "the end"
    with pytest.raises(StageError, match="cannot be started"):
        run_tool([str(tmp_path / "no such tool")], timeout_s=1)
