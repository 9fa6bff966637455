"""Hashes of files and keys of steps."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path

import pytest

from syncline.errors import InputError, MissingInput
from syncline.store import file_hash, key_of


class Mode(Enum):
    LOOP = "loop"


@dataclass(frozen=True)
class Options:
    rate: Fraction
    mode: Mode
    names: tuple[str, ...] = ()


def test_a_file_is_named_by_its_bytes(tmp_path: Path) -> None:
    data = os.urandom(3_000_001)  # more than two chunks and not a whole number of them
    (tmp_path / "a").write_bytes(data)
    (tmp_path / "b").write_bytes(data)
    expected = hashlib.blake2b(data, digest_size=20).hexdigest()
    assert file_hash(tmp_path / "a") == file_hash(tmp_path / "b") == expected


def test_a_changed_file_is_hashed_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    before = file_hash(path)
    path.write_bytes(b"two")  # same size
    os.utime(path, ns=(1, 1))
    assert file_hash(path) != before


def test_what_cannot_be_hashed_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(MissingInput):
        file_hash(tmp_path / "nothing")
    with pytest.raises(InputError):
        file_hash(tmp_path)


def test_equal_options_make_equal_keys_and_any_difference_another() -> None:
    def key(version: str = "1", plate: str = "aa", rate: Fraction = Fraction(25), names: tuple[str, ...] = ()) -> str:
        return key_of("tracks", version, {"plate": plate}, Options(rate, Mode.LOOP, names))

    assert key() == key()
    others = {key("2"), key(plate="ab"), key(rate=Fraction(30000, 1001)), key(names=("a",)), key(names=("a", "b"))}
    assert len(others | {key()}) == 6


def test_order_of_names_does_not_matter() -> None:
    assert key_of("s", "1", {"a": 1, "b": 2}) == key_of("s", "1", {"b": 2, "a": 1})


@pytest.mark.parametrize("value", [object(), {1: "a"}, b"bytes", {"x": {1, 2}}])
def test_a_value_without_one_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        key_of("s", "1", {"value": value})
