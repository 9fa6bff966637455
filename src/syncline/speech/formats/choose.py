"""The forms by name: what `-f` takes, and which suffix means which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Final

from syncline.errors import InputError
from syncline.speech.cuesheet import CueSheet
from syncline.speech.formats import arkit, azure, captions, ctm, document, ovr, rhubarb, textgrid


@dataclass(frozen=True)
class Wish:
    """What a form may need beyond the sheet: the sound's name, and a frame rate (None: the form's own)."""

    sound: str = "sound"
    rate: Fraction | None = None

    @property
    def stem(self) -> str:
        """The sound's name without folder and suffix."""
        return Path(self.sound).stem or "sound"

    def rate_or(self, usual: Fraction) -> Fraction:
        """The rate wished for, else the form's usual one."""
        return usual if self.rate is None else self.rate


Maker = Callable[[CueSheet, Wish], str]

FORMATS: Final[MappingProxyType[str, Maker]] = MappingProxyType(
    {
        "json": lambda cue, _: document.json_text(cue),
        "textgrid": lambda cue, _: textgrid.textgrid_long(cue),
        "textgrid-short": lambda cue, _: textgrid.textgrid_short(cue),
        "ctm": lambda cue, wish: ctm.ctm_text(cue, wish.stem),
        "srt": lambda cue, _: captions.srt_text(cue),
        "srt-lines": lambda cue, _: captions.srt_text(cue, lines=True),
        "vtt": lambda cue, _: captions.vtt_text(cue),
        "vtt-lines": lambda cue, _: captions.vtt_text(cue, lines=True),
        "rhubarb": lambda cue, wish: rhubarb.json_text(rhubarb.shapes(cue), wish.sound),
        "rhubarb-xml": lambda cue, wish: rhubarb.xml_text(rhubarb.shapes(cue), wish.sound),
        "tsv": lambda cue, _: rhubarb.tsv_text(rhubarb.shapes(cue)),
        "dat": lambda cue, wish: rhubarb.dat_text(rhubarb.shapes(cue), wish.rate_or(rhubarb.DAT_RATE)),
        "ovr": lambda cue, _: ovr.ovr_csv(cue),
        "ovr-json": lambda cue, _: ovr.ovr_json(cue),
        "azure": lambda cue, _: azure.azure_text(cue),
        "arkit": lambda cue, wish: arkit.arkit_csv(cue, wish.rate_or(arkit.RATE)),
    }
)
TIMED: Final = frozenset(("dat", "arkit"))  # those with a frame rate
_SUFFIXES: Final = MappingProxyType(
    {
        ".json": "json",
        ".textgrid": "textgrid",
        ".ctm": "ctm",
        ".srt": "srt",
        ".vtt": "vtt",
        ".tsv": "tsv",
        ".xml": "rhubarb-xml",
        ".dat": "dat",
    }
)


def cue_text(cue: CueSheet, form: str = "json", *, rate: Fraction | None = None, sound: str = "sound") -> str:
    """A cue sheet in one of `FORMATS`.

    rate : frames a second of "dat" (else 24) and "arkit" (else 60). sound : the name that a form gives the sound.

    Raises InputError for a form that is not known, or a rate that the form does not take.
    """
    if form not in FORMATS:
        raise InputError(f"format {form[:40]!r} is not one of {', '.join(FORMATS)}")
    if rate is not None and form not in TIMED:
        raise InputError(f"format {form} has no frame rate: leave it out, or choose one of {', '.join(sorted(TIMED))}")
    return FORMATS[form](cue, Wish(sound, rate))


def form_of(path: Path) -> str:
    """The form that a file's suffix means. Raises InputError where it means none, or several."""
    form = _SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise InputError(f"the suffix does not say the format: name one of {', '.join(FORMATS)}", file=path)
    return form
