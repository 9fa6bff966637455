"""Listening in a process of its own.

pocketsphinx and the voice activity network hold Python's lock while they work: beside them, face tracking takes twice
as long. A process costs less than a second to start and works on the other core.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline import errors
from syncline.errors import StageError, SynclineError
from syncline.speech.align import align
from syncline.speech.cuesheet import CueSheet
from syncline.speech.features import SAMPLE_RATE
from syncline.speech.recognise import recognise

APART_SECONDS: Final = 15.0  # shorter sounds are listened to here: starting a process takes longer than they do


def listen(y16k: npt.NDArray[np.float32], transcript: str | None, language: str | None) -> CueSheet:
    """What is said in a sound: aligned to its transcript, or recognised without one.

    y16k : (n,) float32 mono, 16 kHz. transcript : None where it is not known. language : BCP 47; a transcript needs it.

    Raises what `align` and `recognise` raise, and StageError where the process ends without an answer.
    """
    if transcript is not None and language is None:
        raise errors.InputError("a transcript needs its language", stage="speech")
    if len(y16k) >= APART_SECONDS * SAMPLE_RATE:
        return _apart(y16k, transcript, language)
    if transcript is None:
        return recognise(y16k, language)
    return align(y16k, transcript, str(language))


def _apart(y16k: npt.NDArray[np.float32], transcript: str | None, language: str | None) -> CueSheet:
    # The child imports from where this process does, whatever its own folder holds.
    program = f"import sys; sys.path[:] = {sys.path!r}; from syncline.speech.worker import main; sys.exit(main())"
    request = {"samples": len(y16k), "transcript": transcript, "language": language}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(request).encode() + b"\n")
            child.stdin.write(np.ascontiguousarray(y16k, "<f4").data)
            child.stdin.flush()
            text = child.stdout.read()
        except BrokenPipeError:
            text = b""
        finally:
            child.kill()  # it has answered, or nobody waits for it
    return _cue(text, child.returncode)


def _cue(text: bytes, status: int) -> CueSheet:
    """The answer of a child. Raises the error that it names."""
    try:
        answer: dict[str, Any] = json.loads(text)
    except ValueError as exc:
        raise StageError(f"listening ended without an answer (status {status})", stage="speech") from exc
    if "cue" in answer:
        return CueSheet.from_json(answer["cue"])
    told = answer["error"]
    kind = getattr(errors, told["kind"], StageError)
    kind = kind if isinstance(kind, type) and issubclass(kind, SynclineError) else StageError
    raise kind(told["message"], stage=told["stage"])
