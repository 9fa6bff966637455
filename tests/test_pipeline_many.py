"""Many files at once: what is found in a folder, and what happens to those whose process dies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from syncline.errors import InputError, LimitError, MissingInput
from syncline.events import Event, Fallback, Note, Progress, silent
from syncline.pipeline import many
from syncline.pipeline.judge import ScoreOptions
from syncline.pipeline.many import ScoredFile, find_videos, processes_of, score_many

WORKERS = {
    # answers with the file's name as a failure, dies on "dies", and hangs on "hangs"
    "odd_worker": """
import os, time
from syncline.pipeline.many import Failure
def main(channel):
    while True:
        order = channel.receive()
        if "dies" in order.video.name:
            os._exit(9)
        if "hangs" in order.video.name:
            time.sleep(600)
        said = order.options.transcript
        channel.send(Failure("InputError", f"{order.video.name} {said and said.name} in {os.getpid()}", 2))
""",
}


@pytest.fixture
def odd_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "modules"
    folder.mkdir()
    for name, text in WORKERS.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    monkeypatch.setattr(many, "_WORKER", "odd_worker")


def folder_of(path: Path, *names: str) -> Path:
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).touch()
    return path


def same(each: ScoredFile) -> ScoredFile:
    return each


def test_videos_are_found_by_name_in_order(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path / "in",
        "b.MP4",
        "a.mov",
        "deep/er/c.mkv",
        ".hidden.mp4",
        ".git/d.mp4",
        "notes.pdf",
        "e.mp4.part",
        "a.txt",
    )
    (folder / "gone.mp4").symlink_to(folder / "nowhere")
    told: list[Event] = []
    found = find_videos(folder, told.append)
    assert [path.relative_to(folder).as_posix() for path in found] == ["a.mov", "b.MP4", "deep/er/c.mkv"]
    assert next(event for event in told if isinstance(event, Note)).text.endswith(": 2")


def test_a_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", "a.mp4")
    (folder / "again").symlink_to(folder)
    assert len(find_videos(folder, silent)) == 1


def test_what_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingInput):
        find_videos(tmp_path / "none", silent)
    with pytest.raises(InputError, match="no folder"):
        find_videos(folder_of(tmp_path, "a.mp4") / "a.mp4", silent)
    with pytest.raises(InputError):
        find_videos(Path("x\0y"), silent)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "MAX_FILES", 3)
    with pytest.raises(LimitError):
        find_videos(folder_of(tmp_path, *(f"{k}.mp4" for k in range(4))), silent)


def test_how_many_processes() -> None:
    assert processes_of(3, 10) == 3
    assert processes_of(3, 2) == 2
    assert processes_of(None, 100) >= 1
    for asked in (0, -1, 65):
        with pytest.raises(InputError, match="processes"):
            processes_of(asked, 5)


@pytest.mark.usefixtures("odd_worker")
def test_a_process_that_dies_costs_one_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", "a.mp4", "b-dies.mp4", "c.mp4", "d-dies.mp4", "e.mp4")
    told: list[Event] = []
    found = score_many(folder, options=ScoreOptions(), processes=2, on_scored=same, on_event=told.append)
    codes = {each.name: each.exit_code for each in found}
    assert codes == {"a.mp4": 2, "b-dies.mp4": 5, "c.mp4": 2, "d-dies.mp4": 5, "e.mp4": 2}
    assert [each.name for each in found[:2]] == ["b-dies.mp4", "d-dies.mp4"]
    assert all("ended the process" in str(each.failure) for each in found[:2])
    assert [event.done for event in told if isinstance(event, Progress)] == list(range(6))
    assert len([event for event in told if isinstance(event, Fallback)]) == 5


@pytest.mark.usefixtures("odd_worker")
def test_two_processes_share_the_files(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", *(f"{k:02d}.mp4" for k in range(40)))
    found = score_many(folder, options=ScoreOptions(), processes=2, on_scored=same, on_event=silent)
    assert len({str(each.failure).split(" in ")[-1] for each in found}) <= 2
    assert [each.name for each in found] == sorted(each.name for each in found)


@pytest.mark.usefixtures("odd_worker")
def test_stopping_ends_every_process_at_once(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", "a.mp4", "hangs.mp4", "z-hangs.mp4")

    def stop(each: ScoredFile) -> ScoredFile:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_many(folder, options=ScoreOptions(), processes=2, on_scored=stop, on_event=silent)


@pytest.mark.usefixtures("odd_worker")
def test_an_original_is_looked_for_at_the_same_place(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", "one/a.mp4", "b.mp4")
    originals = folder_of(tmp_path / "originals", "one/a.mov", "one/b.mp4")
    options = ScoreOptions(against=originals)
    found = score_many(folder, options=options, processes=1, on_scored=same, on_event=silent)
    told = {each.name: str(each.failure) for each in found}
    assert "a.mp4 None in" in told["one/a.mp4"]
    assert "its original is not in the folder" in told["b.mp4"]


@pytest.mark.usefixtures("odd_worker")
def test_a_text_beside_a_video_is_its_transcript(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", "a.mp4", "a.txt", "b.mp4")
    found = score_many(folder, options=ScoreOptions(), processes=1, on_scored=same, on_event=silent)
    told = {each.name: str(each.failure) for each in found}
    assert "a.mp4 a.txt in" in told["a.mp4"]
    assert "b.mp4 None in" in told["b.mp4"]
