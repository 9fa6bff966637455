"""How well speech tells the mouth: correlation of what is asked for with the real video of that sentence.

Each row is a way from speech to a mouth track; a figure is the mean over clips of the correlation over a clip's
pictures in which a face was seen. 1 would be the real mouth. "Shut": share of p, b and m in the transcript in which the
track shuts the lips (opening under 0.02 IOD in a picture within the phone), real mouths beside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from benchmarks.mouth_material import OWN_CLIPS, Line, Ridge, held_out, own_footage, strangers
from benchmarks.part import Part
from benchmarks.report import table
from syncline.motion import (
    CHANNELS,
    SpokenFootage,
    VisemeTable,
    combined,
    from_phones,
    from_sound,
    generic_table,
    learn_table,
)
from syncline.motion.combine import share_of
from syncline.motion.loudness import relative_loudness
from syncline.motion.soundnet import SoundNetwork
from syncline.pipeline.line import wanted_mouth
from syncline.speech.articulation import flags
from syncline.speech.cuesheet import CueSheet

Floats = npt.NDArray[np.float32]
Way = Callable[[Line], Floats]  # (T, 4) of a line

SHUT = 0.02  # IOD, under which lips count as shut
# What was measured before the first line of the project was written, on clips of the same kind: to be reached.
KNOWN = {"generic table": 0.73, "learned table": 0.81, "learned table + network": 0.83}
STRANGERS = {"recognised phones, generic table": 0.35, "recognised phones + network": 0.49}
HEADS = ("opening", "width", "rounding", "jaw")


def run() -> Part:
    """Measure the held-out clips of GRID and the clips of other speakers."""
    with threadpool_limits(1):
        own, test = own_footage(), held_out()
        lines, networks, ridges, left_out = strangers(own)
        learned = learn_table([SpokenFootage(_cue(line), line.times, line.shape) for line in own])
        known = {
            name: _scores(way, test) for name, way in _known_ways(learned, Ridge.of([o.clip for o in own])).items()
        }
        unknown = {name: _scores(way, lines) for name, way in _stranger_ways(networks, ridges).items()}
        shut = {name: _shut(way, test) for name, way in _known_ways(learned, None).items()}
        real = _shut(lambda line: line.shape, test)
    missed = [*_missed(known, KNOWN, "GRID"), *_missed(unknown, STRANGERS, "other speakers")]
    body = "\n\n".join(
        (
            f"Correlation with the real mouth: mean over clips. GRID, {len(test)} held-out clips; tables and ridge "
            f"learned from {OWN_CLIPS} other clips of the speaker, the shipped network from those among 160. Texts "
            'aligned as by default. "Asked" and "shut" are of the opening.',
            table(
                ["from speech to mouth", *HEADS, "asked", "shut"],
                [_row(name, values, KNOWN, shut.get(name)) for name, values in known.items()],
            ),
            f"The real mouths shut in {real:.0%} of these p, b and m.",
            f"{len(lines)} other speakers, one clip each, from the sound alone; network and ridge fitted without the "
            f"speaker. Left out: {'; '.join(f'{name}: {why}' for name, why in left_out.items()) or 'none'}.",
            table(["from sound to mouth", *HEADS, "asked"], [_row(name, v, STRANGERS) for name, v in unknown.items()]),
            "Opening by speaker:",
            table(
                ["speaker", *unknown],
                [
                    [line.clip.name, *(f"{values[number, 0]:.2f}" for values in unknown.values())]
                    for number, line in enumerate(lines)
                ],
            ),
        )
    )
    figures = {
        "grid": {name: _means(values) for name, values in known.items()},
        "shut": {**shut, "real": real},
        "strangers": {name: _means(values) for name, values in unknown.items()},
    }
    return Part("Mouth from speech", body, tuple(missed), figures)


def _known_ways(learned: VisemeTable, ridge: Ridge | None) -> dict[str, Way]:
    """Ways for a person of whom footage is at hand."""

    def phones(line: Line, shapes: VisemeTable, cue: CueSheet | None = None) -> Floats:
        loud = relative_loudness(line.clip.sound, line.times)
        return from_phones(cue or _cue(line), line.times, loud, shapes).stacked()

    def both(line: Line, shapes: VisemeTable, cue: CueSheet) -> Floats:
        return wanted_mouth(cue, line.clip.sound, line.times, shapes).stacked()

    ways: dict[str, Way] = {} if ridge is None else {"energy": _energy, "ridge": lambda x: _of_ridge(ridge, x)}
    return ways | {
        "generic table": lambda line: phones(line, generic_table()),
        "generic table + network": lambda line: both(line, generic_table(), _cue(line)),
        "learned table": lambda line: phones(line, learned),
        "network, sound alone": lambda line: from_sound(line.clip.sound, line.times, style=learned.style).stacked(),
        "learned table, recognised phones": lambda line: phones(line, learned, line.heard),
        "learned table, recognised phones + network": lambda line: both(line, learned, line.heard),
        "learned table + network": lambda line: both(line, learned, _cue(line)),
    }


def _stranger_ways(networks: Mapping[str, SoundNetwork], ridges: Mapping[str, Ridge]) -> dict[str, Way]:
    """Ways for a person whom nothing is known of."""

    def network(line: Line) -> Floats:
        return from_sound(line.clip.sound, line.times, network=networks[line.clip.speaker]).stacked()

    def phones(line: Line) -> Floats:
        return from_phones(line.heard, line.times, relative_loudness(line.clip.sound, line.times)).stacked()

    def both(line: Line) -> Floats:
        said = from_phones(line.heard, line.times, relative_loudness(line.clip.sound, line.times))
        heard = from_sound(line.clip.sound, line.times, rest=said.rest, network=networks[line.clip.speaker])
        return combined(said, heard, share_of(line.heard.source)).stacked()

    return {
        "energy": _energy,
        "ridge": lambda line: _of_ridge(ridges[line.clip.speaker], line),
        "recognised phones, generic table": phones,
        "network": network,
        "recognised phones + network": both,
    }


def _energy(line: Line) -> Floats:
    """The level of the sound for every channel; nothing is known of width and rounding."""
    return np.repeat(relative_loudness(line.clip.sound, line.times)[:, None], len(CHANNELS), axis=1)


def _of_ridge(ridge: Ridge, line: Line) -> Floats:
    return ridge(line.clip.sound, line.times)


def _cue(line: Line) -> CueSheet:
    assert line.cue is not None
    return line.cue


def _scores(way: Way, lines: Sequence[Line]) -> npt.NDArray[np.float64]:
    """(clips, 4) correlations with the real mouth."""
    rows = []
    for line in lines:
        seen = np.isfinite(line.shape).all(axis=1)
        asked, real = way(line)[seen], line.shape[seen]
        rows.append([_correlation(asked[:, k], real[:, k]) for k in range(len(CHANNELS))])
    return np.array(rows)


def _correlation(asked: Floats, real: Floats) -> float:
    """0 where a mouth never moves: it follows nothing."""
    if asked.std() < 1e-6 or real.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(asked, real)[0, 1])


def _shut(way: Way, lines: Sequence[Line]) -> float:
    """Share of bilabials in whose time the opening falls under `SHUT`, a picture's length allowed on each side."""
    shut = []
    for line in lines:
        opening = way(line)[:, 0]
        for phone in _cue(line).phones:
            near = (line.times > phone.start - 0.04) & (line.times < phone.end + 0.04) & np.isfinite(opening)
            if flags(phone.ipa).closure and near.any():
                shut.append(bool(opening[near].min() < SHUT))
    return float(np.mean(shut)) if shut else 0.0


def _means(values: npt.NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(mean), 3) for name, mean in zip(HEADS, values.mean(axis=0), strict=True)}


def _row(
    name: str, values: npt.NDArray[np.float64], asked: Mapping[str, float], shut: float | None = None
) -> list[str]:
    row = [name, *(f"{mean:.3f}" for mean in values.mean(axis=0)), f"{asked[name]:.2f}" if name in asked else ""]
    return row if asked is STRANGERS else [*row, "" if shut is None else f"{shut:.0%}"]


def _missed(reached: Mapping[str, npt.NDArray[np.float64]], asked: Mapping[str, float], who: str) -> list[str]:
    found = {name: float(reached[name][:, 0].mean()) for name in asked}
    return [
        f"mouth, {who}, {name}: opening {found[name]:.3f}, asked {aim:.2f}"
        for name, aim in asked.items()
        if round(found[name], 2) < aim
    ]
