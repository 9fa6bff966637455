"""Aligners and recognisers that the user chooses, as steps that are kept."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from syncline.errors import DependencyError, InputError
from syncline.pipeline.prepare import Floats, Material, input_file, load_cue, save_cue
from syncline.speech.aligners.base import Aligner, check_ready
from syncline.speech.cuesheet import CueSheet
from syncline.speech.transcribe import PREFIX, Heard, HeardWord, missing, model_files, transcribe
from syncline.store import Step, StepCache, code_version

_HEARD: Final = "heard.json"


def by_plugin(
    aligner: Aligner, material: Material, y16k: Floats, transcript: str, language: str, cache: StepCache
) -> CueSheet:
    """The kept cue sheet of an aligner, or a new one; kept by the content of its files and the versions of its tools.

    Raises what `Aligner.align` does, before anything is looked up: what cannot run here is said, not found in a cache.
    """
    check_ready(aligner, language)
    sources = aligner.sources(language)
    files = {f"file {number}": input_file(path).digest for number, path in enumerate(sources.files)}
    step = Step(
        name="given" if aligner.name == "given" else "plugin",
        version=code_version(*sources.rooms, uses=sources.uses),
        inputs={"sound": material.digest, **files},
        options={"aligner": aligner.name, "tool": sources.version, "transcript": transcript, "language": language},
        make=lambda: aligner.align(y16k, transcript, language),
        save=save_cue,
        load=load_cue,
    )
    return cache.run(step)


def words_model(words: str | None) -> Path | None:
    """The model's folder in "whisper:FOLDER". Raises InputError for anything else."""
    if words is None:
        return None
    folder = words[len(PREFIX) :].strip()
    if not words.startswith(PREFIX) or not folder:
        raise InputError(f"words {words[:60]!r} is not {PREFIX}FOLDER", stage="words")
    return Path(folder)


def recognised_words(material: Material, y16k: Floats, model: Path, language: str | None, cache: StepCache) -> Heard:
    """The kept words of a sound, or newly recognised ones.

    Raises what `transcribe` does.
    """
    why = missing()
    if why is not None:
        raise DependencyError(why, stage="words")
    files = {path.name: input_file(path).digest for path in model_files(model)}
    step = Step(
        name="words",
        version=code_version("speech", uses=("faster-whisper", "ctranslate2", "tokenizers")),
        inputs={"sound": material.digest, **files},
        options={"language": language},
        make=lambda: transcribe(y16k, model, language),
        save=_save,
        load=_load,
    )
    return cache.run(step)


def _save(heard: Heard, folder: Path) -> None:
    (folder / _HEARD).write_text(json.dumps(asdict(heard), ensure_ascii=False), encoding="utf-8")


def _load(folder: Path) -> Heard:
    document = json.loads((folder / _HEARD).read_text(encoding="utf-8"))
    words = tuple(HeardWord(**word) for word in document["words"])
    return Heard(document["language"], words, document["invented"])
