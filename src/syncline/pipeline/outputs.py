"""Where results go: never on to what they are made from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from syncline.errors import InputError


def refuse_inputs(out: Path, inputs: Iterable[Path]) -> None:
    """Raise InputError where an output names one of the inputs, under whatever name."""
    try:
        same = out.exists() and any(path.exists() and path.samefile(out) for path in inputs)
    except (OSError, ValueError):  # a name that cannot be looked up is no input; writing to it will say why
        return
    if same:
        raise InputError("the output is one of the inputs: choose another name", file=out)
