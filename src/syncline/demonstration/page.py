"""The page that a demonstration ends with: its clips, what was found, and the way to each report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from syncline.media.atomic import AtomicOutput


@dataclass(frozen=True)
class Section:
    """One part of a demonstration.

    clip : a video beside the page. findings : sentences "grade: what was found". report : its own page.
    """

    title: str
    words: str
    clip: Path
    findings: tuple[str, ...]
    report: Path


def write_page(path: Path, sections: Sequence[Section], *, force: bool = False) -> Path:
    """Write the page; it names clips and reports by their way from it, so that the folder can be moved as a whole."""
    style = (files("syncline.demonstration") / "page.css").read_text(encoding="utf-8")
    parts = "\n".join(_section(section, number, path.parent) for number, section in enumerate(sections, 1))
    document = _PAGE.format(style=style, sections=parts)
    with AtomicOutput(path, force=force) as written:
        written.write_text(document, encoding="utf-8")
    return path


def _section(section: Section, number: int, home: Path) -> str:
    findings = "\n".join(_finding(*sentence.split(": ", 1)) for sentence in section.findings)
    return _SECTION.format(
        number=number,
        title=escape(section.title),
        words=escape(section.words),
        clip=_way(section.clip, home),
        findings=findings,
        report=_way(section.report, home),
    )


def _finding(grade: str, sentence: str) -> str:
    return f'<li class="{escape(grade)}"><b>{escape(grade)}</b> {escape(sentence)}</li>'


def _way(target: Path, home: Path) -> str:
    """A relative address, quoted for an attribute."""
    return escape(quote(Path(os.path.relpath(target, home)).as_posix()))


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Syncline: a demonstration</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
<header>
<h1>Syncline</h1>
<p>Makes people on screen speak a given soundtrack, and proves that they do.</p>
</header>
<main>
{sections}
</main>
<footer><p>Made on this computer; this page asks nothing of the network.</p></footer>
</body>
</html>
"""

_SECTION = """<section aria-labelledby="part-{number}">
<h2 id="part-{number}">{number}. {title}</h2>
<p>{words}</p>
<video controls preload="auto" playsinline src="{clip}" aria-label="{title}"></video>
<ul>
{findings}
</ul>
<p><a href="{report}">Open the full report</a></p>
</section>"""
