"""Actor files: what a person's footage taught, and what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from syncline.engines.actor.actorfile import load_actor, save_actor
from syncline.engines.actor.bank import Bank
from syncline.engines.actor.build import Footage, build_bank, usable_frames
from syncline.engines.actor.figures import contact_sheet, figures
from syncline.errors import InputError, LimitError, StageError, printable
from syncline.events import Artifact, Fallback, Listener, Progress, silent, timed
from syncline.media.atomic import AtomicOutput
from syncline.media.probe import need_footage
from syncline.pipeline.aside import Stoppable
from syncline.pipeline.draw import one_thread_each
from syncline.pipeline.footage import chosen_face, clips_only, footage_of, own_speech
from syncline.pipeline.options import ActorOptions, read_transcript, thread_count
from syncline.pipeline.outputs import refuse_inputs
from syncline.pipeline.prepare import language_of, open_material, watch
from syncline.store import StepCache
from syncline.threads import ordered

SCHEMA = "syncline.actorreport/1"
STAGE = "footage"


@dataclass(frozen=True)
class ActorReport:
    """What an actor file holds.

    Attributes
    ----------
    path : the file.
    size_bytes : its size.
    figures : "syncline.actorfigures/1": minutes, frames, phones covered and missing, lips.
    skipped : footage that was not used, and why.
    """

    path: Path
    size_bytes: int
    figures: dict[str, Any]
    skipped: tuple[tuple[str, str], ...] = ()

    def document(self) -> dict[str, Any]:
        """The report as plain JSON data, schema "syncline.actorreport/1"."""
        return {
            "schema": SCHEMA,
            "path": printable(self.path),
            "size_bytes": self.size_bytes,
            "figures": self.figures,
            "skipped": [{"clip": clip, "reason": reason} for clip, reason in self.skipped],
        }

    def lines(self) -> list[str]:
        """The report for a person."""
        told = self.figures
        covered, scarce = told["phones_covered"], told["phones_scarce"]
        lines = [
            f"{printable(self.path)}: {self.size_bytes / 1e6:.1f} MB, {told['minutes']:.2f} minutes in "
            f"{told['clips']} clips ({told['frames']} frames, {told['spoken_minutes']:.2f} minutes of speech)",
            f"  phones covered: {' '.join(covered) or 'none'}",
            f"  phones scarce: {' '.join(scarce) or 'none'}",
            f"  missing: {', '.join(told['kinds_missing']) or 'nothing that is seen'}",
        ]
        return lines + [f"  skipped: {clip}: {reason}" for clip, reason in self.skipped]


def build_actor(
    footage: Sequence[str | Path],
    out: str | Path,
    *,
    options: ActorOptions | None = None,
    on_event: Listener | None = None,
) -> ActorReport:
    """Learn a person's mouth from clips, into an actor file.

    Parameters
    ----------
    footage : clips of one person; `CLIP.txt` beside `CLIP.mp4` is taken as what it says, else phones are recognised.
    out : the `.actor` file; appears whole or not at all.
    options : see `ActorOptions`.
    on_event : told of progress, notes and clips that are skipped.

    A clip that cannot be used is skipped and told. Raises InputError where none can be used.
    """
    telling = Stoppable(on_event or silent)
    try:
        return _build(tuple(Path(clip) for clip in footage), Path(out), options or ActorOptions(), telling)
    finally:
        telling.stop()


def show_actor(actor: str | Path, *, sheet: str | Path | None = None, force: bool = False) -> ActorReport:
    """Say what an actor file holds; `sheet` also writes a contact sheet of its mouths (.png).

    Raises MissingInput, InputError or LimitError for what is no actor file.
    """
    path = Path(actor)
    bank = load_actor(path)
    if sheet is not None:
        _write_sheet(bank, Path(sheet), force=force)
    return ActorReport(path, path.stat().st_size, figures(bank))


def _build(clips: tuple[Path, ...], out: Path, options: ActorOptions, on_event: Listener) -> ActorReport:
    refuse_inputs(out, clips)
    if not clips:
        raise InputError("no footage was named")
    skipped: list[tuple[str, str]] = []
    with (
        AtomicOutput(out, force=options.force) as written,
        StepCache(on_event, keep=options.cache) as cache,
        one_thread_each(),
    ):
        usable = list(_prepared(clips, options, cache, skipped, on_event))
        if not usable:
            why = f"; the first: {skipped[0][1]}" if skipped else ""
            raise InputError(f"none of the {len(clips)} clips can be used{why}")
        bank = build_bank(
            usable, cache.scratch / "actor.crops", threads=thread_count(options.threads), on_event=on_event
        )
        with timed("save", on_event):
            save_actor(bank, written)
    on_event(Artifact("actor", str(out)))
    return ActorReport(out, out.stat().st_size, figures(bank), tuple(skipped))


def _prepared(
    clips: Sequence[Path],
    options: ActorOptions,
    cache: StepCache,
    skipped: list[tuple[str, str]],
    on_event: Listener,
) -> Iterator[Footage]:
    """Footage ready for a bank, several clips side by side, in their order; what cannot be used is told."""

    listener = clips_only(on_event)

    def prepare(clip: Path) -> tuple[Path, Footage | str]:
        try:
            return clip, _footage(clip, options, cache, listener)
        except (InputError, LimitError, StageError) as exc:
            return clip, exc.message

    with timed(STAGE, on_event), ordered(clips, prepare, threads=thread_count(options.threads)) as results:
        for done, (clip, result) in enumerate(results, start=1):
            if isinstance(result, str):
                skipped.append((printable(clip.name), result))
                on_event(Fallback(STAGE, f"{printable(clip.name)} is skipped: {result}"))
            else:
                yield result
            on_event(Progress(STAGE, done, len(clips), "clips"))


def _footage(clip: Path, options: ActorOptions, cache: StepCache, on_event: Listener) -> Footage:
    """One clip: its face and what it says. Raises InputError where nothing can be learned from it."""
    material = open_material(clip)
    need_footage(material.info)
    beside = clip.with_suffix(".txt")
    transcript = read_transcript(beside) if beside.is_file() and beside != clip else None
    language = language_of(transcript, options.language, on_event)
    tracks = watch(material, cache, on_event, label=f"tracks of {clip.name}")
    own = own_speech(material, transcript, language, cache, on_event, f"cues of {clip.name}")
    face = chosen_face(material, tracks, options.face, own).track
    if not len(usable_frames(face)):
        raise InputError("its face can be seen well in no frame", file=clip)
    return footage_of(material, face, own)


def _write_sheet(bank: Bank, path: Path, *, force: bool) -> None:
    if path.suffix.lower() != ".png":
        raise InputError("the contact sheet is a .png file", file=path)
    done, data = cv2.imencode(".png", contact_sheet(bank))
    if not done:
        raise StageError("the contact sheet could not be compressed", file=path)
    with AtomicOutput(path, force=force) as written:
        written.write_bytes(data.tobytes())
