"""The page's parts: figures, frames to look at, what was told on the way, and what went in."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from syncline.quality import SYNC_LIMITS, Figure, Grade
from syncline.report.curve import limits_drawing, offset_curve, signed
from syncline.report.markup import Markup, joined, table, tag, text
from syncline.report.sheet import Look
from syncline.report.subject import Subject

NAMES: Final = {
    "passed": "Untouched frames",
    "foreign": "Foreign sound",
    "lse_d": "LSE-D",
    "lse_c": "LSE-C",
    "syncnet_offset": "SyncNet's offset",
}
DIGITS: Final = {"similarity": 2, "IOD": 3, "log10": 2}  # behind the point, by unit
MARKS: Final = {Grade.PASS: "✓", Grade.WARN: "!", Grade.FAIL: "✕"}
VERDICTS: Final = {
    Grade.PASS: "Every gate passes.",
    Grade.WARN: "No gate fails; look at what is marked.",
    Grade.FAIL: "A gate fails: it should not go out as it is.",
}
MAX_ROWS: Final = 500  # of one table: longer lists are in the timeline
ORDER: Final = {Grade.FAIL: 0, Grade.WARN: 1, Grade.PASS: 2}


def badge(grade: Grade) -> Markup:
    """A grade as colour, shape and word."""
    mark = tag("span", MARKS[grade], class_="mark", aria_hidden="true")
    return tag("span", mark, grade.value, class_=f"badge {grade.value}")


def heading(subject: Subject) -> Markup:
    """The name, the verdict and the plain facts of a take."""
    video, document, score = subject.video, subject.document, subject.score
    facts = [f"{float(video.duration):.2f} s", f"{video.frames} frames", f"{video.width} × {video.height}"]
    facts.append("variable rate" if video.variable else f"{float(video.measured_rate):g} frames a second")
    if document is not None:
        facts.insert(0, f"engine {document.engine}")
    verdict = Markup("")
    if score is not None:
        verdict = tag("p", badge(score.grade), " ", VERDICTS[score.grade], class_="verdict")
    title = tag("h1", subject.title)
    return joined([title, tag("p", " · ".join(facts), class_="facts"), verdict, _tiles(subject)])


def _tiles(subject: Subject) -> Markup:
    """The figures at a glance, those to look at first in front."""
    if subject.score is None:
        return Markup("")
    figures = sorted(subject.score.figures.items(), key=lambda each: ORDER[each[1].grade])
    tiles = [
        tag(
            "li",
            tag("span", figure_name(name), class_="tile-name"),
            tag("strong", shown_value(figure)),
            badge(figure.grade),
            class_=f"tile {figure.grade.value}",
        )
        for name, figure in figures
    ]
    return tag("ul", *tiles, class_="tiles", aria_label="Figures at a glance")


def figure_name(name: str) -> str:
    """A figure's name as a reader reads it."""
    return NAMES.get(name, name.replace("_", " ").capitalize())


def shown_value(figure: Figure) -> Markup:
    """A figure's value in its unit."""
    value = figure.value
    if value is None:
        return text("unknown")
    if figure.unit == "ms":
        return text(signed(value))
    if figure.unit == "share":
        return text(f"{100 * value:.0f} %")
    if figure.unit == "ratio":
        return text(f"{value:.2f} ×")
    if figure.unit == "probability":
        return text(f"{100 * value:.0f} %")
    if figure.unit in ("correlation", "distance", "confidence"):
        return text(f"{value:.2f}")
    return joined([f"{value:.{DIGITS.get(figure.unit, 1)}f}", tag("small", figure.unit)])


def figures(subject: Subject) -> Markup:
    """Every figure with its grade, the gate behind it, and one sentence."""
    if subject.score is None:
        return tag("p", "This timeline holds no score.")
    gate = subject.score.gate
    rows = [
        (figure_name(name), badge(figure.grade), shown_value(figure), figure.sentence, figure.standard)
        for name, figure in subject.score.figures.items()
    ]
    heads = ("Figure", "Grade", "Value", "In words", "Gate and standard")
    parts = [table("Figures and the gates they are held against", heads, rows, class_="wide")]
    if gate != "default":
        parts.append(tag("p", f"Gate: {gate}.", class_="quiet"))
    if subject.score.seconds is not None:
        cores = "" if subject.score.cores is None else f" on {subject.score.cores:.1f} cores"
        parts.append(tag("p", f"Made in {subject.score.seconds:.1f} s{cores}.", class_="quiet"))
    return joined(parts)


