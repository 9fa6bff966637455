"""Finding an aligner by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from syncline.errors import InputError
from syncline.speech.aligners.base import STAGE, Aligner
from syncline.speech.aligners.ctc import CtcAligner
from syncline.speech.aligners.given import GivenAligner
from syncline.speech.aligners.mfa import MfaAligner
from syncline.speech.aligners.own import AUTO, ESPEAK_DTW, POCKETSPHINX

NAMES: Final = "auto, pocketsphinx, espeak-dtw, mfa, mfa:MODEL[,DICTIONARY], ctc:FILE or given:FILE"
_OWN: Final = (AUTO, POCKETSPHINX, ESPEAK_DTW)


def find_aligner(name: str) -> Aligner:
    """The aligner of a name; whether it can run here is for `missing` to say.

    name : "auto" (both routes of ours), "pocketsphinx", "espeak-dtw", "mfa" (the Montreal Forced Aligner with the usual
        models of a language), "mfa:MODEL[,DICTIONARY]" (with these), "ctc:FILE" (a CTC model) or "given:FILE" (words
        and times that another tool has found).

    Raises
    ------
    InputError : none of these.
    """
    kind, colon, rest = name.partition(":")
    if not colon:
        for aligner in _OWN:
            if aligner.name == name:
                return aligner
        if name == "mfa":
            return MfaAligner()
    elif rest.strip():
        if kind == "ctc":
            return CtcAligner(Path(rest))
        if kind == "given":
            return GivenAligner(Path(rest))
        if kind == "mfa":
            return MfaAligner.with_models(rest)
    raise InputError(f"aligner {name[:60]!r} is none of {NAMES}", stage=STAGE)
