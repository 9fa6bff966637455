"""`syncline demo`: a photograph speaks, what it said is dubbed, and a broken copy is found out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import numpy as np

from syncline.demonstration.page import Section, write_page
from syncline.errors import InputError
from syncline.events import Artifact, Listener, Note, silent
from syncline.media.atomic import AtomicOutput
from syncline.media.probe import need_picture, probe
from syncline.media.read import read_pictures, read_sound
from syncline.media.sound import Sound
from syncline.media.write import Writer
from syncline.pipeline.dub import dub
from syncline.pipeline.judge import score
from syncline.pipeline.options import DubOptions
from syncline.pipeline.spoken import Text
from syncline.pipeline.take import Take
from syncline.report.page import write_report, write_score_report

STAGE: Final = "demo"
SAMPLE: Final = "astronaut.jpg"
LATE: Final = Fraction(24, 100)  # s by which the broken copy's sound is late: six frames, which every viewer notices
FIRST: Final = Text(
    "Good morning. This photograph was taken many years ago, and today it speaks for the first time. "
    "Both lips are shut for every B, P and M, and open again in time.",
    voice="en-us",
)
SECOND: Final = Text(
    "Bonjour. Maintenant je parle aussi français, et ma bouche suit chaque parole. Tout a été fait sur cet ordinateur.",
    voice="fr-fr",
)
OF_STILL: Final = "One photograph: jaw, lips, lids and head are moved by the sound. Nothing was recorded."
OF_CLIP: Final = "The clip is the only footage: frames of its own mouth are chosen by what is said, and drawn on it."


@dataclass(frozen=True)
class Demo:
    """What a demonstration made: its page, its takes, and by how much the broken copy was found to be late.

    found_ms : offset of the broken copy (- = the sound is late), None where it could not be told.
    """

    page: Path
    takes: tuple[Take, ...]
    found_ms: float | None


def demo(
    folder: str | Path,
    own: str | Path | None = None,
    *,
    audio: str | Path | None = None,
    force: bool = False,
    on_event: Listener | None = None,
) -> Demo:
    """Make a photograph speak, dub what it said in another language, and find the fault of a broken copy.

    Parameters
    ----------
    folder : where clips, timelines, reports and `index.html` go.
    own : a clip or photograph of your own in place of the sample; a clip is dubbed at once.
    audio : a sound of your own in place of the first text that is spoken.
    force : overwrite what is there.
    on_event : told of progress, notes and fallbacks.

    Raises InputError for an own file without a face, or without sound, and where results exist already.
    """
    place, telling = _folder(folder), on_event or silent
    options = DubOptions(force=force)
    sections: list[Section] = []
    takes: list[Take] = []

    def make(plate: Path, line: str | Path | Text, name: str, title: str, words: str) -> Take:
        telling(Note(STAGE, title))
        take = dub(plate, line, place / f"{name}.mp4", options=options, on_event=telling)
        report = write_report(
            take.timeline_path, place / name, output=take.output, plate=plate, force=force, on_event=telling
        )
        sections.append(Section(title, words, take.output, tuple(take.summary), report))
        takes.append(take)
        return take

    with _plate(own) as plate:
        if need_picture(probe(plate)).still:
            plate = make(plate, audio or FIRST, "portrait", "A photograph speaks", OF_STILL).output
            audio = None
        title = "The clip speaks another language" if audio is None else "The clip speaks another sound"
        dubbed = make(plate, audio or SECOND, "dubbed", title, OF_CLIP)
    telling(Note(STAGE, "A broken copy is found out"))
    broken = place / "broken.mp4"
    delay_sound(dubbed.output, broken, LATE, force=force)
    found = score(broken, on_event=telling).score
    report = write_score_report(broken, found, place / "broken", force=force, on_event=telling)
    words = f"The same clip with its sound {1000 * float(LATE):.0f} ms late, judged by picture and sound alone."
    sections.append(Section("A broken copy is found out", words, broken, tuple(found.summary), report))
    page = write_page(place / "index.html", sections, force=force)
    telling(Artifact("page", str(page)))
    return Demo(page, tuple(takes), found.figures["offset"].value)


def delay_sound(source: Path, out: Path, seconds: Fraction, *, force: bool) -> None:
    """Write a clip again with its sound `seconds` later; its end is cut."""
    info = probe(source)
    video, sound = need_picture(info), read_sound(info).from_zero()
    silence = np.zeros((round(seconds * sound.sample_rate), sound.channels), sound.samples.dtype)
    late = Sound(np.concatenate([silence, sound.samples]), sound.sample_rate, sound.layout, Fraction(0), sound.bits)
    with AtomicOutput(out, force=force) as written, Writer(written, video, late.fitted(video.duration)) as writer:
        for picture in read_pictures(info):
            writer.write(picture, video.seconds(picture.index))


def _folder(folder: str | Path) -> Path:
    place = Path(folder)
    try:
        os.makedirs(place, exist_ok=True)
    except (OSError, ValueError) as error:
        raise InputError("the folder for the results cannot be made", file=place, stage=STAGE) from error
    return place


@contextmanager
def _plate(own: str | Path | None) -> Iterator[Path]:
    """The user's own plate, or the sample that comes with the package."""
    if own is not None:
        yield Path(own)
        return
    with as_file(files("syncline.demonstration") / SAMPLE) as sample:
        yield sample
