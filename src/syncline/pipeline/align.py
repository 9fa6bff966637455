"""What is said in a sound, and when: the cue sheet by itself, and in the forms of other tools."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from syncline.errors import InputError
from syncline.events import Listener, Note, silent
from syncline.media.atomic import AtomicOutput, refuse_existing
from syncline.media.read import analysis_sound
from syncline.pipeline.draw import one_thread_each
from syncline.pipeline.options import DubOptions, read_transcript
from syncline.pipeline.outputs import refuse_inputs
from syncline.pipeline.prepare import (
    CUES_CODE,
    DEFAULT_LANGUAGE,
    cue_sheet,
    input_file,
    language_of,
    load_cue,
    open_material,
    read_whole,
    save_cue,
)
from syncline.speech.cuesheet import CueSheet, silent_sheet
from syncline.speech.features import SAMPLE_RATE
from syncline.speech.formats import choose
from syncline.speech.given.read import read_given, words_in
from syncline.store import Step, StepCache, code_version
from syncline.timebase import standard_rate

STAGE = "align"
GIVEN: Final = "given:"
_RATE: Final = re.compile(r"(\d{1,6})(?:(\.\d{1,6})|/(\d{1,6}))?")


@dataclass(frozen=True)
class AlignOptions:
    """How to find words and phones.

    language : BCP 47 code of the sound; None is worked out from the script of the words, else English.
    aligner : "auto", or "given:FILE" for words and times that another tool has found: a TextGrid, CTM, SRT, WebVTT, the
        JSON of a text-to-speech service, or a cue sheet.
    cache : use and keep results of steps.

    Raises InputError for a value that is none of these.
    """

    language: str | None = None
    aligner: str = "auto"
    cache: bool = True

    def __post_init__(self) -> None:
        DubOptions(language=self.language)  # one rule says what a language's code is
        if self.aligner != "auto" and not (self.aligner.startswith(GIVEN) and self.aligner[len(GIVEN) :].strip()):
            raise InputError(f"aligner {self.aligner[:60]!r} is neither auto nor {GIVEN}FILE", stage=STAGE)

    @property
    def given(self) -> Path | None:
        """The file of words and times that is used in place of an aligner."""
        return None if self.aligner == "auto" else Path(self.aligner[len(GIVEN) :])


@dataclass(frozen=True, eq=False)
class Alignment:
    """What is said in a sound: the file, its cue sheet, and its length in seconds."""

    path: Path
    cue: CueSheet
    seconds: float


def align(
    audio: str | Path,
    transcript: str | Path | None = None,
    *,
    options: AlignOptions | None = None,
    on_event: Listener | None = None,
) -> Alignment:
    """Find the words, phones and visemes of a sound, with their times.

    Parameters
    ----------
    audio : a sound, or a clip that has one. transcript : what is said: the text, or the `Path` of a file that holds it;
        None: phones are recognised, without words.
    options : see `AlignOptions`. on_event : told of progress and notes.

    Raises InputError, MissingInput or LimitError for what cannot be read.
    """
    options, telling = options or AlignOptions(), on_event or silent
    with StepCache(telling, keep=options.cache) as cache, one_thread_each():
        return _align(Path(audio), read_transcript(transcript), options, cache, telling)


def cue_text(
    cue: CueSheet, form: str = "json", *, fps: str | Fraction | None = None, sound: str | Path = "sound"
) -> str:
    """Return a cue sheet as text in the form of another tool.

    Parameters
    ----------
    form : json, textgrid, textgrid-short, ctm, srt, srt-lines, vtt, vtt-lines, rhubarb, rhubarb-xml, tsv, dat, ovr,
        ovr-json, azure or arkit.
    fps : frames a second of dat (else 24) and arkit (else 60): "25", "29.97", "30000/1001".
    sound : the file that forms name as their sound.

    Raises InputError for an unknown form, or a rate that it does not take.
    """
    rate = None if fps is None else _frame_rate(str(fps))
    return choose.cue_text(cue, form, rate=rate, sound=str(Path(sound).absolute()))


def write_cues(
    cue: CueSheet,
    out: str | Path,
    form: str | None = None,
    *,
    fps: str | Fraction | None = None,
    sound: str | Path = "sound",
    force: bool = False,
) -> Path:
    """Write a cue sheet to a file, whole or not at all, and return its path.

    form : as in `cue_text`; None: the one that the suffix means (.json, .TextGrid, .ctm, .srt, .vtt, .tsv, .xml, .dat).
    sound : the file it belongs to, never written on. force : overwrite an existing file.

    Raises InputError where the file cannot be written, or the form is not known.
    """
    check_cues(out, form, fps=fps, sound=sound, force=force)
    out = Path(out)
    text = cue_text(cue, form or choose.form_of(out), fps=fps, sound=sound)
    with AtomicOutput(out, force=force) as temporary:
        temporary.write_bytes(text.encode("utf-8", errors="replace"))
    return out


def check_cues(
    out: str | Path | None,
    form: str | None = None,
    *,
    fps: str | Fraction | None = None,
    sound: str | Path = "sound",
    force: bool = False,
) -> None:
    """Raise InputError where `write_cues` (out None: `cue_text`) would refuse the same arguments: before the work."""
    form = form or ("json" if out is None else choose.form_of(Path(out)))
    cue_text(silent_sheet(0.0, "und"), form, fps=fps, sound=sound)
    if out is not None:
        refuse_inputs(Path(out), [Path(sound)])
        refuse_existing(out, force=force)


def _align(
    audio: Path, transcript: str | None, options: AlignOptions, cache: StepCache, on_event: Listener
) -> Alignment:
    material = open_material(audio)
    y16k = analysis_sound(read_whole(material))
    seconds = len(y16k) / SAMPLE_RATE
    if options.given is None:
        language = language_of(transcript, options.language, on_event)
        cue = cue_sheet(material, y16k, transcript, language, cache)
    else:
        cue = _given(options.given, transcript, options.language, seconds, cache, on_event)
    for text in cue.notes:
        on_event(Note("speech", text))
    return Alignment(audio, cue, seconds)


def _given(
    path: Path, transcript: str | None, asked: str | None, seconds: float, cache: StepCache, on_event: Listener
) -> CueSheet:
    """The kept cue sheet of a file of words and times, or a new one."""
    words = words_in(path)  # before the file is hashed: it has limits
    digest = input_file(path).digest
    language = language_of(transcript or words or None, asked, on_event) or DEFAULT_LANGUAGE
    step = Step(
        name="given",
        version=code_version(*CUES_CODE[0], uses=CUES_CODE[1]),
        inputs={"given": digest},
        options={"transcript": transcript, "language": language, "seconds": seconds},
        make=lambda: read_given(path, language=language, duration=seconds, transcript=transcript),
        save=save_cue,
        load=load_cue,
    )
    return cache.run(step)


def _frame_rate(text: str) -> Fraction:
    """A frame rate as people write it: 25, 29.97 (then 30000/1001 is meant), 30000/1001. Raises InputError."""
    match = _RATE.fullmatch(text.strip())
    if match is None or not int(match[3] or 1) or not Fraction(text.strip()):
        raise InputError(f"{text[:40]!r} is no frame rate such as 25, 29.97 or 30000/1001")
    rate = Fraction(text.strip())
    return rate if match[2] is None else standard_rate(rate)
