"""The split of the GRID clips and the sentences they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.grid_dub import CASES, Case
from benchmarks.grid_split import OPEN_WORDS, VOCABULARY, Sentence, read_sentence, split, without_words

ALIGN = (
    "0 23750 sil\n23750 29500 bin\n29500 34000 blue\n34000 35500 at\n35500 41000 f\n41000 47250 two\n47250 53000 now\n"
)


def spoken(*words: str) -> Sentence:
    return Sentence("-".join(words), words, tuple((float(index), index + 1.0) for index in range(len(words))))


def test_a_sentence_has_its_words_in_frames(tmp_path: Path) -> None:
    (tmp_path / "bbaf2n.align").write_text(ALIGN + "53000 74500 sil\n")
    sentence = read_sentence(tmp_path, "bbaf2n")
    assert sentence.transcript == "bin blue at f two now"
    assert sentence.intervals[0] == (23.75, 29.5)
    assert [words[index] for words, index in zip(VOCABULARY, sentence.classes, strict=True)] == list(sentence.words)


@pytest.mark.parametrize("text", [ALIGN + "53000 60000 now\n", ALIGN.replace("blue", "two"), ""])
def test_what_is_no_sentence_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.align").write_text(text)
    with pytest.raises(ValueError, match="no GRID sentence"):
        read_sentence(tmp_path, "x")


def test_an_incomplete_folder_has_no_split(tmp_path: Path) -> None:
    (tmp_path / "bbaf2n.mpg").touch()
    with pytest.raises(ValueError, match="1 clips, not the 269"):
        split(tmp_path)


def test_footage_pairs_and_dev_share_no_clip(shared_data: Path) -> None:
    parts = split(shared_data / "grid_s1")
    paired = {name for pair in parts.pairs for name in pair}
    assert (len(parts.train), len(parts.pairs), len(parts.dev)) == (160, 40, 40)
    assert not paired & set(parts.train)
    assert not paired & set(parts.dev)
    assert not set(parts.dev) & set(parts.train)
    assert all(plate != line for plate, line in parts.pairs)


def test_every_held_out_open_word_was_trained_on(shared_data: Path) -> None:
    folder = shared_data / "grid_s1"
    parts = split(folder)
    said = {word for name in parts.train for word in read_sentence(folder, name).words}
    assert said == {word for words in VOCABULARY for word in words}


def test_open_footage_holds_none_of_the_words() -> None:
    sentences = [spoken("bin", "red"), spoken("bin", "blue"), spoken("place", "blue"), spoken("lay", "green")]
    assert [each.words[0] for each in without_words(sentences, OPEN_WORDS)] == ["bin", "lay"]
    assert Case("o", "", 1, open=True).footage(sentences) == [sentences[1]]
    assert Case("c", "", 3).footage(sentences) == sentences[:3]
    assert Case("p", "", None).footage(sentences) == []


def test_cases_have_keys_and_titles_of_their_own() -> None:
    assert len({case.key for case in CASES}) == len({case.title for case in CASES}) == len(CASES)
