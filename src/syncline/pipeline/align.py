"""What is said in a sound, and when: the cue sheet by itself, and in the forms of other tools."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from syncline.errors import InputError
from syncline.events import Fallback, Listener, Note, silent
from syncline.media.atomic import AtomicOutput, refuse_existing
from syncline.pipeline.draw import one_thread_each
from syncline.pipeline.options import DubOptions, read_transcript
from syncline.pipeline.outputs import refuse_inputs
from syncline.pipeline.plugins import by_plugin, recognised_words, words_model
from syncline.pipeline.prepare import DEFAULT_LANGUAGE, analysis_copy, cue_sheet, language_of, open_material, read_whole
from syncline.speech.aligners.given import GivenAligner
from syncline.speech.aligners.own import AUTO
from syncline.speech.aligners.registry import find_aligner
from syncline.speech.cuesheet import CueSheet, silent_sheet
from syncline.speech.features import SAMPLE_RATE
from syncline.speech.formats import choose
from syncline.store import StepCache
from syncline.timebase import standard_rate

STAGE = "align"
_RATE: Final = re.compile(r"(\d{1,6})(?:(\.\d{1,6})|/(\d{1,6}))?")


@dataclass(frozen=True)
class AlignOptions:
    """How to find words and phones.

    language : BCP 47 code of the sound; None is worked out from the script of the words, else English.
    aligner : "auto" (both own routes together), "pocketsphinx" or "espeak-dtw" (one of them alone), "mfa" (the Montreal
        Forced Aligner, where it is installed; "mfa:MODEL[,DICTIONARY]" with models of one's own), "ctc:FILE" (a CTC
        model, extra `neural`), or "given:FILE" for words and times that another tool has found: a TextGrid, CTM, SRT,
        WebVTT, the JSON of a text-to-speech service, or a cue sheet.
    words : "whisper:FOLDER": without a transcript, words are recognised by faster-whisper with the model in FOLDER;
        None: only phones are.
    cache : use and keep results of steps.

    Raises InputError for a value that is none of these.
    """

    language: str | None = None
    aligner: str = "auto"
    words: str | None = None
    cache: bool = True

    def __post_init__(self) -> None:
        DubOptions(language=self.language)  # one rule says what a language's code is
        find_aligner(self.aligner)
        words_model(self.words)


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
        None: phones are recognised, without words (unless `options.words` says how).
    options : see `AlignOptions`. on_event : told of progress and notes.

    Raises InputError, MissingInput or LimitError for what cannot be read, DependencyError where the aligner asked for
    is not installed.
    """
    options, telling = options or AlignOptions(), on_event or silent
    text = read_transcript(transcript)
    if text is None and transcript is not None and options.aligner == "auto":
        telling(Fallback("speech", "the transcript is empty: phones are recognised, without words"))
    with StepCache(telling, keep=options.cache) as cache, one_thread_each():
        return _align(Path(audio), text, options, cache, telling)


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
    aligner, model = find_aligner(options.aligner), words_model(options.words)
    if model is not None and (transcript is not None or isinstance(aligner, GivenAligner)):
        raise InputError("the words are given: leave out the recognition of words", stage=STAGE)
    if transcript is None and model is None and aligner is not AUTO and not isinstance(aligner, GivenAligner):
        raise InputError(f"the aligner {aligner.name} needs a transcript, or words that are recognised", stage=STAGE)
    material = open_material(audio)
    y16k = analysis_copy(read_whole(material), on_event)
    text, asked = transcript, options.language
    notes: tuple[str, ...] = ()
    if model is not None:
        heard = recognised_words(material, y16k, model, options.language, cache)
        text, asked, notes = heard.text or None, heard.language, heard.notes()
    if isinstance(aligner, GivenAligner):
        language = language_of(text or aligner.words() or None, asked, on_event) or DEFAULT_LANGUAGE
        cue = by_plugin(aligner, material, y16k, text or "", language, cache)
    elif text is None or aligner is AUTO:
        cue = cue_sheet(material, y16k, text, language_of(text, asked, on_event), cache)
    else:
        language = language_of(text, asked, on_event) or DEFAULT_LANGUAGE
        cue = by_plugin(aligner, material, y16k, text, language, cache)
    cue = replace(cue, notes=(*notes, *cue.notes))
    for note in cue.notes:
        on_event(Note("speech", note))
    return Alignment(audio, cue, len(y16k) / SAMPLE_RATE)


def _frame_rate(text: str) -> Fraction:
    """A frame rate as people write it: 25, 29.97 (then 30000/1001 is meant), 30000/1001. Raises InputError."""
    match = _RATE.fullmatch(text.strip())
    if match is None or not int(match[3] or 1) or not Fraction(text.strip()):
        raise InputError(f"{text[:40]!r} is no frame rate such as 25, 29.97 or 30000/1001")
    rate = Fraction(text.strip())
    return rate if match[2] is None else standard_rate(rate)
