"""The labels of a CTC model, and words spelled with them.

They stand in a JSON file beside the model: a list (torchaudio's `bundle.get_labels()`), an object from label to number
(Hugging Face's `vocab.json`), or an object with "labels" and what else is known of the model.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from syncline.errors import InputError, LimitError, MissingInput
from syncline.speech.aligners.base import STAGE, primary

MAX_BYTES: Final = 4 << 20
MAX_LABELS: Final = 50_000
STAR: Final = "*"  # torchaudio's label for whatever is said
_BLANKS: Final = ("<pad>", "<blank>", "[PAD]", "<ctc_blank>", "-")  # of several the first that is there
_BETWEEN: Final = ("|", " ", "\u2581")


@dataclass(frozen=True)
class Labels:
    """What the columns of a model's output mean.

    names : one a column. blank : column of the blank. between : column of the label between words, None for none.
    star : column that stands for anything, None for none. languages : primary subtags; None: not said.
    normalise : the model wants sound of mean 0 and variance 1; None: not said. heads : of its attention; None: 64
    numbers each, as in all published ones.
    """

    names: tuple[str, ...]
    blank: int
    between: int | None = None
    star: int | None = None
    languages: frozenset[str] | None = None
    normalise: bool | None = None
    heads: int | None = None
    columns: Mapping[str, int] = field(default_factory=dict, repr=False)

    def spelled(self, word: str) -> list[int] | None:
        """Columns of a word's letters; letters as near as the labels have them; None where it has none of them."""
        found = [column for sign in unicodedata.normalize("NFC", word) for column in self._columns_of(sign)]
        return found or None

    def _columns_of(self, sign: str) -> list[int]:
        for form in (sign, sign.lower(), sign.upper()):
            if form in self.columns:
                return [self.columns[form]]
        plain = _without_marks(sign)
        if plain != sign:
            return [column for part in plain for column in self._columns_of(part)]
        return []


def read_labels(model: Path) -> Labels:
    """The labels beside a model: `model.pt.json`, `model.json`, or `labels.json` in the same folder.

    Raises
    ------
    MissingInput : none of them is there, or no model. InputError : not such a file. LimitError : too large.
    """
    if not model.is_file():
        raise MissingInput("there is no such model", file=model, stage=STAGE)
    places = labels_places(model)
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise MissingInput(
            f"the model's labels are missing: put them as a JSON list beside it ({places[0].name})",
            file=model,
            stage=STAGE,
        )
    try:
        if file.stat().st_size > MAX_BYTES:
            raise LimitError(f"the labels are larger than {MAX_BYTES >> 20} MiB", file=file, stage=STAGE)
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as exc:
        if isinstance(exc, LimitError):
            raise
        raise InputError("the labels cannot be read as JSON", file=file, stage=STAGE) from exc
    try:
        return labels_from(document)
    except (KeyError, TypeError, ValueError) as exc:
        raise InputError(f"the file does not list a model's labels: {exc}", file=file, stage=STAGE) from exc


def labels_places(model: Path) -> tuple[Path, ...]:
    """Where the labels of a model may lie, in the order in which they are looked for."""
    return (model.with_name(f"{model.name}.json"), model.with_suffix(".json"), model.with_name("labels.json"))


def labels_from(document: Any) -> Labels:
    """Labels from the JSON value. Raises KeyError, TypeError or ValueError, with words."""
    details: Mapping[str, Any] = {}
    if isinstance(document, dict) and "labels" in document:
        details, document = document, document["labels"]
    names = _names(document)
    columns = {name: column for column, name in reversed(list(enumerate(names)))}
    blank = _named(columns, details.get("blank"), _BLANKS, "blank")
    if blank is None:
        blank = 0  # torchaudio's and most others'
    between = _named(columns, details.get("between"), _BETWEEN, "between")
    star = columns.get(STAR)
    special = {blank, between, star}
    letters = {
        name: column for name, column in columns.items() if column not in special and not _control(name) and name
    }
    languages = details.get("languages")
    heads = details.get("heads")
    return Labels(
        names,
        blank,
        between,
        star,
        None if languages is None else frozenset(primary(_text(tag)) for tag in languages),
        None if details.get("normalise") is None else bool(details["normalise"]),
        None if heads is None else int(heads),
        letters,
    )


def _names(document: Any) -> tuple[str, ...]:
    if isinstance(document, dict):
        by_number = {int(number): _text(name) for name, number in document.items()}
        if len(by_number) != len(document) or sorted(by_number) != list(range(len(by_number))):
            raise ValueError("the numbers do not run from 0 on")
        document = [by_number[number] for number in range(len(by_number))]
    if not isinstance(document, list) or not 2 <= len(document) <= MAX_LABELS:
        raise ValueError(f"a list of 2 to {MAX_LABELS} labels is wanted")
    return tuple(_text(name) for name in document)


def _named(columns: Mapping[str, int], name: Any, usual: tuple[str, ...], what: str) -> int | None:
    if name is not None:
        if name not in columns:
            raise ValueError(f"its {what} is no label")
        return columns[name]
    return next((columns[each] for each in usual if each in columns), None)


def _control(name: str) -> bool:
    return len(name) > 2 and (name[0], name[-1]) in (("<", ">"), ("[", "]"))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a label is not text")
    return value


@lru_cache(maxsize=4096)
def _without_marks(sign: str) -> str:
    """A letter without its accents; typographic apostrophes as the plain one."""
    if sign in "\u2019\u02bc\u2018":
        return "'"
    return "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
