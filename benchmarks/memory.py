"""Peak memory of a command and of the processes that it starts."""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.05  # s between samples
LOOK = 10  # samples between looks for new processes: reading them all costs ten times a sample
PROC = Path("/proc")


@dataclass(frozen=True)
class Peak:
    """Peak resident megabytes of an ended process, its exit code, and how the peak was measured."""

    megabytes: float
    exit_code: int
    measured: str


class PeakMeter:
    """Samples the resident memory of one of our children and all of its descendants until it ends.

    What they share (libraries, mapped files) counts in each of them, so the sum is never too small. Where there is no
    /proc it is the largest single process that the kernel has counted, and `Peak.measured` says so.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._ended = threading.Event()

    def wait(self) -> Peak:
        """Wait for the child's end."""
        sampling = threading.Thread(target=self._sample, name="peak-memory", daemon=True)
        sampling.start()
        _, status, usage = os.wait4(self._pid, 0)
        self._ended.set()
        sampling.join()
        code = os.waitstatus_to_exitcode(status)
        if self._peak:
            return Peak(self._peak / 1e6, code, f"sum over the process tree, every {1000 * INTERVAL:.0f} ms")
        return Peak(usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3), code, "largest process (rusage)")

    def _sample(self) -> None:
        count = 0
        while True:
            if count % LOOK == 0:
                tree = [self._pid, *descendants(self._pid)]
            self._peak = max(self._peak, resident_bytes(tree))
            count += 1
            if self._ended.wait(INTERVAL):
                return


def resident_bytes(pids: Iterable[int]) -> int:
    """Resident bytes of some processes now; 0 for those that have ended, or where there is no /proc."""
    total = 0
    for one in pids:
        try:
            total += int((PROC / str(one) / "statm").read_text().split()[1])
        except (OSError, IndexError):  # ended meanwhile
            continue
    return total * resource.getpagesize()


def descendants(pid: int) -> list[int]:
    """All processes below one, by /proc/PID/stat of every process: the parent stands after the name in brackets."""
    children: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):  # ended meanwhile
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found = [pid]
    for one in found:  # grows while it is walked
        found += children.get(one, [])
    return found[1:]
