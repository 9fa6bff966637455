"""What a page tells of: a take or a clip with its files at hand, checked against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from syncline.errors import InputError, MissingInput
from syncline.media.info import MediaInfo, VideoStream
from syncline.media.probe import need_footage, need_picture, probe
from syncline.quality import Score, notable_frames
from syncline.speech.cuesheet import CueSheet
from syncline.store import file_hash
from syncline.timeline import ContactFrame, Timeline, read_timeline

STAGE: Final = "report"
BandKind = Literal["pass", "flag", "plate", "fade", "far"]
# What a reader wants to know of a frame; closures and rests are seen on the other tracks.
_SHOWN_FLAGS: Final = {"no_bank": "no bank", "island": "too short a stretch to draw on"}

_FLAGS: Final = {  # of the face track, by `face.tracks.Flag`
    "no_face": "no face",
    "yaw": "turned away",
    "small": "face too small",
    "occluded": "mouth covered",
    "cut": "first frame after a cut",
    "bridged": "face bridged over a gap",
    "off_frame": "mouth outside the picture",
}


@dataclass(frozen=True)
class Band:
    """`count` output frames from `start` of which something is to be said."""

    kind: BandKind
    start: int
    count: int
    reason: str


@dataclass(frozen=True, eq=False)
class Subject:
    """Everything that a page is made of.

    title : the name of the file. take : what was written. plate : what it was made from, None where it is not at hand.
    shown : the plate's frame under each output frame; empty where nothing is known of a plate.
    score, cue : as measured; cue None where no phones are known.
    document : the timeline's own facts (inputs, options, notes, versions), None for a clip that was only scored.
    """

    title: str
    take: MediaInfo
    plate: MediaInfo | None
    shown: tuple[int, ...]
    score: Score | None
    cue: CueSheet | None
    contact: tuple[ContactFrame, ...]
    bands: tuple[Band, ...]
    document: Timeline | None = None
    notes: tuple[dict[str, Any], ...] = field(default=())

    @property
    def video(self) -> VideoStream:
        """The picture of the take."""
        return need_picture(self.take)

    @cached_property
    def times(self) -> list[float]:
        """When each frame begins to show, seconds in the file as players count them."""
        first = self.video.start - self.take.start
        return [float(first + self.video.seconds(frame)) for frame in range(self.video.frames)]


class _Stretch(BaseModel):
    """What is read of a stretch of the plan."""

    model_config = ConfigDict(extra="ignore")

    start: int = Field(ge=0, alias="from")
    count: int = Field(ge=1)
    source: str
    flags: tuple[str, ...] = ()


def take_subject(timeline: Path, output: Path, plate: Path | None) -> Subject:
    """A take by its timeline.

    plate : what it was made from; None: the file of that name beside the timeline or the output, if it is the one.

    Raises MissingInput where the take or a plate that was named is not there, InputError where they are not the files
    the timeline tells of, or the timeline is damaged.
    """
    document = read_timeline(timeline)
    try:
        if not output.is_file():
            raise MissingInput("the take is not there: name the file that the dub wrote", file=output, stage=STAGE)
    except (OSError, ValueError) as exc:  # a name that cannot be one
        raise MissingInput("the take is not there: name the file that the dub wrote", stage=STAGE) from exc
    take = probe(output)
    frames = need_footage(take).frames
    if frames != document.picture.frames:
        raise InputError(
            f"this is not the take that the timeline tells of: {frames} frames, not {document.picture.frames}",
            file=output,
            stage=STAGE,
        )
    plain = document.document()["score"]  # what is not finite is null in it
    score = None if plain is None else Score.from_json(plain, file=timeline)
    if score is not None and score.measured is not None and len(score.measured.times) != frames:
        raise InputError("the score does not tell of every frame", file=timeline, stage=STAGE)
    contact = tuple(each for each in document.contact if each.frame < frames)
    shown = _shown(document, timeline)
    return Subject(
        title=output.name,
        take=take,
        plate=_plate_of(document, shown, plate, (timeline.parent, output.parent)),
        shown=shown,
        score=score,
        cue=CueSheet.from_json(document.cue),
        contact=contact,
        bands=_bands(document, shown, timeline),
        document=document,
        notes=document.notes,
    )


def clip_subject(
    video: Path,
    score: Score,
    cue: CueSheet | None,
    contact: tuple[ContactFrame, ...],
    original: Path | None = None,
) -> Subject:
    """A clip that was only scored; its original stands beside it where it has the same frames at the same rate.

    Raises MissingInput or InputError.
    """
    take = probe(video)
    frames = need_footage(take).frames
    if score.measured is not None and len(score.measured.times) > frames:
        raise InputError("the score is of another clip: it has more frames", file=video, stage=STAGE)
    named = contact or tuple(ContactFrame(**asdict(notable)) for notable in notable_frames(score))
    plate = None if original is None else probe(original)
    if plate is None or not _frame_for_frame(take, plate):
        return Subject(video.name, take, None, (), score, cue, named, ())
    return Subject(video.name, take, plate, tuple(range(frames)), score, cue, named, ())


def _frame_for_frame(take: MediaInfo, plate: MediaInfo) -> bool:
    """Whether each frame of a clip is made of the frame of the same number."""
    mine, other = need_picture(take), need_picture(plate)
    same_size = (mine.width, mine.height) == (other.width, other.height)
    return same_size and mine.measured_rate == other.measured_rate and other.frames >= mine.frames


def _shown(document: Timeline, file: Path) -> tuple[int, ...]:
    """The plate's frame under each output frame."""
    shown: list[int] = []
    for stretch in document.picture.plate:
        if stretch.start != len(shown) or stretch.start + stretch.count > document.picture.frames:
            break
        shown.extend(stretch.plate + n * stretch.step for n in range(stretch.count))
    if len(shown) != document.picture.frames or min(shown, default=0) < 0:
        raise InputError("the timeline does not tell the plate's frame of every output frame", file=file, stage=STAGE)
    return tuple(shown)


