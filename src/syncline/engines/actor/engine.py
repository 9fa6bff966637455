"""The actor engine: chooses frames of the person's own mouth and has them drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.engines.actor.bank import Bank
from syncline.engines.actor.draw import PlanPainter
from syncline.engines.actor.rows import Rows, lay_out
from syncline.engines.actor.select import Selection, Walk, select
from syncline.engines.actor.sources import Sources, joins, sources_of
from syncline.engines.actor.voice import same_voice, voice_print
from syncline.engines.actor.wanted import FAR, NEAR, PRESSED, Demands, Wanted, Weights, averaged, compare
from syncline.engines.base import Correction, DrawPlan, Reason, Source, TakeRequest
from syncline.errors import StageError
from syncline.events import Listener, Note
from syncline.media.picture import Picture
from syncline.motion.mouthtrack import frame_period
from syncline.render import mouth
from syncline.speech.articulation import flags

Floats = npt.NDArray[np.float32]

STAGE: Final = "plan"
TOLD: Final = 0.35  # phonetic distance (1: chance) from which the report says that the bank has nothing near
JOIN_COMPONENTS: Final = 24  # appearance components that mouths at a jump are compared by


@dataclass(frozen=True)
class ActorSettings:
    """How the actor engine chooses and corrects; part of a take's cache key.

    correction : share of the way from a frame's appearance to the expected one, where the bank has nothing near.
    near, far : phonetic distances up to which nothing and from which all of `correction` is done.
    gain : factor on the expected appearance: a mean over contexts moves less than any mouth does.
    directions : directions, best predicted first, in which frames are corrected.
    """

    weights: Weights = field(default_factory=Weights)
    walk: Walk = field(default_factory=Walk)
    correction: float = 0.5
    near: float = NEAR
    far: float = FAR
    gain: float = 1.5
    directions: int = 12


LITTLE_SECONDS: Final = 15.0  # of footage and less: hardly any context has its like
MUCH_SECONDS: Final = 90.0  # and more: most contexts have a near one
AMPLE_SECONDS: Final = 200.0  # and more: the context model is worth twice as much


def settings_for(seconds: float) -> ActorSettings:
    """What counts when a bank of so many seconds of footage is chosen from.

    A small bank holds no near context: weighed as in a large one, the nearest of far contexts is taken picture by
    picture, the mouth jumps (twice as restless as a real one) and its opening has nothing to do with the line's. There
    likeness of context counts a third, the mouth track's shape more, and mouths at a jump must look alike. With 5
    clips of one speaker as many words are read either way, opening follows what was asked with .90 in place of .81,
    and with 10 s of a plate in another language with .65 to .87 in place of about 0.

    Minutes of footage teach the context model more: there it counts twice, frames are corrected further, and mouths at
    a jump must look more alike, for there are more to choose from. In chosen frames before drawing, 69
    sentences: of words that the footage does not hold 70 in place of 68 of 100 are read, their mean log-probability is
    -.81 in place of -.85; of all words of a bank of 160 clips 88 in place of 87. With 20 clips the same costs 2 of 100.
    """
    plenty, ample = _place(seconds, LITTLE_SECONDS, MUCH_SECONDS), _place(seconds, MUCH_SECONDS, AMPLE_SECONDS)
    full, share = Weights(), 0.3 ** (1.0 - plenty)
    weights = replace(
        full,
        context=share * full.context,
        learned=share * full.learned * 2.0**ample,
        sound=share * full.sound,
        shape=full.shape * 2.0 ** (1.0 - plenty),
        shape_far=full.shape_far * 0.4 ** (1.0 - plenty),
    )
    walk = Walk(join=0.06 ** (1.0 - plenty) * 0.02**plenty * 1.5**ample)
    return ActorSettings(weights=weights, walk=walk, correction=0.5 + 0.2 * ample)


def _place(value: float, low: float, high: float) -> float:
    """0 at `low` and under, 1 at `high` and over, by the logarithm between."""
    return float(np.clip(np.log(max(value, 1e-3) / low) / np.log(high / low), 0.0, 1.0))


LOCK_FROM: Final = 80.0  # px between the outer eye corners


def drawing_for(scale: Floats) -> mouth.Settings:
    """How mouths are drawn on a face of `scale` (T,) px between the outer eye corners, NaN where there is none.

    The area ends at the jaw's contour and its edge is narrow: cheeks and chin speak. Words read in 69 dubs of a bank of
    160 clips, before encoding: 85.0 in place of 83.8 of 100, the mean log-probability of the right word -.51 in place
    of -.55.

    The lock on the nose (`render.lock`) is left out on small faces, where noise of the footage moves it more than the
    head does: a held mouth of GRID (67 px) trembles against the nose by .041 % IOD without and .049 with it, other
    footage alike (.062, .062 and .039, .034 at 61 and 68 px); at 102 px .043 without and .022 with it.
    """
    seen = scale[np.isfinite(scale)]
    large = bool(len(seen)) and float(np.median(seen)) >= LOCK_FROM
    return mouth.Settings(inset=0.0, feather=0.06, lock=large)


RECOGNISED: Final = ("recognised", "energy")  # sources of cue sheets that had no text


def _weights_for(weights: Weights, request: TakeRequest) -> Weights:
    """Recognised phones are wrong in every other place: likeness of phones counts a third, the model twice.

    With a bank of 160 clips 66 of 100 words are read in place of 62, as many (62) that the bank does not hold.
    """
    if request.cue.source not in RECOGNISED:
        return weights
    return replace(weights, context=0.35 * weights.context, learned=2.0 * weights.learned)


class ActorEngine:
    """Draws a person from a bank of their own frames. One take at a time: `plan`, then `draw` from many threads."""

    name = "actor"
    version = "2"

    def __init__(self, bank: Bank, settings: ActorSettings | None = None) -> None:
        self._bank, self._settings = bank, settings or settings_for(bank.seconds)
        self._rows: dict[float, Rows] = {}
        self._painter: PlanPainter | None = None

    @property
    def bank(self) -> Bank:
        """What frames are chosen from."""
        return self._bank

    def plan(self, request: TakeRequest, on_event: Listener) -> DrawPlan:
        """Choose what every output frame shows.

        Raises
        ------
        StageError : the bank is empty.
        """
        if not len(self._bank):
            raise StageError("the bank holds no frame to draw from", stage=STAGE)
        rows = self._laid_out(frame_period(request.times))
        heard = self._same_voice(request, on_event)
        weights = _weights_for(self._settings.weights, request)
        wanted = compare(self._bank, rows, request, weights, heard=heard)
        plan = self._planned(request, rows, wanted, self._select(rows, wanted))
        drawing = drawing_for(request.track.pose.scale)
        self._painter = PlanPainter(self._bank, request.track, plan, appearance=self._bank, settings=drawing)
        return plan

    def draw(self, picture: Picture, t: int) -> Picture:
        """Draw output frame `t` on its plate picture."""
        if self._painter is None:
            raise StageError("nothing was planned", stage="draw")
        return self._painter.draw(picture, t)

    def _same_voice(self, request: TakeRequest, on_event: Listener) -> bool:
        """Whether the new sound may be compared with the footage's."""
        if request.voice != "unknown":
            return request.voice == "same"
        same = same_voice(voice_print(request.sound), [clip.voice for clip in self._bank.clips])
        if not same:
            on_event(
                Note(STAGE, "the voice is not the footage's: frames are chosen by phones, not by likeness of sound")
            )
        return same

    def _laid_out(self, period: float) -> Rows:
        key = round(period, 6)
        if key not in self._rows:
            self._rows[key] = lay_out(self._bank, period)
        return self._rows[key]

    def _select(self, rows: Rows, wanted: Wanted) -> Selection:
        join = np.ascontiguousarray(self._bank.components[rows.frame, :JOIN_COMPONENTS])
        demands = Demands(self._bank, rows, wanted, self._settings.weights)
        return select(wanted.target, wanted.rows, rows.following, join, self._settings.walk, demands)

    def _planned(self, request: TakeRequest, rows: Rows, wanted: Wanted, chosen: Selection) -> DrawPlan:
        sources = sources_of(self._bank, request)
        drawn = sources.source == Source.BANK
        other, share = joins(chosen.row, chosen.run, rows.following, drawn)
        frame = np.where(drawn, rows.frame[chosen.row], -1).astype(np.int32)
        distance = ((wanted.context - rows.context[chosen.row]) ** 2).sum(axis=1).astype(np.float32)
        reason = self._reasons(request, sources, distance)
        origin = np.stack([self._bank.clip[frame], self._bank.frame[frame]], axis=1)
        return DrawPlan(
            plate_index=np.asarray(request.plate_index, np.int64),
            source=sources.source,
            frame=frame,
            weight=sources.weight,
            other=np.where(other >= 0, rows.frame[other], -1).astype(np.int32),
            other_weight=share,
            close=self._closing(wanted, rows, chosen),
            reason=reason,
            run=chosen.run.astype(np.int32),
            distance=distance,
            appearance=self._corrections(wanted, rows, chosen, distance),
            clips=tuple(clip.name for clip in self._bank.clips),
            origin=np.where(drawn[:, None], origin, -1).astype(np.int32),
        )

    def _closing(self, wanted: Wanted, rows: Rows, chosen: Selection) -> Floats:
        """Lips that must be shut and are not in the chosen frame are shut by the drawing."""
        opening = self._bank.mouth[rows.frame[chosen.row], 0]
        open_still = opening > PRESSED * self._bank.closed
        return np.where(open_still, np.where(wanted.shut > 0.5, wanted.shut, 0.0), 0.0).astype(np.float32)

    def _corrections(self, wanted: Wanted, rows: Rows, chosen: Selection, distance: Floats) -> Correction | None:
        """Move appearance towards the expected one, in the directions that speech predicts best.

        Only where the bank has nothing near: words that it holds lose by it, words that it does not hold gain (of 100
        read, 88 for 91 and 73 for 71 when done everywhere). The share follows the distance over five frames, so that no
        frame stands out.
        """
        model, settings = self._bank.model, self._settings
        if model is None or settings.correction <= 0 or not len(distance):
            return None
        share = (averaged(distance) - settings.near) / (settings.far - settings.near)
        share = settings.correction * np.clip(share, 0.0, 1.0)
        axes = model.directions.astype(np.float64)
        back = np.linalg.pinv(axes)  # directions are no orthogonal set
        own = self._bank.components[rows.frame[chosen.row]]
        change = (settings.gain * wanted.predicted - own) @ axes[:, : settings.directions]
        coefficients = share[:, None] * (change @ back[: settings.directions])
        return Correction(coefficients.astype(np.float32), self._bank.basis.visible())

    def _reasons(self, request: TakeRequest, sources: Sources, distance: Floats) -> npt.NDArray[np.uint16]:
        reason = sources.reason.copy()
        drawn = sources.source == Source.BANK
        reason[drawn & (request.mouth.closure > 0.5)] |= np.uint16(Reason.CLOSURE)
        reason[drawn & (distance > TOLD)] |= np.uint16(Reason.FAR)
        for phone in request.cue.phones:
            if flags(phone.ipa, request.language).labiodental:
                there = (request.times >= phone.start) & (request.times < phone.end)
                reason[drawn & there] |= np.uint16(Reason.LABIODENTAL)
        return reason
