"""`syncline voices`: say which voices there are."""

from __future__ import annotations

from typing import Annotated

import typer

import syncline
from syncline.cli.console import Json, Quiet, tell

SCHEMA = "syncline.voices/1"


def voices(
    language: Annotated[str | None, typer.Argument(metavar="[LANGUAGE]", help="Only those of a language.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say which voices a text can be spoken by; Piper voice files come beside them."""
    wanted = None if language is None else language.lower().replace("_", "-").split("-")[0]
    found = [voice for voice in syncline.voice_names() if wanted is None or voice[1].lower().split("-")[0] == wanted]
    if not found:
        raise syncline.InputError(f"there is no voice of {language!r}: `syncline voices` lists all")
    document = {
        "schema": SCHEMA,
        "voices": [dict(zip(("id", "language", "name"), voice, strict=True)) for voice in found],
    }
    width = max(len(voice[0]) for voice in found)
    tell(document, [f"{id_:<{width}}  {name}" for id_, _, name in found], as_json=as_json, quiet=quiet)
