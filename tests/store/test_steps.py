"""Steps: found, made, repaired, and used even where they cannot be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.events import Artifact, Fallback, Note, Recorder, Timing
from syncline.store import Step, StepCache


class Counter:
    """Makes a text, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def step(self, version: str = "1", source: str = "aa") -> Step[str]:
        def make() -> str:
            self.made += 1
            return f"text of {source}"

        return Step("words", version, {"source": source}, make, save_text, load_text)


def save_text(text: str, folder: Path) -> None:
    (folder / "text").write_text(text)


def load_text(folder: Path) -> str:
    text = (folder / "text").read_text()
    if not text.startswith("text of"):
        raise ValueError("this is no text")
    return text


def test_a_second_run_finds_what_the_first_made(tmp_path: Path) -> None:
    counter, events = Counter(), Recorder()
    for _ in range(2):
        with StepCache(events, folder=tmp_path) as cache:
            assert cache.run(counter.step()) == "text of aa"
    assert counter.made == 1
    assert [timing.cached for timing in events.of(Timing)] == [False, True]
    assert [artifact.cached for artifact in events.of(Artifact)] == [False, True]
    assert set(cache.keys) == {"words"}


def test_new_code_or_input_makes_anew(tmp_path: Path) -> None:
    counter = Counter()
    with StepCache(folder=tmp_path) as cache:
        cache.run(counter.step())
        cache.run(counter.step(version="2"))
        assert cache.run(counter.step(source="bb")) == "text of bb"
    assert counter.made == 3


@pytest.mark.parametrize("data", [b"text of zz", b"", b"\xff\xfe"])
def test_a_damaged_result_is_made_again_and_told(tmp_path: Path, data: bytes) -> None:
    counter, events = Counter(), Recorder()
    with StepCache(events, folder=tmp_path) as cache:
        cache.run(counter.step())
        next(tmp_path.glob("*/*/text")).write_bytes(data)
        assert cache.run(counter.step()) == "text of aa"
        assert cache.run(counter.step()) == "text of aa"
    assert counter.made == 2
    assert ["damaged" in note.text for note in events.of(Note)] == [True]


def test_a_result_whose_form_is_no_longer_read_is_made_again(tmp_path: Path) -> None:
    counter, events = Counter(), Recorder()
    with StepCache(events, folder=tmp_path) as cache:
        old = Step("words", "1", {"source": "aa"}, lambda: "an older form", save_text, load_text)
        cache.run(old)  # whole by its hash, yet not readable
        assert cache.run(counter.step()) == "text of aa"
    assert len(events.of(Note)) == 1


def test_without_keeping_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    counter = Counter()
    with StepCache(keep=False) as cache:
        cache.run(counter.step())
        cache.run(counter.step())
        assert list(tmp_path.iterdir())
    assert counter.made == 1  # within one run a result is still shared
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_costs_the_cache_not_the_result(tmp_path: Path) -> None:
    def full(text: str, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    events = Recorder()
    with StepCache(events, folder=tmp_path) as cache:
        assert cache.run(Step("words", "1", {}, lambda: "text", full, load_text)) == "text"
    assert "No space left" in events.of(Fallback)[0].reason


def test_a_cache_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    counter, events = Counter(), Recorder()
    with StepCache(events, folder=tmp_path / "file" / "cache") as cache:
        assert cache.run(counter.step()) == "text of aa"
    assert "SYNCLINE_CACHE" in events.of(Fallback)[0].reason
