"""The Montreal Forced Aligner, where it is installed: run as a child process, its TextGrids read.

Source: M. McAuliffe et al., Montreal Forced Aligner, 2017; the command line of its versions 2 and 3 (`mfa align CORPUS
DICTIONARY MODEL OUT`), which version 4 calls `mfa align_legacy`.
"""

from __future__ import annotations

import difflib
import shutil
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from syncline.errors import DependencyError, InputError, StageError
from syncline.speech.activity import speech_activity
from syncline.speech.aligners.base import STAGE, Sources, check_ready, primary
from syncline.speech.aligners.mfa_models import Models, languages, models_of
from syncline.speech.aligners.tool import Ended, run_tool
from syncline.speech.chunks import cut
from syncline.speech.cuesheet import CueSheet, silent_sheet
from syncline.speech.features import HOP, SAMPLE_RATE, checked_sound
from syncline.speech.given.sheet import sheet_of
from syncline.speech.given.spans import Fault, Given, Span
from syncline.speech.given.textgrid import read_textgrid
from syncline.speech.text import Token, tokenise

COMMAND: Final = "mfa"
SOURCE: Final = "mfa"
_HINT: Final = (
    "the aligner mfa needs the Montreal Forced Aligner: conda install -c conda-forge montreal-forced-aligner, and have "
    "its command mfa on the PATH"
)
_VERSION_S: Final = 120.0  # its first start compiles caches
_START_S: Final = 900.0  # its databases and models take a minute or two before it aligns anything
_TIMES: Final = 60.0  # times the sound's length: about ten times what it takes on one slow core
_GRID_BYTES: Final = 64 << 20
_UNSPACED: Final = frozenset(("ja", "ko", "th", "zh"))  # MFA has tokenisers of its own for these
_NO_MODEL: Final = ("PretrainedModelNotFound", "Could not find a model named", "not find a file at")


@dataclass(frozen=True)
class MfaAligner:
    """MFA with the usual models of each language, or with `models`."""

    models: Models | None = None
    name: str = "mfa"

    @classmethod
    def with_models(cls, names: str) -> MfaAligner:
        """From "MODEL[,DICTIONARY]": published names or paths; one name stands for both. Raises InputError."""
        parts = [part.strip() for part in names.split(",")]
        if not 1 <= len(parts) <= 2 or any(not part or part.startswith("-") for part in parts):
            raise InputError(f"mfa:{names[:60]} does not name an acoustic model and a dictionary", stage=STAGE)
        return cls(Models(parts[0], parts[-1]))

    def languages(self) -> frozenset[str] | None:
        """Those with a published model; None where the models are named."""
        return languages() if self.models is None else None

    def missing(self) -> str | None:
        """Whether the command is on the PATH."""
        return None if shutil.which(COMMAND) else _HINT

    def sources(self, language: str) -> Sources:
        """The models, as far as they are found, and MFA's version. Raises what `align` does."""
        check_ready(self, language)
        models = self._models(language)
        named = f"{models.acoustic},{models.dictionary}"
        return Sources(files=models.files(), version=f"mfa {self._version()} {named}")

    def align(self, y16k: npt.ArrayLike, transcript: str, language: str) -> CueSheet:
        """See `Aligner.align`."""
        check_ready(self, language)
        y = checked_sound(y16k)
        duration = len(y) / SAMPLE_RATE
        tokens, notes = tokenise(transcript, language)
        active = speech_activity(y)
        if not active.any():
            return silent_sheet(duration, language, "no speech was found in the sound", source=SOURCE)
        if not tokens:
            return silent_sheet(duration, language, "the transcript holds no words", source=SOURCE)
        with tempfile.TemporaryDirectory(prefix="syncline-mfa-") as folder:
            place = Path(folder)
            starts = _write_corpus(place / "corpus" / "speaker", y, active, tokens, language)
            self._run(place, self._models(language), duration)
            found = _read_grids(place / "aligned", starts, duration)
        if not found.words:
            note = "MFA found no way through this sound with this transcript"
            return silent_sheet(duration, language, note, source=SOURCE)
        written = _as_written(found.words, tokens, language)
        given = replace(found, words=written)
        sheet = sheet_of(given, language, duration, Path("MFA's TextGrid"))
        lost = len(tokens) - len(written)
        if lost > 0 and primary(language) not in _UNSPACED:
            notes = (*notes, f"MFA placed {lost} words fewer than the transcript has")
        return replace(sheet, source=SOURCE, notes=(*notes, *sheet.notes[1:]))  # the first one tells of a file

    def _models(self, language: str) -> Models:
        return models_of(language) if self.models is None else self.models

    def _version(self) -> str:
        ended = run_tool([_command(), "version"], timeout_s=_VERSION_S)
        words = ended.output.split()
        if ended.status != 0 or not words:
            raise StageError(f"mfa does not start: {ended.told}", stage=STAGE)
        return words[-1][:40]

    def _run(self, place: Path, models: Models, duration: float) -> None:
        """Align the corpus folder of `place` into its folder `aligned`."""
        major = self._version().lstrip("v").split(".")[0]
        ended = run_tool(
            [
                _command(),
                "align_legacy" if major.isdigit() and int(major) >= 4 else "align",
                "--clean",
                "--single_speaker",
                "--num_jobs",
                "1",
                "--output_format",
                "long_textgrid",
                "--temporary_directory",
                str(place / "work"),
                str(place / "corpus"),
                models.dictionary,
                models.acoustic,
                str(place / "aligned"),
            ],
            timeout_s=_START_S + _TIMES * duration,
        )
        if ended.status != 0:
            raise _failure(ended, models)


