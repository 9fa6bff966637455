"""Standard error without the chatter of native libraries.

mediapipe, absl and TensorFlow Lite write start-up messages straight to file descriptor 2, past Python. While a command
runs, descriptor 2 is a pipe whose lines are passed on unless they are such chatter; Python's own standard error goes
around it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import threading
from collections.abc import Iterator

# Google's log lines: severity letter, then MMDD; E and F are errors and pass. The rest has no severity of its own.
_CHATTER = re.compile(
    rb"^[IW]\d{4} [\d:.]+ "
    rb"|^[IW]0000 "
    rb"|^WARNING: All log messages before absl::InitializeLog"
    rb"|^INFO: Created TensorFlow Lite"
    rb"|^\d{4}-\d\d-\d\d [\d:.]+: [IW] "
)


@contextlib.contextmanager
def filtered_stderr(*, passing_all: bool = False) -> Iterator[None]:
    """Drop native chatter from descriptor 2 while the block runs; everything else still arrives."""
    if passing_all:
        yield
        return
    real = os.dup(2)
    reading, writing = os.pipe()
    os.dup2(writing, 2)
    os.close(writing)
    thread = threading.Thread(target=_pass_on, args=(reading, real), name="stderr", daemon=True)
    thread.start()
    python = sys.stderr
    if _writes_to(python, 2):
        around = os.fdopen(os.dup(real), "w", buffering=1, encoding=python.encoding, errors="backslashreplace")
        sys.stderr = around
    try:
        yield
    finally:
        if sys.stderr is not python:
            sys.stderr.close()
            sys.stderr = python
        os.dup2(real, 2)  # closes the last writing end: the thread reads to the end and stops
        thread.join(timeout=2)
        os.close(real)


def is_chatter(line: bytes) -> bool:
    """True for a line of native start-up chatter."""
    return _CHATTER.match(line) is not None


def _pass_on(reading: int, real: int) -> None:
    with open(reading, "rb") as lines:
        for line in lines:
            if not is_chatter(line):
                with contextlib.suppress(OSError):  # nobody reads standard error any more
                    os.write(real, line)


def _writes_to(stream: object, descriptor: int) -> bool:
    if not isinstance(stream, io.TextIOBase):
        return False
    try:
        return stream.fileno() == descriptor
    except (OSError, ValueError):  # a stream without a descriptor: a test's capture
        return False
