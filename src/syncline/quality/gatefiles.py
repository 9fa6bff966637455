"""Gates by name (presets of the package) or from a TOML file of the user's own.

A file names the fields of `Gates` that it changes, and may begin from a preset:

    base = "broadcast"
    offset_warn_ms = [-80.0, 40.0]   # sound late, sound early
    closures_pass = 0.9

    [figures.identity]               # any figure of a score by its name
    pass = 0.97                      # above `warn`: large values are the good ones; below it: small ones
    warn = 0.92
"""

from __future__ import annotations

import difflib
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from syncline.errors import InputError, LimitError, MissingInput, printable
from syncline.quality.gates import DEFAULT, FigureGate, Gates

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PRESETS: Final = ("broadcast", "web", "strict")
BASE: Final = "base"
FIGURES: Final = "figures"
# Figures of a clip that have a gate of their own; the others are gated by the fields of `Gates`.
SINGLE: Final = (
    *("identity", "upper_face", "colour", "sharpness", "resolution", "flicker", "seam", "teeth", "untouched"),
    *("labiodentals", "rounding", "shapes", "silence", "freezing", "jaw"),
    *("lse_d", "lse_c"),
)
MAX_BYTES: Final = 1 << 16
STAGE: Final = "gate"
SUFFIX: Final = ".toml"

# Fields that hold a share of something, which is 0 to 1.
_SHARES: Final = frozenset(
    {"closures_pass", "closures_warn", "closures_recognised", "passed_pass", "foreign_pass", "foreign_warn"},
)


@dataclass(frozen=True)
class NamedGates:
    """Gates and what they are called: a preset's name or the file's."""

    name: str
    gates: Gates


def read_gates(gate: str | Path | None) -> NamedGates:
    """Gates by a preset's name or from a file; None: the package's own.

    Raises InputError with one sentence that names file and key where a name is no preset, a file is no TOML, a key is
    unknown, or a value is none that its key can have; MissingInput where there is no such file.
    """
    if gate is None:
        return NamedGates("default", DEFAULT)
    if isinstance(gate, str) and gate in PRESETS:
        return NamedGates(gate, preset(gate))
    path = Path(gate)
    if path.suffix.lower() != SUFFIX:
        raise InputError(
            f"{printable(str(gate))!r} is no gate; use {', '.join(PRESETS)} or a file whose name ends in {SUFFIX}",
            stage=STAGE,
        )
    return NamedGates(printable(path.name), _read(_text(path), path))


def preset(name: str) -> Gates:
    """The gates of a preset that is shipped with the package."""
    text = (files("syncline.quality") / "presets" / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    return _read(text, Path(f"{name}{SUFFIX}"))


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise MissingInput("there is no such gate file", file=path, stage=STAGE)
        if path.stat().st_size > MAX_BYTES:
            raise LimitError(f"the gate file is larger than {MAX_BYTES:,} bytes", file=path, stage=STAGE)
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as exc:
        if isinstance(exc, InputError | LimitError):
            raise
        why = "it is not text in UTF-8" if isinstance(exc, UnicodeDecodeError) else "it cannot be read"
        raise InputError(f"the gate file is of no use: {why}", file=path, stage=STAGE) from exc


def _read(text: str, path: Path) -> Gates:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise InputError(f"the gate file is not TOML: {str(exc)[:200]}", file=path, stage=STAGE) from exc
    start = _base(document.pop(BASE, None), path)
    single = _single(document.pop(FIGURES, {}), path)
    known = {each.name for each in fields(Gates)} - {FIGURES}
    for key in document:
        if key not in known:
            raise InputError(f"{printable(key)!r} is no key of a gate file{_near(key, known)}", file=path, stage=STAGE)
    given = {key: _value(key, value, path) for key, value in document.items()}
    gates = replace(start, **given, figures={**start.figures, **single})
    for fault in _faults(gates):
        raise InputError(fault, file=path, stage=STAGE)
    return gates


def _base(name: Any, path: Path) -> Gates:
    if name is None:
        return DEFAULT
    if name not in PRESETS:
        raise InputError(
            f"{BASE} is {_shown(name)}; it is one of {', '.join(PRESETS)}, or left out", file=path, stage=STAGE
        )
    return preset(name)


def _single(tables: Any, path: Path) -> dict[str, FigureGate]:
    """Gates of single figures: a table of `pass` and `warn` under each name."""
    if not isinstance(tables, dict):
        raise InputError(
            f"{FIGURES} is {_shown(tables)}; it should be tables as [{FIGURES}.identity]", file=path, stage=STAGE
        )
    made = {}
    for name, table in tables.items():
        where = f"{FIGURES}.{name}"
        if name not in SINGLE:
            raise InputError(
                f"{printable(name)!r} is no figure that a gate can be set for{_near(name, set(SINGLE))}",
                file=path,
                stage=STAGE,
            )
        if not isinstance(table, dict) or set(table) != {"pass", "warn"}:
            raise InputError(f"{where} should hold two numbers, pass and warn", file=path, stage=STAGE)
        for key, value in table.items():
            if not _is_number(value):
                raise InputError(f"{where}.{key} is {_shown(value)}; it should be a number", file=path, stage=STAGE)
        made[name] = FigureGate(float(table["pass"]), float(table["warn"]))
    return made


def _value(key: str, value: Any, path: Path) -> Any:
    """A key's value as `Gates` has it, after its default's kind: yes or no, a count, a number, or a pair."""
    usual = getattr(DEFAULT, key)
    if isinstance(usual, bool):
        wanted, fits = "true or false", isinstance(value, bool)
    elif isinstance(usual, tuple):
        wanted = "two numbers, the smaller first, as [-45.0, 22.0]"
        fits = isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)) and value[0] <= value[1]
    elif isinstance(usual, int):
        wanted, fits = "a whole number from 0", isinstance(value, int) and not isinstance(value, bool) and value >= 0
    elif key in _SHARES:
        wanted, fits = "a share from 0 to 1", _is_number(value) and 0 <= value <= 1
    else:
        wanted, fits = "a number", _is_number(value)
    if not fits:
        raise InputError(f"{key} is {_shown(value)}; it should be {wanted}", file=path, stage=STAGE)
    if isinstance(usual, tuple):
        return (float(value[0]), float(value[1]))
    return value if isinstance(usual, bool | int) else float(value)


def _faults(gates: Gates) -> Iterator[str]:
    """Limits that contradict each other: what passes must lie within what warns."""
    for each in fields(Gates):
        if "_pass" not in each.name:
            continue
        other = each.name.replace("_pass", "_warn")
        good, fair = getattr(gates, each.name), getattr(gates, other, None)
        if isinstance(good, tuple) and isinstance(fair, tuple):
            if not fair[0] <= good[0] <= good[1] <= fair[1]:
                yield f"{each.name} ({list(good)}) must lie within {other} ({list(fair)})"
        elif isinstance(good, float) and isinstance(fair, float):
            usual_good, usual_fair = getattr(DEFAULT, each.name), getattr(DEFAULT, other)
            if (good - fair) * (usual_good - usual_fair) < 0:
                side = "above" if usual_good > usual_fair else "below"
                yield f"{each.name} ({good:g}) must not be {'below' if side == 'above' else 'above'} {other} ({fair:g})"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: Any) -> str:
    return printable(repr(value))[:60]


def _near(key: str, known: set[str]) -> str:
    """A known key that was perhaps meant."""
    found = difflib.get_close_matches(key, sorted(known), n=1)
    return f"; {found[0]} is one" if found else f"; keys are {', '.join(sorted(known))}"
