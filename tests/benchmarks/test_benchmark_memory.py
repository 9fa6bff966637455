"""The peak of a command counts its children at the same instant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.memory import PeakMeter, resident_bytes

from benchmarks import memory

HOLD = "import time; held = b'x' * {size}; time.sleep({seconds})"
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {child!r}])
{hold}
child.wait()
sys.exit(3)
"""
MEGABYTES = 60


def started(*, both: bool) -> subprocess.Popen[bytes]:
    """A process whose child holds memory for a while, and which itself holds as much at the same time if `both`."""
    child = HOLD.format(size=MEGABYTES << 20, seconds=1.6)
    hold = HOLD.format(size=MEGABYTES << 20 if both else 1, seconds=1.2)
    return subprocess.Popen([sys.executable, "-c", PARENT.format(child=child, hold=hold)])


def measured(process: subprocess.Popen[bytes]) -> memory.Peak:
    peak = PeakMeter(process.pid).wait()
    process.returncode = peak.exit_code  # it has been waited for
    return peak


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc on this system")
def test_parent_and_child_count_together() -> None:
    one, two = measured(started(both=False)), measured(started(both=True))
    assert (one.exit_code, two.exit_code) == (3, 3)
    assert "process tree" in one.measured
    assert one.megabytes > MEGABYTES
    assert two.megabytes - one.megabytes == pytest.approx(MEGABYTES * 1.05, abs=12)


def test_without_proc_the_largest_process_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PROC", tmp_path)
    assert resident_bytes([1]) == 0
    peak = measured(started(both=True))
    assert peak.measured == "largest process (rusage)"
    assert peak.megabytes > MEGABYTES
