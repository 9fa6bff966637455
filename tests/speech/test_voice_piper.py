"""Piper voices: the description checked, the model run, times from its durations or from the aligner."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from syncline.errors import InputError, MissingInput
from syncline.speech.piper_config import read_config
from syncline.speech.piper_voice import PiperVoice
from syncline.speech.voices import find_voice
from tiny_piper import HOP, IDS, RATE, SAMPLES_EACH, write_voice


def test_description(tmp_path: Path) -> None:
    config = read_config(write_voice(tmp_path, speakers=2, hop_length=HOP))
    assert (config.sample_rate, config.espeak.file, config.language) == (RATE, "en-us", "en-us")
    assert (config.noise, config.length, config.noise_width) == (0.5, 1.0, 0.8)
    assert config.ids["^"] == (1,)
    assert config.speaker("") == 0
    assert config.speaker("high") == config.speaker("1") == 1
    for unknown in ("low", "2", "-1", "9" * 400):
        with pytest.raises(InputError, match="no speaker"):
            config.speaker(unknown)


@pytest.mark.parametrize(
    "change",
    [
        {"audio": {}},
        {"audio": {"sample_rate": 0}},
        {"audio": {"sample_rate": 1e300}},
        {"audio": 5},
        {"espeak": {"voice": "../../etc"}},
        {"espeak": None},
        {"phoneme_id_map": {}},
        {"phoneme_id_map": [1]},
        {"phoneme_id_map": {**IDS, "a": [-1]}},
        {"phoneme_id_map": {**IDS, "a": []}},
        {"phoneme_id_map": {**IDS, "a": [1 << 70]}},
        {"phoneme_type": "pinyin"},
        {"inference": {"length_scale": 0}},
        {"inference": {"noise_scale": "NaN"}},
        {"num_speakers": "many"},
        {"speaker_id_map": [1]},
    ],
)
def test_a_damaged_description_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = write_voice(tmp_path, **change)
    with pytest.raises(InputError, match="not the description of a Piper voice"):
        read_config(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_description_that_is_none(tmp_path: Path, content: bytes) -> None:
    path = write_voice(tmp_path)
    path.with_name("tiny.onnx.json").write_bytes(content)
    with pytest.raises(InputError, match="not the description"):
        read_config(path)


def test_a_missing_description(tmp_path: Path) -> None:
    path = write_voice(tmp_path)
    path.with_name("tiny.onnx.json").unlink()
    with pytest.raises(MissingInput, match=r"tiny\.onnx\.json: a Piper voice needs its description"):
        find_voice(str(path))


def test_durations_of_the_model_are_its_phone_times(tmp_path: Path) -> None:
    spoken = PiperVoice.load(write_voice(tmp_path)).speak("Bob, see the end of it.")
    cue = spoken.cue
    assert cue.source == "spoken"
    assert [word.text for word in cue.words][:2] == ["Bob", "see"]
    each = 2 * SAMPLES_EACH / RATE  # a sign and the padding behind it
    first = next(phone for phone in cue.phones if not phone.silent)
    assert first.ipa == "b"
    assert first.start == pytest.approx(0.15 + each, abs=1e-3)  # behind the sign that starts the sentence
    # The tone of a phoneme is heard in the first half of its time and nowhere else: the padding is silent.
    for phone in (phone for phone in cue.phones if phone.ipa in ("b", "s")):
        at = int(phone.start * spoken.sample_rate)
        piece = spoken.samples[at + 240 : at + 2048]
        hertz = np.argmax(np.abs(np.fft.rfft(piece, 1 << 16))) * spoken.sample_rate / (1 << 16)
        assert hertz == pytest.approx(15 * IDS[phone.ipa][0], abs=20)


def test_without_durations_the_aligner_is_asked_and_it_says_so(tmp_path: Path) -> None:
    cue = PiperVoice.load(write_voice(tmp_path, durations=False)).speak("Hello world").cue
    assert cue.source != "spoken"
    assert "the times were found in its sound" in cue.notes[-1]
    assert cue.phones[-1].end == pytest.approx(cue.duration)


def test_speakers_differ_and_are_found_by_name(tmp_path: Path) -> None:
    path = write_voice(tmp_path, speakers=2)
    low, high = find_voice(str(path)), find_voice(f"{path}#high")
    assert high.id == f"{path}#1"
    assert not np.array_equal(low.speak("Hello").samples, high.speak("Hello").samples)


def test_noise_is_there_and_repeats(tmp_path: Path) -> None:
    voice = PiperVoice.load(write_voice(tmp_path))
    quiet = PiperVoice.load(write_voice(tmp_path, inference={"noise_scale": 0.0}))
    first = voice.speak("Hello").samples
    assert np.abs(first - quiet.speak("Hello").samples).max() > 1e-3
    assert np.array_equal(first, voice.speak("Hello").samples)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x08\x3a\x00"])
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes) -> None:
    path = write_voice(tmp_path)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"tiny\.onnx: "):
        find_voice(str(path)).speak("hello")


def test_signs_that_the_model_does_not_know_are_left_out(tmp_path: Path) -> None:
    known = {sign: IDS[sign] for sign in "_^$ həloʊ"}
    path = write_voice(tmp_path, phoneme_id_map=known)
    spoken = find_voice(str(path)).speak("Hello; hello!")
    assert {phone.ipa for phone in spoken.cue.phones} == {"sil", "h", "ə", "l", "o", "ʊ"}
    path = write_voice(tmp_path, phoneme_id_map={sign: IDS[sign] for sign in "_^$"})
    with pytest.raises(InputError, match="finds nothing"):
        find_voice(str(path)).speak("Hello")
    assert json.loads(path.with_name("tiny.onnx.json").read_text())["num_speakers"] == 1
