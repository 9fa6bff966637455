"""The version of code is its files: any change of them is another version."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.store import codeversion
from syncline.store.codeversion import code_version


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("face", "speech"):
        (tmp_path / name / "weights").mkdir(parents=True)
        (tmp_path / name / "a.py").write_text("one")
        (tmp_path / name / "weights" / "w.npz").write_bytes(b"12")
    monkeypatch.setattr(codeversion, "_PACKAGE", tmp_path)
    code_version.cache_clear()
    return tmp_path


def version(*rooms: str, uses: tuple[str, ...] = ()) -> str:
    code_version.cache_clear()
    return code_version(*rooms, uses=uses)


def test_the_same_files_are_the_same_version(rooms: Path) -> None:
    before = version("face", "speech")
    (rooms / "face" / "__pycache__").mkdir()
    (rooms / "face" / "__pycache__" / "a.pyc").write_bytes(b"compiled")
    assert version("speech", "face") == before


def test_any_change_is_another_version(rooms: Path) -> None:
    seen = {version("face"), version("face", uses=("numpy",)), version("face", uses=("no-such-distribution",))}
    (rooms / "face" / "weights" / "w.npz").write_bytes(b"13")
    seen.add(version("face"))
    (rooms / "face" / "a.py").rename(rooms / "face" / "b.py")
    seen.add(version("face"))
    assert len(seen) == 5


def test_another_room_does_not_matter(rooms: Path) -> None:
    before = version("face")
    (rooms / "speech" / "a.py").write_text("two")
    assert version("face") == before


def test_the_packages_own_rooms_have_versions() -> None:
    code_version.cache_clear()
    assert len({code_version("media"), code_version("face"), code_version("engines/actor")}) == 3
