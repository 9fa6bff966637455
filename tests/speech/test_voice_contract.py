"""What every voice promises. A Piper voice of one's own joins in through SYNCLINE_PIPER_VOICE (a path of an .onnx)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from syncline.errors import InputError, LimitError
from syncline.speech.articulation import known
from syncline.speech.cuesheet import CueSheet, check
from syncline.speech.voice import DELIVERY_RATE, Voice
from syncline.speech.voices import find_voice
from tiny_piper import write_voice

_TEXTS = {"en": "Peter bought five maps, and a book.", "cmn": "你好，我买了五本书。", "de": "Peter kauft fünf Bücher."}
_FOREIGN = {"en": "Привет", "cmn": "Привет", "de": "Привет"}
_OWN = "SYNCLINE_PIPER_VOICE"


@pytest.fixture(scope="module", params=["en-us", "de+f2", "cmn", "tiny piper", "own piper"])
def voice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Voice:
    if "piper" not in request.param:
        return find_voice(request.param)
    if request.param == "tiny piper":
        return find_voice(str(write_voice(tmp_path_factory.mktemp("piper"))))
    if not os.environ.get(_OWN):
        pytest.skip(f"{_OWN} names no voice file")
    return find_voice(str(Path(os.environ[_OWN])))


@pytest.fixture(scope="module")
def text(voice: Voice) -> str:
    return _TEXTS.get(voice.language.split("-")[0], "Anna 1 2 3, 4.")


def test_it_says_who_it_is(voice: Voice) -> None:
    assert voice.id
    assert voice.name
    assert voice.version
    assert voice.language == voice.language.lower()
    assert find_voice(voice.id).id == voice.id


def test_sound_and_cue_sheet_belong_together(voice: Voice, text: str) -> None:
    spoken = voice.speak(text)
    cue = spoken.cue
    assert spoken.sample_rate == DELIVERY_RATE
    assert spoken.samples.ndim == 1
    assert spoken.samples.dtype == np.float32
    assert np.isfinite(spoken.samples).all()
    assert 0.05 < np.abs(spoken.samples).max() <= 1
    assert cue.duration == len(spoken.samples) / spoken.sample_rate
    assert cue.phones[0].start == 0
    assert cue.phones[-1].end == pytest.approx(cue.duration, abs=1e-9)
    check(cue)
    assert CueSheet.from_json(cue.to_json()) == cue
    assert cue.language == voice.language


def test_words_are_those_of_the_text_in_order(voice: Voice, text: str) -> None:
    cue = voice.speak(text).cue
    assert len(cue.words) >= 3
    at = 0
    for word in cue.words:
        at = text.index(word.text, at) + len(word.text)
    for phone in cue.phones:
        assert known(phone.ipa)
        assert phone.silent or cue.words[phone.word].start - 1e-6 <= phone.start
        assert phone.silent or phone.end <= cue.words[phone.word].end + 1e-6
    assert {phone.word for phone in cue.phones if not phone.silent} == set(range(len(cue.words)))


def test_the_same_text_gives_the_same_samples_also_from_threads(voice: Voice, text: str) -> None:
    first = voice.speak(text)
    with ThreadPoolExecutor(3) as pool:
        again = list(pool.map(lambda _: voice.speak(text), range(3)))
    assert {spoken.samples.tobytes() for spoken in again} == {first.samples.tobytes()}
    assert all(spoken.cue == first.cue for spoken in again)


def test_rate_is_tempo(voice: Voice, text: str) -> None:
    seconds = [voice.speak(text, rate=rate).cue.duration for rate in (0.5, 1.0, 2.0)]
    assert seconds[0] > 1.5 * seconds[1]
    assert seconds[1] > 1.4 * seconds[2]


def test_pitch_changes_the_sound_and_keeps_the_tempo(voice: Voice, text: str) -> None:
    usual, high = voice.speak(text), voice.speak(text, pitch=1.5)
    assert high.cue.duration == pytest.approx(usual.cue.duration, rel=0.05)
    shared = min(len(usual.samples), len(high.samples))
    assert not np.allclose(usual.samples[:shared], high.samples[:shared], atol=0.01)


def test_pauses_are_silent_and_as_long_as_asked(voice: Voice, text: str) -> None:
    short = voice.speak(f"{text} [pause 0.5] {text}").cue.duration
    for pause in ('<break time="1500ms"/>', "[pause 1.5]"):
        spoken = voice.speak(f"{text} {pause} {text}")
        assert spoken.cue.duration == pytest.approx(short + 1.0, abs=1e-3)
        longest = max((phone for phone in spoken.cue.phones if phone.silent), key=lambda p: p.end - p.start)
        assert 1.5 <= longest.end - longest.start + 0.07 < 2.5  # a stop's closure is taken out of it
        loud = np.flatnonzero(np.abs(spoken.samples) > 1e-3) / DELIVERY_RATE
        assert np.diff(loud).max() >= 1.49


def test_stage_directions_are_not_spoken(voice: Voice, text: str) -> None:
    plain = voice.speak(text)
    directed = voice.speak(f"[waves, [smiling]] {text} [bows]")
    assert directed.samples.tobytes() == plain.samples.tobytes()


@pytest.mark.parametrize("nothing", ["", " \n", "...!?", "\u2014", "[laughs]", "<break/>"])
def test_nothing_to_say_is_refused(voice: Voice, nothing: str) -> None:
    with pytest.raises(InputError, match="nothing to say"):
        voice.speak(nothing)


def test_too_much_text_is_refused_with_its_size(voice: Voice) -> None:
    with pytest.raises(LimitError, match=r"20000 characters and at most 10000 .* split"):
        voice.speak("word " * 4000)


def test_a_script_that_it_cannot_read_is_refused(voice: Voice) -> None:
    foreign = _FOREIGN.get(voice.language.split("-")[0])
    if foreign is None:
        pytest.skip("no text in a foreign script is known for this language")
    with pytest.raises(InputError, match=r"cannot read Cyrillic script \(Привет\); give a voice .* ru, uk"):
        voice.speak(foreign)


@pytest.mark.parametrize("manner", [{"rate": 0.4}, {"rate": 2.1}, {"pitch": float("nan")}, {"pitch": -1.0}])
def test_rate_and_pitch_have_limits(voice: Voice, manner: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"from 0\.5 to 2"):
        voice.speak("1", **manner)
