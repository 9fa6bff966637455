"""Names of the Montreal Forced Aligner's published models, by language.

Source: the lists of MontrealCorpusTools/mfa-models, "acoustic" and "dictionary". Where a model has one dictionary its
name is the model's.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syncline.speech.aligners.base import primary

_USUAL: Final = {
    "bg": "bulgarian_mfa",
    "cs": "czech_mfa",
    "de": "german_mfa",
    "el": "greek_cv",
    "en": "english_mfa",
    "eu": "basque_cv",
    "fr": "french_mfa",
    "ha": "hausa_mfa",
    "hr": "croatian_mfa",
    "hu": "hungarian_cv",
    "it": "italian_cv",
    "ja": "japanese_mfa",
    "ka": "georgian_cv",
    "ko": "korean_mfa",
    "nl": "dutch_cv",
    "pl": "polish_mfa",
    "pt": "portuguese_mfa",
    "ru": "russian_mfa",
    "sv": "swedish_mfa",
    "sw": "swahili_mfa",
    "th": "thai_mfa",
    "tr": "turkish_mfa",
    "uk": "ukrainian_mfa",
    "vi": "vietnamese_mfa",
    "es": "spanish_mfa",
    "zh": "mandarin_mfa",
}
_DICTIONARIES: Final = {
    "en-gb": "english_uk_mfa",
    "en-in": "english_india_mfa",
    "en-ng": "english_nigeria_mfa",
    "en-us": "english_us_mfa",
    "es": "spanish_spain_mfa",
    "es-419": "spanish_latin_america_mfa",
    "es-mx": "spanish_latin_america_mfa",
    "pt": "portuguese_portugal_mfa",
    "pt-br": "portuguese_brazil_mfa",
    "vi": "vietnamese_hanoi_mfa",
    "zh": "mandarin_china_mfa",
    "zh-tw": "mandarin_taiwan_mfa",
}


@dataclass(frozen=True)
class Models:
    """An acoustic model and a pronunciation dictionary, each a published name or a path."""

    acoustic: str
    dictionary: str

    def files(self) -> tuple[Path, ...]:
        """The files behind them, as far as they are found where MFA keeps what it downloads."""
        root = Path(os.environ.get("MFA_ROOT_DIR") or Path.home() / "Documents" / "MFA") / "pretrained_models"
        wanted = (
            (Path(self.acoustic), root / "acoustic" / f"{self.acoustic}.zip"),
            (Path(self.dictionary), root / "dictionary" / f"{self.dictionary}.dict"),
        )
        return tuple(place for pair in wanted for place in pair if place.is_file())

    def download(self) -> str:
        """The commands that fetch them."""
        return f"mfa model download acoustic {self.acoustic} && mfa model download dictionary {self.dictionary}"


def languages() -> frozenset[str]:
    """Primary subtags of languages that have a published model."""
    return frozenset(_USUAL)


def models_of(language: str) -> Models:
    """The usual models of a language (BCP 47), with the dictionary of its region where there is one.

    Raises KeyError for a language without.
    """
    tag, base = language.lower().replace("_", "-"), primary(language)
    acoustic = _USUAL[base]
    region = "-".join([base, *tag.split("-")[1:]])
    return Models(acoustic, _DICTIONARIES.get(region) or _DICTIONARIES.get(base) or acoustic)
