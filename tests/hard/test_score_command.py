"""`syncline score` and `syncline voices` as a user runs them."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from footage import Footage, write_clip
from PIL import Image

from syncline.cli.app import run
from syncline.demonstration.run import delay_sound


def scored(path: Path, capfd: pytest.CaptureFixture[str], *more: str) -> dict[str, dict[str, object]]:
    capfd.readouterr()
    assert run(["score", str(path), "--json", *more]) in (0, 1)
    document = json.loads(capfd.readouterr().out)
    assert document["schema"] == "syncline.score/1"
    figures: dict[str, dict[str, object]] = document["figures"]
    return figures


def test_a_delay_is_measured(shared_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    clip = shared_data / "clips" / "german_news_de.mp4"
    late = tmp_path / "late.mp4"
    delay_sound(clip, late, Fraction(1, 5), force=False)
    own, shifted = scored(clip, capfd), scored(late, capfd)
    assert {"offset", "closures", "container", "foreign", "sharpness"} <= set(own)
    assert shifted["offset"]["value"] == pytest.approx(float(str(own["offset"]["value"])) - 200, abs=12)
    assert shifted["offset"]["grade"] == "fail"


def test_another_sound_can_be_held_against_it(
    shared_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    clip = shared_data / "clips" / "german_news_de.mp4"
    late = tmp_path / "late.mp4"
    delay_sound(clip, late, Fraction(1, 5), force=False)
    against = scored(clip, capfd, "--audio", str(late))
    assert against["offset"]["value"] == pytest.approx(scored(late, capfd)["offset"]["value"], abs=5)


def test_what_cannot_be_scored(person: Footage, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    silent = write_clip(tmp_path / "silent.mp4", person.frames[:10], 25)
    still = tmp_path / "still.png"
    Image.fromarray(person.frames[0]).save(still)
    grains = np.random.default_rng(3).integers(0, 255, (25, 64, 96, 3), np.uint8)
    noise = write_clip(tmp_path / "noise.mp4", grains, 25)
    for path, code, words in (
        (silent, 2, "no sound"),
        (still, 2, "still picture"),
        (noise, 2, "no sound"),
        (tmp_path / "x", 2, "no such"),
    ):
        capfd.readouterr()
        assert run(["score", str(path), "--quiet"]) == code
        told = capfd.readouterr().err
        assert words in told
        assert told.count("\n") == 1


def test_voices_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    assert run(["voices", "pt-BR", "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert {voice["id"] for voice in document["voices"]} == {"pt", "pt-br"}
    assert run(["voices"]) == 0
    assert len(capfd.readouterr().out.splitlines()) > 100
    assert run(["voices", "qq"]) == 2
    assert "syncline voices" in capfd.readouterr().err
