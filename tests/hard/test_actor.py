"""`syncline actor`: built from clips of which some are bad, shown, and used."""

from __future__ import annotations

import json
from pathlib import Path

import hostile
import numpy as np
import pytest
from footage import Footage, cut, write_clip, write_footage

import syncline
from syncline import ActorOptions, DubOptions, InputError
from syncline.cli.app import run
from syncline.events import Fallback, Recorder


@pytest.fixture(scope="module")
def clips(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two clips of one person, the first with its words beside it."""
    folder = tmp_path_factory.mktemp("footage")
    made = []
    for number, start in enumerate((1.0, 4.0)):
        piece: Footage = cut(shared_data / "clips" / "opendub.mp4", start=start, seconds=2.0, height=360)
        made.append(write_footage(folder / f"clip{number}.mp4", piece))
    (folder / "clip0.txt").write_text("these are some words", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def actor(clips: list[Path]) -> Path:
    out = clips[0].with_name("person.actor")
    syncline.build_actor(clips, out, options=ActorOptions(language="en"))
    return out


def test_an_actor_holds_its_footage(actor: Path, clips: list[Path]) -> None:
    report = syncline.show_actor(actor)
    assert report.figures["clips"] == len(clips)
    assert 60 < report.figures["frames"] <= 121
    assert report.size_bytes == actor.stat().st_size
    assert report.document()["schema"] == "syncline.actorreport/1"


def test_the_same_footage_gives_the_same_file(actor: Path, clips: list[Path]) -> None:
    again = actor.with_name("again.actor")
    syncline.build_actor(clips, again, options=ActorOptions(language="en", threads=1))
    assert again.read_bytes() == actor.read_bytes()


def test_bad_clips_are_named_and_skipped(clips: list[Path], tmp_path: Path) -> None:
    bad = hostile.random_bytes(tmp_path / "bad.mp4")
    empty = write_clip(tmp_path / "nobody.mp4", np.full((30, 64, 64, 3), 90, np.uint8), 25)
    events = Recorder()
    report = syncline.build_actor(
        [bad, *clips, empty], tmp_path / "x.actor", options=ActorOptions(language="en"), on_event=events
    )
    assert [name for name, _ in report.skipped] == ["bad.mp4", "nobody.mp4"]
    told = [event.reason for event in events.of(Fallback)]
    assert any("bad.mp4" in reason for reason in told)
    assert any("nobody.mp4" in reason for reason in told)
    assert report.figures["clips"] == len(clips)


def test_only_bad_clips_are_an_error_and_leave_nothing(tmp_path: Path) -> None:
    bad = hostile.random_bytes(tmp_path / "bad.mp4")
    with pytest.raises(InputError, match="none of the 1 clips"):
        syncline.build_actor([bad], tmp_path / "x.actor")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mp4"]


def test_footage_is_never_overwritten(clips: list[Path]) -> None:
    before = clips[0].read_bytes()
    with pytest.raises(InputError, match="one of the inputs"):
        syncline.build_actor(clips, clips[0], options=ActorOptions(force=True))
    assert clips[0].read_bytes() == before


def test_a_dub_draws_from_the_actor(actor: Path, clips: list[Path], speech: Path, tmp_path: Path) -> None:
    take = syncline.dub(clips[1], speech, tmp_path / "take.mp4", options=DubOptions(actor=actor))
    assert {entry.role for entry in take.timeline.inputs} == {"plate", "audio", "actor"}
    assert take.timeline.plan["clips"] == ["clip0.mp4", "clip1.mp4"]
    assert any(stretch["source"] == "bank" for stretch in take.timeline.plan["stretches"])


@pytest.mark.parametrize("keep", [0, 100, 0.5])
def test_what_is_no_actor_file_is_refused(actor: Path, tmp_path: Path, keep: float) -> None:
    data = actor.read_bytes()
    broken = tmp_path / "broken.actor"
    broken.write_bytes(data[: int(keep * len(data)) if isinstance(keep, float) else keep])
    with pytest.raises(InputError):
        syncline.show_actor(broken)


def test_show_prints_figures_and_writes_a_sheet(actor: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "sheet.png"
    capfd.readouterr()
    assert run(["actor", "show", str(actor), "-o", str(sheet), "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert document["figures"]["clips"] == 2
    assert sheet.read_bytes().startswith(b"\x89PNG")
    assert run(["actor", "show", str(actor), "-o", str(sheet)]) == 2
    assert "--force" in capfd.readouterr().err
    assert run(["actor", "show", str(actor)]) == 0
    assert "phones covered" in capfd.readouterr().out


def test_build_as_a_command(clips: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.actor"
    capfd.readouterr()
    arguments = ["actor", "build", *map(str, clips), "-o", str(out), "--language", "en", "--json"]
    assert run(arguments) == 0
    told = capfd.readouterr()
    assert json.loads(told.out)["figures"]["clips"] == 2
    assert told.err == ""
    assert run(arguments) == 2
