"""The main job: a plate speaks other sound."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import cast

from syncline.engines.base import Source
from syncline.errors import InputError
from syncline.events import Artifact, Listener, Recorder, silent, timed
from syncline.media.atomic import AtomicOutput
from syncline.media.options import AudioCodec, OutputOptions, VideoCodec, output_format
from syncline.media.probe import need_picture
from syncline.media.read import read_pictures
from syncline.pipeline.aside import Stoppable
from syncline.pipeline.delivery import Delivered, Delivery, Job
from syncline.pipeline.draw import STAGE as DRAW_STAGE
from syncline.pipeline.draw import Canvas, draw_take, one_thread_each
from syncline.pipeline.line import Line, gather, plan_line
from syncline.pipeline.options import DubOptions, read_transcript, thread_count
from syncline.pipeline.outputs import refuse_inputs
from syncline.pipeline.score import STAGE as SCORE_STAGE
from syncline.pipeline.score import score_take
from syncline.pipeline.spoken import Text
from syncline.pipeline.take import Take
from syncline.pipeline.telling import timeline_of
from syncline.quality import PictureFigures
from syncline.store import StepCache
from syncline.timeline import timeline_path


def dub(
    plate: str | Path,
    audio: str | Path | Text,
    out: str | Path,
    *,
    options: DubOptions | None = None,
    on_event: Listener | None = None,
) -> Take:
    """Make the person in a plate speak a given sound, or a text.

    Parameters
    ----------
    plate : footage of the person, any size and rate; or a photograph.
    audio : what to speak: a sound file, a video whose sound is taken, or a `Text` for a voice to say.
    out : the file to write (.mp4, .mov, .mkv); `OUT.timeline.json` appears beside it. Both appear whole or not at all.
    options : see `DubOptions`.
    on_event : told of progress, timings, notes and fallbacks (see `syncline.events`), also from other threads.

    Returns the take; `take.passed` is False where a gate of the score failed, with the files still written.

    Raises InputError, LimitError, DependencyError or StageError, each with one sentence.

    Example
    -------
    >>> import syncline
    >>> take = syncline.dub("plate.mp4", "line.wav", "take.mp4")  # doctest: +SKIP
    """
    telling = Stoppable(on_event or silent)
    try:
        spoken = audio if isinstance(audio, Text) else Path(audio)
        return _dub(Path(plate), spoken, Path(out), options or DubOptions(), Recorder(telling))
    finally:
        telling.stop()


def _dub(plate: Path, spoken: Path | Text, out: Path, options: DubOptions, recorder: Recorder) -> Take:
    wall, cpu = time.perf_counter(), _cpu_seconds()
    output_format(out, _encoding(options))
    if isinstance(spoken, Text) and options.transcript is not None:
        raise InputError("a text to be spoken is its own transcript: leave the transcript out")
    transcript = read_transcript(options.transcript)
    beside = timeline_path(out)
    inputs = [Path(path) for path in (plate, spoken, options.actor, options.transcript) if isinstance(path, Path)]
    for path in (out, beside):
        refuse_inputs(path, inputs)
    # Both outputs are opened first: a place that cannot be written is told before the work, not after it.
    with (
        AtomicOutput(beside, force=options.force) as document,
        AtomicOutput(out, force=options.force) as picture,
        StepCache(recorder, keep=options.cache) as cache,
        one_thread_each(),
    ):
        gathered = gather(plate, spoken, transcript, options, cache, recorder)
        with Delivery() as delivery:  # its process starts while the line is planned
            line = plan_line(gathered, options, cache, recorder)
            with timed(DRAW_STAGE, recorder):
                drawn, delivered = _draw(line, picture, cache.scratch, options, delivery, recorder)
        with timed(SCORE_STAGE, recorder):
            spent = time.perf_counter() - wall
            cores = (_cpu_seconds() - cpu) / spent
            score = score_take(line, picture, delivered, drawn, seconds=spent, cores=cores)
        timeline = timeline_of(line, out, options, score, recorder.events, cache.keys)
        document.write_text(timeline.text(), encoding="utf-8")
    recorder(Artifact("video", str(out)))
    recorder(Artifact("timeline", str(beside)))
    return Take(out, beside, timeline, time.perf_counter() - wall, _cpu_seconds() - cpu, score)


def _draw(
    line: Line, out: Path, scratch: Path, options: DubOptions, delivery: Delivery, on_event: Listener
) -> tuple[PictureFigures, Delivered]:
    """Pass 2: what the drawing cost the pictures, and the mouth that is seen on them."""
    threads = thread_count(options.threads)
    delivery.open(
        Job(
            path=out,
            ring=scratch / "pictures.ring",
            like=need_picture(line.plate.info),
            sound=line.heard.sound.fitted(line.seconds),
            options=_encoding(options),
            total=line.seconds,
            threads=threads,
            usable=line.plan.source != Source.PASS,
            still=next(read_pictures(line.plate.info)) if need_picture(line.plate.info).still else None,
        )
    )
    canvas = Canvas(line.plate.info, line.face, line.frames)
    drawn = draw_take(line.engine, canvas, delivery, threads=threads, on_event=on_event)
    return drawn, delivery.finish(on_event)


def _cpu_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _encoding(options: DubOptions) -> OutputOptions:
    """What the writer is asked; the options' own check has made the names valid."""
    return OutputOptions(
        video_codec=cast(VideoCodec, options.video_codec),
        crf=options.crf,
        preset=options.preset,
        audio_codec=cast(AudioCodec, options.audio_codec),
    )