def _plate_of(
    document: Timeline, shown: tuple[int, ...], named: Path | None, folders: tuple[Path, ...]
) -> MediaInfo | None:
    """The plate, by the name it was given or beside the take, if it is the one that went in."""
    record = next((each for each in document.inputs if each.role == "plate"), None)
    if named is None:
        if record is None or Path(record.name).name != record.name:
            return None  # what is in another folder was not named by whoever asks
        there = (folder / record.name for folder in folders)
        named = next((path for path in there if path.is_file() and file_hash(path) == record.blake2b), None)
        if named is None:
            return None
    elif record is not None and file_hash(named) != record.blake2b:
        raise InputError("this is not the plate that the take was made from", file=named, stage=STAGE)
    plate = probe(named, tone_map=bool(document.options.get("tone_map")))
    video = need_picture(plate)
    if not video.still and max(shown, default=0) >= video.frames:
        raise InputError("the timeline names frames that the plate has not", file=named, stage=STAGE)
    return plate


def _bands(document: Timeline, shown: tuple[int, ...], file: Path) -> tuple[Band, ...]:
    """What the plan and the face track say of output frames, in order."""
    return tuple(sorted((*_planned(document.plan, file), *_flagged(document, shown)), key=lambda band: band.start))


def _planned(plan: Mapping[str, Any], file: Path) -> Iterator[Band]:
    frames: Any = plan.get("frames", 0)
    for entry in plan.get("stretches", ()):
        try:
            stretch = _Stretch.model_validate(entry)
        except ValidationError as exc:
            raise InputError("the timeline's plan is damaged", file=file, stage=STAGE) from exc
        if not isinstance(frames, int) or stretch.start + stretch.count > frames:
            raise InputError("the timeline's plan is longer than its take", file=file, stage=STAGE)
        why = [_SHOWN_FLAGS[flag] for flag in stretch.flags if flag in _SHOWN_FLAGS]
        if stretch.source == "pass":
            yield Band("pass", stretch.start, stretch.count, ", ".join(["went through as it was", *why]))
        elif stretch.source == "plate":
            yield Band("plate", stretch.start, stretch.count, "the plate's own mouth, at rest")
        elif "fade" in stretch.flags:
            yield Band("fade", stretch.start, stretch.count, "drawn with part weight beside frames that go through")
        elif why:
            yield Band("flag", stretch.start, stretch.count, ", ".join(why))
        elif "far" in stretch.flags:
            yield Band("far", stretch.start, stretch.count, "the bank holds nothing alike")


def _flagged(document: Timeline, shown: tuple[int, ...]) -> Iterator[Band]:
    """Flags of the plate's face track, on the output frames that show those plate frames."""
    flags: dict[int, tuple[str, ...]] = {}
    for stretch in document.flags:
        if stretch.start > max(shown, default=0):
            continue
        last = min(stretch.start + stretch.count, max(shown, default=0) + 1)
        flags.update((plate, stretch.flags) for plate in range(stretch.start, last))
    start = 0
    for t in range(1, len(shown) + 1):
        names = flags.get(shown[start])
        if t == len(shown) or flags.get(shown[t]) != names:
            if names:
                yield Band("flag", start, t - start, ", ".join(_FLAGS.get(name, name) for name in names))
            start = t
