"""The aligners that come with the package: both routes together, and each alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy.typing as npt

from syncline.speech.align import align
from syncline.speech.aligners.base import Sources, check_ready
from syncline.speech.cuesheet import CueSheet

Route = Literal["model", "voice"]
_SPHINX: Final = "pocketsphinx"


@dataclass(frozen=True)
class OwnAligner:
    """One or both routes of `syncline.speech.align`.

    routes : "model" (pocketsphinx, English alone) and "voice" (espeak-ng and warping, any language).
    """

    name: str
    routes: tuple[Route, ...]

    def languages(self) -> frozenset[str] | None:
        """English where the acoustic model is the only route; else any that has a voice."""
        return frozenset({"en"}) if self.routes == ("model",) else None

    def missing(self) -> str | None:
        """None: its parts are dependencies of the package."""
        return None

    def sources(self, language: str) -> Sources:
        """Its code, and what that uses."""
        return Sources(uses=(*Sources().uses, *((_SPHINX,) if "model" in self.routes else ())))

    def align(self, y16k: npt.ArrayLike, transcript: str, language: str) -> CueSheet:
        """See `Aligner.align`."""
        check_ready(self, language)
        return align(y16k, transcript, language, routes=self.routes)


AUTO: Final = OwnAligner("auto", ("model", "voice"))
POCKETSPHINX: Final = OwnAligner(_SPHINX, ("model",))
ESPEAK_DTW: Final = OwnAligner("espeak-dtw", ("voice",))
