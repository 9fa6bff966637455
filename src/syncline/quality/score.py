"""The score of a take: figures, grades, and what they are held against. Document "syncline.score/1"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from syncline.errors import InputError
from syncline.quality.measured import Measured

SCHEMA: Final = "syncline.score/1"


class Grade(str, Enum):
    """pass: fine; warn: look at it, or it could not be measured; fail: the gate."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"


_ORDER: Final = (Grade.PASS, Grade.WARN, Grade.FAIL)


class _Open(BaseModel):
    """Frozen; fields of later versions survive a round trip."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class Figure(_Open):
    """One measured figure: its value (None: unknown), unit, grade, the standard it is held against, one sentence."""

    value: float | None = Field(default=None, allow_inf_nan=False)
    unit: str
    grade: Grade
    standard: str
    sentence: str
    details: dict[str, Any] = Field(default_factory=dict)


class Score(_Open):
    """The measured quality of a take, or of anybody's clip.

    grade : the worst grade of any figure.
    figures : by name. Of every score: "offset", "closures". Of a take: "opening", "flicker", "sharpness", "seam",
        "passed", "tears". Of a clip: "container", "drift", "foreign", what its mouth does and what its picture shows.
    gate : what the figures are held against: "default", a preset, or the name of a file.
    drift : how the offset changes: kind, rates, jump, and the offset of each window. None: not measured.
    articulation : what the mouth does by phone class and by time. None: not measured.
    picture : what the mouth costs the picture, figure by figure. None: not measured.
    syncnet : SyncNet's measures of each track. None: not measured.
    closures : each p b m with its time and whether the lips shut.
    passed : frames that went through, as ranges in seconds with reasons.
    remarks : what a viewer should know of how the take was drawn.
    seconds : wall time of the run that made the take; cores : processor time / wall time. None: not told.
    measured : what lies behind the figures, picture by picture; None: not kept.
    """

    schema_: Literal["syncline.score/1"] = Field(default="syncline.score/1", alias="schema")
    grade: Grade
    figures: dict[str, Figure]
    closures: tuple[dict[str, Any], ...] = ()
    passed: tuple[dict[str, Any], ...] = ()
    remarks: tuple[str, ...] = ()
    seconds: float | None = Field(default=None, allow_inf_nan=False)
    cores: float | None = Field(default=None, allow_inf_nan=False)
    measured: Measured | None = None
    gate: str = "default"
    drift: dict[str, Any] | None = None
    articulation: dict[str, Any] | None = None
    picture: dict[str, Any] | None = None
    syncnet: dict[str, Any] | None = None

    @property
    def gate_failed(self) -> bool:
        """Whether the take is under its gate (exit code 1)."""
        return self.grade is Grade.FAIL

    @property
    def summary(self) -> list[str]:
        """The score in sentences, one a figure, those to look at first."""
        figures = sorted(self.figures.values(), key=lambda figure: -_ORDER.index(figure.grade))
        return [
            *(f"{figure.grade.value}: {figure.sentence}" for figure in figures),
            *(f"note: {remark}" for remark in self.remarks),
        ]

    @property
    def exit_code(self) -> int:
        """0, or 1 under the gate."""
        return int(self.gate_failed)

    def to_json(self, *, brief: bool = False) -> dict[str, Any]:
        """The document as JSON types; `brief`: without what was measured picture by picture."""
        left_out = {"measured"} if brief else None
        document: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude=left_out)
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any] | str, *, file: Path | None = None) -> Score:
        """Read a document (or its text).

        Raises
        ------
        InputError : another schema, or a field that does not fit; the first one is named.
        """
        if isinstance(document, str):
            try:
                document = json.loads(document)
            except ValueError as exc:
                raise InputError("the score is not JSON", file=file) from exc
        if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
            raise InputError(f"the document is not a score (schema {SCHEMA})", file=file)
        try:
            return cls.model_validate(document)
        except ValidationError as exc:
            first = exc.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InputError(f"the score is damaged: {where}: {first['msg']}", file=file) from exc


def worst(grades: list[Grade]) -> Grade:
    """The worst of several grades; `pass` of none."""
    return max(grades, key=_ORDER.index, default=Grade.PASS)
