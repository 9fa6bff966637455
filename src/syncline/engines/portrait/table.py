"""The shapes asked of one still: the generic visemes on this face's scale."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from syncline.engines.portrait.face import StillFace
from syncline.motion.mouthtrack import JAW, OPENING, WIDTH
from syncline.motion.style import GENERIC_STYLE, Style
from syncline.motion.visemes import VisemeTable, generic_table

TOOTHLESS: Final = 0.80  # of the generic openings where the inside of the mouth must be invented
ROUNDS: Final = 1.35  # of the generic widths: a still has no protrusion to show rounding by
USUAL_WIDTH: Final = 0.58  # IOD: wider mouths smile
SMILE_GIVES: Final = 0.35  # share of a smile's extra width that speech takes away: nobody rounds lips through a grin
NEARLY_CLOSED: Final = 0.006  # IOD: the opening at rest of lips that the still shows parted
JAW_SHUTS: Final = 0.4  # IOD of jaw that goes with an IOD of opening taken away
TRACKED_GAP: Final = 0.010  # IOD that the tracker still sees between lips that touch


def table_of(face: StillFace, *, teeth: bool) -> VisemeTable:
    """Targets as differences from the face's own mouth, shut where the still shows it open."""
    rest = face.mouth.copy()
    if face.open:
        rest[JAW] -= JAW_SHUTS * (rest[OPENING] - NEARLY_CLOSED)
        rest[OPENING] = NEARLY_CLOSED
    rest[WIDTH] -= SMILE_GIVES * max(0.0, float(rest[WIDTH]) - USUAL_WIDTH)
    size = 1.0 if teeth else TOOTHLESS
    spread = (GENERIC_STYLE.spread * np.array([size, ROUNDS, 1.0, size], np.float32)).astype(np.float32)
    moved = (GENERIC_STYLE.mean - GENERIC_STYLE.rest) * np.array([size, 1.0, 1.0, size], np.float32)
    closed = float(np.clip(rest[OPENING] + TRACKED_GAP, GENERIC_STYLE.closed, 0.035))
    style = Style(rest=rest, mean=(rest + moved).astype(np.float32), spread=spread, closed=closed)
    return replace(generic_table().for_style(style), learned=False)
