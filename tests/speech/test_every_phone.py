"""Every phone of every voice that espeak-ng carries has its place among articulations and in each set of visemes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)  # the benchmarks are no installed package

from benchmarks.espeak_phones import Inventory, inventories, tables  # noqa: E402

from syncline.speech.articulation import articulatory, flags  # noqa: E402
from syncline.speech.espeak_catalogue import entries  # noqa: E402
from syncline.speech.ipa import MODIFIERS  # noqa: E402
from syncline.speech.viseme_tables import ARKIT, MICROSOFT, MPEG4, microsoft, rhubarb  # noqa: E402
from syncline.speech.visemes import viseme, viseme_weights  # noqa: E402


@pytest.fixture(scope="module")
def all_voices() -> list[Inventory]:
    return inventories()


def phones_of(voices: list[Inventory]) -> Iterator[tuple[Inventory, str]]:
    return ((voice, ipa) for voice in voices for ipa in sorted(voice.phones))


def test_all_voices_are_walked(all_voices: list[Inventory]) -> None:
    assert {voice.voice for voice in all_voices} == {entry.file for entry in entries().values()}
    assert len(all_voices) > 120
    assert len(tables()) > 100
    assert min(len(voice.phones) for voice in all_voices) >= 60
    assert sum(len(voice.phones) for voice in all_voices) > 10_000


def test_every_phone_has_its_place(all_voices: list[Inventory]) -> None:
    for voice, ipa in phones_of(all_voices):
        where = (voice.voice, ipa)
        point = articulatory(ipa, voice.language)
        assert ((point >= 0) & (point <= 1)).all(), where
        mark_alone = all(sign in MODIFIERS for sign in ipa)  # palatalisation of the phone before it
        assert flags(ipa, voice.language).silent == mark_alone, where
        assert viseme_weights(ipa, voice.language).sum() == pytest.approx(1), where


def test_every_phone_is_in_every_set_of_visemes(all_voices: list[Inventory]) -> None:
    for voice, ipa in phones_of(all_voices):
        where = (voice.voice, ipa)
        name = viseme(ipa, voice.language)
        assert name in MPEG4, where
        assert name in MICROSOFT, where
        assert microsoft(ipa, voice.language) in range(22), where
        assert rhubarb(ipa, voice.language) in tuple("ABCDEFGHX"), where
        assert np.isfinite(viseme_weights(ipa, voice.language) @ ARKIT).all(), where


def test_lips_shut_for_what_is_written_with_p_b_m(all_voices: list[Inventory]) -> None:
    for voice, ipa in phones_of(all_voices):
        if ipa[0] in "pbm":
            assert viseme(ipa, voice.language) == "PP", (voice.voice, ipa)
        elif ipa[0] in "fv" and voice.language not in ("hi", "ur"):
            assert viseme(ipa, voice.language) == "FF", (voice.voice, ipa)


def test_no_voice_says_a_letter_that_is_not_ipa(all_voices: list[Inventory]) -> None:
    for voice, ipa in phones_of(all_voices):
        assert not any(sign.isascii() and (sign.isupper() or not sign.isprintable()) for sign in ipa), (
            voice.voice,
            ipa,
        )
