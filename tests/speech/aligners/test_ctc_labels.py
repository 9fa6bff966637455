"""Labels of CTC models, and words spelled with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syncline.errors import InputError, MissingInput
from syncline.speech.aligners.ctc_labels import Labels, labels_from, read_labels

# torchaudio's own, as its documentation prints them.
ASR = ("-", "|", *"ETAONIHSRDLUMWCFGYPBVK", "'", *"XJQZ")
MMS = ("-", *"aienoutsrmkldghybpwcvjzf", "'", "q", "x", "*")
# Hugging Face's vocab.json of a base model.
VOCAB = {"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3, "|": 4, **{s: n for n, s in enumerate("ETAONIHSRDLU'", 5)}}


def model(folder: Path) -> Path:
    """A file in the place of a model."""
    path = folder / "model.pt"
    path.write_bytes(b"model")
    return path


def written(labels: Labels, word: str) -> str:
    columns = labels.spelled(word)
    return "" if columns is None else "".join(labels.names[column] for column in columns)


def test_torchaudios_lists() -> None:
    english, many = labels_from(list(ASR)), labels_from(list(MMS))
    assert (english.blank, english.between, english.star) == (0, 1, None)
    assert (many.blank, many.between, many.star) == (0, None, 28)
    assert written(english, "don't") == "DON'T"
    assert written(many, "Don\u2019t") == "don't"


def test_hugging_faces_vocabulary() -> None:
    labels = labels_from(VOCAB)
    assert (labels.blank, labels.between) == (0, 4)
    assert written(labels, "red") == "RED"
    assert len(labels.names) == len(VOCAB)


@pytest.mark.parametrize(
    ("word", "spelled"), [("café", "cafe"), ("Müller", "muller"), ("e\u0301t\u00e9", "ete"), ("\ufb01n", "fin")]
)
def test_letters_that_are_missing_lose_their_marks(word: str, spelled: str) -> None:
    assert written(labels_from(list(MMS)), word) == spelled


def test_letters_that_are_there_keep_them() -> None:
    assert written(labels_from(["-", "|", "e", "é", "t"]), "été") == "été"


@pytest.mark.parametrize("word", ["好", "Привет", "12", "*", "-", "|"])
def test_words_without_a_letter_of_the_model(word: str) -> None:
    assert labels_from(list(MMS)).spelled(word) is None


def test_details_beside_the_labels(tmp_path: Path) -> None:
    document = {"labels": ["a", "_", "b"], "blank": "_", "languages": ["en-US", "cmn"], "normalise": True, "heads": 8}
    (tmp_path / "model.pt.json").write_text(json.dumps(document))
    labels = read_labels(model(tmp_path))
    assert labels.blank == 1
    assert labels.languages == {"en", "zh"}
    assert labels.normalise is True
    assert labels.heads == 8


@pytest.mark.parametrize("place", ["model.pt.json", "model.json", "labels.json"])
def test_where_they_may_lie(place: str, tmp_path: Path) -> None:
    (tmp_path / place).write_text('["-", "a"]')
    assert read_labels(model(tmp_path)).names == ("-", "a")


@pytest.mark.parametrize(
    "wrong",
    ["", "{", "[]", "3", '["-"]', '["-", 3]', '{"a": 0, "b": 2}', '{"a": 0, "b": 0}', '{"labels": "ab"}',
     '{"labels": ["-", "a"], "blank": "x"}', '{"labels": ["-", "a"], "languages": [3]}', '{"a": "b"}', "[" * 100_000],
)  # fmt: skip
def test_what_lists_no_labels(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(wrong)
    with pytest.raises(InputError, match="labels"):
        read_labels(model(tmp_path))


def test_without_labels_it_is_said_where_to_put_them(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match=r"beside it \(model\.pt\.json\)"):
        read_labels(model(tmp_path))


def test_any_json_is_answered_with_a_sentence(tmp_path: Path) -> None:
    values: list[Any] = [None, True, [None, 1], {"labels": {"a": 0, "b": 1}, "heads": "x"}, {"labels": None}]
    for value in values:
        (tmp_path / "model.json").write_text(json.dumps(value))
        with pytest.raises(InputError):
            read_labels(model(tmp_path))
