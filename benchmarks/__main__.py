"""`python -m benchmarks NAME [options]`: runs one benchmark and writes its report.

Each benchmark is a module of this package with `main(argv) -> int | None` (0 or None: every aim reached, 1: some aim
missed). It is imported only when named, so that one which needs the extra `neural` stops nobody else.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Sequence

BENCHMARKS = {
    "grid": "visual intelligibility, closures, offset and flicker of 40 dubs of the GRID speaker",
    "speed": "seconds per second of video and peak memory of the whole command",
    "fidelity": "what must not change: pixels outside the hull, the sound, the offset",
    "languages": "closures and offset across languages",
    "speech": "word times clean and in noise, languages, wrong texts, mouths from speech, visemes",
    "score": "known shifts, drift, foreign sound, faults made on purpose, speed of scoring",
    "portrait": "stills that speak: opening, background, tears, closures, blinks, speed and memory",
    "sheets": "contact sheets of five dubs, for looking at",
}


def parser() -> argparse.ArgumentParser:
    """The command line: the name of a benchmark and the options that it parses itself."""
    lines = "\n".join(f"  {name:<10} {what}" for name, what in BENCHMARKS.items())
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure Syncline.",
        epilog=f"benchmarks:\n{lines}\n  all        each of them, one after the other",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("name", choices=[*BENCHMARKS, "all"], metavar="NAME", help="which benchmark")
    made.add_argument("options", nargs=argparse.REMAINDER, help="passed on; NAME --help lists them")
    return made


def run(name: str, options: Sequence[str]) -> int:
    """Import the benchmark `name` and run it; its exit status, or 2 where it is not written yet."""
    if importlib.util.find_spec(f"benchmarks.{name}") is None:
        print(f"benchmarks: there is no module benchmarks/{name}.py", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"benchmarks.{name}").main(list(options)) or 0)


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the command line and run the benchmark, or all of them; the worst exit status."""
    arguments = parser().parse_args(argv)
    names = list(BENCHMARKS) if arguments.name == "all" else [arguments.name]
    return max(run(name, arguments.options) for name in names)


if __name__ == "__main__":
    sys.exit(main())
