"""`python -m benchmarks languages`: footage of one language speaks another.

A German newsreader speaks English, an English speaker German, Spanish, French, Japanese and Mandarin; each with its
transcript, the plate alone as footage. Reports closures and offset, and leaves sheets in `benchmarks/sheets`.
"""

from __future__ import annotations

import argparse

from benchmarks.material import LINES, clip
from benchmarks.report import Report, table
from benchmarks.sheets import make

DUBS = (
    ("german_news_de", "jfk"),
    ("opendub", "de"),
    ("opendub", "es"),
    ("opendub", "fr"),
    ("opendub", "ja"),
    ("opendub", "zh"),
)
CLOSURES = 0.95
FIGURES = ("closures", "offset", "opening", "flicker", "sharpness", "seam")


def main(argv: list[str]) -> int:
    """Dub all six; returns 1 where closures or the offset miss their aim."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks languages", description=__doc__)
    parser.add_argument("--columns", type=int, default=12, help="moments on a sheet")
    options = parser.parse_args(argv)
    rows, missed, documents = [], [], {}
    for plate, spoken in DUBS:
        name = f"{plate}-{spoken}"
        take, _ = make(clip(f"{plate}.mp4"), LINES[spoken], name, options.columns)
        figures = take.score.figures
        row = [plate, LINES[spoken].language]
        for key in FIGURES:
            figure = figures.get(key)
            known = figure is not None and figure.value is not None
            row.append(f"{figure.value:.3g} {figure.unit} ({figure.grade.value})" if known else "unknown")
        rows.append(row)
        documents[name] = take.score.to_json(brief=True)
        print(*row, sep=" | ", flush=True)
        closures, offset = figures["closures"], figures["offset"]
        if closures.value is not None and closures.value < CLOSURES:  # unknown: the line holds no p, b or m
            missed.append(f"{name}: {closures.sentence}")
        if offset.grade.value != "pass":
            missed.append(f"{name}: {offset.sentence}")
    Report("languages", "Across languages").write(
        table(["plate", "speaks", *FIGURES], rows), missed, {"scores": documents}
    )
    return int(bool(missed))
