"""What the mouth does beyond shutting on p b m: teeth on lip, rounding, wrong shapes, movement in silence, freezing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["closure", "labiodental", "rounded", "spread", "sibilant", "open"]


@dataclass(frozen=True)
class ShapedPhone:
    """One phone whose shape a viewer would miss.

    kind : what it demands of the mouth. value : what was seen (opening or width, IOD units; None: not seen).
    right : whether the demand was met, None where it was not seen.
    """

    ipa: str
    kind: Kind
    start: float
    end: float
    value: float | None
    right: bool | None


@dataclass(frozen=True)
class Share:
    """How many of the phones of a class, or of a stretch of time, have the wrong shape.

    name : the class ("closure", "labiodental", "rounded", "spread", "sibilant", "open"), or "" for a stretch.
    start, end : seconds; the whole clip for a class.
    """

    name: str
    start: float
    end: float
    seen: int
    wrong: int

    @property
    def share(self) -> float | None:
        """Wrong / seen, None where nothing was seen."""
        return self.wrong / self.seen if self.seen else None


@dataclass(frozen=True)
class Stretch:
    """A stretch of time, seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.end - self.start


@dataclass(frozen=True)
class Articulation:
    """What the mouth does, phone by phone and over time.

    phones : every phone with a demand; empty without phones.
    labiodentals : share of f v with the lower lip near the upper teeth. rounding : share of rounded phones whose mouth
        is narrower than the clip's own spread ones. None where none was seen.
    by_class : wrong shapes by phone class. by_time : wrong shapes by stretches of the clip: a share that grows along
        the clip is a matter of rates, one that differs by class is a matter of the model.
    pattern : "none", "by time", "by class" or "everywhere"; None: too few phones to say.
    silent_s, moving_s : seconds of silence seen, and of movement in it. moving : where.
    spoken_s, frozen_s : seconds of speech seen, and of it those in which the mouth stands still. frozen : where.
    jaw_loudness : correlation of the jaw's and lips' opening with the loudness of the sound while somebody speaks.
    """

    phones: tuple[ShapedPhone, ...]
    labiodentals: float | None
    rounding: float | None
    by_class: tuple[Share, ...]
    by_time: tuple[Share, ...]
    pattern: str | None
    silent_s: float
    moving_s: float
    moving: tuple[Stretch, ...]
    spoken_s: float
    frozen_s: float
    frozen: tuple[Stretch, ...]
    jaw_loudness: float | None
