"""The demonstration as a newcomer runs it, and its page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clips
import syncline
from browser import Browser, find_chromium
from syncline.cli.app import run
from syncline.demonstration.page import Section, write_page
from syncline.demonstration.run import LATE, delay_sound
from syncline.media.probe import probe
from syncline.media.read import read_pictures, read_sound

CHROMIUM = find_chromium()


class Tags(HTMLParser):
    """All tags of a page with their attributes, and its text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the demonstration lies that all tests look at; its cache is its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNCLINE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield tmp_path_factory.mktemp("out") / "demo"


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    """What `syncline demo --json` prints."""
    command = [sys.executable, "-m", "syncline", "demo", "-o", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_whole_demonstration(folder: Path, document: dict[str, Any], capfd: pytest.CaptureFixture[str]) -> None:
    engines = [json.loads(Path(take["timeline"]).read_text(encoding="utf-8"))["engine"] for take in document["takes"]]
    assert [engine.split()[0] for engine in engines] == ["portrait", "actor"]
    assert document["found_ms"] == pytest.approx(-1000 * float(LATE), abs=60)
    page = Tags(folder / "index.html")
    assert [video["src"] for video in page.all("video")] == ["portrait.mp4", "dubbed.mp4", "broken.mp4"]
    for link in page.all("a"):
        assert (folder / str(link["href"])).is_file()
    assert "ms late" in page.text
    capfd.readouterr()
    assert run(["demo", "-o", str(folder)]) == 2
    assert "--force" in capfd.readouterr().err


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: none is on the path, and SYNCLINE_CHROMIUM names none")
def test_its_pages_in_a_browser(folder: Path, document: dict[str, Any]) -> None:
    assert document["takes"]
    with Browser(CHROMIUM or "") as browser:
        browser.open(folder / "index.html")
        browser.until("[...document.querySelectorAll('video')].every(player => player.readyState >= 2)")
        browser.run("document.querySelectorAll('video').forEach(player => { player.muted = true; player.play(); })")
        browser.until("[...document.querySelectorAll('video')].every(player => player.currentTime > 0.3)")
        for name in ("portrait", "dubbed", "broken"):
            browser.open(folder / name / "index.html")
            browser.until("after.readyState >= 2")
        assert browser.errors == []
        assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []


def test_a_delayed_copy_is_late_to_the_sample(tmp_path: Path) -> None:
    source = clips.make_clip(
        tmp_path / "a.mkv", codec="ffv1", audio_codec="pcm_s16le", frames=30, sound=clips.tone(1.2)
    )
    delay_sound(source, tmp_path / "b.mkv", Fraction(1, 4), force=False)
    first, late = (read_sound(probe(path)).samples for path in (source, tmp_path / "b.mkv"))
    assert np.array_equal(late[12_000:], first[: len(late) - 12_000])
    assert not late[:12_000].any()
    for old, new in zip(read_pictures(probe(source)), read_pictures(probe(tmp_path / "b.mkv")), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(old.planes, new.planes, strict=True))


def test_names_and_findings_are_no_markup(tmp_path: Path) -> None:
    clip = tmp_path / 'a"><script>alert(1)</script>&%.mp4'
    section = Section("<b>", "1 < 2", clip, ("warn: <img src=x onerror=alert(1)>",), tmp_path / "x y" / "index.html")
    page = Tags(write_page(tmp_path / "index.html", [section]))
    assert not page.all("script") + page.all("img")
    assert "<img src=x onerror=alert(1)>" in page.text
    assert page.all("a")[0]["href"] == "x%20y/index.html"


def test_an_own_sound_is_what_the_photograph_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCLINE_CACHE", str(tmp_path / "cache"))
    said = clips.make_sound(tmp_path / "own line.wav", clips.tone(0.9))
    made = syncline.demo(tmp_path / "out", audio=said)
    inputs = [json.loads(take.timeline_path.read_text(encoding="utf-8"))["inputs"] for take in made.takes]
    assert [[each["role"] for each in every] for every in inputs] == [["plate", "audio"], ["plate", "text"]]
    assert inputs[0][1]["name"] == "own line.wav"


def test_an_own_sound_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(syncline.InputError, match=r"missing\.wav"):
        syncline.demo(tmp_path / "out", audio=tmp_path / "missing.wav")


def test_an_own_file_without_a_face(tmp_path: Path) -> None:
    with pytest.raises(syncline.InputError, match="no face"):
        syncline.demo(tmp_path / "out", clips.make_clip(tmp_path / "a.mp4"))
