"""The main job: a plate speaks other sound."""

from __future__ import annotations

import time
from pathlib import Path
from typing import cast

from syncline.engines.base import Source
from syncline.events import Artifact, Listener, Recorder, silent, timed
from syncline.media.atomic import AtomicOutput
from syncline.media.options import AudioCodec, OutputOptions, VideoCodec, output_format
from syncline.media.probe import need_picture
from syncline.pipeline.aside import Stoppable
from syncline.pipeline.delivery import Delivery, Job
from syncline.pipeline.draw import STAGE as DRAW_STAGE
from syncline.pipeline.draw import Canvas, draw_take, one_thread_each
from syncline.pipeline.line import prepare_line
from syncline.pipeline.options import DubOptions, read_transcript, thread_count
from syncline.pipeline.outputs import refuse_inputs
from syncline.pipeline.score import STAGE as SCORE_STAGE
from syncline.pipeline.score import score_take
from syncline.pipeline.take import Take
from syncline.pipeline.telling import timeline_of
from syncline.store import StepCache
from syncline.timeline import timeline_path


def dub(
    plate: str | Path,
    audio: str | Path,
    out: str | Path,
    *,
    options: DubOptions | None = None,
    on_event: Listener | None = None,
) -> Take:
    """Make the person in a plate speak a given sound.

    Parameters
    ----------
    plate : footage of the person, any size and rate.
    audio : the sound to speak: a sound file, or a video whose sound is taken.
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
        return _dub(Path(plate), Path(audio), Path(out), options or DubOptions(), Recorder(telling))
    finally:
        telling.stop()


def _dub(plate: Path, audio: Path, out: Path, options: DubOptions, recorder: Recorder) -> Take:
    wall, cpu = time.perf_counter(), time.process_time()
    threads = thread_count(options.threads)
    encoding = _encoding(options)
    output_format(out, encoding)
    transcript = read_transcript(options.transcript)
    beside = timeline_path(out)
    inputs = [Path(path) for path in (plate, audio, options.actor, options.transcript) if isinstance(path, Path)]
    for path in (out, beside):
        refuse_inputs(path, inputs)
    # Both outputs are opened first: a place that cannot be written is told before the work, not after it.
    with (
        AtomicOutput(beside, force=options.force) as document,
        AtomicOutput(out, force=options.force) as picture,
        StepCache(recorder, keep=options.cache) as cache,
        one_thread_each(),
        Delivery() as delivery,
    ):
        line = prepare_line(plate, audio, transcript, options, cache, recorder)
        with timed(DRAW_STAGE, recorder):
            delivery.open(
                Job(
                    path=picture,
                    ring=cache.scratch / "pictures.ring",
                    like=need_picture(line.plate.info),
                    sound=line.heard.sound.fitted(line.seconds),
                    options=encoding,
                    total=line.seconds,
                    threads=threads,
                    usable=line.plan.source != Source.PASS,
                )
            )
            canvas = Canvas(line.plate.info, line.face, line.frames)
            pictures = draw_take(line.engine, canvas, delivery, threads=threads, on_event=recorder)
            delivered = delivery.finish(recorder)
        with timed(SCORE_STAGE, recorder):
            spent = time.perf_counter() - wall
            cores = (time.process_time() - cpu) / spent
            score = score_take(line, picture, delivered, pictures, seconds=spent, cores=cores)
        timeline = timeline_of(line, out, options, score, recorder.events, cache.keys)
        document.write_text(timeline.text(), encoding="utf-8")
    recorder(Artifact("video", str(out)))
    recorder(Artifact("timeline", str(beside)))
    return Take(out, beside, timeline, time.perf_counter() - wall, time.process_time() - cpu, score)


def _encoding(options: DubOptions) -> OutputOptions:
    """What the writer is asked; the options' own check has made the names valid."""
    return OutputOptions(
        video_codec=cast(VideoCodec, options.video_codec),
        crf=options.crf,
        preset=options.preset,
        audio_codec=cast(AudioCodec, options.audio_codec),
    )
