"""The folder of artifacts: whole or absent, bounded, shared between processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from syncline.errors import InputError
from syncline.store.artifacts import Store, default_folder, default_max_bytes
from syncline.store.hashing import bytes_hash

KEY = bytes_hash(b"a key")


def write(data: bytes) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / "data.bin").write_bytes(data)

    return make


def test_what_is_kept_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.find(KEY) is None
    store.keep(KEY, "step", write(b"content"))
    place = store.find(KEY)
    assert place is not None
    assert (place / "data.bin").read_bytes() == b"content"
    assert Store(tmp_path).find(KEY) == place


@pytest.mark.parametrize(
    "damage",
    [
        lambda place: (place / "data.bin").write_bytes(b"c0ntent"),
        lambda place: (place / "data.bin").unlink(),
        lambda place: (place / "entry.json").write_text("{"),
        lambda place: (place / "entry.json").write_text('{"schema": "other"}'),
        lambda place: (place / "entry.json").write_text("[]"),
        lambda place: (place / "entry.json").unlink(),
    ],
)
def test_a_damaged_artifact_is_told_and_taken_away(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    store = Store(tmp_path)
    damage(store.keep(KEY, "step", write(b"content")))
    faults: list[str] = []
    assert store.find(KEY, faults.append) is None
    assert len(faults) == 1
    assert not store.path(KEY).exists()
    store.keep(KEY, "step", write(b"content"))
    assert store.find(KEY) is not None


def test_a_failed_step_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_bytes(b"x")
        raise OSError(28, "No space left on device")

    store = Store(tmp_path)
    with pytest.raises(OSError, match="space"):
        store.keep(KEY, "step", fail)
    assert list(tmp_path.iterdir()) == []


def test_the_second_of_two_makers_finds_the_first_ones_result(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def overtaken(folder: Path) -> None:
        write(b"content")(folder)
        Store(tmp_path).keep(KEY, "step", write(b"content"))

    place = store.keep(KEY, "step", overtaken)
    assert store.find(KEY) == place
    assert sorted(path.name for path in tmp_path.iterdir()) == [KEY[:2]]


def test_many_processes_on_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from syncline.store import Store\n"
        "store = Store(sys.argv[1], max_bytes=1 << 20)\n"
        "for n in range(40):\n"
        "    key = f'{n % 4:040x}'\n"
        "    make = lambda folder: (folder / 'd').write_bytes(key.encode() * 999) and None\n"
        "    place = store.find(key) or store.keep(key, 's', make)\n"
        "    if n % 7 == 0: store.discard(key)\n"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.communicate(timeout=60)[1] == ""
        assert worker.returncode == 0
    for n in range(4):
        place = Store(tmp_path).find(f"{n:040x}")
        assert place is None or (place / "d").read_bytes() == f"{n:040x}".encode() * 999
    assert not list(tmp_path.glob("making-*"))


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    store = Store(tmp_path, max_bytes=1 << 30)
    keys = [bytes_hash(bytes([n])) for n in range(4)]
    long_ago = time.time() - 90_000
    for n, key in enumerate(keys):
        place = store.keep(key, "step", write(bytes(10_000)))
        os.utime(place / "entry.json", (long_ago + n, long_ago + n))
    assert store.find(keys[0]) is not None  # used now: it is the last to go
    store.max_bytes = 25_000
    assert store.trim() == 2
    assert [store.path(key).exists() for key in keys] == [True, False, False, True]
    assert store.size_bytes() <= 25_000


def test_an_artifact_in_use_is_not_trimmed(tmp_path: Path) -> None:
    store = Store(tmp_path, max_bytes=10)
    store.keep(KEY, "step", write(bytes(1000)))
    assert store.find(KEY) is not None


def test_what_a_dead_process_left_is_swept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    left, fresh = tmp_path / "making-1-dead", tmp_path / "making-2-alive"
    left.mkdir()
    fresh.mkdir()
    os.utime(left, (1, 1))
    store.trim()
    assert not left.exists()
    assert fresh.exists()


def test_the_folder_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCLINE_CACHE", str(tmp_path / "c"))
    assert default_folder() == tmp_path / "c"
    monkeypatch.delenv("SYNCLINE_CACHE")
    assert "syncline" in str(default_folder())
    monkeypatch.setenv("SYNCLINE_CACHE_BYTES", "5")
    assert default_max_bytes() == 5
    monkeypatch.setenv("SYNCLINE_CACHE_BYTES", "much")
    with pytest.raises(InputError, match="much"):
        default_max_bytes()


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="SYNCLINE_CACHE"):
        Store(tmp_path / "file" / "cache")
