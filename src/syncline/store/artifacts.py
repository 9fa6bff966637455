"""A folder of artifacts, each under the key of what it was made from.

An artifact is a folder `KEY[:2]/KEY/` with its files and an `entry.json` that names them with their hashes. It appears
by one rename, so that a reader sees a whole artifact or none, and two processes may work on one store: the first to
finish wins, and the second finds its own result already there.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from syncline.errors import InputError
from syncline.store.hashing import fresh_hash

ENTRY_SCHEMA = "syncline.artifact/1"
ENTRY_NAME = "entry.json"
DEFAULT_MAX_BYTES = 8 << 30
# An artifact used this recently may be in the hands of another process; a half-made one this old belongs to nobody.
GRACE_SECONDS = 600.0
ABANDONED_SECONDS = 86_400.0


class Store:
    """Artifacts in `folder`, at most `max_bytes` of them; the longest unused go first.

    Raises InputError where the folder cannot be made.
    """

    def __init__(self, folder: str | Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.folder = Path(folder)
        self.max_bytes = max_bytes
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise InputError(
                f"the cache folder cannot be made ({exc.strerror}): name another in SYNCLINE_CACHE", file=folder
            ) from exc

    def path(self, key: str) -> Path:
        """Where the artifact of a key lies, or will."""
        return self.folder / key[:2] / key

    def find(self, key: str, on_damage: Callable[[str], None] | None = None) -> Path | None:
        """Return the folder of a whole artifact, or None.

        Every file is hashed; an artifact that does not match its own record is taken away and told to `on_damage`.
        """
        place = self.path(key)
        if not place.is_dir():
            return None
        fault = _fault(place, key)
        if fault is None:
            _touch(place / ENTRY_NAME)
            return place
        if on_damage is not None and place.is_dir():
            on_damage(fault)
        self.discard(key)
        return None

    def keep(self, key: str, step: str, make: Callable[[Path], None]) -> Path:
        """Let `make` write an artifact's files into an empty folder, publish them under `key`, and return their folder.

        Raises OSError where the disk refuses; nothing is left behind then.
        """
        work = self.workplace()
        try:
            make(work)
            _write_entry(work, key, step)
            place = self.path(key)
            place.parent.mkdir(exist_ok=True)
            try:
                os.rename(work, place)
            except OSError:
                # Another process was first. Equal keys mean equal contents, if what lies there is whole.
                if self.find(key) is None:
                    os.rename(work, place)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        self.trim()
        return place

    def workplace(self) -> Path:
        """Make an empty folder for work in progress, on the store's own disk. Whoever asks removes it; what a dead
        process left is swept after a day."""
        work = self.folder / f"making-{os.getpid()}-{uuid.uuid4().hex}"
        work.mkdir(parents=True)
        return work

    def discard(self, key: str) -> None:
        """Take an artifact away; it vanishes by one rename."""
        self._remove(self.path(key))

    def size_bytes(self) -> int:
        """Bytes of all whole artifacts."""
        return sum(size for _, size, _ in self._entries())

    def trim(self) -> int:
        """Remove the longest unused artifacts until the rest fits, and what dead processes left; return how many."""
        now = time.time()
        for pattern in ("making-*", "leaving-*"):
            for left in self.folder.glob(pattern):
                if now - _modified(left, now) > ABANDONED_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        removed = 0
        for used, size, place in entries:
            if total <= self.max_bytes or now - used < GRACE_SECONDS:
                break
            self._remove(place)
            total -= size
            removed += 1
        return removed

    def _entries(self) -> list[tuple[float, int, Path]]:
        """(last use, bytes, folder) of every artifact."""
        found = []
        for record in self.folder.glob(f"??/*/{ENTRY_NAME}"):
            try:
                files = list(record.parent.iterdir())
                found.append((record.stat().st_mtime, sum(file.stat().st_size for file in files), record.parent))
            except OSError:  # removed by another process meanwhile
                continue
        return found

    def _remove(self, place: Path) -> None:
        leaving = self.folder / f"leaving-{os.getpid()}-{uuid.uuid4().hex}"
        try:
            os.rename(place, leaving)
        except OSError:  # already gone
            return
        shutil.rmtree(leaving, ignore_errors=True)


def temporary_store() -> tuple[Store, Callable[[], None]]:
    """Return a store that lives as long as one run, and the function that removes it."""
    folder = tempfile.mkdtemp(prefix="syncline-")
    return Store(folder), lambda: shutil.rmtree(folder, ignore_errors=True)


def default_folder() -> Path:
    """`$SYNCLINE_CACHE`, else the platform's folder for caches."""
    named = os.environ.get("SYNCLINE_CACHE")
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base if base else tempfile.gettempdir()) / "syncline" / "cache"
    try:
        home = Path.home()
    except RuntimeError:  # an account without a home folder
        return Path(tempfile.gettempdir()) / f"syncline-cache-{os.getuid()}"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "syncline"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else home / ".cache") / "syncline"


def default_max_bytes() -> int:
    """`$SYNCLINE_CACHE_BYTES`, else 8 GiB. Raises InputError for what is no number."""
    named = os.environ.get("SYNCLINE_CACHE_BYTES")
    if not named:
        return DEFAULT_MAX_BYTES
    if not named.isdecimal():
        raise InputError(f"SYNCLINE_CACHE_BYTES={named!r} is not a number of bytes")
    return int(named)


def _write_entry(folder: Path, key: str, step: str) -> None:
    """Record the files of a new artifact. No fsync: what a power cut spoils is found by its hash and made again."""
    files = {file.name: fresh_hash(file) for file in sorted(folder.iterdir())}
    record = {"schema": ENTRY_SCHEMA, "key": key, "step": step, "files": files}
    (folder / ENTRY_NAME).write_text(json.dumps(record, indent=1), encoding="utf-8")


def _fault(place: Path, key: str) -> str | None:
    """What is wrong with an artifact, or None."""
    try:
        record: Any = json.loads((place / ENTRY_NAME).read_text(encoding="utf-8"))
        files = record["files"]
        if record["schema"] != ENTRY_SCHEMA or record["key"] != key or not isinstance(files, dict):
            return "its record is of another kind"
        for name, digest in files.items():
            if Path(name).name != name or fresh_hash(place / name) != digest:
                return f"{name} is not what was written"
    except (OSError, ValueError, KeyError, TypeError) as exc:
        return f"its record cannot be read ({type(exc).__name__})"
    return None


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:  # removed meanwhile, or a store that may only be read: its order of use does not matter then
        return


def _modified(path: Path, missing: float) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return missing
