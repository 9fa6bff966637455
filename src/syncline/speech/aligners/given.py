"""Words and times that another tool has found, as an aligner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy.typing as npt

from syncline.speech.aligners.base import Sources
from syncline.speech.cuesheet import CueSheet
from syncline.speech.features import SAMPLE_RATE, checked_sound
from syncline.speech.given.read import read_given, words_in


@dataclass(frozen=True)
class GivenAligner:
    """A TextGrid, CTM, SRT, WebVTT, the JSON of a text-to-speech service, or a cue sheet of ours."""

    file: Path
    name: str = "given"

    def languages(self) -> frozenset[str] | None:
        """Any: the file's words are spread over phones by espeak-ng where it has no phones."""
        return None

    def missing(self) -> str | None:
        """None: only the file is needed."""
        return None

    def sources(self, language: str) -> Sources:
        """The file; it is read once first, because it has limits."""
        self.words()
        return Sources(files=(self.file,))

    def words(self) -> str:
        """The file's words in a row, by which its language may be told. Raises what `read_given` does."""
        return words_in(self.file)

    def align(self, y16k: npt.ArrayLike, transcript: str, language: str) -> CueSheet:
        """The file's own times for a sound of this length; an empty transcript: the file's own words."""
        y = checked_sound(y16k)
        return read_given(
            self.file, language=language, duration=len(y) / SAMPLE_RATE, transcript=transcript.strip() or None
        )
