"""The timeline of a take: what was put in, what each output frame shows and why, and how the result scored.

Times are exact: frames count at a rate given as a fraction in text ("30000/1001"), instants are fractions of seconds
("1001/30000"). Fields that this version does not know survive a round trip.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from syncline.errors import InputError, LimitError, MissingInput

SCHEMA = "syncline.timeline/1"
MAX_BYTES = 256 << 20  # 250 000 frames, each its own stretch with flags, take about a quarter of this


# A line break stands in no JSON string: what begins with one is a list.
_NUMBERS = re.compile(r"\[\n[-+.,\deEnul\s]*\]")


class _Open(BaseModel):
    """A part of the document: strict about what it knows, and it keeps what it does not know."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, frozen=True)


class Input(_Open):
    """A file that went in: its part ("plate", "audio", "actor", "transcript"), name, size and blake2b."""

    role: str
    name: str
    bytes: int = Field(ge=0)
    blake2b: str


class FaceChoice(_Open):
    """The face that was drawn on, out of `found`, and the reason."""

    id: int
    found: int = Field(ge=1)
    reason: str


class ContactFrame(_Open):
    """An output frame to look at: `kind` "worst" or "best", its time on the sound's clock (s), why, and where the face
    is on it: x0, y0, x1, y1 in pixels of the output, x1 and y1 outside; None where no face is known."""

    kind: str
    frame: int = Field(ge=0)
    time: float = Field(allow_inf_nan=False)
    reason: str
    box: tuple[int, int, int, int] | None = None


class PlateStretch(_Open):
    """`count` output frames from `start`, showing plate frames from `plate` on, `step` frames apart (0: held)."""

    start: int = Field(ge=0, alias="from")
    count: int = Field(ge=1)
    plate: int = Field(ge=0)
    step: int


class FlagStretch(_Open):
    """`count` plate frames from `start` that carry these flags of the face track."""

    start: int = Field(ge=0, alias="from")
    count: int = Field(ge=1)
    flags: tuple[str, ...]


class Picture(_Open):
    """The picture written: size, rate (None where it varies), frame count, and the plate frame under each frame."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    rate: str
    variable: bool
    frames: int = Field(ge=0)
    seconds: str
    plate: tuple[PlateStretch, ...]


class Timeline(_Open):
    """The document beside a take.

    `cue` is the cue sheet of the new sound ("syncline.cuesheet/1"), `plan` what the engine drew on each output frame
    ("syncline.drawplan/1"), `score` the measured quality ("syncline.score/1"), `notes` what the run told on its way,
    `timings` how long its steps took, `steps` the keys of the kept ones, `contact` the frames to look at first.
    """

    schema_: Literal["syncline.timeline/1"] = Field(default="syncline.timeline/1", alias="schema")
    software: str
    output: str
    engine: str
    sync_mode: str
    inputs: tuple[Input, ...]
    options: dict[str, Any]
    picture: Picture
    face: FaceChoice | None
    flags: tuple[FlagStretch, ...]
    cue: dict[str, Any]
    plan: dict[str, Any]
    score: dict[str, Any] | None
    notes: tuple[dict[str, Any], ...] = ()
    timings: tuple[dict[str, Any], ...] = ()
    steps: dict[str, str] = Field(default_factory=dict)
    contact: tuple[ContactFrame, ...] = ()

    def document(self) -> dict[str, Any]:
        """The timeline as plain JSON data; numbers that are not finite become null."""
        document: dict[str, Any] = finite(self.model_dump(mode="json", by_alias=True))
        return document

    def text(self) -> str:
        """The timeline as JSON text; lists of numbers stand on one line."""
        text = json.dumps(self.document(), ensure_ascii=False, allow_nan=False, indent=1)
        return _NUMBERS.sub(lambda found: " ".join(found[0].split()), text) + "\n"

    @classmethod
    def parse(cls, data: Any, *, file: Path | None = None) -> Timeline:
        """Return the timeline in plain JSON data. Raises InputError that names the first field at fault."""
        schema = data.get("schema") if isinstance(data, dict) else None
        if schema != SCHEMA:
            raise InputError(f"this is no {SCHEMA} document (its schema is {str(schema)[:60]!r})", file=file)
        try:
            return cls.model_validate(data)
        except ValidationError as exc:
            first = exc.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InputError(f"the timeline is not valid: {where}: {first['msg']}", file=file) from exc


def timeline_path(out: Path) -> Path:
    """The path of the timeline of an output: `take.mp4` has `take.timeline.json` beside it."""
    return out.with_name(f"{out.stem}.timeline.json")


def read_timeline(path: str | Path) -> Timeline:
    """Read a timeline file. Raises MissingInput, LimitError or InputError."""
    path = Path(path)
    try:
        size = path.stat().st_size
        text = path.read_bytes() if size <= MAX_BYTES else b""
    except FileNotFoundError as exc:
        raise MissingInput("there is no such timeline", file=path) from exc
    except OSError as exc:
        raise InputError(f"cannot be read ({exc.strerror})", file=path) from exc
    if size > MAX_BYTES:
        raise LimitError(f"a timeline of {size} bytes is larger than the {MAX_BYTES} accepted", file=path)
    try:
        data = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as exc:
        raise InputError("this is no JSON document", file=path) from exc
    return Timeline.parse(data, file=path)


def plate_stretches(plate_index: Iterable[int]) -> tuple[PlateStretch, ...]:
    """Run-length form of the plate frame under each output frame: constant steps are one stretch."""
    stretches: list[PlateStretch] = []
    start, first, step, count = 0, 0, 0, 0
    for t, plate in enumerate(int(index) for index in plate_index):
        if count == 0:
            start, first, step, count = t, plate, 0, 1
        elif count == 1:
            step, count = plate - first, 2
        elif plate == first + step * count:
            count += 1
        else:
            stretches.append(_plate_stretch(start, count, first, step))
            start, first, step, count = t, plate, 0, 1
    if count:
        stretches.append(_plate_stretch(start, count, first, step))
    return tuple(stretches)


def _plate_stretch(start: int, count: int, plate: int, step: int) -> PlateStretch:
    return PlateStretch.model_validate({"from": start, "count": count, "plate": plate, "step": step})


def flag_stretches(names: Sequence[tuple[str, ...]]) -> tuple[FlagStretch, ...]:
    """Run-length form of the flags of each plate frame; frames without flags are left out."""
    stretches: list[FlagStretch] = []
    start = 0
    for t in range(1, len(names) + 1):
        if t == len(names) or names[t] != names[start]:
            if names[start]:
                stretches.append(FlagStretch.model_validate({"from": start, "count": t - start, "flags": names[start]}))
            start = t
    return tuple(stretches)


def finite(value: Any) -> Any:
    """Plain JSON data with null in place of numbers that are not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value
