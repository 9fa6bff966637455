"""Voices of Piper: neural voices in files that the user has, run by onnxruntime on the processor.

A Piper voice is a VITS model (Kim, Kong, Son 2021) from phoneme numbers to sound. Most say nothing of when they say
what: the aligner finds it in their sound. Models exported with their durations as a second output need no aligner.
"""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from syncline.errors import InputError, LimitError
from syncline.speech.align import align
from syncline.speech.articulation import known
from syncline.speech.cuesheet import CueSheet, Phone, Word, contiguous
from syncline.speech.espeak import phonemes
from syncline.speech.features import SAMPLE_RATE
from syncline.speech.ipa import IGNORED, MODIFIERS
from syncline.speech.markup import Pause, Say, parse
from syncline.speech.piper_config import END, PAD, START, PiperConfig, read_config
from syncline.speech.scripts import check_readable
from syncline.speech.spoken_text import Unit, units
from syncline.speech.voice import DELIVERY_RATE, LEAD_S, MAX_SPOKEN_S, SOURCE, TAIL_S, Spoken, check_manner

FloatArray = npt.NDArray[np.float32]

_SEED = 20_170  # any; the models draw noise, and the same text must give the same samples
_SEEDING = threading.Lock()  # onnxruntime's seed is one for the process
_CLAUSE_END = re.compile(r"[.,;:!?。，；：！？、…]+[\"'»”’)]*$")
_SENTENCE_END = ".!?。！？…"
_MARKS = str.maketrans("。！？，、；：…", ".!?,,;:.")  # the models know the ASCII ones
_SENTENCE_PAUSE_S = 0.2
_LANGUAGE_MARK = re.compile(r"\([a-z-]+\)")
_PUNCTUATION = frozenset(".,;:!?…")
_STRESS = frozenset("ˈˌ")
_FULL_SCALE = 0.98


@dataclass(frozen=True)
class _Clause:
    """Words up to a pause, and what the model reads for them."""

    units: tuple[Unit, ...]
    signs: tuple[str, ...]  # code points of phonemes, spaces between words, punctuation


