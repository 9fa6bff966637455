"""Which engine draws a take, and with whose shapes."""

from __future__ import annotations

import numpy as np

from syncline.engines.actor.bank import Bank
from syncline.engines.actor.engine import ActorEngine
from syncline.engines.base import DrawPlan, Engine, Reason, Source, TakeRequest
from syncline.errors import InputError
from syncline.events import Fallback, Listener, Note
from syncline.face.tracks import FaceTrack, Flag, reasons
from syncline.media.info import MediaInfo
from syncline.media.picture import Picture
from syncline.media.read import read_pictures
from syncline.motion.visemes import VisemeTable, generic_table

STAGE = "engine"
LITTLE_SECONDS = 4.0  # of footage: many sounds will not be in it


class Untouched:
    """The engine of footage that nothing can be learned from: every frame goes through, flagged."""

    name = "untouched"
    version = "1"

    def plan(self, request: TakeRequest, on_event: Listener) -> DrawPlan:
        """A plan without a drawn frame."""
        count = len(request.times)
        flags = request.track.flags[request.plate_index]
        missing = (flags & np.uint16(Flag.NO_FACE)) != 0
        nothing, zero = np.full(count, -1, np.int32), np.zeros(count, np.float32)
        return DrawPlan(
            plate_index=request.plate_index,
            source=np.full(count, Source.PASS, np.uint8),
            frame=nothing,
            weight=zero,
            other=nothing,
            other_weight=zero,
            close=zero,
            reason=np.where(missing, Reason.NO_FACE, Reason.UNDRAWABLE | Reason.NO_BANK).astype(np.uint16),
            run=np.zeros(count, np.int32),
            distance=zero,
        )

    def draw(self, picture: Picture, t: int) -> Picture:
        """The picture itself."""
        return picture


def check_engine(asked: str, *, still: bool, has_bank: bool) -> None:
    """Raise InputError where the engine that was asked for cannot draw on such a plate."""
    if asked == "portrait" and not still:
        raise InputError("the portrait engine draws on still pictures, and this plate is a clip", stage=STAGE)
    if asked == "portrait" and has_bank:
        raise InputError("the portrait engine learns nothing from an actor file: leave one of them out", stage=STAGE)
    if asked == "actor" and still and not has_bank:
        raise InputError("on a still picture the actor engine needs an actor file", stage=STAGE)


def actor_engine(bank: Bank | None, on_event: Listener, *, of_plate: bool) -> tuple[Engine, VisemeTable]:
    """The engine that draws from a bank, and the person's own viseme table.

    bank : None where the plate holds no frame that can be learned from.
    of_plate : whether the bank is the plate's own.
    """
    if bank is None:
        on_event(Fallback(STAGE, "no frame of the plate can be learned from, so all go through: give an actor file"))
        return Untouched(), generic_table()
    if of_plate and bank.seconds < LITTLE_SECONDS:
        on_event(
            Note(STAGE, f"the plate gives {bank.seconds:.1f} s of footage: an actor file made of more reads better")
        )
    return ActorEngine(bank), bank.table


def portrait_engine(plate: MediaInfo, face: FaceTrack, *, still: bool, seed: int) -> tuple[Engine, VisemeTable]:
    """The engine that makes a still speak, and the shapes of its face.

    Raises InputError where the face cannot be drawn.
    """
    if not face.drawable.all():
        why = ", ".join(name.replace("_", " ") for name in reasons(int(face.flags[0])))
        raise InputError(
            f"this face cannot be made to speak ({why}): give a picture that shows it larger and from the front",
            file=plate.path,
            stage=STAGE,
        )
    from syncline.engines.portrait.engine import PortraitEngine, PortraitSettings

    (picture,) = read_pictures(plate)
    engine = PortraitEngine(picture, face, PortraitSettings(still=still, seed=seed))
    return engine, engine.table
