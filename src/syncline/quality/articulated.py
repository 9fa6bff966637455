"""What the mouth does beyond shutting on p b m: teeth on lip, rounding, wrong shapes, movement in silence, freezing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation
from scipy.stats import chi2

from syncline.motion.mouthtrack import JAW, OPENING, WIDTH, Floats, Mask, frame_period
from syncline.quality.seen import SeenMouth
from syncline.speech.activity import runs, speech_activity
from syncline.speech.articulation import flags
from syncline.speech.cuesheet import CueSheet, Phone
from syncline.speech.features import FRAME_RATE, frames_at, loudness_db

TOLERANCE_S: Final = 0.040  # aligned phones are right to about 20-40 ms
GUARD_S: Final = 0.20  # mouths open up to 150 ms before their sound and rest as long after it
CHATTER_IOD: Final = 0.02  # a viewer sees this much opening; the tracker's own noise is a fifth of it
CHATTER_TURNS: Final = 3  # open, shut, open: a breath or a smile turns once or twice
CHATTER_APART_S: Final = 0.5  # slower movement is not that of speech
SWING_S: Final = 0.1  # that leads to the first turn, and away from the last
FREEZE_S: Final = 0.8  # longer than real mouths stand still in speech
# Range of each channel over `FREEZE_S` that still counts as standing, IOD units: what the tracker makes of one mouth
# that a moving head carries along. No window of 158 clips of real speech stays under both.
STILL_IOD: Final = {OPENING: 0.030, WIDTH: 0.030}
LOUDNESS_NEEDED_S: Final = 1.5
# Limits of shapes, each met by 95 % of the phones of real footage or more. Openings: share of the way from shut to the
# clip's own wide open (its 90th percentile); widths: standard deviations of the clip's own.
LABIODENTAL_MOST: Final = 0.45  # the lip comes as near to the teeth as this
SIBILANT_SHARE: Final = (0.40, 1.0)  # the lips part at least so far, the jaw comes up at least so far
OPEN_LEAST: Final = 0.35
ROUNDED_NARROWER: Final = 1.0  # than the clip's own spread phones
SPREAD_NARROWER: Final = 1.1  # than usual: a spread phone is never so narrow
SPREAD_LEAST: Final = 0.0  # a spread vowel is not made with shut lips
LEAST_VARIES: Final = 0.008  # IOD: the tracker's own noise in the width
STRETCH_S: Final = 4.0
MOST_STRETCHES: Final = 60
PATTERN_NEEDED: Final = 12  # phones: fewer show no pattern
UNLIKELY: Final = 0.01
CLASS_NEEDED, CLASS_WRONG = 3, 0.5  # phones of a class; share from which a class is not drawn
WRONG_USUAL: Final = 0.15  # real footage

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


def measure_articulation(
    mouth: SeenMouth, cue: CueSheet | None, y16k: npt.ArrayLike, closed: float, *, active: Mask | None = None
) -> Articulation:
    """Measure what the mouth does beyond closures.

    Parameters
    ----------
    mouth : tracked on the finished pictures, times on the sound's clock.
    cue : its phones, known from text or recognised; None: what needs phones stays unknown.
    y16k : (n,) mono 16 kHz.
    closed : opening at or under which these lips count as shut, IOD units (`motion.style.closed_threshold`).
    active : (n,) bool at 100 Hz, where somebody is heard (`speech.activity`); None: it is listened for here.

    Phones in stretches in which the mouth stands still are left out: a freeze is told once, as a freeze.
    """
    heard = speech_activity(y16k) if active is None else active
    speaking = _at(heard, mouth)
    silent = _quiet(heard, mouth)
    moving = _moving(mouth, silent)
    frozen = _frozen(mouth, speaking)
    phones = () if cue is None else _shaped(mouth, cue, closed, frozen)
    period = frame_period(mouth.times)
    by_class, by_time = _by_class(phones, mouth), _by_time(phones, mouth)
    return Articulation(
        phones=phones,
        labiodentals=_right(phones, "labiodental"),
        rounding=_right(phones, "rounded"),
        by_class=by_class,
        by_time=by_time,
        pattern=_pattern(by_class, by_time),
        silent_s=round(float((silent & mouth.usable).sum() * period), 3),
        moving_s=round(float(moving.sum() * period), 3),
        moving=_stretches(moving, mouth, period),
        spoken_s=round(float((speaking & mouth.usable).sum() * period), 3),
        frozen_s=round(float(frozen.sum() * period), 3),
        frozen=_stretches(frozen, mouth, period),
        jaw_loudness=_jaw_loudness(mouth, speaking & ~frozen, y16k),
    )


def _quiet(active: Mask, mouth: SeenMouth) -> Mask:
    """(T,) bool: nobody is heard, nor shortly before or after: mouths open ahead of their sound and close after it."""
    reach = round(GUARD_S * FRAME_RATE)
    near = np.asarray(binary_dilation(active, iterations=reach)) if active.any() else active
    return _at(~near, mouth)


def _at(mask: Mask, mouth: SeenMouth) -> Mask:
    """A mask at 100 Hz read at the mouth's times; False outside the sound."""
    index = np.round(mouth.times * FRAME_RATE).astype(np.int64)
    inside = (index >= 0) & (index < len(mask))
    result = np.zeros(len(mouth), np.bool_)
    result[inside] = mask[index[inside]]
    return result


