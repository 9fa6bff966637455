"""Aligners by their names."""

from __future__ import annotations

import subprocess
import sys

import pytest

from syncline.errors import InputError
from syncline.speech.aligners.base import primary
from syncline.speech.aligners.registry import find_aligner


@pytest.mark.parametrize("wrong", ["", "mfa2", "ctc", "ctc:", "given: ", "mfa:", "mfa:a,b,c", "mfa:--help", "auto:x"])
def test_names_of_none_are_refused_with_the_names_there_are(wrong: str) -> None:
    with pytest.raises(InputError, match=r"auto, pocketsphinx|does not name"):
        find_aligner(wrong)


def test_each_name_finds_its_own() -> None:
    names = (
        "auto",
        "pocketsphinx",
        "espeak-dtw",
        "mfa",
        "mfa:english_us_arpa",
        "ctc:a/model.pt",
        "given:C:\\a.TextGrid",
    )
    found = [find_aligner(name) for name in names]
    assert [aligner.name for aligner in found] == [name.split(":")[0] for name in names]
    assert str(found[-1].file) == "C:\\a.TextGrid"  # type: ignore[attr-defined]


def test_a_model_is_not_loaded_to_say_whether_it_could_be() -> None:
    code = """
import sys
from syncline.speech.aligners.registry import find_aligner
find_aligner("ctc:model.pt").missing()
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(("tag", "base"), [("en-GB", "en"), ("cmn", "zh"), ("zh_TW", "zh"), ("nb", "no")])
def test_primary_subtags(tag: str, base: str) -> None:
    assert primary(tag) == base
