"""Large arrays kept out of memory: mapped from unnamed temporary files, or from where they lie in an archive.

A mapped array reads like any other, and the pages that were read count as this process's memory until they are given
back. What works through such an array from end to end takes it in `stretches`.
"""

from __future__ import annotations

import math
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import StageError
from syncline.media.samples import release

MAPPED_FROM: Final = 4 << 20  # bytes from which a new array lies in a file
STRETCH: Final = 256  # rows after which pages are given back
_ZEROS: Final = bytes(1 << 20)
_LOCAL_HEADER: Final = 30  # bytes before the name in a ZIP's local file header (APPNOTE 4.3.7)

Array = npt.NDArray[Any]


def new_array(shape: tuple[int, ...], dtype: npt.DTypeLike = np.float32) -> Array:
    """An array of zeros that may be written to; a large one is mapped from an unnamed temporary file.

    Raises StageError where the temporary folder is full: the file is written out here, for a mapped page that finds
    no room ends the process.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size < MAPPED_FROM:
        return np.zeros(shape, dtype)
    with tempfile.TemporaryFile(prefix="syncline-array-") as file:
        try:
            for done in range(0, size, len(_ZEROS)):
                file.write(_ZEROS[: size - done])
            file.flush()
        except OSError as error:
            raise no_room(error) from error
        return np.memmap(file, dtype=dtype, mode="r+", shape=shape)


def no_room(error: OSError) -> StageError:
    """What is told where the temporary folder takes no more."""
    return StageError(
        f"the temporary folder {tempfile.gettempdir()} cannot be written ({error.strerror}); free some space",
        stage="memory",
    )


def stretches(*arrays: Array, size: int = STRETCH) -> Iterator[slice]:
    """Slices of `size` rows that cover the first array in order; after each, all arrays' pages are given back."""
    for first in range(0, len(arrays[0]), size):
        yield slice(first, first + size)
        for array in arrays:
            release(array)


def write_array(file: IO[bytes], array: Array) -> None:
    """Write an array of numbers as .npy, in stretches."""
    if array.ndim == 0:
        np.save(file, array, allow_pickle=False)
        return
    form: Any = np.lib.format  # numpy's types say nothing about this module
    form.write_array_header_1_0(
        file, {"descr": form.dtype_to_descr(array.dtype), "fortran_order": False, "shape": array.shape}
    )
    for part in stretches(array):
        file.write(np.ascontiguousarray(array[part]).tobytes())


def entry_span(raw: IO[bytes], info: zipfile.ZipInfo) -> tuple[int, int]:
    """First byte of an archive entry's data in the file, and its length.

    raw : the archive, open for reading. Raises ValueError where the entry is packed, without header or cut off.
    """
    # Stored and not packed: an entry can then be no larger than the file itself.
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 or info.file_size != info.compress_size:
        raise ValueError(f"{info.filename} is packed")
    raw.seek(info.header_offset)
    header = raw.read(_LOCAL_HEADER)
    if len(header) != _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise ValueError(f"{info.filename} has no header")
    names, extra = struct.unpack_from("<HH", header, _LOCAL_HEADER - 4)
    start = info.header_offset + _LOCAL_HEADER + names + extra
    if start + info.file_size > raw.seek(0, 2):
        raise ValueError(f"{info.filename} reaches beyond the file")
    return start, info.file_size


def read_stored(path: Path, raw: IO[bytes], span: tuple[int, int], *, mapped: bool) -> Array:
    """The .npy array in a span of a file, read or mapped; never of objects.

    raw : the file at `path`, open for reading. Raises ValueError for what is no such array.
    """
    start, size = span
    raw.seek(start)
    try:
        shape, fortran, dtype = _header(raw)
    except (ValueError, EOFError) as exc:
        raise ValueError("is no array") from exc
    begin = raw.tell()
    if dtype.hasobject or dtype.kind not in "iufbU" or (fortran and len(shape) > 1) or min(shape, default=0) < 0:
        raise ValueError("is of a kind that is not kept here")
    count = math.prod(shape)
    if count * dtype.itemsize != start + size - begin:
        raise ValueError("is cut off")
    if mapped and count:
        return np.memmap(path, dtype, "r", begin, shape)
    return np.frombuffer(raw.read(count * dtype.itemsize), dtype).reshape(shape)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and kind that a .npy file names; reads no data. Raises ValueError."""
    form: Any = np.lib.format
    readers = {(1, 0): form.read_array_header_1_0, (2, 0): form.read_array_header_2_0}
    version = form.read_magic(file)
    if version not in readers:
        raise ValueError(f"version {version}")
    shape, fortran, dtype = readers[version](file)
    return tuple(int(side) for side in shape), bool(fortran), dtype
