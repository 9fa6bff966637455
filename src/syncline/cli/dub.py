"""`syncline dub`: make a plate speak other sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import syncline
from syncline.cli.console import Face, Force, Json, Language, NoCache, Quiet, Report, given_text, listening, tell
from syncline.errors import printable


def dub(
    plate: Annotated[
        Path,
        typer.Argument(metavar="PLATE", help="The clip or photograph that is to speak.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="The file to write.", show_default=False)],
    audio: Annotated[Path | None, typer.Option("--audio", help="The sound to speak.", show_default=False)] = None,
    text: Annotated[str | None, typer.Option(metavar="TEXT|FILE", help="Text to speak, in place of a sound.")] = None,
    voice: Annotated[str | None, typer.Option(metavar="ID|FILE", help="Voice of the text: en-us, de, a .onnx.")] = None,
    rate: Annotated[float, typer.Option(help="Speed of the voice, 0.5 to 2.")] = 1.0,
    pitch: Annotated[float, typer.Option(help="Pitch of the voice, 0.5 to 2.")] = 1.0,
    transcript: Annotated[
        str | None, typer.Option(metavar="TEXT|FILE", help="What is said in the sound; far better mouths with it.")
    ] = None,
    language: Language = None,
    actor: Annotated[Path | None, typer.Option(help="Actor file of the person; else the plate is the footage.")] = None,
    engine: Annotated[str, typer.Option(metavar="auto|actor|portrait", help="What draws the mouth.")] = "auto",
    face: Face = "auto",
    sync_mode: Annotated[
        str, typer.Option(metavar="cut_off|loop|bounce|silence|remap", help="Where sound and picture differ in length.")
    ] = "cut_off",
    crf: Annotated[int, typer.Option(help="Quality of H.264: 0 is lossless, 51 is worst.")] = 18,
    preset: Annotated[str, typer.Option(help="Effort of the H.264 encoder, ultrafast to veryslow.")] = "superfast",
    video_codec: Annotated[str, typer.Option(metavar="auto|h264|prores|ffv1", help="Codec of the picture.")] = "auto",
    audio_codec: Annotated[str, typer.Option(metavar="auto|aac|pcm", help="Codec of the sound.")] = "auto",
    tone_map: Annotated[bool, typer.Option("--tone-map", help="Accept an HDR plate and bring it to SDR.")] = False,
    still: Annotated[bool, typer.Option("--still", help="Of a photograph only the mouth moves.")] = False,
    seed: Annotated[int, typer.Option(help="Repeats a photograph's blinks and head motion.")] = 0,
    threads: Annotated[int | None, typer.Option(help="Drawing threads; as many as cores by default.")] = None,
    report: Report = None,
    no_cache: NoCache = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Make the person in PLATE speak the given sound or text."""
    spoken = _spoken(audio, text, voice, language, rate, pitch)
    options = syncline.DubOptions(
        transcript=given_text(transcript),
        language=language,
        actor=actor,
        engine=engine,
        face=face,
        sync_mode=sync_mode,
        crf=crf,
        preset=preset,
        video_codec=video_codec,
        audio_codec=audio_codec,
        tone_map=tone_map,
        still=still,
        seed=seed,
        threads=threads,
        cache=not no_cache,
        force=force,
    )
    if report is not None:
        syncline.check_report_folder(report, force=force)
    with listening(quiet=quiet or as_json) as on_event:
        take = syncline.dub(plate, spoken, out, options=options, on_event=on_event)
        if report is not None:
            syncline.write_report(take.timeline_path, report, output=out, plate=plate, force=force, on_event=on_event)
    lines = [f"{printable(take.output)}: {take.grade}, {take.seconds:.1f} s", *(f"  {line}" for line in take.summary)]
    tell(take.document(), lines, as_json=as_json, quiet=quiet)
    return 0 if take.passed else 1


def _spoken(
    audio: Path | None, text: str | None, voice: str | None, language: str | None, rate: float, pitch: float
) -> Path | syncline.Text:
    """The one of sound and text that was given."""
    if (audio is None) == (text is None):
        raise syncline.InputError("give either --audio FILE or --text TEXT")
    if text is not None:
        return syncline.Text(syncline.DubOptions.text_or_file(text), voice, language, rate, pitch)
    if voice is not None or (rate, pitch) != (1.0, 1.0):
        raise syncline.InputError("--voice, --rate and --pitch belong to --text")
    assert audio is not None
    return audio
