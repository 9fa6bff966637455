"""Sections of a clip's page that a take's own score does not have: drift, mouth, picture, SyncNet.

What they are made of stands in the score document as plain data; what does not fit is left out, not shown wrongly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from syncline.quality import Figure, Gates, Grade
from syncline.report.driftplot import Window, drift_plot
from syncline.report.markup import Markup, joined, table, tag
from syncline.report.parts import MAX_ROWS, badge, figure_name, shown_value, to_time
from syncline.report.subject import Subject

Plain = Mapping[str, Any]

# Which figures stand under which heading.
SYNC: Final = ("drift", "foreign", "container")
PICTURE: Final = (
    *("identity", "upper_face", "colour", "sharpness", "resolution"),
    *("flicker", "seam", "teeth", "untouched"),
)
ELSEWHERE: Final = frozenset({*SYNC, *PICTURE, "offset", "closures", "opening", "passed", "tears", "lse_d", "lse_c"})
KINDS: Final = {
    "closure": "lips shut: p b m",
    "labiodental": "lip to teeth: f v",
    "rounded": "rounded: oo, w, sh",
    "spread": "spread: ee",
    "sibilant": "narrow: s z",
    "open": "open: ah",
}


def beyond(subject: Subject) -> Markup:
    """The sections, where the score holds what they tell of; else nothing."""
    return joined(section for _, _, section in _sections(subject))


def beyond_links(subject: Subject) -> Markup:
    """Links to the sections, for the page's navigation."""
    return joined(tag("a", title, href=f"#{name}") for name, title, _ in _sections(subject))


def _sections(subject: Subject) -> Iterator[tuple[str, str, Markup]]:
    makers: tuple[tuple[str, str, Callable[[Subject], Markup]], ...] = (
        ("drift", "Drift", drift),
        ("mouth", "Mouth", mouth),
        ("picture", "Picture", picture),
        ("lipsync", "SyncNet", syncnet),
    )
    for name, title, make in makers:
        content = make(subject)
        if content:
            heading = tag("h2", title, id=f"{name}-heading")
            yield name, title, tag("section", heading, content, id=name, aria_labelledby=f"{name}-heading")


def drift(subject: Subject) -> Markup:
    """The offset over time, and what else is known of sync."""
    score = subject.score
    if score is None or score.drift is None:
        return Markup("")
    parts = [
        tag("p", badge(figure.grade), " ", figure.sentence)
        for name in SYNC
        if (figure := score.figures.get(name)) is not None
    ]
    if "drift" not in score.figures:
        parts.append(tag("p", str(score.drift.get("sentence", "")), class_="quiet"))
    windows = list(_windows(score.drift))
    if windows:
        good, fair = offset_limits(subject)
        seconds = float(subject.video.duration)
        parts.append(drift_plot(windows, seconds, good, fair, number(score.drift.get("jump_s"))))
        parts.append(
            tag("p", "Each point is the offset of the seconds around it; hollow ones are unknown.", class_="quiet")
        )
    return joined(parts)


def offset_limits(subject: Subject) -> tuple[tuple[float, float], tuple[float, float]]:
    """What passes and what warns, ms (sound late, sound early), by the gates of the score."""
    figure = None if subject.score is None else subject.score.figures.get("offset")
    details = {} if figure is None else figure.details
    usual = Gates()
    return _pair(details.get("pass_ms")) or usual.offset_pass_ms, _pair(details.get("warn_ms")) or usual.offset_warn_ms


def mouth(subject: Subject) -> Markup:
    """Wrong shapes by phone class and by time, movement in silence, freezing in speech."""
    score = subject.score
    if score is None or score.articulation is None:
        return Markup("")
    found = score.articulation
    parts = [_figures(subject, lambda name: name not in ELSEWHERE and not name.startswith("syncnet"))]
    classes = [row for row in map(_class_row, _plains(found.get("by_class"))) if row is not None]
    if classes:
        parts.append(table("Shapes by phone class", ("Class", "Seen", "Wrong", "Share"), classes))
    times = [row for row in (_time_row(each, subject) for each in _plains(found.get("by_time"))) if row is not None]
    if len(times) > 1:
        parts.append(table("Shapes by time", ("From", "Seen", "Wrong", "Share"), times, class_="long"))
    for key, caption in (("moving", "Moves in silence"), ("frozen", "Stands still in speech")):
        stretches = [row for row in (_stretch_row(each, subject) for each in _plains(found.get(key))) if row]
        if stretches:
            parts.append(table(caption, ("From", "Lasts"), stretches[:MAX_ROWS], class_="long"))
    return joined(part for part in parts if part)


