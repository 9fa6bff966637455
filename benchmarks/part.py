"""A benchmark in parts: each part is a module that measures one thing, the whole is one report."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.report import Report


@dataclass(frozen=True)
class Part:
    """One section of a report.

    title : its heading. body : Markdown. missed : aims not reached, in words. figures : the same for machines.
    """

    title: str
    body: str
    missed: tuple[str, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)


def run_parts(report: Report, doc: str | None, parts: Mapping[str, Callable[[], Part]], argv: Sequence[str]) -> int:
    """Run the parts that `argv` names (`--only NAME ...`; all by default); 1 where an aim is missed.

    A report is written only where all parts have run: what is checked in is never half of one.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {report.name}", description=doc)
    parser.add_argument("--only", nargs="+", choices=list(parts), metavar="PART", help=f"of {', '.join(parts)}")
    names = parser.parse_args(list(argv)).only or list(parts)
    made = {}
    for name in names:
        made[name] = parts[name]()
        print(f"## {made[name].title}\n\n{made[name].body}\n", flush=True)
        print(*(f"not reached: {each}" for each in made[name].missed), sep="\n", flush=True)
    missed = [each for part in made.values() for each in part.missed]
    if len(made) == len(parts):
        body = "\n\n".join(f"## {part.title}\n\n{part.body}" for part in made.values())
        report.write(body, missed, {name: part.figures for name, part in made.items()})
    return int(bool(missed))