@dataclass(frozen=True)
class PiperVoice:
    """One speaker of a Piper voice file."""

    model: Path
    config: PiperConfig
    number: int = 0

    @classmethod
    def load(cls, model: Path, speaker: str = "") -> PiperVoice:
        """A voice from its `.onnx` file with the description beside it; the model itself is read when it speaks.

        Raises
        ------
        MissingInput, InputError, LimitError : see `read_config`; an unknown speaker.
        """
        config = read_config(model)
        return cls(model, config, config.speaker(speaker))

    @property
    def id(self) -> str:
        """The model's path, the speaker's number behind a #."""
        return str(self.model) + (f"#{self.number}" if self.number else "")

    @property
    def language(self) -> str:
        """BCP 47."""
        return self.config.language

    @property
    def name(self) -> str:
        """The file's name."""
        return self.config.name

    @cached_property
    def version(self) -> str:
        """Digest of the model."""
        digest = hashlib.sha256()
        with self.model.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return f"piper {digest.hexdigest()[:16]}"

    def speak(self, text: str, *, rate: float = 1.0, pitch: float = 1.0) -> Spoken:
        """See `Voice.speak`; 48 kHz. Pitch moves the whole spectrum: the models have no melody to set."""
        check_manner(rate, pitch)
        parts = parse(text)
        for part in parts:
            if isinstance(part, Say):
                check_readable(part.text, self.config.espeak.language, self.name)
        session = self._session()
        length = self.config.length / rate * pitch  # resampling by the pitch makes up for it
        own_rate = self.config.sample_rate * pitch
        pieces: list[FloatArray] = [np.zeros(round(LEAD_S * DELIVERY_RATE), np.float32)]
        phones: list[Phone] | None = []
        words: list[Word] = []
        said: list[str] = []
        for part in parts:
            if isinstance(part, Pause):
                pieces.append(np.zeros(round(part.seconds * DELIVERY_RATE), np.float32))
                continue
            for number, sentence in enumerate(self._sentences(part.text)):
                if number:
                    pieces.append(np.zeros(round(_SENTENCE_PAUSE_S * DELIVERY_RATE), np.float32))
                offset = sum(map(len, pieces)) / DELIVERY_RATE
                sound, seconds = self._run(session, sentence, length, own_rate)
                pieces.append(sound)
                said += [unit.text for clause in sentence for unit in clause.units if unit.text]
                if seconds is None or phones is None:
                    phones = None
                else:
                    _place(words, phones, sentence, seconds, offset)
                if sum(map(len, pieces)) > MAX_SPOKEN_S * DELIVERY_RATE:
                    raise LimitError(f"the text takes more than {MAX_SPOKEN_S / 60:g} minutes to say", stage="voice")
        pieces.append(np.zeros(round(TAIL_S * DELIVERY_RATE), np.float32))
        samples = np.concatenate(pieces)
        peak = float(np.abs(samples).max())
        if peak > _FULL_SCALE:
            samples *= np.float32(_FULL_SCALE / peak)
        duration = len(samples) / DELIVERY_RATE
        if phones is not None:
            cue = CueSheet(self.language, tuple(words), contiguous(phones, duration), duration, SOURCE)
        else:
            cue = _found_in(samples, " ".join(said), self.language)
        return Spoken(samples, DELIVERY_RATE, cue)

    def _session(self) -> Any:
        """The model, made ready; a fresh one for each text, so that its noise is the same each time."""
        import onnxruntime  # 40 MB, for those who have such a voice

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.use_deterministic_compute = True
        options.intra_op_num_threads = 1  # sums in another order differ in their last bits
        options.inter_op_num_threads = 1
        try:
            with _SEEDING:
                onnxruntime.set_seed(_SEED)
                return onnxruntime.InferenceSession(str(self.model), options, providers=["CPUExecutionProvider"])
        except Exception as exc:  # onnxruntime raises classes of its own without a common root
            raise InputError("onnxruntime cannot run this voice", file=self.model, stage="voice") from exc

    def _sentences(self, text: str) -> list[list[_Clause]]:
        """Clauses of each sentence with the signs that the model knows."""
        groups: list[list[Unit]] = [[]]
        for unit in units(text, self.language):
            groups[-1].append(unit)
            if _CLAUSE_END.search(unit.spoken):
                groups.append([])
        groups = [group for group in groups if group]
        texts = [" ".join(unit.spoken for unit in group) for group in groups]
        read = texts if self.config.text_phonemes else phonemes(texts, self.config.espeak.file)
        sentences: list[list[_Clause]] = [[]]
        for group, written, signs in zip(groups, texts, read, strict=True):
            end = _CLAUSE_END.search(written)
            mark = end[0][0].translate(_MARKS) if end and not self.config.text_phonemes else ""
            all_signs = unicodedata.normalize("NFD", _LANGUAGE_MARK.sub("", signs).strip() + mark)
            kept = tuple(sign for sign in all_signs if sign in self.config.ids and sign not in (START, PAD, END))
            if kept:
                sentences[-1].append(_Clause(tuple(group), kept))
            if end and end[0][0] in _SENTENCE_END and sentences[-1]:
                sentences.append([])
        found = [sentence for sentence in sentences if sentence]
        if not found:
            raise InputError(f"the voice {self.name} finds nothing in the text that it can say", stage="voice")
        return found

    def _run(
        self, session: Any, sentence: Sequence[_Clause], length: float, own_rate: float
    ) -> tuple[FloatArray, npt.NDArray[np.float64] | None]:
        """Sound at the delivery rate, and seconds that each sign takes (start first, end last), None where unknown."""
        signs = [START, *_signs(sentence), END]
        groups = [self.config.ids[sign] + (self.config.ids[PAD] if sign != END else ()) for sign in signs]
        numbers = np.array([[number for group in groups for number in group]], np.int64)
        feeds: dict[str, Any] = {
            "input": numbers,
            "input_lengths": np.array([numbers.shape[1]], np.int64),
            "scales": np.array([self.config.noise, length, self.config.noise_width], np.float32),
            "sid": np.array([self.number], np.int64),
        }
        wanted = {node.name for node in session.get_inputs()}
        if not wanted <= set(feeds):
            raise InputError("the model asks for inputs that no Piper voice has", file=self.model, stage="voice")
        try:
            answer = session.run(None, {name: value for name, value in feeds.items() if name in wanted})
        except Exception as exc:  # onnxruntime raises classes of its own without a common root
            raise InputError("onnxruntime cannot run this voice", file=self.model, stage="voice") from exc
        own = np.asarray(answer[0], np.float32).reshape(-1)
        if not len(own) or not np.isfinite(own).all() or len(own) > MAX_SPOKEN_S * own_rate:
            raise InputError("the model's sound is empty, endless or not finite", file=self.model, stage="voice")
        sound = np.asarray(soxr.resample(own, own_rate, DELIVERY_RATE), np.float32)
        frames = np.asarray(answer[1], np.float64).reshape(-1) if len(answer) > 1 else np.zeros(0)
        per_frame = len(own) / frames.sum() if len(frames) == numbers.shape[1] and frames.sum() > 0 else 0.0
        exact = any(abs(per_frame - step) <= 0.02 * step for step in (1, self.config.hop))
        if not exact or not np.isfinite(frames).all() or (frames < 0).any():
            return sound, None
        edges = np.cumsum([0, *(len(group) for group in groups)])
        sums = np.concatenate([[0.0], np.cumsum(frames)])
        return sound, np.diff(sums[edges]) * per_frame / own_rate


