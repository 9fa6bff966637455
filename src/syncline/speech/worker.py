"""The process that `speech.apart` starts: reads one sound, finds what is said in it, and answers with the cue sheet.

Standard input: one JSON line (`samples`, `transcript`, `language`), then the samples as little-endian float32. It stays
open: its end means that nobody waits for the answer any more. Standard output: one JSON document, `cue` or `error`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from syncline.errors import SynclineError
from syncline.speech.align import align
from syncline.speech.recognise import recognise


def answer(request: dict[str, Any], y16k: npt.NDArray[np.float32]) -> dict[str, Any]:
    """The cue sheet of a sound, or what went wrong."""
    try:
        with threadpool_limits(1, user_api="blas"):
            if request["transcript"] is None:
                cue = recognise(y16k, request["language"])
            else:
                cue = align(y16k, request["transcript"], request["language"])
    except SynclineError as error:
        return {"error": {"kind": type(error).__name__, "message": error.message, "stage": error.stage}}
    except Exception:  # the caller raises it as a StageError, with the trace
        return {"error": {"kind": "StageError", "message": traceback.format_exc(), "stage": "speech"}}
    return {"cue": cue.to_json()}


def main() -> int:
    """Answer one request; 0 for an answer of either kind."""
    source = sys.stdin.buffer
    request = json.loads(source.readline())
    y16k = np.frombuffer(source.read(4 * int(request["samples"])), "<f4")
    threading.Thread(target=_end_with_the_caller, name="watch", daemon=True).start()
    text = json.dumps(answer(request, y16k), ensure_ascii=False).encode()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()
    os._exit(0)  # the watching thread still waits for standard input


def _end_with_the_caller() -> None:
    os.read(0, 1)
    os._exit(1)