def offset(subject: Subject, good: tuple[float, float], fair: tuple[float, float]) -> Markup:
    """The offset: the fit at every shift, and published limits; good, fair: what passes and warns, ms."""
    score = subject.score
    figure = None if score is None else score.figures.get("offset")
    parts = [] if figure is None else [tag("p", badge(figure.grade), " ", figure.sentence)]
    curve = None if score is None or score.measured is None else score.measured.offset
    value = None if figure is None else figure.value
    if curve is not None and len(curve.fit) > 1 and curve.step_ms > 0:
        parts.append(offset_curve(curve, value, good, fair))
        text = (
            "How well the mouth's movement agrees with the sound, at each shift of the sound. "
            "One clear peak is a sure measurement."
        )
        parts.append(tag("p", text, class_="quiet"))
    else:
        known = score is not None and score.measured is not None
        words = "There is no curve: nothing could be measured." if known else "No curve was kept for this take."
        parts.append(tag("p", words, class_="quiet"))
    if value is not None:
        parts += [limits_drawing(value), _limits_table(value)]
    return joined(parts)


def _limits_table(offset_ms: float) -> Markup:
    rows = []
    for limit in SYNC_LIMITS:
        inside = limit.holds(offset_ms)
        mark = tag("span", "✓" if inside else "✕", class_="mark", aria_hidden="true")
        answer = tag("span", mark, "inside" if inside else "outside", class_=f"badge {'pass' if inside else 'plain'}")
        rows.append((limit.source, limit.meaning, f"+{limit.early_ms:g} / −{limit.late_ms:g} ms", answer))
    caption = "Published limits (sound early / sound late)"
    return table(caption, ("Standard", "Meaning", "Limit", f"{signed(offset_ms)} is"), rows, class_="limits")


def closures(subject: Subject) -> Markup:
    """Every p b m, whether the lips shut on it, and a way to it."""
    score = subject.score
    figure = None if score is None else score.figures.get("closures")
    parts = [] if figure is None else [tag("p", badge(figure.grade), " ", figure.sentence)]
    told = () if score is None else score.closures[:MAX_ROWS]
    if told:
        heads = ("Phone", "At", "Lips", "Smallest opening")
        rows = [_closure_row(closure, subject) for closure in told]
        parts.append(table("Closures: every p, b and m", heads, rows, class_="long"))
        parts.append(_more(len(score.closures) if score else 0))
    return joined(parts)


def _closure_row(closure: dict[str, Any], subject: Subject) -> tuple[object, ...]:
    opening, start = closure.get("opening"), closure.get("start")
    if not isinstance(opening, (int, float)):
        state, size = tag("span", tag("span", "?", class_="mark", aria_hidden="true"), "not seen", class_="badge"), "–"
    elif closure.get("closed"):
        state, size = tag("span", tag("span", "✓", class_="mark", aria_hidden="true"), "shut", class_="badge pass"), ""
    else:
        state, size = tag("span", tag("span", "✕", class_="mark", aria_hidden="true"), "open", class_="badge fail"), ""
    return (
        closure.get("ipa", ""),
        to_time(start, subject) if isinstance(start, (int, float)) else "–",
        state,
        size or f"{opening:.3f} IOD",
    )


def _more(count: int) -> Markup:
    if count <= MAX_ROWS:
        return Markup("")
    return tag("p", f"The first {MAX_ROWS} of {count}; the timeline holds all.", class_="quiet")


def to_time(seconds: float, subject: Subject) -> Markup:
    """A button that takes the play head to a time."""
    last = max(subject.video.frames - 1, 0)
    frame = min(last, max(0, bisect_right(subject.times, seconds + 1e-4) - 1))
    return to_frame(frame, subject)


def to_frame(frame: int, subject: Subject) -> Markup:
    """A button that takes the play head to a frame."""
    at = f"{subject.times[frame]:.2f} s"
    return tag("button", at, type="button", class_="seek", data_frame=frame, aria_label=f"Go to {at}, frame {frame}")


def flagged(subject: Subject) -> Markup:
    """Frames of which something is to be said."""
    stretches = _stretches(subject)
    far = sum(band.count for band in subject.bands if band.kind == "far")
    parts = [tag("p", "No frame is flagged.")]
    if stretches:
        rows = [_stretch_row(each, subject) for each in stretches[:MAX_ROWS]]
        parts = [table("Flagged frames", ("From", "Frames", "What"), rows, class_="long"), _more(len(stretches))]
    if far:
        words = f"On {far} of {subject.video.frames} frames the bank holds nothing alike: grey marks in the timeline."
        parts.append(tag("p", words, class_="quiet"))
    return joined(parts)


def _stretches(subject: Subject) -> list[tuple[int, int, tuple[str, ...]]]:
    """First frame, number of frames, and all that is said of them: neighbours of which the same is said are one."""
    told: list[tuple[str, ...]] = [()] * subject.video.frames
    for band in subject.bands:
        if band.kind in ("pass", "flag", "fade"):
            for frame in range(band.start, min(band.start + band.count, len(told))):
                told[frame] = (*told[frame], band.reason)
    stretches: list[tuple[int, int, tuple[str, ...]]] = []
    for reasons, frames in groupby(range(len(told)), key=told.__getitem__):
        run = list(frames)
        if reasons:
            stretches.append((run[0], len(run), reasons))
    return stretches


