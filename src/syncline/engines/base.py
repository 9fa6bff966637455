"""What every engine is asked and what it answers.

An engine plans a whole take once (`plan`: which picture each output frame will show) and then draws frame after frame
(`draw`: pure, safe from many threads at once). The pipeline streams pictures between the two; nothing here grows with
the length of a clip beyond a few numbers a frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:  # names only: an engine's caller brings the values
    from syncline.events import Listener
    from syncline.face.track import FaceTrack
    from syncline.media.picture import Picture
    from syncline.media.probe import MediaInfo
    from syncline.motion.mouthtrack import MouthTrack
    from syncline.speech.cuesheet import CueSheet

SCHEMA = "syncline.drawplan/1"

Floats = npt.NDArray[np.float32]
Voice = Literal["same", "other", "unknown"]


class Source(IntEnum):
    """Where the mouth of an output frame comes from."""

    PASS = 0  # the plate's frame goes through untouched, bit for bit
    PLATE = 1  # the plate's own mouth is kept on purpose (both at rest); untouched as well
    BANK = 2  # a bank frame is drawn with `weight`
    WARP = 3  # the plate's own picture is moved and deformed


class Reason(IntFlag):
    """Why an output frame is drawn as it is; several may hold."""

    NONE = 0
    NO_FACE = 1  # no face was tracked in the plate's frame
    UNDRAWABLE = 2  # yaw, size or occlusion (see the face track's own flags)
    FADE = 4  # drawn with part weight beside frames that go through
    REST = 8  # the line rests here
    CLOSURE = 16  # p b m: a bank frame with closed lips was demanded
    LABIODENTAL = 32  # f v
    FAR = 64  # the bank holds no phonetic context near the wanted one
    NO_BANK = 128  # the bank is empty
    ISLAND = 256  # fit to draw, but too short a stretch between frames that are not


@dataclass(frozen=True, eq=False)
class TakeRequest:
    """One line of dialogue on one face of one plate.

    Attributes
    ----------
    times : (T,) float64, seconds of each output frame on the clock of the new sound (0 = its first sample).
    plate_index : (T,) int, the plate's frame that each output frame shows.
    track : the face to draw on, over the plate's frames.
    plate : what the probe found in the plate.
    cue : phones and words of the new sound.
    sound : (n,) float32 mono, 16 kHz, the new sound.
    mouth : mouth track at `times` (T rows).
    language : BCP 47 code of the new sound.
    voice : whether the new sound is spoken by the person of the footage ("unknown" counts as "other").
    """

    times: npt.NDArray[np.float64]
    plate_index: npt.NDArray[np.int64]
    track: FaceTrack
    plate: MediaInfo
    cue: CueSheet
    sound: Floats
    mouth: MouthTrack
    language: str
    voice: Voice = "unknown"


@dataclass(frozen=True, eq=False)
class Correction:
    """A low-rank change of what the bank frames show, one row of coefficients an output frame.

    Attributes
    ----------
    coefficients : (T, K) float32; a row of zeros changes nothing.
    basis : (K, ...) float32, what one unit of each coefficient adds: (K, h, w, 3) BGR levels (0..255) in the mouth
        frame of `engines.actor.appearance` for appearance, (K, 478, 3) IOD units in the face frame for shape.
    """

    coefficients: Floats
    basis: Floats

    def at(self, t: int) -> Floats | None:
        """The change at output frame `t`, in the shape of one basis element; None where there is none."""
        row = self.coefficients[t]
        if not row.any():
            return None
        return np.tensordot(row, self.basis, axes=1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class DrawPlan:
    """What each of T output frames will show.

    Attributes
    ----------
    plate_index : (T,) int64, the plate's frame below.
    source : (T,) uint8, `Source` values.
    frame : (T,) int32, index into the engine's bank; -1 where `source` is not BANK.
    weight : (T,) float32 in 0..1, opacity of the drawn mouth (below 1 only beside frames that go through).
    other, other_weight : (T,) int32 and (T,) float32, a second bank frame blended in at a join between runs, warped to
        the same landmarks; -1 and 0 where there is none. The first frame counts 1 - other_weight.
    close : (T,) float32 in 0..1, share of the inner-lip gap to take away (1: the lips shut; 0: the frame's own gap).
    reason : (T,) uint16, `Reason` flags.
    run : (T,) int32, number of the run of successive bank frames; frames of one run need no new colour match.
    distance : (T,) float32, phonetic distance of the chosen frame, 0 = the same context, 1 = as far as chance.
    remarks : what a viewer should know of how the take is drawn, a sentence each.
    appearance, shape : corrections added to the bank frame's pixels and shape, or None.
    """

    plate_index: npt.NDArray[np.int64]
    source: npt.NDArray[np.uint8]
    frame: npt.NDArray[np.int32]
    weight: Floats
    other: npt.NDArray[np.int32]
    other_weight: Floats
    close: Floats
    reason: npt.NDArray[np.uint16]
    run: npt.NDArray[np.int32]
    distance: Floats
    appearance: Correction | None = None
    shape: Correction | None = None
    clips: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    origin: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), np.int32))

    def __len__(self) -> int:
        return len(self.source)

    def to_json(self) -> dict[str, Any]:
        """The plan as a document: one entry a stretch of output frames that continue each other.

        A bank entry names the clip and the first frame in it; following output frames of the entry show following
        frames of the clip, or the same one where `held` is true.
        """
        return {"schema": SCHEMA, "frames": len(self), "clips": list(self.clips), "stretches": _stretches(self)}


def _stretches(plan: DrawPlan) -> list[dict[str, Any]]:
    """Run-length form of a plan; a stretch ends where source, flags, clip or step change."""
    out: list[dict[str, Any]] = []
    known = len(plan.origin) == len(plan)
    for t in range(len(plan)):
        source = Source(int(plan.source[t]))
        clip, frame = (int(plan.origin[t, 0]), int(plan.origin[t, 1])) if known else (-1, int(plan.frame[t]))
        entry: dict[str, Any] = {"from": t, "count": 1, "source": source.name.lower()}
        entry["flags"] = [flag.name.lower() for flag in Reason if flag and plan.reason[t] & flag and flag.name]
        if source is Source.BANK:
            entry |= {"clip": clip, "frame": frame, "held": False}
        if out and _continues(out[-1], entry):
            out[-1]["count"] += 1
            continue
        out.append(entry)
    return out


def _continues(stretch: dict[str, Any], entry: dict[str, Any]) -> bool:
    """True where `entry` (one frame) goes on from a stretch; settles whether the stretch is held."""
    if any(stretch.get(key) != entry.get(key) for key in ("source", "flags", "clip")):
        return False
    if "frame" not in entry:
        return True
    count = stretch["count"]
    if entry["frame"] == stretch["frame"] and (count == 1 or stretch["held"]):
        stretch["held"] = True
        return True
    return not stretch["held"] and bool(entry["frame"] == stretch["frame"] + count)


@runtime_checkable
class Engine(Protocol):
    """What draws mouths. `plan` is called once a take, before any `draw`."""

    name: str
    version: str

    def plan(self, request: TakeRequest, on_event: Listener) -> DrawPlan:
        """Choose what every output frame shows; raises StageError where nothing can be planned."""
        ...

    def draw(self, picture: Picture, t: int) -> Picture:
        """Draw output frame `t` on the plate's picture; pure, and safe from many threads after `plan`."""
        ...