def _command() -> str:
    found = shutil.which(COMMAND)
    if found is None:
        raise DependencyError(_HINT, stage=STAGE)
    return found


def _failure(ended: Ended, models: Models) -> DependencyError | StageError:
    if any(sign in ended.output for sign in _NO_MODEL):
        return DependencyError(f"MFA lacks a model that is needed: {models.download()}", stage=STAGE)
    if ended.status is None:
        return StageError("mfa took too long and was stopped", stage=STAGE)
    return StageError(f"mfa ended with status {ended.status}: {ended.told}", stage=STAGE)


def _write_corpus(
    folder: Path, y: npt.NDArray[np.float32], active: npt.NDArray[np.bool_], tokens: Sequence[Token], language: str
) -> dict[str, float]:
    """Write a sound (.wav) and its text (.lab) for each stretch of speech; their names with their starts in seconds.

    Long sounds are cut as for our own routes: MFA wants utterances, not reels.
    """
    folder.mkdir(parents=True)
    starts = {}
    for number, piece in enumerate(cut(y, active, tokens, language)):
        name = f"line{number:04d}"
        text = ""
        for token in tokens[piece.token : piece.end]:
            text += ("" if token.joined or not text else " ") + _said(token, language)
        sound = y[piece.first * HOP : piece.last * HOP]
        pcm = np.clip(np.rint(sound * 32767), -32768, 32767).astype("<i2")
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(pcm.tobytes())
        (folder / f"{name}.lab").write_text(text + "\n", encoding="utf-8")
        starts[name] = piece.first * HOP / SAMPLE_RATE
    return starts


def _read_grids(folder: Path, starts: dict[str, float], duration: float) -> Given:
    """Words and phones of all TextGrids on the time of the whole. Raises StageError for what is none."""
    words: list[Span] = []
    phones: list[Span] = []
    for file in sorted(folder.rglob("*.TextGrid")):
        at = starts.get(file.stem)
        if at is None:
            continue
        try:
            if file.stat().st_size > _GRID_BYTES:
                raise Fault(f"it is larger than {_GRID_BYTES >> 20} MiB")
            given = read_textgrid(file.read_text(encoding="utf-8-sig"))
        except (Fault, OSError, UnicodeDecodeError) as exc:
            raise StageError(f"MFA's TextGrid cannot be read: {exc}", stage=STAGE) from exc
        words += [_moved(span, at, duration) for span in given.words]
        phones += [_moved(span, at, duration) for span in given.phones]
    return Given("MFA", tuple(words), tuple(phones))


def _moved(span: Span, at: float, duration: float) -> Span:
    end = span.start if span.end is None else span.end
    return Span(span.text, min(span.start + at, duration), min(end + at, duration))


def _said(token: Token, language: str) -> str:
    """A token for MFA: as it is spoken; as it is written in languages that MFA splits into words by itself."""
    return token.text if primary(language) in _UNSPACED else token.spoken


def _as_written(words: Sequence[Span], tokens: Sequence[Token], language: str) -> tuple[Span, ...]:
    """The words with the transcript's spelling: MFA writes small letters, and <unk> for what it does not know.

    Words that one token stands for ("3 euros" for "3 €") become one again.
    """
    parts = [(part.lower(), number) for number, token in enumerate(tokens) for part in _said(token, language).split()]
    said = [span.text.lower() for span in words]
    owners: list[int | None] = [None] * len(words)
    matcher = difflib.SequenceMatcher(None, said, [part for part, _ in parts], autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and j - i == m - k):
            owners[i:j] = [number for _, number in parts[k:m]]
    result: list[Span] = []
    for number, span in enumerate(words):
        owner = owners[number]
        if owner is not None and number and owners[number - 1] == owner:
            result[-1] = replace(result[-1], end=span.end)
        else:
            result.append(span if owner is None else replace(span, text=tokens[owner].text))
    return tuple(result)
