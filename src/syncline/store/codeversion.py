"""The version of the code that made an artifact: a hash of its own files.

A number that somebody has to raise by hand is forgotten once; the files themselves are not. Comments count too: an
artifact made again costs seconds, a stale one costs trust.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from syncline.store.hashing import DIGEST_BYTES

_PACKAGE = Path(__file__).resolve().parents[1]
_PASSED_OVER = (".pyc", ".pyo")


@lru_cache(maxsize=64)
def code_version(*rooms: str, uses: tuple[str, ...] = ()) -> str:
    """Return a hash (40 hex digits) of all files of some rooms and of the versions of distributions they use.

    rooms : folders or modules of this package ("face", "engines/actor", "timebase.py"), in any order.
    uses : names of installed distributions whose version changes results; one that is missing counts as none.
    """
    state = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for room in sorted(rooms):
        place = _PACKAGE / room
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if file.is_file() and file.suffix not in _PASSED_OVER:
                state.update(file.relative_to(_PACKAGE).as_posix().encode() + b"\0")
                state.update(hashlib.blake2b(file.read_bytes(), digest_size=DIGEST_BYTES).digest())
    for name in sorted(uses):
        state.update(f"{name} {_installed(name)}\0".encode())
    return state.hexdigest()


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
