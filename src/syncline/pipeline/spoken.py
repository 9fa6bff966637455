"""Text to be spoken in place of a recorded sound."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from syncline.errors import InputError
from syncline.events import Listener, Note, timed
from syncline.media.read import analysis_sound
from syncline.media.sound import Sound
from syncline.pipeline.options import read_transcript
from syncline.pipeline.prepare import Heard, InputFile
from syncline.speech.voices import find_voice
from syncline.store.hashing import DIGEST_BYTES

STAGE = "speak"


@dataclass(frozen=True)
class Text:
    """What a voice says.

    text : the words, or the `Path` of a file that holds them; `<break time="500ms"/>` is a pause, [stage directions]
        are not spoken.
    voice : a voice's id ("en-us", "de"), or the path of a Piper voice (.onnx); None: the language's own.
    language : BCP 47 code, where no voice is named.
    rate, pitch : factors on the voice's own, 0.5 to 2.

    Raises InputError for a factor out of range.
    """

    text: str | Path
    voice: str | None = None
    language: str | None = None
    rate: float = 1.0
    pitch: float = 1.0

    def __post_init__(self) -> None:
        for name in ("rate", "pitch"):
            if not 0.5 <= getattr(self, name) <= 2.0:
                raise InputError(f"{name} {getattr(self, name)} is not between 0.5 and 2", stage=STAGE)


@dataclass(frozen=True, eq=False)
class SpokenLine:
    """A text as it was spoken: what is heard, in which language, and the text as an input of the take."""

    heard: Heard
    language: str
    source: InputFile


def speak(text: Text, on_event: Listener) -> SpokenLine:
    """Have a text spoken. Raises InputError or LimitError where it cannot be."""
    words = read_transcript(text.text) or ""
    with timed(STAGE, on_event):
        voice = find_voice(text.voice, text.language)
        spoken = voice.speak(words, rate=text.rate, pitch=text.pitch)
    on_event(Note(STAGE, f"spoken by {voice.name} ({voice.id}, {voice.language})"))
    for note in spoken.cue.notes:
        on_event(Note(STAGE, note))
    sound = Sound(np.ascontiguousarray(spoken.samples[:, None]), spoken.sample_rate, "mono")
    settings = f"{voice.name} ({voice.id}, version {voice.version}) rate {text.rate:g} pitch {text.pitch:g}"
    plain = words.encode("utf-8")
    digest = hashlib.blake2b(plain, digest_size=DIGEST_BYTES).hexdigest()
    source = InputFile(Path(settings.replace("/", "_")), len(plain), digest)
    return SpokenLine(Heard(sound, analysis_sound(sound), spoken.cue), voice.language, source)
