"""The index of a scored folder: one table, the worst file first, with a way to each page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from syncline.quality import Figure, Grade, Score
from syncline.report.markup import Markup, content_hash, fill, joined, resource, tag, text
from syncline.report.parts import badge, figure_name, shown_value

FIGURES: Final = ("offset", "drift", "foreign", "closures")  # what the table shows of every file
MAX_ROWS: Final = 10_000
ANY_SHAPE: Final = ":root { --ratio: 1.77778; }\n"


@dataclass(frozen=True)
class Row:
    """One file: its name, its page below the index's folder (None: it has none), its score or why there is none."""

    name: str
    page: str | None
    exit_code: int
    score: Score | None
    sentence: str


def index_page(title: str, rows: Sequence[Row]) -> str:
    """The whole page as text; it asks the network for nothing and runs no script."""
    style = f"{resource('page.css')}{ANY_SHAPE}"
    return fill(
        resource("index.html"),
        {
            "policy": f"default-src 'none'; img-src data:; style-src {content_hash(style)}; base-uri 'none'; "
            "form-action 'none'",
            "title": text(title),
            "style": style,
            "heading": _heading(title, rows),
            "table": _table(rows),
        },
    )


def _heading(title: str, rows: Sequence[Row]) -> Markup:
    counts = Counter("none" if row.score is None else row.score.grade.value for row in rows)
    words = {"fail": "under the gate", "warn": "to look at", "pass": "fine", "none": "without a score"}
    tiles = [
        tag(
            "li",
            tag("span", words[kind], class_="tile-name"),
            tag("strong", str(counts[kind])),
            class_=f"tile {kind}",
        )
        for kind in ("none", "fail", "warn", "pass")
        if counts[kind]
    ]
    facts = tag("p", f"{len(rows)} videos, the worst first", class_="facts")
    return joined([tag("h1", title), facts, tag("ul", *tiles, class_="tiles", aria_label="Videos by grade")])


def _table(rows: Sequence[Row]) -> Markup:
    heads = ("Video", "Grade", *map(figure_name, FIGURES), "Look at first")
    head = tag("tr", *(tag("th", name, scope="col") for name in heads))
    lines = [_line(row) for row in rows[:MAX_ROWS]]
    caption = tag("caption", "Videos of the folder, the worst first")
    whole = tag("table", caption, tag("thead", head), tag("tbody", *lines))
    return tag("div", whole, class_="scroll wide", tabindex="0", role="group", aria_label="Videos of the folder")


def _line(row: Row) -> Markup:
    name = text(row.name) if row.page is None else tag("a", row.name, href=row.page)
    cells = [tag("th", name, scope="row"), tag("td", _grade(row))]
    for figure in FIGURES:
        cells.append(tag("td", _value(None if row.score is None else row.score.figures.get(figure))))
    return tag("tr", *cells, tag("td", row.sentence))


def _grade(row: Row) -> Markup:
    if row.score is not None:
        return badge(row.score.grade)
    mark = tag("span", "–", class_="mark", aria_hidden="true")
    return tag("span", mark, f"no score ({row.exit_code})", class_="badge")


def _value(figure: Figure | None) -> Markup:
    if figure is None:
        return text("–")
    if figure.grade is Grade.PASS:
        return shown_value(figure)
    return joined([shown_value(figure), badge(figure.grade)])
