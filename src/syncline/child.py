"""A Python process of ours beside this one, for work that would hold Python's lock or wait for it.

Parent and child send each other pickled values through pipes that nobody else writes to. The child ends with its
parent, and what it raises is raised in the parent.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
import threading
import traceback
from types import TracebackType
from typing import Any, BinaryIO

from syncline import errors
from syncline.errors import StageError, SynclineError


class Child:
    """A context manager: a child process that runs `main(channel)` of a module of this package, killed at the end.

    module : dotted name. stage : what a StageError names where the child ends without an answer.
    """

    def __init__(self, module: str, *, stage: str) -> None:
        # The child imports from where this process does, whatever its own folder holds.
        program = f"import sys; sys.path[:] = {sys.path!r}; from syncline.child import serve; serve({module!r})"
        self._stage = stage
        self._process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()  # it has answered, or nobody waits for it
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # what was still to be sent has no reader any more
        self._process.wait()

    def kill(self) -> None:
        """End the child at once, from whatever thread; who waits for its answer is told that it ended."""
        self._process.kill()

    def send(self, value: Any) -> None:
        """Give the child a value; waits while it is busy. Raises what ended the child."""
        assert self._process.stdin is not None
        try:
            pickle.dump(value, self._process.stdin, protocol=5)
            self._process.stdin.flush()
        except BrokenPipeError:
            while True:  # answers from before its end may stand before the error
                self.receive()

    def receive(self) -> Any:
        """Wait for the child's next value. Raises what the child raised, StageError where it ended without a word."""
        assert self._process.stdout is not None
        try:
            fine, value = pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError) as error:
            status = self._process.wait()
            raise StageError(f"a process ended without an answer (status {status})", stage=self._stage) from error
        if not fine:
            raise _raised(value)
        return value


class Channel:
    """The child's end."""

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self._source, self._target = source, target

    def receive(self) -> Any:
        """Wait for the parent's next value. Raises EOFError where the parent is gone."""
        return pickle.load(self._source)

    def send(self, value: Any) -> None:
        """Give the parent a value."""
        self._put((True, value))

    def fail(self, error: Exception) -> None:
        """Have an error raised in the parent; errors that are not this package's own go as a StageError."""
        if isinstance(error, SynclineError):
            file = None if error.file is None else str(error.file)
            told = (type(error).__name__, error.message, {"file": file, "stage": error.stage, "at": error.at})
        else:
            told = ("StageError", "".join(traceback.format_exception(error)), {})
        self._put((False, told))

    def end_with_parent(self) -> None:
        """End this process as soon as the parent is gone; for when nothing more is received."""
        threading.Thread(target=self._end, name="parent", daemon=True).start()

    def _end(self) -> None:
        self._source.read(1)
        os._exit(1)

    def _put(self, message: tuple[bool, Any]) -> None:
        pickle.dump(message, self._target, protocol=5)
        self._target.flush()


def serve(module: str) -> None:
    """Run a module's `main` on standard input and output; the process ends here."""
    channel = Channel(sys.stdin.buffer, os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # what native code prints must not get among the answers
    try:
        importlib.import_module(module).main(channel)
    except EOFError:
        os._exit(1)
    except Exception as error:
        channel.fail(error)
    os._exit(0)  # threads that still wait for the parent would keep the process


def _raised(told: tuple[str, str, dict[str, str | None]]) -> SynclineError:
    name, message, details = told
    kind = getattr(errors, name)
    error: SynclineError = kind(message, **details)
    return error
