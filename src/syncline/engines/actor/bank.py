"""The bank: every usable frame of a person's footage, with what is said in it and what it looks like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from syncline.engines.actor.appearance import MouthBasis
from syncline.engines.actor.context_model import ContextModel
from syncline.face.pose import Poses
from syncline.media.crops import CropStore
from syncline.motion.visemes import VisemeTable
from syncline.speech.cuesheet import CueSheet

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Clip:
    """One clip of footage: its name, the blake2b of its bytes, its frames in the file, rate and cue sheet.

    start : seconds of its first frame on the clock of its own sound.
    voice : print of its sound (`voice.voice_print`), empty where too little is said.
    """

    name: str
    digest: str
    frames: int
    rate: float
    start: float
    cue: CueSheet
    voice: tuple[float, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, eq=False)
class Bank:
    """N usable frames of one person; frames of a clip stand together and in order.

    Attributes
    ----------
    clips : the footage.
    clip, frame : (N,) int64, index into `clips` and frame number in that clip.
    time : (N,) float64, seconds on the clock of the clip's own sound.
    landmarks : (N, 478, 3) float32 px of each frame's own picture (may lie in a file; read what is needed).
    pose : head poses of the N frames.
    mouth : (N, 4) float32 IOD, opening, width, protrusion and jaw.
    sharpness : (N,) float32, detail of the mouth relative to what is usual at its opening (1: usual).
    components : (N, K) float32, appearance in standard deviations of `basis`.
    sound : (N, M) float32, the sound around each frame (`target.sound_context`); M = 0 where the footage is silent.
    basis : appearance components.
    model : learned context model, or None where the footage is too short for one.
    table : the person's visemes and style (`table.style.closed` says what counts as shut lips).
    crops : the pictures.
    """

    clips: tuple[Clip, ...]
    clip: Whole
    frame: Whole
    time: npt.NDArray[np.float64]
    landmarks: Floats
    pose: Poses
    mouth: Floats
    sharpness: Floats
    components: Floats
    sound: Floats
    basis: MouthBasis
    model: ContextModel | None
    table: VisemeTable
    crops: CropStore

    def __len__(self) -> int:
        return len(self.clip)

    @property
    def closed(self) -> float:
        """Opening, IOD, at or under which this person's lips count as shut."""
        return float(self.table.style.closed)

    @property
    def seconds(self) -> float:
        """Seconds of usable footage."""
        rates = np.array([clip.rate for clip in self.clips])
        return float((1.0 / rates[self.clip]).sum()) if len(self) else 0.0

    def crop(self, i: int) -> tuple[Pixels, tuple[int, int]]:
        """(h, w, 3) uint8 BGR lower face at the footage's resolution, and the px of its upper left pixel."""
        return self.crops.read(i)

    def shape(self, i: int) -> Floats:
        """(478, 3) float32 landmarks of frame i in the face frame, IOD units."""
        one = np.array([i])
        return np.asarray(self.pose[one].to_face(np.asarray(self.landmarks[one]))[0], np.float32)

    def to_pixels(self, i: int) -> Floats:
        """(2, 3) float32: from px of an appearance picture to px of frame i's own picture."""
        return self.basis.to_pixels(self.pose, i)