def _stretch_row(stretch: tuple[int, int, tuple[str, ...]], subject: Subject) -> tuple[object, ...]:
    first, count, reasons = stretch
    frames = str(first) if count == 1 else f"{first}–{first + count - 1}"
    return to_frame(first, subject), frames, "; ".join(sorted(reasons, key=lambda reason: "went through" not in reason))


def contact_sheet(shown: Sequence[Look], subject: Subject) -> Markup:
    """The worst and the best frames, before and after."""
    if not shown:
        return tag("p", "This timeline names no frames to look at.")
    parts = []
    for kind, title in (("worst", "Worst of this take"), ("best", "Best of this take")):
        figures_of = [_look(look, subject) for look in shown if look.entry.kind == kind]
        if figures_of:
            parts += [tag("h3", title), tag("div", *figures_of, class_="sheet")]
    return joined(parts)


def _look(look: Look, subject: Subject) -> Markup:
    entry = look.entry
    pictures = []
    if look.before is not None:
        pictures.append(tag("span", _image(look.before, f"Before, frame {entry.frame}"), class_="before"))
    pictures.append(_image(look.after, f"After, frame {entry.frame}: {entry.reason}"))
    caption = tag("figcaption", to_frame(entry.frame, subject), " ", entry.reason)
    return tag("figure", tag("div", *pictures, class_="duo"), caption)


def _image(uri: Markup, words: str) -> Markup:
    return Markup(f'<img src="{uri}" alt="{text(words)}" loading="lazy" decoding="async">')


def notes(subject: Subject) -> Markup:
    """Fallbacks first, then what else was told."""
    told = sorted(subject.notes, key=lambda note: note.get("event") != "fallback")
    items = []
    for note in told[:MAX_ROWS]:
        fallback = note.get("event") == "fallback"
        words = str(note.get("reason" if fallback else "text", ""))
        label = tag("span", "fallback" if fallback else "note", class_=f"badge {'warn' if fallback else ''}".strip())
        items.append(tag("li", label, " ", tag("span", f"{note.get('stage', '')}: ", class_="quiet"), words))
    if not items:
        return tag("p", "Nothing was told on the way.")
    return joined([tag("ul", *items, class_="notes"), _more(len(told))])


def inputs(subject: Subject) -> Markup:
    """The files that went in, with their hashes; versions, options and times."""
    document = subject.document
    if document is None:
        return tag("p", f"{subject.title}, scored as it is: no timeline was given.")
    files = [(each.role, each.name, f"{each.bytes:,} bytes", tag("code", each.blake2b)) for each in document.inputs]
    facts: list[tuple[object, object]] = [
        ("software", document.software),
        ("engine", document.engine),
        ("sync mode", document.sync_mode),
    ]
    if document.face is not None:
        facts.append(("face", f"{document.face.id} of {document.face.found}: {document.face.reason}"))
    facts += [(name.replace("_", " "), _plain(value)) for name, value in document.options.items()]
    parts = [
        table("Files that went in", ("Part", "Name", "Size", "blake2b"), files, class_="wide"),
        table("Versions and options", ("What", "Value"), facts),
    ]
    if document.timings:
        parts.append(table("Time taken", ("Step", "Seconds", "Processor seconds", "Kept"), _timings(subject)))
    return joined(parts)


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:500]


def _timings(subject: Subject) -> Iterator[tuple[object, ...]]:
    for timing in subject.document.timings if subject.document else ():
        seconds = (timing.get(name) for name in ("seconds", "cpu_seconds"))
        told = [f"{value:.2f}" if isinstance(value, (int, float)) else "–" for value in seconds]
        yield timing.get("stage", ""), *told, "found again" if timing.get("cached") else ""


def transcript(subject: Subject) -> Markup:
    """Words (or phones) with times, for those who cannot see the drawing."""
    cue = subject.cue
    if cue is None or not cue.phones:
        return tag("p", "No words or phones are known.")
    times = "{:.2f} to {:.2f} s"
    if cue.words:
        rows = [(word.text, times.format(word.start, word.end)) for word in cue.words[:MAX_ROWS]]
        return joined([table("Words", ("Word", "Time"), rows, class_="long"), _more(len(cue.words))])
    spoken = [phone for phone in cue.phones if not phone.silent]
    rows = [(phone.ipa, times.format(phone.start, phone.end)) for phone in spoken[:MAX_ROWS]]
    return joined([table("Phones", ("Phone", "Time"), rows, class_="long"), _more(len(spoken))])
