"""What the doctor finds in files that are broken on purpose, and in a sound one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

import clips
import syncline
from syncline.cli.app import run
from syncline.doctor.findings import Severity


def texts(path: Path, severity: Severity | None = None) -> str:
    found = syncline.diagnose(path).findings
    return "\n".join(f"{each.text} > {each.remedy}" for each in found if severity in (None, each.severity))


@pytest.fixture(scope="module")
def speech(shared_data: Path) -> np.ndarray:
    samples, rate = soundfile.read(shared_data / "speech" / "bfa_LJ001-0001.wav", dtype="float32")
    assert rate == 22_050
    return samples[: 4 * rate] * np.float32(0.5 / np.abs(samples[: 4 * rate]).max())


def written(path: Path, samples: np.ndarray) -> Path:
    soundfile.write(path, samples, 22_050, subtype="PCM_16")
    return path


def test_a_good_sound_needs_nothing(speech: np.ndarray, tmp_path: Path) -> None:
    assert texts(written(tmp_path / "a.wav", speech), Severity.WARNING) == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("noisy", "the noise floor is -"),
        ("clipped", "the sound is clipped"),
        ("loud", "lower it by 2."),
        ("late", "s of silence before the speech"),
        ("gap", "silences over 1 s"),
        ("silent", "no speech is heard"),
    ],
)
def test_faults_of_a_sound(name: str, words: str, speech: np.ndarray, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).standard_normal(len(speech)).astype(np.float32)
    quiet = 1e-4 * np.random.default_rng(2).standard_normal(44_100).astype(np.float32)
    made = {
        "noisy": speech + 0.03 * noise,
        "clipped": np.clip(6 * speech, -1, 1),
        "loud": 1.85 * speech,
        "late": np.concatenate([quiet, speech]),
        "gap": np.concatenate([speech, quiet, quiet, speech]),
        "silent": 1e-4 * noise,
    }
    assert words in texts(written(tmp_path / "a.wav", made[name]))


def test_a_clip_with_speech_is_scored(shared_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    clip = shared_data / "clips" / "german_news_de.mp4"
    capfd.readouterr()
    assert run(["doctor", str(clip), "--report", str(tmp_path / "look"), "--json"]) == 0
    (document,) = json.loads(capfd.readouterr().out)["files"]
    assert document["score"]["figures"]["offset"]["value"] is not None
    assert not document["blocked"]
    assert "ms late" in (tmp_path / "look" / "index.html").read_text(encoding="utf-8")


def test_files_that_cannot_be_used(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken, faceless = tmp_path / "broken.mp4", clips.make_clip(tmp_path / "faceless.mp4", sound=clips.tone(1.0))
    broken.write_bytes(b"no film at all" * 100)
    capfd.readouterr()
    assert run(["doctor", str(broken), str(faceless)]) == 1
    told = capfd.readouterr().out
    assert "blocker: this is not a media file" in told
    assert "blocker: no face was found" in told
    assert run(["doctor", str(tmp_path / "nothing.mp4"), "--quiet"]) == 2
    assert run(["doctor", str(broken), str(faceless), "--report", str(tmp_path / "look")]) == 2
