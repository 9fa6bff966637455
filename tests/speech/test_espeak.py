"""The voice: languages, phones with times, repeatable answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech.espeak import MAX_CHARACTERS, pronounce, speak, voice_for


@pytest.mark.parametrize(
    ("tag", "voice"),
    [
        ("en", "en-us"),
        ("en-US", "en-us"),
        ("en-GB", "en"),
        ("EN_gb", "en"),
        ("zh", "cmn"),
        ("zh-Hant-TW", "cmn"),
        ("pt-BR", "pt-br"),
        ("pt-PT", "pt"),
        ("de-AT", "de"),
        ("es-MX", "es-419"),
        ("fr-CA", "fr"),
        ("ja", "ja"),
        ("hi", "hi"),
        ("ar-EG", "ar"),
        ("no", "nb"),
    ],
)
def test_voices_of_languages(tag: str, voice: str) -> None:
    assert voice_for(tag) == voice


@pytest.mark.parametrize("tag", ["", "xx", "klingon", "../en", "en us; rm"])
def test_unknown_languages_are_refused(tag: str) -> None:
    with pytest.raises(InputError, match="language"):
        voice_for(tag)


def test_phones_and_words_with_times() -> None:
    spoken = speak(["Hello world"], "en-US")[0]
    assert [phone.ipa for phone in spoken.phones if phone.ipa] == ["h", "ə", "l", "oʊ", "w", "ɜː", "l", "d"]
    assert [(word.position, word.length) for word in spoken.words] == [(0, 5), (6, 5)]
    starts = [phone.start for phone in spoken.phones]
    assert starts == sorted(starts)
    assert starts[-1] <= spoken.duration
    assert spoken.sound.dtype == np.float32
    assert 0.05 < np.abs(spoken.sound).max() <= 1


def test_rates_and_order_of_answers() -> None:
    answers = speak(["one", "two three"], "en", words_per_minute=[130, 300])
    assert [answer.text for answer in answers] == ["one", "one", "two three", "two three"]
    assert answers[0].duration > answers[1].duration
    assert answers[2].duration > answers[3].duration


def test_the_same_request_gives_the_same_bits_also_from_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: speak(["fish and chips"], "en-GB")[0].sound.tobytes(), range(6)))
    assert len(set(answers)) == 1


def test_language_marks_do_not_reach_the_phones() -> None:
    phones = [phone.ipa for phone in speak(["привет world"], "ru")[0].phones]
    assert not any("(" in ipa for ipa in phones)


def test_pronounce() -> None:
    assert pronounce(["cat", "42"], "en-US") == [("k", "æ", "t"), ("f", "ɔːɹ", "ɾ", "i", "t", "uː")]


@pytest.mark.parametrize(
    "text", ["", "   ", "\0", "...", "\ud800", "🎉🎉", "<speak><break time='9s'/></speak>", "[[h@l]]"]
)
def test_odd_texts_do_not_crash(text: str) -> None:
    spoken = speak([text], "en")[0]
    assert spoken.duration < 20


def test_endless_text_is_refused() -> None:
    with pytest.raises(InputError, match="longer"):
        speak(["a" * (MAX_CHARACTERS + 1)], "en")
