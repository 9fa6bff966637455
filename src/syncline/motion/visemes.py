"""Viseme tables: the mouth that each phone asks for, for any phone of any language.

A table is linear in the articulatory features of the phone (so that a phone that was never seen has a shape too) plus
the phone's own deviation, where footage showed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.motion.mouthtrack import CHANNELS, OPENING, Floats
from syncline.motion.neighbours import Neighbours
from syncline.motion.style import GENERIC_STYLE, Style
from syncline.speech.articulation import FEATURES, articulatory, flags, in_context
from syncline.speech.settings import final_nasals, setting_of

VOWEL_IN_FINAL: Final = 0.65  # share of the vowel's shape in a nasal behind it, where the language leaves finals open
MAX_PHONES: Final = 2000  # more entries than any phone set has


@dataclass(frozen=True, eq=False)
class VisemeTable:
    """Target shapes in IOD units, as differences from the person's rest.

    slope : (F, 4) float32, of `speech.articulation.FEATURES`.
    own : phone → (4,) float32, its deviation from the slope; empty for the generic table.
    seconds : phone → seconds of footage behind it.
    style : the person's scale.
    learned : whether it comes from the person's own footage.
    neighbours : how this person's phones change with those beside them; None: not learned.
    """

    slope: Floats
    own: Mapping[str, Floats] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    style: Style = GENERIC_STYLE
    learned: bool = False
    neighbours: Neighbours | None = None

    def offset(self, ipa: str) -> Floats:
        """Difference from rest of one phone: (4,) float32 IOD units."""
        asked = flags(ipa)
        if asked.silent:
            return np.zeros(len(CHANNELS), np.float32)
        value = articulatory(ipa) @ self.slope + self.own.get(ipa, 0.0)
        if asked.closure:
            value[OPENING] = min(float(value[OPENING]), 0.0)
        return np.asarray(value, np.float32)

    def target(self, ipa: str) -> Floats:
        """Shape of one phone: (4,) float32 IOD units.

        The opening can be under 0: lips that are pressed together stay shut while a neighbour pulls at them. What is
        blended from targets is clamped at 0.
        """
        return np.asarray(self.style.rest + self.offset(ipa), np.float32)

    def targets(self, phones: Sequence[str], language: str = "und") -> Floats:
        """Shapes of phones said one after the other: (P, 4) float32 IOD units, as `target`.

        language : BCP 47; its habits (`speech.settings`) shape the phones that were not learned from the person.
        """
        result = np.array([self.target(ipa) for ipa in phones], np.float32).reshape(len(phones), len(CHANNELS))
        habits = in_context(phones, language) - in_context(phones)
        if self.neighbours is not None:
            result += self.neighbours.shifts(phones)
            shut = [flags(ipa, language).closure for ipa in phones]
            result[shut, OPENING] = np.minimum(result[shut, OPENING], self.style.rest[OPENING])
        finals = final_nasals(phones, lambda ipa: flags(ipa).vowel) if setting_of(language).open_finals else ()
        for at, ipa in enumerate(phones):
            if ipa not in self.own and habits[at].any():
                result[at] += habits[at] @ self.slope
                if flags(ipa, language).closure:
                    result[at, OPENING] = min(float(result[at, OPENING]), float(self.style.rest[OPENING]))
        for at, final in enumerate(finals):
            if final and phones[at] not in self.own:
                result[at] += VOWEL_IN_FINAL * (result[at - 1] - result[at])
        return result

    def for_style(self, style: Style) -> VisemeTable:
        """The same shapes on another person's scale: differences grow with how far that person's mouth goes."""
        ratio = np.clip(style.spread / self.style.spread, 0.4, 2.5).astype(np.float32)
        own = {ipa: value * ratio for ipa, value in self.own.items()}
        beside = None if self.neighbours is None else self.neighbours.scaled(ratio)
        return VisemeTable(self.slope * ratio, own, dict(self.seconds), style, self.learned, beside)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Plain arrays, for an archive without pickle."""
        phones = sorted(self.own)
        return {
            "features": np.array(FEATURES),
            "slope": self.slope,
            "phones": np.array(phones, dtype=np.str_),
            "own": np.array([self.own[ipa] for ipa in phones], np.float32).reshape(len(phones), len(CHANNELS)),
            "seconds": np.array([self.seconds.get(ipa, 0.0) for ipa in phones], np.float32),
            "learned": np.array(self.learned),
            **({} if self.neighbours is None else self.neighbours.to_arrays()),
            **{f"style_{name}": value for name, value in self.style.to_arrays().items()},
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> VisemeTable:
        """The inverse of `to_arrays`; features that a later version added or dropped are matched by name.

        Raises
        ------
        InputError : an array is missing, of another shape, or not finite.
        """
        try:
            names = [str(name) for name in arrays["features"]]
            given = np.asarray(arrays["slope"], np.float32).reshape(len(names), len(CHANNELS))
            phones = [str(ipa) for ipa in arrays["phones"]]
            own = np.asarray(arrays["own"], np.float32).reshape(len(phones), len(CHANNELS))
            seconds = np.asarray(arrays["seconds"], np.float32).reshape(len(phones))
            learned = bool(arrays["learned"])
        except (KeyError, TypeError, ValueError) as exc:
            raise InputError(f"the viseme table is damaged: {exc}", stage="motion") from exc
        if len(phones) > MAX_PHONES or not (np.isfinite(given).all() and np.isfinite(own).all()):
            raise InputError("the viseme table holds too many phones or values that are not finite", stage="motion")
        row = dict(zip(names, given, strict=True))
        slope = np.array([row.get(name, np.zeros(len(CHANNELS))) for name in FEATURES], np.float32)
        style = Style.from_arrays({key[6:]: value for key, value in arrays.items() if key.startswith("style_")})
        held = {ipa: float(s) for ipa, s in zip(phones, seconds, strict=True)}
        beside = Neighbours.from_arrays(arrays, names) if "around" in arrays else None
        return cls(slope, dict(zip(phones, own, strict=True)), held, style, learned, beside)


# Differences from rest in IOD at full strength of a feature: (opening, width, protrusion, jaw). Whoever speaks holds
# the jaw a little open; even [i] parts the lips well, and rounding narrows the opening more than a low jaw widens it
# (as the tables learned from real footage show).
_GENERIC: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "vowel": (0.080, 0.000, 0.000, 0.035),
    "open": (0.070, 0.000, 0.000, 0.040),
    "spread": (0.020, 0.025, 0.000, 0.000),
    "rounded": (-0.055, -0.045, 0.004, 0.000),
    "closure": (0.000, -0.020, 0.008, 0.030),
    "labiodental": (0.010, -0.005, 0.008, 0.025),
    "sibilant": (0.015, 0.000, 0.000, -0.005),
    "dental": (0.030, 0.000, 0.000, 0.020),
    "alveolar": (0.050, 0.000, 0.000, 0.030),
    "postalveolar": (0.060, 0.000, 0.000, 0.030),
    "palatal": (0.060, 0.000, 0.000, 0.025),
    "velar": (0.060, 0.000, 0.000, 0.025),
    "pharyngeal": (0.060, 0.000, 0.000, 0.030),
    "lateral": (0.020, 0.000, 0.000, 0.010),
}


def generic_table(style: Style = GENERIC_STYLE) -> VisemeTable:
    """A table for a person of whom nothing but the style is known."""
    slope = np.zeros((len(FEATURES), len(CHANNELS)), np.float32)
    for name, value in _GENERIC.items():
        slope[FEATURES.index(name)] = value
    return VisemeTable(slope).for_style(style)
