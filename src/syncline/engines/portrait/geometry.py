"""How a face moves with its mouth: from opening, width, protrusion and jaw to all landmarks.

Directions come from footage of several speakers (`training/mouth_shapes.py`): a linear map from the four features to
the mesh. The jaw swings about the ears, so its part falls off towards them; the inner lips are corrected so that the
gap is exactly the one asked for.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.engines.portrait.face import StillFace
from syncline.errors import StageError
from syncline.face.topology import INNER_PAIRS, LOWER_INNER, UPPER_INNER
from syncline.motion.mouthtrack import JAW, OPENING, PROTRUSION, WIDTH
from syncline.render.layout import FaceLayout

Floats = npt.NDArray[np.float32]

SCHEMA: Final = "syncline.mouthshapes/1"
# Most that a still's mouth is moved from its own shape, IOD: beyond, skin stretches visibly.
LIMITS: Final = {OPENING: 0.34, WIDTH: 0.12, PROTRUSION: 0.03, JAW: 0.16}
JAW_FOLLOWS: Final = 0.3  # IOD of jaw that an IOD of opening asks for at least: lips alone part no further
# Closed lips that are read exactly at their tracked edges leave a thread of teeth: read so much further inside them.
OVERSHOOT: Final = 0.022


@lru_cache(maxsize=1)
def slopes() -> Floats:
    """(4, 478, 3) float32: movement in the face frame for one IOD of each feature."""
    path = resources.files("syncline.engines.portrait") / "weights" / "mouth_shapes.npz"
    with resources.as_file(path) as file, np.load(file, allow_pickle=False) as archive:
        if str(archive["schema"]) != SCHEMA:
            raise StageError("the mouth shapes are of another version", stage="portrait")
        slope = np.asarray(archive["slope"], np.float32)
    slope.flags.writeable = False
    return slope


class MouthGeometry:
    """Moves one face's landmarks to a wanted mouth."""

    def __init__(self, face: StillFace) -> None:
        self._face = face
        slope = slopes().copy()
        slope[PROTRUSION, :, :2] = 0.0  # what footage shows there is the head's nod, not the lips
        follow = FaceLayout.from_neutral(face.shape).follow
        self._slope = slope * follow[None, :, None]
        middle_up, middle_low = ([pair[k] for pair in INNER_PAIRS] for k in (0, 1))
        gap = self._slope[:, middle_low, 1].mean(axis=1) - self._slope[:, middle_up, 1].mean(axis=1)
        # One IOD of opening asked opens the gap by exactly one; the other features leave it as it is.
        self._per_opening = float(gap[OPENING])
        self._leak = gap.copy()
        self._leak[OPENING] = 0.0

    def change(self, wanted: Floats) -> Floats:
        """(4,) wanted mouth, IOD, to the (4,) change from the still's own, limited to what a still can show."""
        change = np.asarray(wanted, np.float32) - self._face.mouth
        for channel, most in LIMITS.items():
            change[channel] = np.clip(change[channel], -most, most)
        if not self._face.open:
            change[OPENING] = max(float(change[OPENING]), 0.0)  # lips that touch cannot close further
        if change[OPENING] > 0.0:
            change[JAW] = max(float(change[JAW]), JAW_FOLLOWS * float(change[OPENING]))
        return np.asarray(change, np.float32)

    def moved(self, wanted: Floats) -> Floats:
        """Movement of all landmarks in the face frame, (478, 3) float32 IOD, for a (4,) wanted mouth."""
        change = self.change(wanted)
        steps = change.copy()
        steps[OPENING] = (change[OPENING] - float(self._leak @ change)) / self._per_opening
        return np.asarray(np.tensordot(steps, self._slope, axes=1), np.float32)

    def inner_edges(self, wanted: Floats, moved: Floats) -> tuple[Floats, Floats]:
        """Where the inner edges of both lips come to lie, and where in the still they are read.

        moved : (478, 2) px, the movement of the landmarks.

        Returns
        -------
        target, source : (2, 11, 2) float32 px each, upper and lower edge from corner to corner. Edges that would cross
        meet on one line.
        """
        face = self._face
        source = np.stack([face.upper, face.lower])
        target = source + np.stack([moved[list(UPPER_INNER)], moved[list(LOWER_INNER)]])
        if face.open:
            asked = float(wanted[OPENING])
            shut = float(np.clip(1.0 - asked / 0.02, 0.0, 1.0))
            down = face.to_pixels(np.array([[0.0, 1.0, 0.0]], np.float32))[0] / face.scale
            bulge = np.sin(np.pi * np.linspace(0.0, 1.0, source.shape[1], dtype=np.float32))[:, None]
            # The smaller the gap asked for, the more of each lip is read from inside it: no thread of teeth is left.
            near = float(np.clip(1.0 - asked / max(float(face.mouth[OPENING]), 1e-3), 0.0, 1.0))
            source[0] -= near * OVERSHOOT * face.scale * bulge * down
            source[1] += near * OVERSHOOT * face.scale * bulge * down
            height = (target[1] - target[0]) @ down
            middle = 0.5 * (target[0] + target[1])
            cross = (height < 0.0)[:, None] | np.full((len(height), 1), shut >= 1.0)
            target[0] = np.where(cross, middle, target[0])
            target[1] = np.where(cross, middle, target[1])
            if 0.0 < shut < 1.0:
                target = target + shut * (middle[None] - target)
        return np.asarray(target, np.float32), np.asarray(source, np.float32)