def _moving(mouth: SeenMouth, silent: Mask) -> Mask:
    """(T,) bool: in silence, and the mouth opens and shuts again and again (one breath or one smile does not count)."""
    result = np.zeros(len(mouth), np.bool_)
    swing = round(SWING_S / frame_period(mouth.times))
    for first, last in runs(silent & mouth.usable):
        turns = _turns(_steadied(mouth.opening[first:last]), CHATTER_IOD)
        times = mouth.times[first:last]
        group: list[int] = []
        for turn in [*turns, -1]:
            if turn >= 0 and (not group or times[turn] - times[group[-1]] <= CHATTER_APART_S):
                group.append(turn)
                continue
            if len(group) >= CHATTER_TURNS:
                result[max(first, first + group[0] - swing) : min(last, first + group[-1] + swing + 1)] = True
            group = [turn]
    return result


def _steadied(values: Floats) -> Floats:
    """A curve without what alternates from picture to picture: that is a flicker, and told as one."""
    if len(values) < 3:
        return values
    padded = np.pad(values, 1, mode="edge")
    return np.asarray((padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4, np.float32)


def _turns(values: Floats, least: float) -> list[int]:
    """Where a curve turns by `least` or more: indices of its extremes, the ends left out."""
    found: list[int] = []
    direction = low = high = 0  # indices of the extremes since the last turn
    for t, value in enumerate(values):
        high = t if value > values[high] else high
        low = t if value < values[low] else low
        if direction >= 0 and value <= values[high] - least:
            found += [high] if direction else []
            direction, low = -1, t
        elif direction <= 0 and value >= values[low] + least:
            found += [low] if direction else []
            direction, high = 1, t
    return found


def _frozen(mouth: SeenMouth, speaking: Mask) -> Mask:
    """(T,) bool: somebody is heard and the mouth stands still, for `FREEZE_S` at least."""
    size = max(3, round(FREEZE_S / frame_period(mouth.times)))
    result = np.zeros(len(mouth), np.bool_)
    for first, last in runs(speaking & mouth.usable):
        if last - first < size:
            continue
        still = np.ones(last - first - size + 1, np.bool_)
        for channel, most in STILL_IOD.items():
            windows = np.lib.stride_tricks.sliding_window_view(mouth.shape[first:last, channel], size)
            still &= np.ptp(windows, axis=1) <= most
        for start in np.flatnonzero(still):
            result[first + start : first + start + size] = True
    return result


def _stretches(mask: Mask, mouth: SeenMouth, period: float) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(round(float(mouth.times[first]), 3), round(float(mouth.times[last - 1]) + period, 3))
        for first, last in runs(mask)
    )


