"""Takes made in code: clips whose pictures carry their number, and the timeline that tells of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from clips import make_clip, pattern, tone
from syncline.quality import Figure, Grade, Score
from syncline.quality.measured import Measured, OffsetCurve
from syncline.speech.cuesheet import CueSheet, Phone, Word
from syncline.store import file_hash
from syncline.timeline import Timeline, plate_stretches, timeline_path

RATE = 25
SIZE = (192, 144)


def clip(path: Path, frames: int = 50, *, first: int = 0, size: tuple[int, int] = SIZE, **more: Any) -> Path:
    """A clip whose frame k shows the pattern of number `first` + k, with a tone."""
    sound = None if more.pop("mute", False) else tone(frames / float(more.get("rate", RATE)))
    return make_clip(
        path,
        width=size[0],
        height=size[1],
        frames=frames,
        picture=lambda k: pattern(first + k, *size),
        sound=sound,
        **more,
    )


def cue_sheet(seconds: float, words: tuple[str, ...] = ("hola", "papá")) -> CueSheet:
    """Two words of two phones each, silence around."""
    part = seconds / 6
    phones = [("sil", -1), ("o", 0), ("l", 0), ("p", 1), ("a", 1), ("sil", -1)]
    return CueSheet(
        language="es",
        words=tuple(Word(text, (1 + 2 * k) * part, (3 + 2 * k) * part) for k, text in enumerate(words)),
        phones=tuple(Phone(ipa, k * part, (k + 1) * part, word=word) for k, (ipa, word) in enumerate(phones)),
        duration=seconds,
        source="espeak-dtw",
    )


def score(frames: int, rate: float = RATE) -> Score:
    """A score with one of each: a figure that passes, warns and fails, a closure shut, open and not seen."""
    times = np.arange(frames) / rate
    asked = 0.08 + 0.06 * np.sin(times * 11)
    moved = asked + 0.02 * np.cos(times * 5)
    seen = [None if t == 5 else round(float(value), 4) for t, value in enumerate(moved)]
    lags = np.arange(-600, 601, 10)
    fit = tuple(round(float(v), 4) for v in 0.3 * np.exp(-(((lags + 40) / 120) ** 2)))
    grades = {"offset": Grade.PASS, "closures": Grade.FAIL, "flicker": Grade.WARN}
    values = {"offset": -40.0, "closures": 0.5, "flicker": 2.0}
    units = {"offset": "ms", "closures": "share", "flicker": "ratio"}
    return Score(
        grade=Grade.FAIL,
        figures={
            name: Figure(
                value=values[name], unit=units[name], grade=grade, standard=f"{name} gate", sentence=f"{name} told."
            )
            for name, grade in grades.items()
        },
        closures=(
            {"ipa": "p", "start": 0.4, "end": 0.48, "opening": 0.001, "closed": True},
            {"ipa": "b", "start": 0.9, "end": 0.98, "opening": 0.06, "closed": False},
            {"ipa": "m", "start": 1.4, "end": 1.48, "opening": None, "closed": False},
        ),
        measured=Measured(
            times=tuple(round(float(t), 4) for t in times),
            asked=tuple(round(float(v), 4) for v in asked),
            seen=tuple(seen),
            closed=0.02,
            offset=OffsetCurve(first_ms=-600, step_ms=10, fit=fit),
        ),
        seconds=12.5,
        cores=1.5,
    )


def write_timeline(out: Path, plate: Path, shown: list[int], **changes: Any) -> Path:
    """The timeline of a take whose output frame t shows plate frame `shown[t]`."""
    frames = len(shown)
    document: dict[str, Any] = {
        "schema": "syncline.timeline/1",
        "software": "syncline 0.1.0",
        "output": out.name,
        "engine": "actor 2",
        "sync_mode": "cut_off",
        "inputs": [
            {"role": "plate", "name": plate.name, "bytes": plate.stat().st_size, "blake2b": file_hash(plate)},
            {"role": "audio", "name": "line.wav", "bytes": 12, "blake2b": "ab" * 20},
        ],
        "options": {"crf": 18, "language": None},
        "picture": {
            "width": SIZE[0],
            "height": SIZE[1],
            "rate": str(Fraction(RATE)),
            "variable": False,
            "frames": frames,
            "seconds": str(Fraction(frames, RATE)),
            "plate": [stretch.model_dump(by_alias=True) for stretch in plate_stretches(shown)],
        },
        "face": {"id": 0, "found": 1, "reason": "the only face"},
        "flags": [{"from": 3, "count": 2, "flags": ["yaw"]}],
        "cue": cue_sheet(frames / RATE).to_json(),
        "plan": {
            "schema": "syncline.drawplan/1",
            "frames": frames,
            "clips": [plate.name],
            "stretches": [
                {"from": 0, "count": 6, "source": "pass", "flags": ["undrawable"]},
                {"from": 6, "count": 4, "source": "bank", "flags": ["fade"], "clip": 0, "frame": 1, "held": False},
                {"from": 10, "count": frames - 10, "source": "bank", "flags": ["far"], "clip": 0, "frame": 3},
            ],
        },
        "score": score(frames).to_json(),
        "notes": [
            {"event": "note", "stage": "track", "text": "1 face."},
            {"event": "fallback", "stage": "speech", "reason": "no language was given: en is assumed"},
        ],
        "timings": [{"event": "timing", "stage": "draw", "seconds": 1.5, "cpu_seconds": 2.5, "cached": False}],
        "steps": {},
        "contact": [
            {
                "kind": "worst",
                "frame": 22,
                "time": 0.88,
                "reason": "The lips do not shut on b.",
                "box": [40, 20, 120, 110],
            },
            {"kind": "best", "frame": 40, "time": 1.6, "reason": "The lips shut on p.", "box": None},
        ],
    }
    document.update(changes)
    path = timeline_path(out)
    path.write_text(Timeline.parse(document).text(), encoding="utf-8")
    return path
