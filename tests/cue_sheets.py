"""Cue sheets and tables made in code."""

from __future__ import annotations

import numpy as np

from syncline.motion.visemes import VisemeTable, generic_table
from syncline.speech.cuesheet import CueSheet, Phone


def sheet(*phones: tuple[str, float]) -> CueSheet:
    """A cue sheet of (ipa, seconds) in a row."""
    made, edge = [], 0.0
    for ipa, length in phones:
        made.append(Phone(ipa, edge, edge + length))
        edge += length
    return CueSheet("und", (), tuple(made), edge, "by hand")


def pictures(cue: CueSheet, rate: float = 25.0) -> np.ndarray:
    """Times of the pictures of a line at a constant rate."""
    return np.arange(int(np.ceil(cue.duration * rate))) / rate


def random_speech(rng: np.random.Generator, phones: list[str], count: int) -> CueSheet:
    """Phones in random order, 60–160 ms long, with a pause of half a second at both ends."""
    said = [(str(rng.choice(phones)), float(rng.uniform(0.06, 0.16))) for _ in range(count)]
    return sheet(("sil", 0.5), *said, ("sil", 0.5))


def stranger() -> VisemeTable:
    """The table of a person who is not like the generic one."""
    table = generic_table()
    rng = np.random.default_rng(3)
    changed = table.slope * rng.uniform(0.6, 1.5, table.slope.shape).astype(np.float32)
    return VisemeTable(changed, {}, {}, table.style)
