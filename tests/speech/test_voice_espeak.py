"""espeak-ng's voices: their times against their sound, all of their languages, hostile text."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest

from syncline.errors import InputError, LimitError
from syncline.speech.articulation import articulatory_path, feature, flags, known
from syncline.speech.cuesheet import check
from syncline.speech.espeak import phonemes
from syncline.speech.voice import Spoken
from syncline.speech.voices import find_voice, voice_names

_STOPS = {
    "en-us": "Please pack apple pie, Peter. A happy captain bought bad eggs. The cook took a ticket to the top.",
    "de": "Peter packt die kalten Töpfe in den Keller. Die Katze trinkt am Teppich.",
    "fr": "Papa a pris le petit paquet. Quatre capitaines quittent Paris.",
    "ru": "Папа купил картошку и капусту. Кот пьёт тёплое молоко.",
    "cmn": "他跑步去超市买苹果和土豆。爸爸怕狗。",
}


def level(spoken: Spoken, start: float, end: float) -> float:
    """Root mean square in dB of full scale."""
    piece = spoken.samples[int(start * spoken.sample_rate) : max(int(end * spoken.sample_rate), 1)]
    return float(20 * np.log10(np.sqrt(np.mean(np.square(piece, dtype=np.float64))) + 1e-9))


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("language", sorted(_STOPS))
def test_phone_times_agree_with_the_sound(language: str, rate: float) -> None:
    spoken = find_voice(language).speak(_STOPS[language], rate=rate)
    closures, bursts, before, vowels = [], [], [], []
    phones = spoken.cue.phones
    for previous, phone in pairwise(phones):
        path = articulatory_path(phone.ipa)[0]
        if phone.silent:
            assert level(spoken, phone.start + 0.005, phone.end - 0.005) < -60
        elif flags(phone.ipa).vowel:
            vowels.append(level(spoken, phone.start, phone.end))
        elif phone.ipa[0] in "ptk" and path[feature("voiced")] < 0.5 and not previous.silent:
            length = phone.end - phone.start
            piece = np.abs(spoken.samples[int(phone.start * 48_000) : int(phone.end * 48_000)])
            burst = int(np.argmax(piece > 0.01)) / 48_000
            bursts.append(burst / length)
            if burst > 0.015:
                closures.append(level(spoken, phone.start + 0.003, phone.start + burst - 0.005))
                before.append(level(spoken, phone.start - 0.02, phone.start - 0.002))
    assert len(closures) >= 5
    assert np.mean(np.array(bursts) > 0.1) >= 0.85  # silence first: a stop straight after a stop may have none
    assert max(closures) < -60  # the closure is silent ...
    assert np.median(before) > -35  # ... and sound stands right before it
    assert np.percentile(vowels, 10) > -36
    assert level(spoken, 0.0, 0.14) < -90


def test_words_that_are_spoken_as_one_have_their_own_times() -> None:
    words = find_voice("en-us").speak("the end of the world").cue.words
    assert [word.text for word in words] == ["the", "end", "of", "the", "world"]
    assert all(word.end - word.start > 0.05 for word in words)


def test_pitch_moves_the_melody() -> None:
    voice = find_voice("en-us")
    text = "Where are you now, my lovely mother?"
    usual = melody(voice.speak(text))
    assert melody(voice.speak(text, pitch=0.75)) / usual == pytest.approx(0.75, abs=0.08)
    assert melody(voice.speak(text, pitch=1.5)) / usual == pytest.approx(1.5, abs=0.1)
    far = voice.speak(text, pitch=2.0)
    assert melody(far) / usual > 1.6
    assert "reaches a pitch" in far.cue.notes[0]


def melody(spoken: Spoken) -> float:
    """Median pitch of the voiced parts in Hz, by autocorrelation."""
    sound = spoken.samples[::4].astype(np.float64)  # 12 kHz
    found = []
    for first in range(0, len(sound) - 800, 240):
        piece = sound[first : first + 800] * np.hanning(800)
        if np.sqrt(np.mean(piece**2)) < 0.03:
            continue
        alike = np.fft.irfft(np.abs(np.fft.rfft(piece, 2048)) ** 2)[:300]
        lag = 30 + int(np.argmax(alike[30:240] / np.linspace(1, 0.7, 270)[30:240]))
        found.append(12_000 / lag)
    return float(np.median(found))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[h@l]] it", ["it"]),
        ("&lt;break time='9s'/&gt; it", None),
        ("😀 yes", ["😀", "yes"]),
        ("x" * 100, None),
        ("9" * 100, None),
        ("C++ & C# 100%", ["C++", "&", "C#", "100%"]),
        ("a" + "\u0301" * 90 + " b", None),
        ("-" * 2000 + " yes", ["yes"]),
    ],
)
def test_odd_text_is_spoken_as_text(text: str, words: list[str] | None) -> None:
    spoken = find_voice("en-us").speak(text)
    check(spoken.cue)
    assert spoken.cue.duration < 60
    assert words is None or [word.text for word in spoken.cue.words] == words


def test_text_that_breaks_the_synthesiser_is_the_texts_fault() -> None:
    with pytest.raises(InputError, match="breaks off at this text"):
        find_voice("en-us").speak(("a." * 45 + " ") * 100)


def test_what_it_finds_nothing_in_is_refused() -> None:
    with pytest.raises(InputError, match="finds nothing"):
        find_voice("en-us").speak("|||")


def test_half_an_hour_of_sound_is_the_limit() -> None:
    with pytest.raises(LimitError, match="more than 30 minutes"):
        find_voice("cmn").speak("你好世界" * 2400, rate=0.5)


def test_ten_thousand_characters() -> None:
    text = "This is a sentence of some words. " * 294
    cue = find_voice("en-us").speak(text, rate=2.0).cue
    check(cue)
    assert [word.text for word in cue.words] == text.replace(".", "").split()


@pytest.mark.parametrize("variant", ["f2", "whisper"])
def test_breathy_voices_repeat_themselves_at_any_time(variant: str) -> None:
    voice = find_voice(f"en-us+{variant}")
    first = voice.speak("fish and chips").samples.tobytes()
    time.sleep(1.1)  # their noise is seeded with the second by default
    assert voice.speak("fish and chips").samples.tobytes() == first


def test_phonemes_keep_stress() -> None:
    assert phonemes(["hello world", "", "yes"], "en-us") == ["həlˈoʊ wˈɜːld", "", "jˈɛs"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, _, _ in voice_names()])
def test_every_voice_speaks(name: str) -> None:
    text = {"cv": "салам, салам, салам", "sjn": "mae govannen, mellon"}.get(name, "1 2 3, 20.")
    cue = find_voice(name).speak(text).cue
    check(cue)
    assert len(cue.words) >= 3
    assert all(known(phone.ipa) for phone in cue.phones)
