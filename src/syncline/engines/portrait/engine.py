"""The portrait engine: one still picture becomes a speaking shot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.engines.base import DrawPlan, Reason, Source, TakeRequest
from syncline.engines.portrait.draw import Look, Painter
from syncline.engines.portrait.face import STAGE, StillFace
from syncline.engines.portrait.life import Life, alive
from syncline.engines.portrait.table import table_of
from syncline.errors import StageError
from syncline.events import Listener, Note
from syncline.face.tracks import FaceTrack
from syncline.media.picture import Picture
from syncline.motion.visemes import VisemeTable
from syncline.speech.articulation import articulatory, feature, flags
from syncline.speech.cuesheet import CueSheet

Floats = npt.NDArray[np.float32]

SETTLE_S: Final = 0.14  # from the last word to the still's own mouth, and back before the first
TONGUE: Final = {"dental": 1.0, "lateral": 0.8, "alveolar": 0.45}  # how far the tip is seen at the teeth
TONGUE_S: Final = 0.03


@dataclass(frozen=True)
class PortraitSettings:
    """How a still comes to life; part of a take's cache key.

    still : only the mouth moves: no blink, no brow, no head, and every pixel outside the lower face stays as it is.
    seed : of everything that is left to chance; the same seed gives the same pictures.
    """

    still: bool = False
    seed: int = 0


class PortraitEngine:
    """Draws one still. One take at a time: `plan`, then `draw` from many threads.

    Raises (when made)
    ------
    StageError : the track holds no face.
    """

    name = "portrait"
    version = "1"

    def __init__(self, picture: Picture, track: FaceTrack, settings: PortraitSettings = PortraitSettings()) -> None:
        self._settings = settings
        self._face = StillFace.measured(picture, track)
        self._painter = Painter(picture, self._face, alive=not settings.still)
        self._looks: list[Look] | None = None
        self._life: Life | None = None

    @property
    def table(self) -> VisemeTable:
        """The shapes to ask of this face: generic ones on its own scale."""
        return table_of(self._face, teeth=self._painter.shows_teeth)

    @property
    def shows_teeth(self) -> bool:
        """Whether the still shows teeth; else the mouth opens less far."""
        return self._painter.shows_teeth

    @property
    def life(self) -> Life:
        """What was planned beside the mouth."""
        if self._life is None:
            raise StageError("nothing was planned", stage=STAGE)
        return self._life

    def plan(self, request: TakeRequest, on_event: Listener) -> DrawPlan:
        """Lay out mouth, tongue and life of every output frame."""
        times = np.asarray(request.times, np.float64)
        life = Life.none(len(times)) if self._settings.still else alive(times, request.sound, self._settings.seed)
        remarks = tuple(self._remarks())
        for remark in remarks:
            on_event(Note(STAGE, remark))
        mouth = self._mouths(request)
        tongue = tongue_heights(request.cue, times)
        self._life = life
        self._looks = [
            Look(mouth[t], float(tongue[t]), life.head[t], float(life.blink[t]), float(life.brow[t]))
            for t in range(len(times))
        ]
        return self._plan_of(request, remarks)

    def draw(self, picture: Picture, t: int) -> Picture:
        """Draw output frame `t` of the plan on the still."""
        if self._looks is None:
            raise StageError("nothing was planned", stage="draw")
        return self._painter.draw(picture, self._looks[t])

    def _mouths(self, request: TakeRequest) -> Floats:
        """(T, 4) mouths to draw: what is asked, and the still's own mouth wherever the line rests."""
        asked = request.mouth.stacked().copy()
        rest = request.mouth.rest
        if not rest.any():
            return asked
        share = settled(np.asarray(request.times, np.float64), rest)[:, None]
        return np.asarray(asked + share * (self._face.mouth - asked), np.float32)

    def _remarks(self) -> Iterator[str]:
        """What the still does not give."""
        if not self._painter.shows_teeth:
            yield "the still shows no teeth: the mouth opens less far, and its inside is made dark"
        if not self._settings.still and not self._painter.blinks:
            yield "the eyes are shut or hidden in the still: nobody blinks"

    def _plan_of(self, request: TakeRequest, remarks: tuple[str, ...]) -> DrawPlan:
        count = len(request.times)
        reason = np.zeros(count, np.uint16)
        reason[request.mouth.rest] |= np.uint16(Reason.REST)
        reason[request.mouth.closure > 0.5] |= np.uint16(Reason.CLOSURE)
        for phone in request.cue.phones:
            if flags(phone.ipa, request.language).labiodental:
                there = (request.times >= phone.start) & (request.times < phone.end)
                reason[there] |= np.uint16(Reason.LABIODENTAL)
        none = np.full(count, -1, np.int32)
        nothing = np.zeros(count, np.float32)
        return DrawPlan(
            plate_index=np.asarray(request.plate_index, np.int64),
            source=np.full(count, Source.WARP, np.uint8),
            frame=none,
            weight=np.ones(count, np.float32),
            other=none.copy(),
            other_weight=nothing,
            close=nothing.copy(),
            reason=reason,
            run=np.zeros(count, np.int32),
            distance=nothing.copy(),
            remarks=remarks,
        )


def settled(times: npt.NDArray[np.float64], rest: npt.NDArray[np.bool_]) -> Floats:
    """(T,) float32: 1 deep inside each rest, 0 while the line speaks, an even passage of `SETTLE_S` inside the rest."""
    spoken = times[~rest]
    if not len(spoken):
        return np.ones(len(times), np.float32)
    after = np.searchsorted(spoken, times)
    before = np.abs(times - spoken[np.clip(after - 1, 0, len(spoken) - 1)])
    ahead = np.abs(times - spoken[np.clip(after, 0, len(spoken) - 1)])
    away = np.where(rest, np.minimum(before, ahead), 0.0) / SETTLE_S
    away = np.clip(away, 0.0, 1.0)
    return np.asarray(away * away * (3.0 - 2.0 * away), np.float32)


def tongue_heights(cue: CueSheet, times: npt.NDArray[np.float64]) -> Floats:
    """(T,) float32 0..1: how far the tip of the tongue is raised, by the phones th, l, n, d, t."""
    out = np.zeros(len(times))
    columns = [(feature(name), weight) for name, weight in TONGUE.items()]
    sibilant = feature("sibilant")
    for phone in cue.phones:
        point = articulatory(phone.ipa)
        height = max(float(point[column]) * weight for column, weight in columns)
        if height <= 0.05 or point[sibilant] > 0.3:
            continue
        rise = np.minimum((times - phone.start) / TONGUE_S + 0.5, (phone.end - times) / TONGUE_S + 0.5)
        out = np.maximum(out, height * np.clip(rise, 0.0, 1.0))
    return out.astype(np.float32)