def _jaw_loudness(mouth: SeenMouth, speaking: Mask, y16k: npt.ArrayLike) -> float | None:
    """Correlation of how far mouth and jaw are open with the loudness, over speech; None where too little is seen."""
    used = speaking & mouth.usable
    if used.sum() * frame_period(mouth.times) < LOUDNESS_NEEDED_S:
        return None
    level = frames_at(loudness_db(y16k, window=1600), mouth.times[used]).astype(np.float64)
    open_wide = (mouth.shape[used, OPENING] + mouth.shape[used, JAW]).astype(np.float64)
    if level.std() < 1e-6 or open_wide.std() < 1e-6:
        return 0.0
    return round(float(np.corrcoef(level, open_wide)[0, 1]), 3)


def _shaped(mouth: SeenMouth, cue: CueSheet, closed: float, frozen: Mask) -> tuple[ShapedPhone, ...]:
    """Every phone with a demand, judged."""
    good = mouth.usable & ~frozen
    if good.sum() < 10:
        return ()
    shape = np.where(good[:, None], mouth.shape, np.nan).astype(np.float32)
    scale = _Scale.of(shape, cue, mouth, closed)
    tolerance = max(frame_period(mouth.times), TOLERANCE_S) + 1e-6
    found = []
    for phone in cue.phones:
        for kind in _demands(phone, cue.language):
            first = int(np.searchsorted(mouth.times, phone.start - tolerance))
            last = int(np.searchsorted(mouth.times, phone.end + tolerance, side="right"))
            near = shape[first:last]
            near = near[np.isfinite(near).all(axis=1)]
            value, right = scale.judged(kind, near) if len(near) else (None, None)
            found.append(ShapedPhone(phone.ipa, kind, phone.start, phone.end, value, right))
    return tuple(found)


def _demands(phone: Phone, language: str) -> list[Kind]:
    demand = flags(phone.ipa, language)
    if demand.silent:
        return []
    if demand.closure:
        return ["closure"]
    if demand.labiodental:
        return ["labiodental"]
    kinds: list[Kind] = []
    if demand.rounded and demand.vowel:
        kinds.append("rounded")
    if demand.spread and demand.vowel:
        kinds.append("spread")
    if demand.sibilant:
        kinds.append("sibilant")
    if demand.open and demand.vowel:
        kinds.append("open")
    return kinds


@dataclass(frozen=True)
class _Scale:
    """One clip's own measures, IOD units.

    closed, wide : openings at which the lips are shut, and wide open. usual, spread : width in general, and of its
    spread phones. varies : standard deviation of the width.
    """

    closed: float
    wide: float
    usual: float
    spread: float
    varies: float

    @staticmethod
    def of(shape: Floats, cue: CueSheet, mouth: SeenMouth, closed: float) -> _Scale:
        """From the clip's own speech."""
        wide = float(np.nanpercentile(shape[:, OPENING], 90))
        usual, varies = float(np.nanmedian(shape[:, WIDTH])), max(float(np.nanstd(shape[:, WIDTH])), LEAST_VARIES)
        spread = []
        for phone in cue.phones:
            if "spread" in _demands(phone, cue.language):
                inside = (mouth.times >= phone.start) & (mouth.times <= phone.end)
                widths = shape[inside, WIDTH]
                widths = widths[np.isfinite(widths)]
                spread += [float(widths.max())] if len(widths) else []
        # Without spread phones: they are two thirds of a deviation wider than usual in real speech.
        widest = float(np.median(spread)) if len(spread) >= 2 else usual + 0.67 * varies
        return _Scale(closed, max(wide, 1.5 * closed), usual, widest, varies)

    def judged(self, kind: Kind, near: Floats) -> tuple[float, bool]:
        """What is seen around a phone, (n, 4), and whether it is what the phone demands."""
        width = near[:, WIDTH]
        opening = near[:, OPENING]
        least, most = (
            float((value - self.closed) / (self.wide - self.closed)) for value in (opening.min(), opening.max())
        )
        if kind == "closure":
            value, right = opening.min(), opening.min() <= self.closed
        elif kind == "labiodental":
            value, right = opening.min(), least <= LABIODENTAL_MOST
        elif kind == "rounded":
            value, right = width.min(), width.min() <= self.spread - ROUNDED_NARROWER * self.varies
        elif kind == "spread":
            value = width.max()
            right = value >= self.usual - SPREAD_NARROWER * self.varies and most >= SPREAD_LEAST
        elif kind == "sibilant":
            value, right = opening.max(), most >= SIBILANT_SHARE[0] and least <= SIBILANT_SHARE[1]
        else:
            value, right = opening.max(), most >= OPEN_LEAST
        return round(float(value), 4), bool(right)


