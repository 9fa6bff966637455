"""Freed memory goes back to the system."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from syncline import memory


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells what is resident")
def test_freed_blocks_are_given_back() -> None:
    if memory._malloc_trim() is None:
        pytest.skip("this C library has no malloc_trim")
    blocks = [np.ones(100_000, np.uint8) for _ in range(2000)]  # 200 MB in blocks under the threshold for mapping
    last = np.ones(100_000, np.uint8)  # holds the top of the heap, so that freeing alone returns nothing
    before = resident()
    del blocks
    memory.give_back()
    assert resident() < before - 100e6
    assert last.all()


def test_without_the_function_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_malloc_trim", lambda: None)
    memory.give_back()
