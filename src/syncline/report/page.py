"""One self-contained HTML file that shows a take: it asks the network for nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from syncline.errors import InputError, printable
from syncline.events import Artifact, Listener, silent
from syncline.media.atomic import AtomicOutput, refuse_existing
from syncline.quality import Score
from syncline.report import parts
from syncline.report.beyond import beyond, beyond_links, offset_limits
from syncline.report.data import page_data
from syncline.report.embed import after_video, before_still, before_video, has_sound
from syncline.report.markup import Markup, content_hash, data, fill, resource, tag, text
from syncline.report.sheet import looks
from syncline.report.subject import STAGE, Subject, clip_subject, take_subject
from syncline.speech.cuesheet import CueSheet
from syncline.timeline import ContactFrame

NAME: Final = "index.html"
NO_FOLDER: Final = "the folder for the report cannot be made there; name another"


def write_report(
    timeline_path: str | Path,
    folder: str | Path,
    *,
    output: str | Path,
    plate: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Path:
    """Write the page of a take.

    Parameters
    ----------
    timeline_path : the take's timeline document.
    folder : where `index.html` goes; made where it is not there.
    output : the take itself.
    plate : what the take was made from; None: the file of that name beside the take, where it is the one that went in.
    force : overwrite a page that is there.
    on_event : told of the previews' progress, of notes, and of the page.

    Returns the path of the page, which is there whole or not at all.

    Raises MissingInput where the take or a named plate is not there, InputError where they are not the files that the
    timeline tells of, or where the page is there already without `force`.
    """
    check_report_folder(folder, force=force)
    subject = take_subject(Path(timeline_path), Path(output), None if plate is None else Path(plate))
    return _write(subject, Path(folder), force, on_event)


def write_score_report(
    video: str | Path,
    score: Score,
    folder: str | Path,
    *,
    cue: CueSheet | None = None,
    contact: tuple[ContactFrame, ...] = (),
    notes: tuple[tuple[str, str], ...] = (),
    original: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Path:
    """Write the page of a clip that was only scored, with its original beside it where one is given; else as
    `write_report`.

    cue : what is said in it, where that is known. contact : frames to look at; those the score names, where none are.
    notes : what else is to be told, each with its kind ("warning", "fact").
    """
    check_report_folder(folder, force=force)
    told = tuple({"event": "note", "stage": kind, "text": words} for kind, words in notes)
    subject = replace(
        clip_subject(Path(video), score, cue, contact, None if original is None else Path(original)), notes=told
    )
    return _write(subject, Path(folder), force, on_event)


def check_report_folder(folder: str | Path, *, force: bool = False) -> None:
    """Raise InputError where no report can go: a file is there, or a page without `force`; to be asked before the work
    that the report is of."""
    place = Path(folder)
    try:
        there, is_folder = place.exists(), place.is_dir()
    except OSError as exc:  # a name too long
        raise InputError(NO_FOLDER, file=place, stage=STAGE) from exc
    if there and not is_folder:
        raise InputError("the folder for the report is a file; name another", file=place, stage=STAGE)
    if is_folder:
        refuse_existing(place / NAME, force=force)


def _write(subject: Subject, folder: Path, force: bool, on_event: Listener) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as exc:
        raise InputError(NO_FOLDER, file=folder, stage=STAGE) from exc
    path = folder / NAME
    with AtomicOutput(path, force=force) as temporary:
        temporary.write_text(page(subject, on_event), encoding="utf-8")
    on_event(Artifact("report", str(path)))
    return path


def page(subject: Subject, on_event: Listener = silent) -> str:
    """The whole page as text."""
    video = subject.video
    ratio = float(video.width * video.pixel_aspect / video.height)
    style, script = f"{resource('page.css')}:root {{ --ratio: {ratio:.5f}; }}\n", resource("page.js")
    before = _before(subject, on_event)
    return fill(
        resource("page.html"),
        {
            "policy": policy(style, script),
            "title": text(subject.title),
            "style": style,
            "script": script,
            "data": data(page_data(subject)),
            "heading": parts.heading(subject),
            "layout": "pair" if before else "single",
            "before": before,
            "after": Markup(f'<video id="after" controls playsinline preload="auto" aria-label="After: the take" '
                            f'src="{after_video(subject, on_event)}"></video>'),
            "own_sound": _own_sound(subject),
            "no_plate": _no_plate(subject, bool(before)),
            "offset": parts.offset(subject, *offset_limits(subject)),
            "closures": parts.closures(subject),
            "beyond": beyond(subject),
            "beyond_links": beyond_links(subject),
            "sheet": parts.contact_sheet(looks(subject), subject),
            "flagged": parts.flagged(subject),
            "figures": parts.figures(subject),
            "notes": parts.notes(subject),
            "inputs": parts.inputs(subject),
            "transcript": parts.transcript(subject),
        },
    )  # fmt: skip


def policy(style: str, script: str) -> str:
    """A Content-Security-Policy under which nothing is loaded, and nothing runs but the page's own style and script."""
    return (
        f"default-src 'none'; img-src data:; media-src data: blob:; style-src {content_hash(style)}; "
        f"script-src {content_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _before(subject: Subject, on_event: Listener) -> Markup:
    still = before_still(subject)
    if still is not None:
        return Markup(f'<img id="before" alt="Before: the portrait" src="{still}">')
    video = before_video(subject, on_event)
    if video is None:
        return Markup("")
    return Markup(f'<video id="before" controls playsinline muted preload="auto" '
                  f'aria-label="Before: the plate" src="{video}"></video>')  # fmt: skip


def _own_sound(subject: Subject) -> Markup:
    """The choice to hear the plate's own sound, where it has one that goes along."""
    if not has_sound(subject):
        return Markup("")
    return tag("label", Markup('<input type="radio" name="sound" value="before">'), " Original")


def _no_plate(subject: Subject, there: bool) -> Markup:
    if there or subject.document is None:
        return Markup("")
    names = [each.name for each in subject.document.inputs if each.role == "plate"]
    words = f"The plate{f' ({printable(names[0])})' if names else ''} is not at hand: only the take is shown."
    return tag("p", words, class_="quiet")
