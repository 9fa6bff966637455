"""`syncline align`: say which words, phones and visemes a sound holds, and when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import syncline
from syncline.cli.console import Json, Quiet, listening, tell
from syncline.errors import InputError, printable

_FORMS = (
    "json|textgrid|textgrid-short|ctm|srt|srt-lines|vtt|vtt-lines|rhubarb|rhubarb-xml|tsv|dat|ovr|ovr-json|azure|arkit"
)

_ALIGNERS = "auto|pocketsphinx|espeak-dtw|mfa|ctc:FILE|given:FILE"
_ALIGNER_HELP = (
    "auto: pocketsphinx and espeak-dtw together. mfa: the Montreal Forced Aligner, if installed (mfa:MODEL,DICTIONARY "
    "for other than its usual models). ctc: a CTC model (TorchScript, or weights of wav2vec 2.0) with its labels in a "
    "JSON beside it. given: words and times that another tool has found."
)


def align(
    audio: Annotated[Path, typer.Argument(metavar="AUDIO", help="A sound, or a clip that has one.")],
    transcript: Annotated[
        str | None, typer.Option(metavar="TEXT|FILE", help="What is said; without it phones are recognised.")
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="BCP47", help="Language of the sound.")] = None,
    aligner: Annotated[str, typer.Option(metavar=_ALIGNERS, help=_ALIGNER_HELP)] = "auto",
    words: Annotated[
        str | None,
        typer.Option(metavar="whisper:DIR", help="Without a transcript: words by faster-whisper and a model in DIR."),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", "-f", metavar=_FORMS, help="Else what OUT's suffix means, else json.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="OUT", help="Else standard output.")] = None,
    fps: Annotated[str | None, typer.Option(metavar="R", help="Rate of dat and arkit: 25, 29.97, 30000/1001.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing output.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither use nor keep results of steps.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say which words, phones and visemes AUDIO holds, and when."""
    if as_json and out is None and form not in (None, "json"):
        raise InputError(f"--json prints the cue sheet as JSON: name a file by -o for {form}, or leave --json out")
    options = syncline.AlignOptions(language=language, aligner=aligner, words=words, cache=not no_cache)
    syncline.check_cues(out, form, fps=fps, sound=audio, force=force)
    text = None if transcript is None else syncline.DubOptions.text_or_file(transcript)
    with listening(quiet=quiet or as_json) as on_event:
        found = syncline.align(audio, text, options=options, on_event=on_event)
    cue = found.cue
    if out is not None:
        syncline.write_cues(cue, out, form, fps=fps, sound=audio, force=force)
        line = f"{printable(out)}: {len(cue.words)} words in {found.seconds:.2f} s, confidence {cue.confidence:.2f}"
        tell(json.loads(syncline.cue_text(cue)), [line], as_json=as_json, quiet=quiet)
    elif as_json:
        tell(json.loads(syncline.cue_text(cue)), [], as_json=True, quiet=quiet)
    else:
        print(syncline.cue_text(cue, form or "json", fps=fps, sound=audio), end="")