def _signs(sentence: Sequence[_Clause]) -> list[str]:
    signs: list[str] = []
    for clause in sentence:
        signs += [" ", *clause.signs] if signs and " " in clause.signs else clause.signs
    return signs


def _found_in(samples: FloatArray, text: str, language: str) -> CueSheet:
    """The cue sheet by the aligner."""
    y16k = np.asarray(soxr.resample(samples, DELIVERY_RATE, SAMPLE_RATE), np.float32)
    cue = align(y16k, text, language)
    duration = len(samples) / DELIVERY_RATE
    note = "the voice does not say when it says what: the times were found in its sound"
    return replace(cue, phones=contiguous(cue.phones, duration), duration=duration, notes=(*cue.notes, note))


def _place(
    words: list[Word],
    phones: list[Phone],
    sentence: Sequence[_Clause],
    seconds: npt.NDArray[np.float64],
    offset: float,
) -> None:
    """Add a sentence's words and phones by the seconds of its signs, the start's first."""
    at, number = offset + float(seconds[0]), 1
    for place, clause in enumerate(sentence):
        if place > 0 and " " in clause.signs:
            at, number = at + float(seconds[number]), number + 1
        said, at = _clause_phones(clause.signs, seconds[number : number + len(clause.signs)], at)
        number += len(clause.signs)
        texts = [unit.text for unit in clause.units if unit.text]
        if len(texts) != len({word for _, word in said}):  # espeak-ng joins short words: "of the"
            texts, said = [" ".join(texts)], [(phone, 0) for phone, _ in said]
        last = -1
        for phone, word in said:
            if word != last:
                words.append(Word(texts[min(word, len(texts) - 1)], phone.start, phone.end))
                last = word
            words[-1] = replace(words[-1], end=phone.end)
            phones.append(replace(phone, word=len(words) - 1))


def _clause_phones(
    signs: Sequence[str], seconds: npt.NDArray[np.float64], at: float
) -> tuple[list[tuple[Phone, int]], float]:
    """Phones with the number of their word in the clause, and where the clause ends.

    A stress mark's time goes to the phone behind it, a length mark's or a space's to the one before it; punctuation is
    silence.
    """
    said: list[tuple[Phone, int]] = []
    word, start = 0, at
    for sign, lasts in zip(signs, seconds, strict=True):
        at += float(lasts)
        before = said[-1][0] if said else None
        if sign in _STRESS:
            continue
        if sign == " ":
            word = said[-1][1] + 1 if said else 0
        if sign in _PUNCTUATION:
            start = at
        elif sign not in IGNORED and sign not in MODIFIERS and known(sign):
            said.append((Phone(sign, start, at), word))
            start = at
        elif before is not None:
            ipa = before.ipa + sign if sign in MODIFIERS else before.ipa
            said[-1] = (replace(before, ipa=ipa, end=at), said[-1][1])
            start = at
    return said, at
