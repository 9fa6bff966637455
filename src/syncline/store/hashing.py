"""Names made of contents: hashes of files and keys of steps."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import threading
from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from syncline.errors import InputError, MissingInput

DIGEST_BYTES = 20  # 160 bits: no accidental collision in any store that fits on a disk
CHUNK_BYTES = 1 << 20

_Identity = tuple[str, int, int, int]
_known: dict[_Identity, str] = {}
_lock = threading.Lock()


def file_hash(path: str | Path) -> str:
    """Return the blake2b of a file's bytes (40 hex digits), read in chunks.

    A file already hashed by this process is not read again while its path, size, modification time (ns) and inode stay.

    Raises MissingInput where nothing is, InputError where it cannot be read.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            identity = _identity(path, os.fstat(stream.fileno()))
            with _lock:
                known = _known.get(identity)
            if known is not None:
                return known
            digest = _digest(stream.read)
            unchanged = identity == _identity(path, os.fstat(stream.fileno()))
    except FileNotFoundError as exc:
        raise MissingInput("there is no such file", file=path, stage="hash") from exc
    except OSError as exc:
        raise InputError(f"cannot be read ({exc.strerror})", file=path, stage="hash") from exc
    if unchanged:
        with _lock:
            _known[identity] = digest
    return digest


def bytes_hash(data: bytes) -> str:
    """Return the blake2b of bytes in memory (40 hex digits)."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


def fresh_hash(path: Path) -> str:
    """Like `file_hash`, but always read anew: a flipped bit changes neither size nor time. Raises OSError."""
    with path.open("rb") as stream:
        return _digest(stream.read)


def key_of(step: str, version: str, inputs: Mapping[str, Any], options: Any = None) -> str:
    """Return the key of a step's artifact: a hash of its name, code version, input hashes and options.

    Values may be dataclasses, mappings, sequences, enums, fractions, paths, strings, numbers, booleans and None.

    Raises TypeError for anything else: a value without one canonical text must not become part of a key.
    """
    document = {"step": step, "version": version, "inputs": canonical(inputs), "options": canonical(options)}
    text = json.dumps(document, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return bytes_hash(text.encode("ascii"))


def canonical(value: Any) -> Any:
    """Return a value as plain JSON data that is the same for equal values and differs for different ones."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Enum):
        return canonical(value.value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, Fraction):
        return {"fraction": f"{value.numerator}/{value.denominator}"}
    if isinstance(value, Path):
        return {"path": str(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: canonical(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a mapping in a key has names for keys")
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [canonical(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form for a key")


def _identity(path: Path, status: os.stat_result) -> _Identity:
    return (os.path.abspath(path), status.st_size, status.st_mtime_ns, status.st_ino)


def _digest(read: Any) -> str:
    state = hashlib.blake2b(digest_size=DIGEST_BYTES)
    while chunk := read(CHUNK_BYTES):
        state.update(chunk)
    return state.hexdigest()
