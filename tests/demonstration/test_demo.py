"""The demonstration as a newcomer runs it, and its page."""

from __future__ import annotations

import json
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import clips
import syncline
from syncline.cli.app import run
from syncline.demonstration.page import Section, write_page
from syncline.demonstration.run import LATE, delay_sound
from syncline.media.probe import probe
from syncline.media.read import read_pictures, read_sound


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


def test_the_whole_demonstration(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demo"
    capfd.readouterr()
    assert run(["demo", "-o", str(folder), "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
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


def test_an_own_file_without_a_face(tmp_path: Path) -> None:
    with pytest.raises(syncline.InputError, match="no face"):
        syncline.demo(tmp_path / "out", clips.make_clip(tmp_path / "a.mp4"))
