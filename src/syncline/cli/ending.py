"""How a run ends: any error as one sentence and an exit code."""

from __future__ import annotations

import errno
import json
import sys
import traceback
from dataclasses import dataclass
from typing import Any, ClassVar

import typer

from syncline.errors import SynclineError, printable

# typer carries click under another name from release to release; its exceptions share one root.
_USAGE = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

ERROR_SCHEMA = "syncline.error/1"
_OUT_OF_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Ending:
    """An exit code and the sentence that goes with it ("" for none)."""

    code: int
    kind: str
    sentence: str
    error: BaseException

    BROKEN_PIPE: ClassVar[int] = 141  # as the shell reports a program that SIGPIPE ended


def ending_of(error: BaseException) -> Ending:
    """Sort an error by who can mend it."""
    kind = type(error).__name__
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        return Ending(130, "Cancelled", "stopped; nothing half-written is left", error)
    if isinstance(error, typer.Exit):
        return Ending(error.exit_code, kind, "", error)
    if isinstance(error, SynclineError):
        return Ending(error.exit_code, kind, str(error), error)
    if isinstance(error, SystemExit):  # typer's way out where nobody reads what it prints
        return Ending(error.code if isinstance(error.code, int) else 1, kind, "", error)
    if isinstance(error, _USAGE):
        return Ending(2, "UsageError", _usage_sentence(error), error)
    if isinstance(error, BrokenPipeError):
        return Ending(Ending.BROKEN_PIPE, kind, "", error)
    if isinstance(error, OSError) and error.errno in _OUT_OF_SPACE:  # as media.atomic tells it
        where = "" if error.filename is None else f"{printable(str(error.filename))}: "
        return Ending(5, "StageError", f"{where}there is no room left to write ({error.strerror})", error)
    if isinstance(error, MemoryError):
        return Ending(3, "LimitError", "there is not enough memory for this input", error)
    what = " ".join(str(error).split())[:300]
    sentence = f"an unexpected error, which is our fault: {kind}: {what} (SYNCLINE_DEBUG=1 shows where)"
    return Ending(5, kind, sentence, error)


def say_ending(ending: Ending, *, as_json: bool, debug: bool) -> None:
    """Tell the user: the sentence on standard error, and a document on standard output where one was asked for."""
    if debug and not isinstance(ending.error, (typer.Exit, KeyboardInterrupt)):
        traceback.print_exception(ending.error)
    if not ending.sentence:
        return
    print(f"syncline: {ending.sentence}", file=sys.stderr)
    if as_json:
        document = {"schema": ERROR_SCHEMA, "kind": ending.kind, "exit_code": ending.code, "message": ending.sentence}
        print(json.dumps(document, ensure_ascii=False))


def _usage_sentence(error: Any) -> str:
    """A usage error in one line, with the way to the help."""
    context = getattr(error, "ctx", None)
    help_of = "syncline" if context is None else context.command_path
    return f"{' '.join(error.format_message().split()).rstrip('.')} (see `{help_of} --help`)"
