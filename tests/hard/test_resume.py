"""What was made once is found again; what was interrupted goes on; what was spoilt is made anew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from footage import Footage, cut, stored, stored_sound, write_wav

import syncline
from syncline import Cancelled, DubOptions
from syncline.events import Event, Note, Progress, Recorder, Timing, silent

KEPT = {"tracks", "cues", "bank"}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SYNCLINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def run(plate: Path, speech: Path, tmp_path: Path) -> Callable[..., tuple[str, Recorder]]:
    """Dubs into a lossless file and returns a hash of its samples and the events."""

    def go(name: str, audio: Path | None = None, **options: object) -> tuple[str, Recorder]:
        events = Recorder()
        out = tmp_path / f"{name}.mkv"
        syncline.dub(plate, audio or speech, out, options=DubOptions(**options), on_event=events)  # type: ignore[arg-type]
        return contents(out), events

    return go


def contents(path: Path) -> str:
    """A hash of all samples of picture and sound; the container adds a random number to each file."""
    state = hashlib.blake2b()
    for samples in [*stored(path), stored_sound(path)[0]]:
        state.update(samples.tobytes())
    return state.hexdigest()


def steps(events: Recorder) -> dict[str, bool]:
    """Steps that a cache can hold, and whether it held them."""
    return {timing.stage: timing.cached for timing in events.of(Timing) if timing.stage in KEPT}


def test_a_second_run_finds_every_step(run: Callable[..., tuple[str, Recorder]], cache: Path) -> None:
    first, made = run("one")
    second, found = run("two")
    assert set(steps(made)) == KEPT
    assert not any(steps(made).values())
    assert all(steps(found).values())
    assert second == first


def test_another_line_costs_only_itself(
    run: Callable[..., tuple[str, Recorder]], cache: Path, shared_data: Path, tmp_path: Path
) -> None:
    run("one")
    other: Footage = cut(shared_data / "clips" / "opendub.mp4", start=4.0, seconds=1.2, height=64)
    _, events = run("two", audio=write_wav(tmp_path / "other.wav", other.sound, other.sample_rate))
    found = [(timing.stage, timing.cached) for timing in events.of(Timing) if timing.stage in KEPT]
    assert ("tracks", True) in found
    assert ("bank", True) in found
    assert ("cues", False) in found


def test_an_interrupted_run_leaves_nothing_and_goes_on(
    run: Callable[..., tuple[str, Recorder]], plate: Path, speech: Path, cache: Path, tmp_path: Path
) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == "draw":
            raise Cancelled("stopped")

    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(Cancelled):
        syncline.dub(plate, speech, folder / "take.mkv", on_event=stop)
    assert list(folder.iterdir()) == []
    resumed, events = run("resumed")
    assert all(steps(events).values())
    fresh, _ = run("fresh", cache=False)
    assert resumed == fresh


def test_a_spoilt_artifact_is_told_and_made_again(run: Callable[..., tuple[str, Recorder]], cache: Path) -> None:
    first, _ = run("one")
    spoilt = next(cache.glob("??/*/tracks.npz"))
    data = bytearray(spoilt.read_bytes())
    data[len(data) // 2] ^= 1
    spoilt.write_bytes(bytes(data))
    second, events = run("two")
    assert second == first
    assert steps(events)["tracks"] is False
    assert any(note.stage == "tracks" and "damaged" in note.text for note in events.of(Note))


def test_no_cache_keeps_nothing(run: Callable[..., tuple[str, Recorder]], cache: Path) -> None:
    run("one", cache=False)
    assert not cache.exists()


def test_the_number_of_threads_changes_nothing(run: Callable[..., tuple[str, Recorder]], cache: Path) -> None:
    one, _ = run("one", threads=1)
    many, _ = run("many", threads=4)
    assert one == many


def test_a_listener_is_not_needed(plate: Path, speech: Path, tmp_path: Path, cache: Path) -> None:
    take = syncline.dub(str(plate), str(speech), str(tmp_path / "take.mp4"))
    again = syncline.dub(plate, speech, tmp_path / "again.mp4", on_event=silent)
    assert take.score.figures.keys() == again.score.figures.keys()
