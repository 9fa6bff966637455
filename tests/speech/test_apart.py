"""Listening in a process of its own gives what listening here gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from syncline import child
from syncline.errors import InputError, StageError
from syncline.speech import apart


@pytest.fixture(scope="module")
def spoken(shared_data: Path) -> np.ndarray:
    samples, rate = soundfile.read(shared_data / "speech" / "leopard_test_es.wav", dtype="float32")
    return soxr.resample(samples, rate, 16_000)


TEXT = "Las arenas son blanquecinas de grano medio y tiene muy poca asistencia."


def test_the_answer_is_the_same_in_another_process(spoken: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    here = apart.listen(spoken, TEXT, "es")
    monkeypatch.setattr(apart, "APART_SECONDS", 0.0)
    assert apart.listen(spoken, TEXT, "es") == here


def test_errors_come_back_as_themselves(spoken: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "APART_SECONDS", 0.0)
    with pytest.raises(InputError, match="xx-none"):
        apart.listen(spoken, TEXT, "xx-none")


def test_a_process_that_dies_is_told(spoken: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "APART_SECONDS", 0.0)
    monkeypatch.setattr(child.sys, "path", [])
    with pytest.raises(StageError, match="without an answer"):
        apart.listen(spoken, TEXT, "es")


def test_a_transcript_needs_its_language(spoken: np.ndarray) -> None:
    with pytest.raises(InputError, match="language"):
        apart.listen(spoken, TEXT, None)