def picture(subject: Subject) -> Markup:
    """What the mouth costs the picture, against the original or by itself."""
    score = subject.score
    if score is None or score.picture is None:
        return Markup("")
    compared = "identity" in score.picture
    words = (
        "The picture is compared with its original, face by face."
        if compared
        else "Without an original, the mouth is compared with the rest of the same face."
    )
    rows = []
    for each in _plains(score.picture.get("untouched")):
        start, end = number(each.get("start")), number(each.get("end"))
        if start is not None and end is not None:
            why = each.get("reasons")
            reasons = ", ".join(map(str, why)) if isinstance(why, list) else ""
            rows.append((to_time(start, subject), f"{end - start:.2f} s", reasons or "–"))
    parts = [tag("p", words, class_="quiet"), _figures(subject, PICTURE.__contains__)]
    if rows:
        parts.append(table("Frames untouched", ("From", "Lasts", "Why"), rows[:MAX_ROWS], class_="long"))
    return joined(part for part in parts if part)


def syncnet(subject: Subject) -> Markup:
    """SyncNet's measures of each run of pictures."""
    score = subject.score
    if score is None or score.syncnet is None:
        return Markup("")
    rows = []
    for each in _plains(score.syncnet.get("tracks")):
        values = [number(each.get(key)) for key in ("start", "end", "lse_d", "lse_c", "offset")]
        if None not in values:
            start, end, lse_d, lse_c, offset = (float(value or 0) for value in values)
            span = f"{end - start:.1f} s"
            rows.append((to_time(start, subject), span, f"{lse_d:.2f}", f"{lse_c:.2f}", f"{offset:+.0f}"))
    if not rows:
        return tag("p", "SyncNet measured nothing.", class_="quiet")
    heads = ("From", "Lasts", "LSE-D", "LSE-C", "Offset, pictures of 25 a second (+ sound early)")
    return table("SyncNet by run of pictures", heads, rows, class_="wide")


def _figures(subject: Subject, belongs: Callable[[str], bool]) -> Markup:
    """The figures that belong here, by name, as a list of sentences."""
    score = subject.score
    items = [
        tag("li", badge(figure.grade), " ", tag("strong", figure_name(name)), " ", shown_value(figure), ": ",
            figure.sentence, *(_where(figure, subject)))
        for name, figure in ({} if score is None else score.figures).items()
        if belongs(name)
    ]  # fmt: skip
    return tag("ul", *items, class_="notes") if items else Markup("")


def _where(figure: Figure, subject: Subject) -> Iterator[object]:
    """A way to where a figure that does not pass is worst."""
    at = number(figure.details.get("worst_s"))
    if at is not None and figure.grade is not Grade.PASS:
        yield " "
        yield to_time(at, subject)


def _windows(found: Plain) -> Iterator[Window]:
    for each in _plains(found.get("windows")):
        at = number(each.get("time_s"))
        if at is not None:
            yield Window(at, number(each.get("ms")))


def _class_row(share: Plain) -> tuple[object, ...] | None:
    counted = _counts(share)
    name = str(share.get("name", ""))
    return None if counted is None else (KINDS.get(name, name), *counted)


def _time_row(share: Plain, subject: Subject) -> tuple[object, ...] | None:
    counted, start = _counts(share), number(share.get("start"))
    return None if counted is None or start is None else (to_time(start, subject), *counted)


def _counts(share: Plain) -> tuple[str, str, str] | None:
    seen, wrong = number(share.get("seen")), number(share.get("wrong"))
    if seen is None or wrong is None:
        return None
    return f"{seen:.0f}", f"{wrong:.0f}", f"{100 * wrong / seen:.0f} %" if seen > 0 else "–"


def _stretch_row(stretch: Plain, subject: Subject) -> tuple[object, ...] | None:
    start, end = number(stretch.get("start")), number(stretch.get("end"))
    return None if start is None or end is None else (to_time(start, subject), f"{end - start:.2f} s")


def _plains(value: Any) -> Iterator[Plain]:
    """The mappings of a list, whatever else a document holds."""
    if isinstance(value, list | tuple):
        yield from (each for each in value if isinstance(each, Mapping))


def _pair(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = number(value[0]), number(value[1])
    return None if low is None or high is None else (low, high)


def number(value: Any) -> float | None:
    """A finite number of a document, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
