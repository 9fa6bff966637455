"""Arrays in files: as good as in memory, given back on the way, and hostile ones refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syncline.errors import StageError
from syncline.media import arrays
from syncline.media.arrays import entry_span, new_array, read_stored, stretches, write_array


def resident() -> int:
    """Resident bytes of this process."""
    status = Path("/proc/self/statm")
    if not status.exists():
        pytest.skip("no /proc on this system")
    return int(status.read_text().split()[1]) * 4096


def test_small_arrays_lie_in_memory_and_large_ones_in_a_file() -> None:
    small, large = new_array((10, 3)), new_array((arrays.MAPPED_FROM // 12 + 1, 3))
    assert not isinstance(small, np.memmap)
    assert isinstance(large, np.memmap)
    assert not large[::1000].any()
    assert large.dtype == np.float32


def test_what_was_written_stays_when_pages_are_given_back() -> None:
    array = new_array((4000, 478, 3))
    before = resident()
    for part in stretches(array):
        array[part] = np.arange(4000, dtype=np.float32)[part, None, None]
    assert resident() - before < array.nbytes / 4
    total = 0.0
    for part in stretches(array):
        total += float(array[part, 0, 0].sum())
    assert total == np.arange(4000).sum()
    assert resident() - before < array.nbytes / 4


def test_stretches_cover_everything_once() -> None:
    places = [list(range(*part.indices(1000))) for part in stretches(np.zeros(1000), size=300)]
    assert [len(part) for part in places] == [300, 300, 300, 100]
    assert [place for part in places for place in part] == list(range(1000))
    assert not list(stretches(np.zeros((0, 3))))


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(arrays.tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(StageError, match="No space left"):
        new_array((arrays.MAPPED_FROM,))


def stored(path: Path, data: bytes, packed: bool = False) -> tuple[Path, zipfile.ZipInfo]:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        archive.writestr("first", b"x" * 77)
        archive.writestr("a.npy", data)
        return path, archive.getinfo("a.npy")


def npy(value: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, value, allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize("mapped", [True, False])
@pytest.mark.parametrize("shape", [(600, 4), (7,), (0, 3), ()])
def test_there_and_back_in_an_archive(tmp_path: Path, shape: tuple[int, ...], mapped: bool) -> None:
    value = np.random.default_rng(0).random(shape).astype(np.float32)
    buffer = io.BytesIO()
    write_array(buffer, np.asarray(value))
    assert np.array_equal(np.load(io.BytesIO(buffer.getvalue())), value)
    path, info = stored(tmp_path / "a.zip", buffer.getvalue())
    with path.open("rb") as raw:
        again = read_stored(path, raw, entry_span(raw, info), mapped=mapped)
    assert isinstance(again, np.memmap) == (mapped and value.size > 0)
    assert again.dtype == value.dtype
    assert np.array_equal(again, value)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"not an array", "no array"),
        (npy(np.zeros(9))[:-1], "cut off"),
        (npy(np.zeros(9)) + b"x", "cut off"),
        (npy(np.array([{}], object)), "kind"),
        (npy(np.zeros(2, "M8[s]")), "kind"),
        (npy(np.asfortranarray(np.zeros((3, 4)))), "kind"),
    ],
)
def test_hostile_arrays(tmp_path: Path, data: bytes, why: str) -> None:
    path, info = stored(tmp_path / "a.zip", data)
    with path.open("rb") as raw, pytest.raises(ValueError, match=why):
        read_stored(path, raw, entry_span(raw, info), mapped=True)


def test_packed_and_cut_entries(tmp_path: Path) -> None:
    path, info = stored(tmp_path / "packed.zip", npy(np.zeros(900)), packed=True)
    with path.open("rb") as raw, pytest.raises(ValueError, match="packed"):
        entry_span(raw, info)
    path, info = stored(tmp_path / "cut.zip", npy(np.zeros(900)))
    path.write_bytes(path.read_bytes()[:500])
    with path.open("rb") as raw, pytest.raises(ValueError, match="beyond"):
        entry_span(raw, info)
    path.write_bytes(b"x" * 9000)
    with path.open("rb") as raw, pytest.raises(ValueError, match="header"):
        entry_span(raw, info)
