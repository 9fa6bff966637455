"""What is heard beside the words is told on the sheet, and times in which several people speak are less sure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from syncline.media.probe import probe
from syncline.media.read import analysis_sound, read_sound
from syncline.speech import beside
from syncline.speech.align import align
from syncline.speech.overlap import Overlap
from syncline.speech.recognise import recognise

JFK = "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country."


def heard(path: Path) -> np.ndarray:
    return analysis_sound(read_sound(probe(path)))


def chords(count: int) -> np.ndarray:
    """Chords that change twice a second."""
    t = np.arange(count) / 16_000
    y = np.zeros(count)
    for k in range(count // 8000 + 1):
        there = (t >= k / 2) & (t < (k + 1) / 2)
        for step in (0, 4, 7, 12):
            hertz = 220 * 2 ** ((step + (0, 5, 7, 2)[k % 4]) / 12)
            y[there] += sum(np.sin(2 * np.pi * h * hertz * t[there]) / h for h in (1, 2, 3))
    return y / np.abs(y).max()


def test_music_under_speech_is_told(shared_data: Path) -> None:
    y = heard(shared_data / "speech" / "bfa_LJ001-0001.wav")
    quiet = np.zeros(16_000)
    y = np.concatenate([quiet, y, quiet])
    assert not any("music" in note for note in recognise(y).notes)
    assert any("there is music behind the speech" in note for note in recognise(y + 0.05 * chords(len(y))).notes)


def test_several_speakers_make_times_less_sure(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    y = heard(shared_data / "speech" / "jfk.flac")
    alone = align(y, JFK, "en")
    half = Overlap(((0.0, alone.duration / 2),), np.zeros(0, np.float32), alone.duration / 2, 0.5, "several people")
    monkeypatch.setattr(beside, "overlap", lambda *_: half)
    doubled = align(y, JFK, "en")
    assert "several people" in doubled.notes
    for one, other in zip(alone.words, doubled.words, strict=True):
        share = 0.5 if one.start < alone.duration / 2 else 1.0
        assert other.confidence == pytest.approx(share * one.confidence)
        assert other.extra["start_confidence"] == pytest.approx(share * one.extra["start_confidence"])
    spoken = [(a.confidence, b.confidence) for a, b in zip(alone.phones, doubled.phones, strict=True) if not a.silent]
    assert min(b / a for a, b in spoken if a > 0) == pytest.approx(0.5)
    assert all(b.confidence == a.confidence for a, b in zip(alone.phones, doubled.phones, strict=True) if a.silent)


def test_a_text_of_another_sound_is_doubted(shared_data: Path) -> None:
    y = heard(shared_data / "speech" / "jfk.flac")
    text = "Printing, in the only sense with which we are at present concerned, differs from most of the arts."
    wrong = align(y, text, "en")
    right = align(y, JFK, "en")
    assert any("not" in note and "said" in note for note in wrong.notes)
    assert wrong.confidence < 0.5 * right.confidence