def _right(phones: tuple[ShapedPhone, ...], kind: Kind) -> float | None:
    seen = [phone.right for phone in phones if phone.kind == kind and phone.right is not None]
    return round(sum(seen) / len(seen), 4) if seen else None


def _share(name: str, start: float, end: float, phones: list[ShapedPhone]) -> Share:
    return Share(name, round(start, 3), round(end, 3), len(phones), sum(phone.right is False for phone in phones))


def _by_class(phones: tuple[ShapedPhone, ...], mouth: SeenMouth) -> tuple[Share, ...]:
    seen = [phone for phone in phones if phone.right is not None]
    start, end = (float(mouth.times[0]), float(mouth.times[-1])) if len(mouth) else (0.0, 0.0)
    kinds = dict.fromkeys(phone.kind for phone in seen)
    return tuple(_share(kind, start, end, [phone for phone in seen if phone.kind == kind]) for kind in kinds)


def _by_time(phones: tuple[ShapedPhone, ...], mouth: SeenMouth) -> tuple[Share, ...]:
    seen = [phone for phone in phones if phone.right is not None]
    if not seen or not len(mouth):
        return ()
    start, end = float(mouth.times[0]), float(mouth.times[-1])
    count = int(np.clip(round((end - start) / STRETCH_S), 1, MOST_STRETCHES))
    edges = np.linspace(start, end, count + 1)
    groups: list[list[ShapedPhone]] = [[] for _ in range(count)]
    for phone in seen:
        groups[min(count - 1, max(0, int(np.searchsorted(edges, phone.start, side="right")) - 1))].append(phone)
    return tuple(_share("", float(edges[k]), float(edges[k + 1]), group) for k, group in enumerate(groups))


def _pattern(by_class: tuple[Share, ...], by_time: tuple[Share, ...]) -> str | None:
    """Where the wrong shapes lie: drifting sound goes wrong by time, a weak model by class."""
    seen = sum(share.seen for share in by_class)
    wrong = sum(share.wrong for share in by_class)
    if seen < PATTERN_NEEDED:
        return None
    if wrong / seen <= WRONG_USUAL:
        return "none"
    if _differ_by_chance(by_time, wrong / seen) < UNLIKELY:
        return "by time"
    bad = [share for share in by_class if share.seen >= CLASS_NEEDED and share.wrong > CLASS_WRONG * share.seen]
    rest = seen - sum(share.seen for share in bad)
    rest_wrong = wrong - sum(share.wrong for share in bad)
    return "by class" if bad and rest_wrong <= WRONG_USUAL * rest else "everywhere"


def _differ_by_chance(shares: tuple[Share, ...], overall: float) -> float:
    """How likely such differences between stretches are where there is none: chi-square, 0..1."""
    filled = [share for share in shares if share.seen]
    if len(filled) < 2 or not 0 < overall < 1:
        return 1.0
    chi = sum((share.wrong - share.seen * overall) ** 2 / (share.seen * overall * (1 - overall)) for share in filled)
    return float(chi2.sf(chi, len(filled) - 1))
