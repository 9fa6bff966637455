"""Phones without a text."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech.align import align
from syncline.speech.articulation import flags, known
from syncline.speech.context import phone_context
from syncline.speech.cuesheet import CueSheet, Phone, check, contiguous
from syncline.speech.espeak import Spoken
from syncline.speech.recognise import recognise


def test_english_phones_resemble_what_is_said(spoken_english: Spoken) -> None:
    sheet = recognise(spoken_english.sound, "en")
    check(sheet)
    assert sheet.source == "recognised"
    assert sheet.words == ()
    assert all(known(phone.ipa) for phone in sheet.phones)
    said = [phone for phone in spoken_english.phones]  # noqa: C416
    truth = [Phone(a.ipa, a.start + 0.5, b.start + 0.5) for a, b in pairwise(said) if a.ipa and b.start > a.start]
    expected = CueSheet("en", (), contiguous(truth, sheet.duration), sheet.duration, "recognised")
    times = np.arange(0.6, sheet.duration - 0.6, 0.04)
    right, found = (phone_context(cue, times, [0.0], 0.04)[:, 0] for cue in (expected, sheet))
    wrong = np.roll(found, len(times) // 2, axis=0)
    assert np.mean((found - right) ** 2) < 0.75 * np.mean((wrong - right) ** 2)


def test_other_languages_are_less_sure_and_say_so(spoken_english: Spoken) -> None:
    english, other = recognise(spoken_english.sound, "en"), recognise(spoken_english.sound, "ja")
    unknown = recognise(spoken_english.sound)
    assert other.confidence < english.confidence
    assert "approximate" in other.notes[0]
    assert unknown.language == "und"


def visible_classes(sheet: CueSheet, times: np.ndarray) -> np.ndarray:
    """What is seen of the lips at each time: shut, on the teeth, rounded, open, other, or nothing said."""
    ends = np.array([phone.end for phone in sheet.phones])
    asked = [flags(sheet.phones[at].ipa) for at in np.minimum(np.searchsorted(ends, times), len(ends) - 1)]
    names = ("silent", "closure", "labiodental", "rounded", "open")
    return np.array([next((name for name in names if getattr(each, name)), "other") for each in asked])


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("leopard_test_de.wav", "de", "Der hinter diesem Portal liegenden Raum wurde als Leichenhalle genutzt."),
        ("leopard_test_es.wav", "es", "Las arenas son blanquecinas de grano medio y tiene muy poca asistencia."),
        ("leopard_test_ja.wav", "ja", "客観的実在の判断的知識が成立するのである。"),
    ],
)
def test_phones_of_other_languages_look_right_far_more_often_than_by_chance(
    name: str, language: str, text: str, recording: Callable[[str], np.ndarray]
) -> None:
    y = recording(name)
    known_text, heard = align(y, text, language), recognise(y, language)
    times = np.arange(0, heard.duration, 0.01)
    right, found = visible_classes(known_text, times), visible_classes(heard, times)
    said = right != "silent"
    by_chance = [np.mean((right == np.roll(found, shift))[said]) for shift in range(50, len(times) - 50, 10)]
    assert np.mean((right == found)[said]) > 1.4 * np.mean(by_chance)


def test_silence_says_nothing() -> None:
    sheet = recognise(np.zeros(32_000, np.float32), "en")
    check(sheet)
    assert [phone.ipa for phone in sheet.phones] == ["sil"]


def test_long_speech_is_cut(spoken_english: Spoken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.speech.recognise._LONGEST_S", 2.0)
    sheet = recognise(np.tile(spoken_english.sound[8000:-8000], 4), "en")
    check(sheet)
    assert sum(not phone.silent for phone in sheet.phones) > 60


def test_bad_samples_are_refused() -> None:
    with pytest.raises(InputError):
        recognise(np.array([np.inf]), "en")
