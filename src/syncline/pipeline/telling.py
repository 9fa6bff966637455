"""A finished line as its timeline document."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from syncline.errors import printable
from syncline.events import Event, Fallback, Note, Timing
from syncline.face.tracks import reasons
from syncline.media.probe import need_picture
from syncline.pipeline.line import Line
from syncline.pipeline.options import DubOptions
from syncline.quality import Notable, Score, notable_frames
from syncline.timeline import ContactFrame, FaceChoice, Input, Picture, Timeline, flag_stretches, plate_stretches


def timeline_of(
    line: Line,
    out: Path,
    options: DubOptions,
    score: Score,
    events: Sequence[Event],
    keys: dict[str, str],
) -> Timeline:
    """The document that says what a take is made of, frame by frame, and how it scored."""
    return Timeline(
        software=f"syncline {version('syncline')}",
        output=printable(out.name),
        engine=f"{line.engine.name} {line.engine.version}",
        sync_mode=options.sync_mode,
        inputs=tuple(
            Input(role=role, name=printable(file.path.name), bytes=file.size_bytes, blake2b=file.digest)
            for role, file in line.inputs.items()
        ),
        options=_options(options),
        picture=_picture(line),
        face=FaceChoice(id=line.face.id, found=len(line.tracks.faces), reason=line.reason),
        flags=flag_stretches([reasons(int(flags)) for flags in line.face.flags]),
        cue=line.heard.cue.to_json(),
        plan=line.plan.to_json(),
        score=score.to_json(),
        notes=tuple(_told(event) for event in events if isinstance(event, (Note, Fallback))),
        timings=tuple(_told(event) for event in events if isinstance(event, Timing)),
        steps=dict(keys),
        contact=tuple(_contact(line, notable) for notable in notable_frames(score)),
    )


def _options(options: DubOptions) -> dict[str, Any]:
    """The options that shape the result; paths by name alone, for a timeline travels."""
    document = options.document()
    for name in ("actor", "transcript"):
        if isinstance(value := getattr(options, name), Path):
            document[name] = printable(value.name)
    return {name: value for name, value in document.items() if name not in ("cache", "force", "threads")}


def _picture(line: Line) -> Picture:
    video = need_picture(line.plate.info)
    return Picture(
        width=video.width,
        height=video.height,
        rate=str(video.measured_rate),
        variable=video.variable,
        frames=len(line.frames),
        seconds=str(line.seconds),
        plate=plate_stretches(frame.plate_index for frame in line.frames),
    )


def _contact(line: Line, notable: Notable) -> ContactFrame:
    """A frame to look at, with the face's box on its plate frame."""
    points = line.face.landmarks[line.frames[notable.frame].plate_index, :, :2]
    box = None
    if np.isfinite(points).all():
        (x0, y0), (x1, y1) = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
        box = int(x0), int(y0), int(x1), int(y1)
    return ContactFrame(**dataclasses.asdict(notable), box=box)


def _told(event: Event) -> dict[str, Any]:
    """An event as plain JSON data."""
    document = dataclasses.asdict(event)
    for name, value in document.items():
        if isinstance(value, (float, np.floating)):
            document[name] = round(float(value), 4)
    return {"event": type(event).__name__.lower(), **document}
