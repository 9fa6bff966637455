"""Syncline: make people on screen speak a given soundtrack, and prove that they do.

>>> import syncline
>>> take = syncline.dub("plate.mp4", "line.wav", "out.mp4")  # doctest: +SKIP
>>> take.grade  # doctest: +SKIP
'pass'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from syncline.errors import (
    Cancelled,
    DependencyError,
    InputError,
    LimitError,
    MissingInput,
    StageError,
    SynclineError,
    Unscorable,
)

if TYPE_CHECKING:  # the rooms behind these names load on first use: `import syncline` stays quick
    from syncline.demonstration.run import Demo, demo
    from syncline.doctor.diagnose import Diagnosis, diagnose
    from syncline.media.info import MediaInfo
    from syncline.media.probe import probe
    from syncline.pipeline.actor import ActorReport, build_actor, show_actor
    from syncline.pipeline.align import Alignment, AlignOptions, align, check_cues, cue_text, write_cues
    from syncline.pipeline.dub import dub
    from syncline.pipeline.judge import ScoreOptions, Verdict, score
    from syncline.pipeline.options import ActorOptions, DubOptions
    from syncline.pipeline.spoken import Text
    from syncline.pipeline.take import Take
    from syncline.quality.score import Score
    from syncline.report.folder import FolderScore, score_folder
    from syncline.report.page import check_report_folder, write_report, write_score_report
    from syncline.speech.voices import voice_names

__version__ = "0.1.0"

_HOMES = {
    "ActorOptions": "syncline.pipeline.options",
    "ActorReport": "syncline.pipeline.actor",
    "AlignOptions": "syncline.pipeline.align",
    "Alignment": "syncline.pipeline.align",
    "Demo": "syncline.demonstration.run",
    "Diagnosis": "syncline.doctor.diagnose",
    "DubOptions": "syncline.pipeline.options",
    "FolderScore": "syncline.report.folder",
    "MediaInfo": "syncline.media.info",
    "Score": "syncline.quality.score",
    "ScoreOptions": "syncline.pipeline.judge",
    "Take": "syncline.pipeline.take",
    "Text": "syncline.pipeline.spoken",
    "Verdict": "syncline.pipeline.judge",
    "align": "syncline.pipeline.align",
    "build_actor": "syncline.pipeline.actor",
    "check_cues": "syncline.pipeline.align",
    "check_report_folder": "syncline.report.page",
    "cue_text": "syncline.pipeline.align",
    "demo": "syncline.demonstration.run",
    "diagnose": "syncline.doctor.diagnose",
    "dub": "syncline.pipeline.dub",
    "probe": "syncline.media.probe",
    "score": "syncline.pipeline.judge",
    "score_folder": "syncline.report.folder",
    "show_actor": "syncline.pipeline.actor",
    "voice_names": "syncline.speech.voices",
    "write_cues": "syncline.pipeline.align",
    "write_report": "syncline.report.page",
    "write_score_report": "syncline.report.page",
}

__all__ = [
    "ActorOptions",
    "ActorReport",
    "AlignOptions",
    "Alignment",
    "Cancelled",
    "Demo",
    "DependencyError",
    "Diagnosis",
    "DubOptions",
    "FolderScore",
    "InputError",
    "LimitError",
    "MediaInfo",
    "MissingInput",
    "Score",
    "ScoreOptions",
    "StageError",
    "SynclineError",
    "Take",
    "Text",
    "Unscorable",
    "Verdict",
    "align",
    "build_actor",
    "check_cues",
    "check_report_folder",
    "cue_text",
    "demo",
    "diagnose",
    "dub",
    "probe",
    "score",
    "score_folder",
    "show_actor",
    "voice_names",
    "write_cues",
    "write_report",
    "write_score_report",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
