"""What can go wrong, sorted by who can mend it.

SynclineError
├── InputError        (also ValueError)         exit 2   the user: a file or an argument
│   ├── MissingInput  (also FileNotFoundError)  exit 2   the user: nothing is there
│   └── Unscorable                              exit 6   the user: a clip that plays, but nobody is seen or heard in it
├── LimitError        (also ValueError)         exit 3   policy: the input is larger than we accept
├── DependencyError   (also ImportError)        exit 4   the installation: a part is missing
├── StageError        (also RuntimeError)       exit 5   us: a stage failed on an input that should have worked
└── Cancelled                                   exit 130 the user pressed Ctrl-C

Each error is also the Python builtin that a caller would catch. The message is one sentence that names the file, the
fault and what to do.
"""

from __future__ import annotations

from pathlib import Path


class SynclineError(Exception):
    """Root of everything this package raises on purpose.

    Parameters
    ----------
    message : one sentence: the fault and what to do about it.
    file : the file at fault, put in front of the message.
    stage : the step that found it ("probe", "track", "encode").
    at : where in the file ("frame 12", "3.40 s").
    """

    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        stage: str | None = None,
        at: str | None = None,
    ) -> None:
        self.message = message
        self.file = None if file is None else Path(file)
        self.stage = stage
        self.at = at
        super().__init__(str(self))

    def __str__(self) -> str:
        where = "" if self.file is None else f"{printable(self.file)}: "
        moment = "" if self.at is None else f" (at {self.at})"
        return f"{where}{self.message}{moment}"


class InputError(SynclineError, ValueError):
    """A file or an argument that the user can put right."""

    exit_code = 2


class MissingInput(InputError, FileNotFoundError):
    """A path where nothing is."""


class Unscorable(InputError):
    """A clip that plays well but of which there is no score: no face is seen in it, or nobody is heard."""

    exit_code = 6


class LimitError(SynclineError, ValueError):
    """An input beyond what we accept (see `media.limits`)."""

    exit_code = 3


class DependencyError(SynclineError, ImportError):
    """A part of the installation is missing; the message says how to get it."""

    exit_code = 4


class StageError(SynclineError, RuntimeError):
    """A stage failed on input that should have worked."""

    exit_code = 5


class Cancelled(SynclineError):
    """The user stopped the run; nothing half-written is left behind."""

    exit_code = 130


def printable(path: str | Path) -> str:
    """Return a path as one line of printable text: control and direction-changing characters are escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(path))
