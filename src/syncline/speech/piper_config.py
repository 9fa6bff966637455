"""The description beside a Piper voice, `<voice>.onnx.json`, checked.

Its fields as Piper documents them: `audio.sample_rate`, `espeak.voice`, `inference` (`noise_scale`, `length_scale`,
`noise_w`), `phoneme_type`, `phoneme_id_map`, `num_speakers`, `speaker_id_map`, `language.code`, `hop_length`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncline.errors import InputError, LimitError, MissingInput
from syncline.speech.espeak_catalogue import Entry, entry_named

START, PAD, END = "^", "_", "$"  # of a sentence; PAD stands behind each of its phonemes
_MAX_BYTES = 4 << 20
_MAX_MODEL_BYTES = 2 << 30  # ONNX files are protocol buffers: no more fit in one
_RATES = range(8_000, 96_001)
_MAX_ID = 1 << 20
_HOP = 256  # samples a frame of every published voice; files name it since 2025


@dataclass(frozen=True)
class PiperConfig:
    """What the model needs to know of the text, and we of its sound.

    ids : code point of the phonemes -> the model's numbers. speakers : names with their numbers.
    """

    sample_rate: int
    espeak: Entry
    language: str
    text_phonemes: bool
    ids: Mapping[str, tuple[int, ...]]
    noise: float
    length: float
    noise_width: float
    speaker_count: int
    speakers: Mapping[str, int]
    hop: int
    name: str

    def speaker(self, asked: str) -> int:
        """The number of a speaker by name or number; "" is the first.

        Raises
        ------
        InputError : the voice has no such speaker.
        """
        if not asked:
            return 0
        number = self.speakers.get(asked, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else -1)
        if not 0 <= number < self.speaker_count:
            names = ", ".join(list(self.speakers)[:5]) or f"0 to {self.speaker_count - 1}"
            raise InputError(f"the voice has no speaker {asked[:40]!r}; it has {names}", stage="voice")
        return number


def read_config(model: Path) -> PiperConfig:
    """Read the description of a model file.

    Raises
    ------
    MissingInput : model or description is missing. LimitError : too large. InputError : not a Piper voice.
    """
    path = model.with_name(model.name + ".json")
    if not model.is_file():
        raise MissingInput("there is no such voice file", file=model, stage="voice")
    if not path.is_file():
        raise MissingInput(
            "a Piper voice needs its description beside it, and this file is not there", file=path, stage="voice"
        )
    if path.stat().st_size > _MAX_BYTES or model.stat().st_size > _MAX_MODEL_BYTES:
        raise LimitError("the voice is larger than 2 GiB, or its description than 4 MiB", file=model, stage="voice")
    try:
        document = json.loads(path.read_bytes().decode("utf-8"))
        return _config(document, model.stem)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError) as exc:
        reason = f"{exc} is missing" if isinstance(exc, KeyError) else str(exc)
        raise InputError(
            f"this is not the description of a Piper voice: {reason[:200]}", file=path, stage="voice"
        ) from exc


def _config(document: Mapping[str, Any], name: str) -> PiperConfig:
    kind = document.get("phoneme_type", "espeak")
    if kind not in ("espeak", "text"):
        raise ValueError(f"its phonemes are of the type {str(kind)[:20]!r}, and espeak and text are known")
    named = str(document["espeak"]["voice"])
    espeak = entry_named("en-gb" if named == "en" else named)  # espeak-ng's own "en" is British
    if espeak is None:
        raise ValueError(f"its espeak voice {named[:20]!r} is not known")
    rate = int(document["audio"]["sample_rate"])
    if rate not in _RATES:
        raise ValueError(f"its sample rate is {rate} Hz")
    ids = {str(sign): _numbers(numbers) for sign, numbers in document["phoneme_id_map"].items()}
    if not {START, PAD, END} <= set(ids):
        raise ValueError(f"phoneme_id_map holds no {START} {PAD} {END}")
    inference = document.get("inference", {})
    count = max(1, int(document.get("num_speakers", 1)))
    code = str(document.get("language", {}).get("code", "") or espeak.language)
    return PiperConfig(
        sample_rate=rate,
        espeak=espeak,
        language=code.replace("_", "-").lower(),
        text_phonemes=kind == "text",
        ids=ids,
        noise=_scale(inference, "noise_scale", 0.667),
        length=_scale(inference, "length_scale", 1.0),
        noise_width=_scale(inference, "noise_w", 0.8),
        speaker_count=count,
        speakers={str(key): int(number) for key, number in (document.get("speaker_id_map") or {}).items()},
        hop=int(document.get("hop_length", _HOP)),
        name=name,
    )


def _numbers(numbers: Any) -> tuple[int, ...]:
    found = tuple(int(number) for number in (numbers if isinstance(numbers, list) else [numbers]))
    if not found or len(found) > 16 or not all(0 <= number < _MAX_ID for number in found):
        raise ValueError("phoneme_id_map holds a number out of range")
    return found


def _scale(inference: Mapping[str, Any], name: str, usual: float) -> float:
    value = float(inference.get(name, usual))
    if not (math.isfinite(value) and 0 <= value <= 10) or (name == "length_scale" and value < 0.1):
        raise ValueError(f"{name} is {value}")
    return value
