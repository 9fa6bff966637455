"""Bad words and bad sound through `syncline align`: one clear sentence, the right exit code, never a crash."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from syncline.cli.app import run
from syncline.speech.cuesheet import CueSheet, check
from syncline.speech.espeak import speak

SAID = "Please buy the big map before five, my brother."
RATE = 16_000
Told = tuple[int, str, str]


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    sound = speak([SAID], "en-us")[0].sound
    around = np.random.default_rng(0).standard_normal(len(sound) + RATE // 2).astype(np.float32) * 1e-4
    around[RATE // 4 : RATE // 4 + len(sound)] += sound
    return around


@pytest.fixture
def sound(voice: np.ndarray, tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "line.wav", voice, RATE)
    return tmp_path / "line.wav"


@pytest.fixture
def align(capfd: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    def told(*arguments: object) -> Told:
        capfd.readouterr()
        code = run(["align", *map(str, arguments)])
        said = capfd.readouterr()
        assert "Traceback" not in said.err
        if code:
            assert said.out == ""
            assert said.err.startswith("syncline: ")
            assert said.err.count("\n") == 1
        return code, said.out, said.err

    return told


def sheet(text: str) -> CueSheet:
    cue = CueSheet.from_json(text)
    check(cue)
    return cue


# Text


@pytest.mark.parametrize("text", ["", "   \n "])
def test_no_text_is_told_and_phones_are_recognised(text: str, sound: Path, align: Callable[..., Told]) -> None:
    code, out, err = align(sound, "--transcript", text)
    assert code == 0
    assert "the transcript is empty" in err
    assert sheet(out).words == ()


@pytest.mark.parametrize("text", ["🎉🎊", "[laughs] (sighs)", "... -- !", "\u200b\u200d\ufeff"])
def test_text_without_a_word_is_told(text: str, sound: Path, align: Callable[..., Told]) -> None:
    code, out, err = align(sound, "--transcript", text, "--language", "en")
    assert code == 0
    assert "holds no words" in err
    assert sheet(out).words == ()


def test_signs_that_are_not_seen_and_pictures_are_no_words(sound: Path, align: Callable[..., Told]) -> None:
    text = "\u202ePle\u200base\u202c b\u00aduy 🎉 the\u200f big ❤\ufe0f map be\u2060fore five\ufeff, my brother."
    code, out, _ = align(sound, "--transcript", text, "--language", "en")
    assert code == 0
    cue = sheet(out)
    assert [word.text for word in cue.words] == "Please buy the big map before five my brother".split()  # noqa: SIM905
    assert cue.confidence > 0.2  # of a synthetic voice, which the model of human ones doubts


@pytest.mark.parametrize("text", ["a\x00b", "bell \x07", "escape \x1b[31m"])
def test_control_characters(text: str, sound: Path, align: Callable[..., Told]) -> None:
    code, _, err = align(sound, "--transcript", text, "--language", "en")
    assert code == 2
    assert "control characters" in err


def test_mixed_scripts_are_told_by_name(sound: Path, align: Callable[..., Told]) -> None:
    code, out, err = align(sound, "--transcript", "Please 你好 buy мир the map", "--language", "en")
    assert code == 0
    assert "Chinese script" in err or "Cyrillic script" in err
    assert [word.text for word in sheet(out).words] == ["Please", "buy", "the", "map"]


@pytest.mark.parametrize(
    ("text", "language", "phrase"),
    [
        ("你好世界", "en", "cmn, yue, ja"),
        ("привет мир", "de", "ru, uk"),
        ("مرحبا", "fr", "ar"),
        ("hello world", "ja", "en-us"),
    ],
)
def test_text_in_another_script_names_its_languages(
    text: str, language: str, phrase: str, sound: Path, align: Callable[..., Told]
) -> None:
    code, _, err = align(sound, "--transcript", text, "--language", language)
    assert code == 2
    assert phrase in err


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("jp", "ja (Japanese)"),
        ("deu", "de (German)"),
        ("german", "de (German)"),
        ("français", "fr (French)"),
        ("mandarin", "zh (Chinese)"),
        ("spansh", "es (Spanish)"),
        ("xx", "such as en"),
        ("../../etc", "such as en"),
        ("e" * 5000, "such as en"),
    ],
)
def test_a_wrong_language_names_the_nearest(
    language: str, phrase: str, sound: Path, align: Callable[..., Told]
) -> None:
    code, _, err = align(sound, "--transcript", "hello", "--language", language)
    assert code == 2
    assert phrase in err
    assert len(err) < 300


@pytest.mark.parametrize(
    ("data", "wanted", "phrase"),
    [
        (SAID.encode("utf-16"), 0, ""),
        (SAID.encode("utf-8-sig"), 0, ""),
        ("Le café près".encode("latin-1"), 2, "UTF-8"),
        ("银行行长".encode("gbk"), 2, "UTF-8"),
        ("日本語".encode("shift-jis"), 2, "UTF-8"),
        (bytes(range(256)), 2, "UTF-8"),
        (b"\xff\xfe\x00", 2, "UTF-8"),
        (b"", 0, "the transcript is empty"),
    ],
)
def test_files_of_other_encodings(
    data: bytes, wanted: int, phrase: str, sound: Path, tmp_path: Path, align: Callable[..., Told]
) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(data)
    code, out, err = align(sound, "--transcript", path)
    assert code == wanted
    assert phrase in err
    if wanted == 0 and data:
        assert len(sheet(out).words) == 9


@pytest.mark.parametrize(
    "text", [f"{SAID} " * 20_800, "x" * 1_000_000, "1234567890 " * 90_000, "[" * 1_000_000, "e\u0301" * 300_000]
)
def test_a_megabyte_of_text(text: str, sound: Path, tmp_path: Path, align: Callable[..., Told]) -> None:
    path = tmp_path / "words.txt"
    path.write_text(text, "utf-8")
    started = time.process_time()
    code, out, err = align(sound, "--transcript", path, "--language", "en")
    assert code == 0
    assert len(out) < 200_000
    assert "longer than the sound" in err or len(sheet(out).words) < 100
    assert time.process_time() - started < 60


def test_text_that_is_left_out_is_in_no_word(sound: Path, tmp_path: Path, align: Callable[..., Told]) -> None:
    (tmp_path / "words.txt").write_text("我去银行取钱。" * 5_000, "utf-8")
    code, out, err = align(sound, "--transcript", tmp_path / "words.txt", "--language", "zh")
    assert code == 0
    assert "longer than the sound" in err
    assert max(len(word.text) for word in sheet(out).words) < 10


def test_arabic_without_vowels_is_accepted_and_less_sure(tmp_path: Path, align: Callable[..., Told]) -> None:
    confidence = []
    for text in ("كَتَبَ الوَلَدُ كِتَابًا", "كتب الولد كتابا"):
        path = write(tmp_path / "line.wav", speak(["كَتَبَ الوَلَدُ كِتَابًا"], "ar")[0].sound)
        code, out, err = align(path, "--transcript", text, "--language", "ar", "--no-cache")
        assert code == 0
        assert len(sheet(out).words) == 3
        confidence.append(sheet(out).confidence)
    assert "without its short vowels" in err
    assert confidence[1] <= 0.75 * confidence[0]


def test_more_than_a_megabyte_is_over_the_limit(sound: Path, tmp_path: Path, align: Callable[..., Told]) -> None:
    (tmp_path / "words.txt").write_text("word " * 300_000)
    code, _, err = align(sound, "--transcript", tmp_path / "words.txt", "--language", "en")
    assert code == 3
    assert "1048576 bytes" in err


@pytest.mark.parametrize("seed", range(6))
def test_random_signs(seed: int, sound: Path, align: Callable[..., Told]) -> None:
    """Signs of every plane of Unicode, brackets and quotes among them."""
    dice = random.Random(seed)
    planes = ((0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x600, 0x6FF), (0x900, 0x97F), (0x2000, 0x206F))
    planes += ((0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xE0FF), (0x1F300, 0x1F6FF))
    signs = [chr(dice.randint(*dice.choice(planes))) for _ in range(400)]
    text = "words " + "".join(dice.choice(["", "", " ", "[", "]", "(", ")", "\n"]) + sign for sign in signs)
    code, out, _ = align(sound, "--transcript", text, "--language", dice.choice(["en", "zh", "ja", "ar", "de", "ko"]))
    assert code in (0, 2)
    if code == 0:
        sheet(out)


# Sound


def write(path: Path, y: np.ndarray, rate: int = RATE) -> Path:
    soundfile.write(path, y, rate)
    return path


@pytest.mark.parametrize("kind", ["digital silence", "faint noise", "a tone"])
def test_no_speech_is_told(kind: str, tmp_path: Path, align: Callable[..., Told]) -> None:
    seconds = np.arange(3 * RATE) / RATE
    y = {
        "digital silence": np.zeros(3 * RATE),
        "faint noise": np.random.default_rng(0).standard_normal(3 * RATE) * 0.003,
        "a tone": 0.3 * np.sin(2 * np.pi * 1000 * seconds),
    }[kind]
    code, out, err = align(write(tmp_path / "still.wav", y), "--transcript", SAID, "--language", "en")
    assert code == 0
    assert "no speech" in err
    assert sheet(out).words == ()


def test_a_telephone(voice: np.ndarray, tmp_path: Path, align: Callable[..., Told]) -> None:
    import soxr

    path = write(tmp_path / "call.wav", soxr.resample(voice, RATE, 8000), 8000)
    code, out, _ = align(path, "--transcript", SAID, "--language", "en")
    assert code == 0
    assert [word.text for word in sheet(out).words] == [word.strip(".,") for word in SAID.split()]


def test_clipped_sound(voice: np.ndarray, tmp_path: Path, align: Callable[..., Told]) -> None:
    path = write(tmp_path / "loud.wav", np.clip(20 * voice, -1, 1))
    code, out, _ = align(path, "--transcript", SAID, "--language", "en")
    assert code == 0
    assert len(sheet(out).words) == 9


@pytest.mark.parametrize("samples", [0, 1, 10, 400])
def test_almost_no_sound(samples: int, tmp_path: Path, align: Callable[..., Told]) -> None:
    path = write(tmp_path / "short.wav", np.full(samples, 0.1))
    code, _, err = align(path, "--transcript", SAID, "--language", "en")
    assert (code == 0 and "no speech" in err) or (code == 2 and "no" in err)


def test_three_hours_are_over_the_limit(tmp_path: Path, align: Callable[..., Told]) -> None:
    """An hour and a half is accepted; the refusal comes from the header, before anything is decoded."""
    path = tmp_path / "long.flac"
    with soundfile.SoundFile(path, "w", 8000, 1) as file:
        minute = np.zeros(8000 * 60, np.float32)
        for _ in range(180):
            file.write(minute)
    started = time.process_time()
    code, _, err = align(path, "--transcript", SAID, "--language", "en")
    assert code == 3
    assert "10,800 s" in err
    assert "5,400 s" in err
    assert time.process_time() - started < 5


def test_json_says_the_same(sound: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["align", str(sound), "--transcript", "你好", "--language", "en", "--json"]) == 2
    document = json.loads(capfd.readouterr().out)
    assert document["exit_code"] == 2
    assert "Chinese script" in document["message"]
