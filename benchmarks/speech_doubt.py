"""Texts that are not what is said, speakers who overlap, music behind speech: what is found at what false alarms."""

from __future__ import annotations

import resource
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from training import background as background_training
from training import overlap as overlap_training

from benchmarks import wrong_texts
from benchmarks.part import Part
from benchmarks.report import table
from benchmarks.wrong_texts import Case
from syncline.speech.align import align
from syncline.speech.doubt import doubt

FALSE_ALARMS = 0.02
FOUND = 0.9  # of texts of other clips
COST = 0.15  # of the processor time of an alignment


@dataclass(eq=False)
class Tally:
    """Who was doubted, by what was done, and what it cost in seconds of processor time."""

    doubted: dict[tuple[str, ...], list[bool]] = field(default_factory=dict)
    aligning: float = 0.0
    doubting: float = 0.0

    def take(self, case: Case, *keys: tuple[str, ...]) -> None:
        """Align and doubt one case, and count it under each key."""
        start = processor_seconds()
        cue = align(case.sound, case.transcript, case.language)
        between = processor_seconds()
        wrong = doubt(case.sound, cue).wrong
        self.aligning += between - start
        self.doubting += processor_seconds() - between
        for key in keys:
            self.doubted.setdefault(key, []).append(wrong)

    def rate(self, *key: str) -> float:
        """Share doubted of those under a key."""
        return float(np.mean(self.doubted[key]))

    def share(self, *key: str) -> str:
        """The same as a percentage with the number it is of."""
        return f"{100 * self.rate(*key):.1f} % of {len(self.doubted[key])}"

    def rows(self, group: str) -> list[list[str]]:
        """A row for each second part of the keys of a group."""
        found = sorted(key for key in self.doubted if key[0] == group and len(key) == 2)
        return [[key[1], self.share(*key)] for key in found]


def processor_seconds() -> float:
    """Of this process and those it has started and that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def texts() -> Part:
    """Wrong texts on GRID's clips for reporting and on other people's recordings in six languages."""
    tally = Tally()
    for case in wrong_texts.grid_cases(wrong_texts.REPORTING, clips=139, pairs=3):
        clean = case.condition == "clean"
        if case.kind == "right":
            tally.take(case, ("right",) if clean else ("right in noise",), ("right", case.condition))
        elif case.kind == "other clip":
            keys = [("wrong", case.condition)]
            if clean:
                keys += [("other clip",), ("shared", f"{6 - case.changed} of 6 words shared")]
            tally.take(case, *keys)
        else:
            tally.take(case, ("replaced", f"{case.changed} of 6 words replaced"))
    for case in wrong_texts.other_cases(wrong_texts.REPORTING):
        group = "right, other" if case.kind == "right" else "wrong, other"
        name = "right" if case.kind == "right" else case.kind
        tally.take(case, (group,), ("language", f"{case.language}: {name}"))
    cost = tally.doubting / tally.aligning
    alarms = {key: tally.rate(key) for key in ("right", "right in noise", "right, other")}
    found = {key: tally.rate(key) for key in ("other clip", "wrong, other")}
    conditions = ["clean", *wrong_texts.CONDITIONS]
    noise = [
        [name, tally.share("right", name), tally.share("wrong", name)]
        for name in conditions
        if ("right", name) in tally.doubted
    ]
    few, many = f"≤ {100 * FALSE_ALARMS:.0f} %", f"≥ {100 * FOUND:.0f} %"
    body = "\n\n".join(
        (
            "Each text is aligned with the sound, then judged by the phones heard where its own are placed "
            "(`speech/doubt.py`). Settings were chosen on other clips and recordings (`training/doubt.py`).",
            table(
                ["", "asked", "reached"],
                [
                    ["false alarms, right texts of GRID", few, tally.share("right")],
                    ["false alarms, other recordings, also in noise", few, tally.share("right, other")],
                    ["found, texts of other clips of GRID", many, tally.share("other clip")],
                    ["found, six languages, other sentences or shuffled words", many, tally.share("wrong, other")],
                    ["processor time beside that of aligning", f"≤ {100 * COST:.0f} %", f"{100 * cost:.1f} %"],
                ],
            ),
            table(["texts of other clips", "found"], tally.rows("shared")),
            table(["right texts with other words in them", "found"], tally.rows("replaced")),
            table(["GRID, in", "right, doubted", "other clip's, found"], noise),
            table(["other recordings", "doubted"], tally.rows("language")),
        )
    )
    missed = [
        f"false alarms of {key}: {100 * rate:.1f} %"
        for key, rate in alarms.items()
        if rate > FALSE_ALARMS and key != "right in noise"
    ]
    missed += [f"found of {key}: {100 * rate:.1f} %" for key, rate in found.items() if rate < FOUND]
    if cost > COST:
        missed.append(f"doubting takes {100 * cost:.0f} % of the time of aligning")
    figures: dict[str, Any] = {"false_alarms": alarms, "found": found, "cost": cost}
    return Part("Texts that are not what is said", body, tuple(missed), figures)


def overlaps() -> Part:
    """Overlapping speakers, each judged by a network that heard neither."""
    voices = overlap_training.Voices(seed=2)
    takes = voices.takes(8)
    heard, threshold = overlap_training.left_out(takes)
    return Part("Speakers who overlap", overlap_training.report(takes, heard, threshold).split("\n\n", 1)[1].strip())


def backgrounds() -> Part:
    """Music, noise and rooms behind speech, by a fit that knew neither the speaker nor the style."""
    examples = background_training.mixtures(2, seed=2)
    likeness = background_training.left_out(examples)
    threshold = background_training.threshold_of(examples, likeness)
    text = background_training.report(examples, likeness, threshold)
    return Part("Music behind speech", text.split("\n\n", 1)[1].strip())


def run() -> Part:
    """All three."""
    parts = [texts(), overlaps(), backgrounds()]
    body = "\n\n".join(f"### {part.title}\n\n{part.body}" for part in parts)
    return Part(
        "Doubt: wrong texts, overlapping speakers, music",
        body,
        tuple(each for part in parts for each in part.missed),
        {key: value for part in parts for key, value in part.figures.items()},
    )
