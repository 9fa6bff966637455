"""Steps whose results are kept: found again where nothing changed, made anew where anything did."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from syncline.errors import InputError, LimitError, StageError
from syncline.events import Artifact, Fallback, Listener, Note, Timing, silent
from syncline.store.artifacts import Store, default_folder, default_max_bytes, temporary_store
from syncline.store.hashing import key_of

Result = TypeVar("Result")


@dataclass(frozen=True)
class Step(Generic[Result]):
    """One step of a run: what it is made from, and how its result is made, saved and loaded.

    Attributes
    ----------
    name : the step ("tracks", "cuesheet", "bank").
    version : of the code; a change that changes results changes it.
    inputs : names to hashes of the inputs, keys of earlier steps included.
    options : whatever else the result depends on (see `key_of`).
    make : computes the result.
    save : writes it into a folder.
    load : reads it back from that folder.
    """

    name: str
    version: str
    inputs: Mapping[str, Any]
    make: Callable[[], Result]
    save: Callable[[Result, Path], None]
    load: Callable[[Path], Result]
    options: Any = None

    @property
    def key(self) -> str:
        """The key of this step's artifact."""
        return key_of(self.name, self.version, self.inputs, self.options)


@dataclass
class StepCache:
    """Runs steps against a store. Use as a context: a store made for one run (`keep` false) goes with it.

    Safe from several threads at once, for different steps. Where the cache folder cannot be made, the run goes on with
    a store of its own, and says so.
    """

    on_event: Listener = silent
    keep: bool = True
    folder: Path | None = None
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._store: Store | None = None
        self._scratch: Path | None = None
        self._remove: Callable[[], None] = _nothing

    def __enter__(self) -> StepCache:
        if self.keep:
            max_bytes = default_max_bytes()
            try:
                self._store = Store(self.folder or default_folder(), max_bytes=max_bytes)
            except InputError as exc:
                self.on_event(Fallback("store", f"nothing is kept for the next run: {exc}"))
        if self._store is None:
            self._store, self._remove = temporary_store()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._remove()

    @property
    def scratch(self) -> Path:
        """A folder for what steps need while they are made; it goes with the run."""
        if self._scratch is None:
            self._scratch = self._entered().workplace()
        return self._scratch

    def _entered(self) -> Store:
        if self._store is None:
            raise RuntimeError("a StepCache is entered before it runs steps")
        return self._store

    def run(self, step: Step[Result], label: str | None = None) -> Result:
        """Return a step's result, found or made; says which by a `Timing` and an `Artifact` event.

        label : what `keys` calls the artifact, where one run has several of a step.

        Processor time is that of the process: two steps that run side by side each count the other's.

        A damaged or unreadable artifact is made again, and a result that cannot be kept is used all the same: both
        are told.
        """
        key = step.key
        self.keys[label or step.name] = key
        wall, cpu = time.perf_counter(), time.process_time()
        place = self._entered().find(key, lambda fault: self._tell_damage(step.name, fault))
        if place is not None:
            result = self._loaded(step, place)
            if result is not None:
                self.on_event(Timing(step.name, time.perf_counter() - wall, time.process_time() - cpu, cached=True))
                self.on_event(Artifact(step.name, str(place), cached=True))
                return result
        made = step.make()
        result = self._kept(step, key, made)
        self.on_event(Timing(step.name, time.perf_counter() - wall, time.process_time() - cpu))
        return result

    def _loaded(self, step: Step[Result], place: Path) -> Result | None:
        try:
            return step.load(place)
        except (InputError, LimitError, StageError, OSError, ValueError, KeyError, TypeError) as exc:
            self._tell_damage(step.name, f"it cannot be read ({exc})")
            self._entered().discard(step.key)
            return None

    def _kept(self, step: Step[Result], key: str, made: Result) -> Result:
        """Save a result; a full disk costs the next run its time, never this one its result."""
        try:
            place = self._entered().keep(key, step.name, lambda folder: step.save(made, folder))
        except OSError as exc:
            self.on_event(
                Fallback(step.name, f"the result was used but could not be kept in the cache ({exc.strerror})")
            )
            return made
        self.on_event(Artifact(step.name, str(place)))
        return made

    def _tell_damage(self, step: str, fault: str) -> None:
        self.on_event(Note(step, f"the kept {step} was damaged and is made again: {fault}"))


def _nothing() -> None:
    return
