"""`syncline probe`: say what a media file holds."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

import syncline
from syncline.cli.console import Json, Quiet, tell
from syncline.errors import printable

SCHEMA = "syncline.media/1"
_PRIVATE = {"times", "keys", "limits", "path"}  # one number a picture, and what is not about the file


def probe(
    media: Annotated[Path, typer.Argument(metavar="MEDIA", help="A video or sound file.")],
    tone_map: Annotated[bool, typer.Option("--tone-map", help="Accept HDR.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what MEDIA holds: streams, rates, sizes, lengths."""
    info = syncline.probe(media, tone_map=tone_map)
    document = {"schema": SCHEMA, "path": printable(media), **_plain(info)}
    tell(document, _lines(info), as_json=as_json, quiet=quiet)


def _plain(value: Any) -> Any:
    """A probe's values as JSON data; fractions as text, so that they stay exact."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.name not in _PRIVATE]
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _lines(info: syncline.MediaInfo) -> list[str]:
    lines = [f"{printable(info.path)}: {info.container}, {info.size_bytes} bytes"]
    if (video := info.video) is not None:
        rate = f"{float(video.measured_rate):.3f} frames a second"
        rate = f"variable, {rate} on average" if video.variable else rate
        lines.append(
            f"  picture: {video.codec}, {video.width}x{video.height}, {rate}, {video.frames} frames, "
            f"{float(video.duration):.3f} s, {video.bit_depth} bit, {video.colour.matrix}"
        )
    if (audio := info.audio) is not None:
        lines.append(f"  sound: {audio.codec}, {audio.sample_rate} Hz, {audio.layout}, {float(audio.duration):.3f} s")
    lines += [f"  ignored: {printable(what)}" for what in info.ignored]
    return lines + [f"  note: {printable(note)}" for note in info.notes]
