"""Many videos judged, several at a time, each in a process of its own: one that fails or crashes stops no other."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from syncline.child import Child
from syncline.errors import InputError, LimitError, MissingInput, StageError, printable
from syncline.events import Fallback, Listener, Note, Progress
from syncline.pipeline.judge import ScoreOptions, Verdict
from syncline.pipeline.options import thread_count
from syncline.quality.score import Grade

STAGE: Final = "score"
MAX_FILES: Final = 10_000
MAX_PROCESSES: Final = 64
SUFFIXES: Final = (
    *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".mts"),
    *(".mpg", ".mpeg", ".mxf", ".ogv", ".3gp", ".flv", ".wmv", ".vob"),
)
# Exit codes from the worst to the best: our fault, an installation, a limit, a bad file, a clip of which there is no
# score, one under its gate, one that is fine.
SEVERITY: Final = (5, 4, 3, 2, 6, 1, 0)
_RANK: Final = {Grade.FAIL: 0, Grade.WARN: 1, Grade.PASS: 2}
_WORKER: Final = "syncline.pipeline.many_worker"


@dataclass(frozen=True)
class Failure:
    """Why a file has no score: the kind of error, its one sentence, its exit code."""

    kind: str
    sentence: str
    exit_code: int


@dataclass(frozen=True, eq=False)
class ScoredFile:
    """One file of many: its name below the folder, and its verdict or why there is none."""

    name: str
    video: Path
    verdict: Verdict | None = None
    failure: Failure | None = None

    @property
    def exit_code(self) -> int:
        """What `score` of this file alone ends with."""
        if self.failure is not None:
            return self.failure.exit_code
        return 5 if self.verdict is None else self.verdict.score.exit_code

    @property
    def order(self) -> tuple[float, ...]:
        """Smaller is worse: without a score, then by grade, failed and warned figures, and the size of the offset."""
        if self.verdict is None:
            return (0, SEVERITY.index(self.exit_code) if self.exit_code in SEVERITY else 0)
        score = self.verdict.score
        grades = [figure.grade for figure in score.figures.values()]
        offset = score.figures.get("offset")
        size = abs(offset.value) if offset is not None and offset.value is not None else 0.0
        return (1 + _RANK[score.grade], -grades.count(Grade.FAIL), -grades.count(Grade.WARN), -size)


@dataclass(frozen=True)
class Order:
    """What a worker is asked: one file, and how to score it."""

    video: Path
    options: ScoreOptions


def find_videos(folder: Path, on_event: Listener) -> tuple[Path, ...]:
    """The video files of a folder and the folders below it, by name; hidden ones and links to folders are left out.

    Raises MissingInput or InputError where there is no such folder or no video in it, LimitError for too many.
    """
    try:
        if not folder.is_dir():
            kind = InputError if folder.exists() else MissingInput
            raise kind("this is no folder; name one that holds videos", file=folder, stage=STAGE)
        found: list[Path] = []
        others = 0
        for place, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(place, name)
                if name.startswith(".") or not path.is_file():
                    continue
                if path.suffix.lower() not in SUFFIXES:
                    others += path.suffix.lower() != ".txt"
                    continue
                found.append(path)
                if len(found) > MAX_FILES:
                    raise LimitError(f"the folder holds more than {MAX_FILES:,} videos", file=folder, stage=STAGE)
    except (OSError, ValueError) as exc:
        if isinstance(exc, InputError | LimitError):
            raise
        raise InputError("the folder cannot be read", file=folder, stage=STAGE) from exc
    if not found:
        why = f"; its {others} other files are no videos by their names" if others else ""
        raise InputError(f"the folder holds no video{why}", file=folder, stage=STAGE)
    if others:
        on_event(Note(STAGE, f"left out, by their names no videos: {others}"))
    return tuple(found)


def score_many(
    folder: Path,
    *,
    options: ScoreOptions,
    processes: int | None,
    on_scored: Callable[[ScoredFile], ScoredFile],
    on_event: Listener,
) -> tuple[ScoredFile, ...]:
    """Score every video of a folder; the worst first.

    options : of each file; an `against` that is a folder is searched for the original of the same name below it, and a
        text beside a video (CLIP.txt of CLIP.mp4) is its transcript.
    processes : at the same time; None: one a core. on_scored : given each file as it is done, in the thread that calls
        this; what it returns is kept (it may leave out what is heavy).

    Raises what `find_videos` raises. What is wrong with a file is told in its `ScoredFile`.
    """
    videos = find_videos(folder, on_event)
    count = processes_of(processes, len(videos))
    done: list[ScoredFile] = []
    on_event(Progress(STAGE, 0, len(videos), "files"))
    with _crew(folder, videos, options, count) as results:
        for result in results:
            if result.failure is not None:
                on_event(Fallback(STAGE, f"{result.name} has no score: {result.failure.sentence}"))
            done.append(on_scored(result))
            on_event(Progress(STAGE, len(done), len(videos), "files"))
    return tuple(sorted(done, key=lambda each: (each.order, each.name)))


def processes_of(asked: int | None, files: int) -> int:
    """How many processes to run. Raises InputError for a number out of range."""
    if asked is not None and not 1 <= asked <= MAX_PROCESSES:
        raise InputError(f"{asked} processes cannot be; use 1 to {MAX_PROCESSES}", stage=STAGE)
    return max(1, min(files, thread_count(asked)))


def worst_exit(codes: Sequence[int]) -> int:
    """The exit code of many: that of the worst file."""
    return min(codes, key=lambda code: SEVERITY.index(code) if code in SEVERITY else 0, default=0)


@contextmanager
def _crew(folder: Path, videos: Sequence[Path], options: ScoreOptions, count: int) -> Iterator[Iterator[ScoredFile]]:
    """Yield the results of all videos as they come; leaving the context ends every process."""
    waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for video in videos:
        waiting.put(video)
    results: queue.SimpleQueue[ScoredFile | BaseException] = queue.SimpleQueue()
    stop = threading.Event()
    children: list[Child] = []

    def work() -> None:
        worker = _Worker(children, stop)
        try:
            while not stop.is_set():
                try:
                    video = waiting.get_nowait()
                except queue.Empty:
                    return
                results.put(_scored(worker, folder, video, options))
        except BaseException as error:  # handed over whole, to be raised where the results are taken
            results.put(error)
        finally:
            worker.close()

    def taken() -> Iterator[ScoredFile]:
        for _ in videos:
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            yield result

    threads = [threading.Thread(target=work, name=f"score-{number}", daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield taken()
    finally:
        stop.set()
        for child in list(children):
            child.kill()
        for thread in threads:
            thread.join()


class _Worker:
    """A process that scores one file after the other; a new one takes the place of one that died."""

    def __init__(self, children: list[Child], stop: threading.Event) -> None:
        self._children, self._stop = children, stop
        self._child: Child | None = None

    def ask(self, order: Order) -> Verdict | Failure:
        if self._child is None:
            self._child = Child(_WORKER, stage=STAGE)
            self._children.append(self._child)
        try:
            self._child.send(order)
            answer: Verdict | Failure = self._child.receive()
        except StageError as error:  # it ended without an answer: killed, or crashed in a decoder
            self.close()
            return Failure("StageError", f"scoring it ended the process ({error.message})", error.exit_code)
        return answer

    def close(self) -> None:
        if self._child is not None:
            self._children.remove(self._child)
            self._child.__exit__(None, None, None)
            self._child = None


def _scored(worker: _Worker, folder: Path, video: Path, options: ScoreOptions) -> ScoredFile:
    name = printable(video.relative_to(folder).as_posix())
    try:
        chosen = replace(
            options, against=_original_of(video, folder, options.against), transcript=_transcript_beside(video)
        )
    except InputError as error:
        return ScoredFile(name, video, failure=Failure(type(error).__name__, str(error), error.exit_code))
    answer = worker.ask(Order(video, chosen))
    if isinstance(answer, Failure):
        return ScoredFile(name, video, failure=answer)
    return ScoredFile(name, video, verdict=answer)


def _transcript_beside(video: Path) -> Path | None:
    """The text of the same name beside a video, CLIP.txt of CLIP.mp4: what is said in it, where that is known."""
    text = video.with_suffix(".txt")
    return text if text.is_file() else None


def _original_of(video: Path, folder: Path, against: str | Path | None) -> str | Path | None:
    """The original of a video: the one that was named, or in a folder of originals the one at the same place."""
    if against is None or not Path(against).is_dir():
        return against
    place = Path(against) / video.relative_to(folder)
    if place.is_file():
        return place
    alike = [path for path in sorted(place.parent.glob("*")) if path.stem == place.stem and path.is_file()]
    if not alike:
        raise MissingInput("its original is not in the folder of originals", file=place, stage=STAGE)
    return alike[0]
