"""What a dub returns: where the result lies, and whether it may leave the house."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncline.errors import printable
from syncline.quality import Score
from syncline.timeline import Timeline

SCHEMA = "syncline.take/1"


@dataclass(frozen=True)
class Take:
    """One realisation of a line: sound and picture in a file, its timeline and its score.

    Attributes
    ----------
    output, timeline_path : the files.
    timeline : the document in `timeline_path`.
    seconds : wall time of the whole run.
    cpu_seconds : processor time over all threads.
    score : the measured quality.
    """

    output: Path
    timeline_path: Path
    timeline: Timeline
    seconds: float
    cpu_seconds: float
    score: Score

    @property
    def grade(self) -> str:
        """The worst grade of any figure: "pass", "warn" or "fail"."""
        return self.score.grade.value

    @property
    def passed(self) -> bool:
        """False where a gate failed."""
        return not self.score.gate_failed

    @property
    def summary(self) -> list[str]:
        """The score in sentences, one a figure, those to look at first."""
        return self.score.summary

    def document(self) -> dict[str, Any]:
        """The take as plain JSON data, schema "syncline.take/1"."""
        return {
            "schema": SCHEMA,
            "output": printable(self.output),
            "timeline": printable(self.timeline_path),
            "grade": self.grade,
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "score": self.score.to_json(brief=True),
        }
