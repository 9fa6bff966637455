"""Texts that are not what is said: found, told, and never a false alarm on what is right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech.align import align
from syncline.speech.cuesheet import CueSheet, Phone, Word, silent_sheet
from syncline.speech.doubt import Doubt, doubt, marked
from syncline.speech.espeak import Spoken

RIGHT = ("bbaf2n", "lwbs1s", "prwd7a", "sraozp")
OTHERS = {
    "leopard_test_de.wav": (
        "de",
        "Der hinter diesem Portal liegenden Raum wurde als Leichenhalle genutzt.",
        "Am Montag fahren wir mit dem Zug nach Hamburg und besuchen meine Tante.",
    ),
    "leopard_test_fr.wav": (
        "fr",
        "Sous le consulat il devient conservateur des eaux et forêts et conseiller général.",
        "Les enfants ont joué tout l’après-midi dans le jardin de la maison.",
    ),
    "leopard_test.wav": (
        "en",
        "Mr. Quilter is the apostle of the middle classes and we are glad to welcome his gospel.",
        "Nobody had told her that the shop would be closed on Mondays.",
    ),
}


def test_grid_sentences_are_believed_and_those_of_other_clips_are_not(grid) -> None:  # type: ignore[no-untyped-def]
    clips = {name: grid(name) for name in RIGHT}
    texts = {name: " ".join(word for _, _, word in words) for name, (_, words) in clips.items()}
    found = []
    for name, (y, _) in clips.items():
        right = doubt(y, align(y, texts[name], "en"))
        assert not right.wrong, name
        assert right.score < 0.5
        assert right.reasons == ()
        others = [doubt(y, align(y, text, "en")) for other, text in texts.items() if other != name]
        found += [each.wrong for each in others]
        assert all(each.score > right.score for each in others)
    assert np.mean(found) > 0.8


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_other_languages_are_judged_too(recording, name: str) -> None:  # type: ignore[no-untyped-def]
    language, right, wrong = OTHERS[name]
    y = recording(name)
    assert not doubt(y, align(y, right, language)).wrong
    found = doubt(y, align(y, wrong, language))
    assert found.wrong
    assert "may not be what is said" in found.reasons[0]


def test_a_wrong_stretch_of_a_long_text_is_named(recording) -> None:  # type: ignore[no-untyped-def]
    parts = [recording(name) for name in ("leopard_test.wav", "bfa_LJ001-0001.wav", "jfk.flac")]
    pause = np.zeros(12_800, np.float32)
    y = np.concatenate([part for each in parts for part in (each, pause)])
    y += np.random.default_rng(0).standard_normal(len(y)).astype(np.float32) * 1e-4
    text = " ".join(
        (
            OTHERS["leopard_test.wav"][1],
            "The river was frozen for most of the winter and the children went skating after school, while seven boats "
            "left the harbour early to look for herring.",
            "And so, my fellow Americans, ask not what your country can do for you, "
            "ask what you can do for your country.",
        )
    )
    found = doubt(y, align(y, text, "en"))
    assert found.parts
    end = len(parts[0]) / 16_000
    middle = (end + 0.8, end + 0.8 + len(parts[1]) / 16_000)
    assert sum(max(0.0, min(b, middle[1]) - max(a, middle[0])) for a, b in found.parts) > 0.6 * (middle[1] - middle[0])
    assert sum(max(0.0, min(b, end) - a) for a, b in found.parts) == 0
    assert any(f"{found.parts[0][0]:.1f} to" in reason or "others are heard" in reason for reason in found.reasons)


def test_words_that_are_not_said_are_believed_less(grid) -> None:  # type: ignore[no-untyped-def]
    y, words = grid("bbaf2n")
    text = [word for _, _, word in words]
    right = doubt(y, align(y, " ".join(text), "en")).words
    wrong = doubt(y, align(y, " ".join([*text[:-1], "please"]), "en")).words
    assert len(right) == len(wrong) == 6
    assert wrong[-1] < right[-1]


def test_text_that_is_too_much_for_the_sound_is_told(spoken_english: Spoken) -> None:
    phones = [Phone("a" if k % 2 else "t", 0.5 + 0.03 * k, 0.53 + 0.03 * k, word=0) for k in range(60)]
    cue = CueSheet("en", (Word("ta", 0.5, 2.3),), tuple(phones), 3.0, "espeak-dtw")
    found = doubt(spoken_english.sound, cue)
    assert found.wrong
    assert any("syllables" in reason for reason in found.reasons)


def test_speech_without_words_is_told(spoken_english: Spoken) -> None:
    y = spoken_english.sound
    cue = align(y, "Please buy the big map", "en")
    phones = tuple(phone for phone in cue.phones if phone.end < 1.2)
    cue = replace(cue, words=cue.words, phones=phones)
    active = np.zeros(len(y) // 160 + 1, bool)
    active[50:450] = True
    assert any("no words" in reason for reason in doubt(y, cue, active).reasons)
    assert not any("no words" in reason for reason in doubt(y, cue).reasons)


def test_marking_adds_notes_and_lowers_confidence_only() -> None:
    words = (Word("a", 0.0, 0.5, 0.9), Word("b", 0.5, 1.0, 0.1))
    phones = (Phone("a", 0.0, 0.5, 0.9, 0), Phone("b", 0.5, 1.0, 0.1, 1))
    cue = CueSheet("en", words, phones, 1.0, "given", ("kept",))
    sheet = marked(cue, Doubt(0.9, True, ("not what is said",), (0.8, 0.2)))
    assert sheet.notes == ("kept", "not what is said")
    assert [word.confidence for word in sheet.words] == pytest.approx([0.4, 0.1])
    assert [phone.confidence for phone in sheet.phones] == pytest.approx([0.4, 0.1])
    assert [(word.text, word.start) for word in sheet.words] == [("a", 0.0), ("b", 0.5)]
    believed = marked(cue, Doubt(0.1, False, (), (0.8, 0.2)))
    assert [word.confidence for word in believed.words] == pytest.approx([0.9, 0.1])
    assert marked(marked(cue, Doubt(0.9, True, ("x",))), Doubt(0.9, True, ("x",))).notes == ("kept", "x")


@pytest.mark.parametrize("samples", [0, 1, 160, 48_000])
def test_nothing_is_doubted_where_nothing_is_said(samples: int) -> None:
    y = np.zeros(samples, np.float32)
    assert doubt(y, silent_sheet(samples / 16_000, "en")) == Doubt(0.0, False)


def test_a_sheet_longer_than_its_sound_is_borne() -> None:
    phones = tuple(Phone("a", k * 0.1, k * 0.1 + 0.1, word=0) for k in range(50))
    cue = CueSheet("xx", (Word("a", 0.0, 5.0),), phones, 5.0, "given")
    for samples in (0, 1, 700, 16_000):
        found = doubt(np.zeros(samples, np.float32), cue, np.zeros(3, bool))
        assert 0 <= found.score <= 1
        assert np.isfinite(found.score)


def test_phones_that_nobody_knows_are_passed_over() -> None:
    phones = tuple(Phone("♠", k * 0.1, k * 0.1 + 0.1, word=0) for k in range(10))
    cue = CueSheet("en", (Word("a", 0.0, 1.0),), phones, 1.0, "given")
    assert doubt(np.zeros(16_000, np.float32), cue) == Doubt(0.0, False)


def test_sounds_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InputError):
        doubt(np.array([np.inf]), silent_sheet(1.0, "en"))
