"""Which engine draws a take, and with whose shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from syncline.engines.actor.actorfile import load_actor
from syncline.engines.actor.engine import ActorEngine
from syncline.engines.base import DrawPlan, Engine, Reason, Source, TakeRequest
from syncline.events import Fallback, Listener, Note
from syncline.face.tracks import FaceTrack, Flag
from syncline.media.picture import Picture
from syncline.motion.visemes import VisemeTable, generic_table
from syncline.pipeline.footage import plate_bank
from syncline.pipeline.options import DubOptions
from syncline.pipeline.prepare import Material
from syncline.store import StepCache

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


def choose_engine(
    options: DubOptions, plate: Material, face: FaceTrack, cache: StepCache, on_event: Listener
) -> tuple[Engine, VisemeTable]:
    """The engine of a take and the person's own viseme table.

    The footage is the actor file, else the plate itself. Raises what reading an actor file raises.
    """
    if options.actor is not None:
        bank = load_actor(Path(options.actor))
        return ActorEngine(bank), bank.table
    own = plate_bank(plate, face, cache, on_event)
    if own is None:
        on_event(Fallback("engine", "no frame of the plate can be learned from, so all go through: give an actor file"))
        return Untouched(), generic_table()
    if own.seconds < LITTLE_SECONDS:
        on_event(
            Note("engine", f"the plate gives {own.seconds:.1f} s of footage: an actor file made of more reads better")
        )
    return ActorEngine(own), own.table
