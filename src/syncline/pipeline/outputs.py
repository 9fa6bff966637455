"""Where results go: checked before any work is done, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from syncline.errors import InputError, MissingInput


def check_output(out: Path, *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse an output that could not be written at the end of a long run.

    Raises InputError (a folder, exists without `force`, one of the inputs, folder not writable) or MissingInput (no
    such folder).
    """
    if "\0" in str(out) or out.name in ("", ".", ".."):
        raise InputError("the output is no name of a file", file=out)
    try:
        _check_place(out, force)
        if out.exists() and any(path.exists() and path.samefile(out) for path in inputs):
            raise InputError("the output is one of the inputs: choose another name", file=out)
    except OSError as exc:
        if isinstance(exc, InputError):
            raise
        raise InputError(f"the output cannot be written ({exc.strerror})", file=out) from exc


def _check_place(out: Path, force: bool) -> None:
    folder = out.parent
    if out.is_dir():
        raise InputError("the output is a folder: give a file's name", file=out)
    if not folder.exists():
        raise MissingInput("there is no such folder to write into", file=folder)
    if not folder.is_dir():
        raise InputError("this is no folder to write into", file=folder)
    if os.path.lexists(out) and not force:
        raise InputError("the output exists already: use --force to overwrite it", file=out)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError("the folder of the output may not be written", file=folder)
