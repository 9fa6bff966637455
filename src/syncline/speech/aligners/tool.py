"""Running a tool that the user has installed: without a shell, with a limit of time, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from syncline.errors import StageError

_TOLD: Final = 200  # characters of a tool's last line that are shown
_KEPT: Final = 64 << 10  # bytes of what it prints that are kept, from its end


@dataclass(frozen=True)
class Ended:
    """How a tool ended: its status (None: it took too long and was stopped) and the end of what it printed."""

    status: int | None
    output: str

    @property
    def told(self) -> str:
        """The last line that it printed, for people."""
        lines = [line.strip(" \t\u2502\u2500\u256d\u256e\u2570\u256f") for line in self.output.splitlines()]
        said = [line for line in lines if line]
        text = said[-1] if said else "it printed nothing"
        return "".join(sign for sign in text if sign.isprintable())[:_TOLD]


def run_tool(command: Sequence[str], *, timeout_s: float) -> Ended:
    """Run a program with arguments and wait for it.

    It has no input and a group of processes of its own, which is stopped when the time is over or this process is
    interrupted. What it prints goes through a file: a pipe that nobody empties would stop it.

    Raises
    ------
    StageError : it cannot be started.
    """
    with tempfile.TemporaryFile() as printed:
        try:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=os.name == "posix",
            )
        except OSError as exc:
            raise StageError(
                f"{os.path.basename(command[0])} cannot be started ({exc.strerror})", stage="tool"
            ) from exc
        status: int | None = None
        try:
            status = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _stop(process)
        size = printed.seek(0, os.SEEK_END)
        printed.seek(max(0, size - _KEPT))
        return Ended(status, printed.read().decode("utf-8", errors="replace"))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that still runs, and its children."""
    if process.poll() is not None:
        return
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)  # not waited for yet, so the number is still its own
    else:
        process.kill()
    process.wait()
