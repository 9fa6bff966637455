"""Clips whose real mouths are known, with tracks and regressors kept under `benchmarks/work`.

GRID's speaker: 40 clips as the person's own footage (two minutes), and the held-out clips that no setting was chosen
on. Other speakers: one clip each, heard by regressors that were fitted without them; a clip's own offset between sound
and picture, which its makers left in it, is told by such a regressor too and taken out, as in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from training.sound_network import Examples, FitOptions, TalkingClip, leave_one_speaker_out
from training.talking_clips import MIN_SEEN, Collection, aligned, media_files, read_clip

from benchmarks.grid_split import read_sentence, split
from benchmarks.material import DATA, WORK
from syncline.motion.soundnet import SoundNetwork, context_of, standardised_bands
from syncline.speech.align import align
from syncline.speech.cuesheet import CueSheet
from syncline.speech.features import frames_at
from syncline.speech.recognise import recognise

GRID = DATA / "grid_s1"
OTHERS = DATA / "clips"
TRACKS = WORK / "mouth-tracks"
OWN_CLIPS = 40
RIDGE = 0.3  # of the inputs' mean variance; 0.1 and 1 differ by less than 0.01 on the clips for choosing

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Line:
    """A clip and what is said in it: `cue` by its transcript (None where there is none), `heard` by its sound alone.

    `times` (T,) seconds of the pictures in the sound, own offset taken out; `shape` (T, 4) IOD, NaN without a face.
    """

    clip: TalkingClip
    cue: CueSheet | None
    heard: CueSheet

    @property
    def times(self) -> npt.NDArray[np.float64]:
        return self.clip.times - self.clip.offset_s

    @property
    def shape(self) -> Floats:
        return self.clip.shape


@dataclass(frozen=True, eq=False)
class Ridge:
    """Linear from 40 mel bands at ±200 ms to standardised opening, width, protrusion, jaw and two speeds."""

    weight: Floats

    @classmethod
    def of(cls, clips: Sequence[TalkingClip]) -> Ridge:
        """Fit; each clip weighs the same."""
        gram: npt.NDArray[np.float64] | float = 0.0
        moment: npt.NDArray[np.float64] | float = 0.0
        for clip in clips:
            examples = Examples.of(clip, (1.0,))
            inputs = _with_one(examples.inputs).astype(np.float64)
            gram = gram + inputs.T @ inputs / len(inputs)
            moment = moment + inputs.T @ examples.wanted / len(inputs)
        square = np.asarray(gram)
        square = square + RIDGE * np.trace(square) / len(square) * np.eye(len(square))
        return cls(np.linalg.solve(square, moment).astype(np.float32))

    def __call__(self, y16k: Floats, times: npt.ArrayLike) -> Floats:
        """(T, 4) standardised shape at `times`."""
        inputs = frames_at(context_of(standardised_bands(y16k)), times)
        return np.asarray(_with_one(inputs) @ self.weight, np.float32)[:, :4]


def _with_one(inputs: Floats) -> Floats:
    return np.concatenate([inputs, np.ones((len(inputs), 1), np.float32)], axis=1)


def own_footage() -> list[Line]:
    """The GRID speaker's own clips, from which a table is learned."""
    return [_grid_line(name) for name in split(GRID).train[:OWN_CLIPS]]


def held_out() -> list[Line]:
    """GRID clips that are neither footage nor were used for choosing."""
    return [_grid_line(name) for name in sorted({name for pair in split(GRID).pairs for name in pair})]


def _grid_line(name: str) -> Line:
    clip = read_clip(GRID / f"{name}.mpg", "grid_s1", TRACKS)
    cue = align(clip.sound, read_sentence(GRID, name).transcript, "en")
    return Line(clip, cue, recognise(clip.sound, "en"))


def strangers(own: Sequence[Line]) -> tuple[list[Line], dict[str, SoundNetwork], dict[str, Ridge], dict[str, str]]:
    """Clips of other speakers; by speaker a network and a ridge that never heard them; and what was left out, why."""
    cv2.setNumThreads(1)
    clips, left_out = [], {}
    for file in media_files(OTHERS):
        clip = read_clip(file, file.stem, TRACKS)
        seen = float(np.isfinite(clip.shape).all(axis=1).mean())
        if seen < MIN_SEEN:
            left_out[clip.name] = f"the face is seen in {100 * seen:.0f} % of the pictures"
        else:
            clips.append(clip)
    fit = FitOptions()
    collection = aligned(Collection([*(line.clip for line in own), *clips], [], left_out), ["grid_s1"], fit)
    others = [clip for clip in collection.training if clip.speaker != "grid_s1"]
    networks = leave_one_speaker_out(collection.training, fit)
    # As many of GRID's clips as there are others: one speaker's habits are not everyone's.
    few = [line.clip for line in own[: len(others)]]
    ridges = {
        clip.speaker: Ridge.of([*few, *(other for other in others if other.speaker != clip.speaker)]) for clip in others
    }
    lines = [Line(clip, None, recognise(clip.sound, _language(clip.name))) for clip in others]
    return lines, networks, ridges, collection.left_out


def _language(name: str) -> str:
    return "de" if name.endswith("_de") else "en"
