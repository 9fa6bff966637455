"""Memory that the C library keeps after it was freed, given back to the system."""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache
from typing import Any


def give_back() -> None:
    """Return freed memory to the system; without effect where the C library is not glibc.

    glibc keeps freed blocks below its growing threshold for mapping (up to 32 MB each) for itself. After the bank of a
    long plate is learned and a line is planned that is hundreds of megabytes which the drawing never asks for.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _malloc_trim() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
