"""Outputs that appear whole or not at all.

A file is written under a temporary name beside its place, flushed to the disk, and renamed. An error, or Ctrl-C,
removes it. What stands at the place is not touched without leave.
"""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path
from types import TracebackType

from syncline.errors import InputError, StageError, SynclineError

FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL_DISK_MESSAGE = "the disk is full (or a limit on file size is reached); free some space and run again"


class AtomicOutput:
    """Context manager: gives the temporary path to write to, and puts the file in place when the block ends well.

    >>> with AtomicOutput("out.mp4") as temporary:      # doctest: +SKIP
    ...     temporary.write_bytes(b"...")

    Raises InputError at once where the place exists (without `force`), is a directory, or cannot be written; StageError
    where the disk is full.
    """

    def __init__(self, path: str | Path, *, force: bool = False) -> None:
        self.path = Path(os.path.abspath(path))
        self._force = force
        self._given = path
        self._temporary: Path | None = None
        refuse_existing(path, force=force)

    def __enter__(self) -> Path:
        # The suffix stays last: it says which container is written.
        name = f".{self.path.stem[:100]}.{secrets.token_hex(6)}.part{self.path.suffix}"
        temporary = self.path.with_name(name)
        try:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except OSError as error:
            raise self._refusal(error) from error
        self._temporary = temporary
        return temporary

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        temporary, self._temporary = self._temporary, None
        if temporary is None:
            return
        try:
            if error is None:
                self._publish(temporary)
        except OSError as fault:
            raise self._refusal(fault) from fault
        finally:
            temporary.unlink(missing_ok=True)
        if isinstance(error, SynclineError) and error.file == temporary:
            error.file = Path(self._given)  # the user knows the output by its own name
        if isinstance(error, OSError) and error.errno in FULL_DISK and not isinstance(error, StageError):
            raise StageError(FULL_DISK_MESSAGE, file=self._given, stage="write") from error

    def _publish(self, temporary: Path) -> None:
        _flush(temporary)
        if self._force:
            os.replace(temporary, self.path)
        else:
            try:
                os.link(temporary, self.path)  # unlike a rename, this never replaces what came meanwhile
            except FileExistsError:
                refuse_existing(self._given, force=False)
                raise
            except OSError:  # a file system without hard links
                refuse_existing(self._given, force=False)
                os.replace(temporary, self.path)
        _flush(self.path.parent)

    def _refusal(self, error: OSError) -> InputError | StageError:
        if error.errno in FULL_DISK:
            return StageError(FULL_DISK_MESSAGE, file=self._given, stage="write")
        if error.errno == errno.ENOENT:
            return InputError("the folder for the output does not exist; make it first", file=self._given)
        return InputError(
            f"the output cannot be written there ({(error.strerror or 'error').lower()}); choose another folder",
            file=self._given,
            stage="write",
        )


def refuse_existing(path: str | Path, *, force: bool) -> None:
    """Raise InputError where an output cannot be put: a directory, or an existing file without `force`."""
    place = Path(path)
    if "\0" in str(path):
        raise InputError("the name holds a NUL character", file=path, stage="write")
    if place.is_dir():
        raise InputError("this is a directory; name the output file", file=path, stage="write")
    if not force and os.path.lexists(place):
        raise InputError("the output exists already; remove it or use --force", file=path, stage="write")
    if not place.parent.is_dir():
        raise InputError("the folder for the output does not exist; make it first", file=path, stage="write")


def _flush(path: Path) -> None:
    """Push a file's (or a folder's) content to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
