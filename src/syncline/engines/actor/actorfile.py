"""The `.actor` file: a bank in one zip without compression, schema "syncline.actor/1".

`actor.json` says what is inside, `arrays/NAME.npy` are plain arrays, `crops.bin` is one JPEG after the other.
Nothing is packed and nothing pickled, so big arrays and crops are read from where they lie. Names in the archive are
never used as paths: only the entries listed here are looked up.
"""

from __future__ import annotations

import json
import math
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

from syncline.engines.actor.appearance import HEIGHT, MAX_COMPONENTS, WIDTH, MouthBasis
from syncline.engines.actor.bank import Bank, Clip
from syncline.engines.actor.context_model import ContextModel
from syncline.errors import InputError, LimitError, MissingInput
from syncline.face.pose import Poses
from syncline.face.topology import POINTS
from syncline.media.arrays import entry_span, read_stored, write_array
from syncline.media.crops import CropStore
from syncline.motion.visemes import VisemeTable
from syncline.speech.articulation import FEATURES
from syncline.speech.cuesheet import CueSheet

SCHEMA: Final = "syncline.actor/1"
DOCUMENT: Final = "actor.json"
CROPS: Final = "crops.bin"
MAX_DOCUMENT: Final = 64 << 20  # bytes; cue sheets of ten hours
MAX_ARRAY: Final = 4 << 30  # bytes of one array
MAX_FRAMES: Final = 2_000_000
MAX_ENTRIES: Final = 1000

# name: (kind, shape; None is the number of frames, -1 any length)
_ROWS: Final[Mapping[str, tuple[str, tuple[int | None, ...]]]] = {
    "clip": ("i", (None,)),
    "frame": ("i", (None,)),
    "time": ("f", (None,)),
    "landmarks": ("f", (None, POINTS, 3)),
    "scale": ("f", (None,)),
    "rotation": ("f", (None, 3, 3)),
    "translation": ("f", (None, 3)),
    "mouth": ("f", (None, 4)),
    "sharpness": ("f", (None,)),
    "components": ("f", (None, -1)),
    "sound": ("f", (None, -1)),
    "boxes": ("i", (None, 4)),
    "spans": ("i", (None, 2)),
    "basis_centre": ("f", (3,)),
    "basis_pictures": ("f", (-1, HEIGHT, WIDTH, 3)),
}
_MAPPED: Final = frozenset({"landmarks"})  # read from the file when asked for


def save_actor(bank: Bank, path: str | Path) -> None:
    """Write a bank; the same bank gives the same bytes."""
    arrays = _arrays(bank)
    document = {
        "schema": SCHEMA,
        "features": list(FEATURES),
        "arrays": sorted(arrays),
        "clips": [_clip_json(clip) for clip in bank.clips],
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr(_entry(DOCUMENT), json.dumps(document, ensure_ascii=False, sort_keys=True).encode("utf-8"))
        for name, value in sorted(arrays.items()):
            with archive.open(_entry(f"arrays/{name}.npy"), "w", force_zip64=True) as file:
                write_array(file, value)
        with archive.open(_entry(CROPS), "w", force_zip64=True) as file:
            for i in range(len(bank)):
                file.write(bank.crops.data(i))


def load_actor(path: str | Path) -> Bank:
    """Open an actor file; the file must stay in place while the bank is used.

    Raises
    ------
    MissingInput : nothing is there.
    InputError : it is no actor file, is damaged, or was made by a version that described phones differently.
    LimitError : it is larger than we accept.
    """
    place = Path(path)
    try:
        with zipfile.ZipFile(place) as archive, place.open("rb") as raw:
            return _read(place, _Entries(place, archive, raw))
    except FileNotFoundError as exc:
        raise MissingInput("there is no such actor file", file=place, stage="bank") from exc
    except (zipfile.BadZipFile, OSError, NotImplementedError, struct.error) as exc:
        raise InputError("this is not an actor file", file=place, stage="bank") from exc


def _arrays(bank: Bank) -> dict[str, npt.NDArray[Any]]:
    sizes = (bank.crops.spans[:, 1] - bank.crops.spans[:, 0]).astype(np.int64)
    ends = np.cumsum(sizes)
    arrays: dict[str, npt.NDArray[Any]] = {
        **{name: getattr(bank, name) for name in ("clip", "frame", "time", "landmarks", "mouth", "sharpness")},
        "components": bank.components,
        "sound": bank.sound.astype(np.float16),
        "scale": bank.pose.scale,
        "rotation": bank.pose.rotation,
        "translation": bank.pose.translation,
        "boxes": bank.crops.boxes.astype(np.int32),
        "spans": np.stack([ends - sizes, ends], axis=1),
        "basis_centre": bank.basis.centre,
        "basis_pictures": bank.basis.pictures,
    }
    arrays |= {f"table_{name}": value for name, value in bank.table.to_arrays().items()}
    if bank.model is not None:
        arrays |= {f"model_{name}": value for name, value in bank.model.to_arrays().items()}
    return arrays


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without a date: the file's bytes say nothing about when it was made."""
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


def _clip_json(clip: Clip) -> dict[str, Any]:
    return {
        **clip.extra,
        "name": clip.name,
        "digest": clip.digest,
        "frames": clip.frames,
        "rate": clip.rate,
        "start": clip.start,
        "cue": clip.cue.to_json(),
        "voice": list(clip.voice),
    }


class _Entries:
    """The entries of an open archive, looked up by name and checked before anything is read."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, raw: IO[bytes]) -> None:
        self.path, self._archive, self._raw = path, archive, raw
        if len(archive.infolist()) > MAX_ENTRIES:
            raise LimitError("the actor file holds too many entries", file=path, stage="bank")

    def damaged(self, what: str) -> InputError:
        return InputError(f"the actor file is damaged: {what}", file=self.path, stage="bank")

    def span(self, name: str) -> tuple[int, int]:
        """First byte of an entry's data in the file, and its length."""
        try:
            info = self._archive.getinfo(name)
        except KeyError as exc:
            raise self.damaged(f"it has no {name}") from exc
        try:
            return entry_span(self._raw, info)
        except ValueError as exc:
            raise self.damaged(str(exc)) from exc

    def document(self) -> dict[str, Any]:
        start, size = self.span(DOCUMENT)
        if size > MAX_DOCUMENT:
            raise LimitError("the actor file's description is too large", file=self.path, stage="bank")
        self._raw.seek(start)
        try:
            document = json.loads(self._raw.read(size).decode("utf-8"))
        except (ValueError, RecursionError) as exc:
            raise self.damaged("its description is not JSON") from exc
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise self.damaged(f"its schema is not {SCHEMA}")
        return document

    def array(self, name: str, *, mapped: bool = False) -> npt.NDArray[Any]:
        """An array of numbers or text; never of objects."""
        start, size = self.span(f"arrays/{name}.npy")
        if size > MAX_ARRAY:
            raise LimitError(f"the actor file's {name} is too large", file=self.path, stage="bank")
        try:
            return read_stored(self.path, self._raw, (start, size), mapped=mapped)
        except ValueError as exc:
            raise self.damaged(f"{name} {exc}") from exc


def _read(path: Path, entries: _Entries) -> Bank:
    document = entries.document()
    if document.get("features") != list(FEATURES):
        raise InputError(
            "the actor file describes phones in another way than this version; build it again", file=path, stage="bank"
        )
    rows = _rows(entries)
    try:
        clips = tuple(_clip(item) for item in document["clips"])
        named = [str(name) for name in document["arrays"]]
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise entries.damaged("its clips are not described") from exc
    frames = len(rows["clip"])
    if frames and not (rows["clip"].min() >= 0 and rows["clip"].max() < len(clips)):
        raise entries.damaged("its frames belong to clips that it does not name")
    start, size = entries.span(CROPS)
    if frames and int(rows["spans"].max()) > size:
        raise entries.damaged("its crops are cut off")
    model = {name[6:]: entries.array(name) for name in named if name.startswith("model_")}
    table = {name[6:]: entries.array(name) for name in named if name.startswith("table_")}
    context = ContextModel.from_arrays(model) if model else None
    if context is not None and context.outputs != rows["components"].shape[1]:
        raise entries.damaged("its context model does not fit its components")
    pose = Poses(*(_floats(rows[name]) for name in ("scale", "rotation", "translation")))
    return Bank(
        clips=clips,
        clip=rows["clip"].astype(np.int64),
        frame=rows["frame"].astype(np.int64),
        time=rows["time"].astype(np.float64),
        landmarks=rows["landmarks"],
        pose=pose,
        mouth=_floats(rows["mouth"]),
        sharpness=_floats(rows["sharpness"]),
        components=_floats(rows["components"]),
        sound=_floats(rows["sound"]),
        basis=MouthBasis(_floats(rows["basis_centre"]), _floats(rows["basis_pictures"])),
        model=context,
        table=VisemeTable.from_arrays(table),
        crops=CropStore(path, start, rows["spans"].astype(np.int64), rows["boxes"].astype(np.int32)),
    )


def _floats(value: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    return np.asarray(value, np.float32)


def _rows(entries: _Entries) -> dict[str, npt.NDArray[Any]]:
    """The arrays that every actor file has, of the right kind and shape, and finite."""
    rows: dict[str, npt.NDArray[Any]] = {}
    frames = -1
    for name, (kind, shape) in _ROWS.items():
        value = entries.array(name, mapped=name in _MAPPED)
        if frames < 0:
            frames = len(value) if value.ndim else 0
        wanted = tuple(frames if side is None else side for side in shape)
        fits = value.ndim == len(wanted) and all(w in (-1, g) for w, g in zip(wanted, value.shape, strict=True))
        if not fits or value.dtype.kind != kind or frames > MAX_FRAMES:
            raise entries.damaged(f"{name} has the wrong shape")
        if kind == "f" and name not in _MAPPED and not np.isfinite(value).all():
            raise entries.damaged(f"{name} holds values that are not finite")
        rows[name] = value
    if not frames:
        raise entries.damaged("it holds no frame")
    if len(rows["basis_pictures"]) > MAX_COMPONENTS or rows["components"].shape[1] != len(rows["basis_pictures"]):
        raise entries.damaged("its components do not fit their pictures")
    return rows


def _clip(item: Mapping[str, Any]) -> Clip:
    known = {"name", "digest", "frames", "rate", "start", "cue", "voice"}
    rate, start, frames = float(item["rate"]), float(item["start"]), int(item["frames"])
    if not (0 < rate < 10_000 and abs(start) < 1e9 and 0 < frames <= MAX_FRAMES):
        raise ValueError("numbers out of range")
    extra = {key: value for key, value in item.items() if key not in known}
    voice = tuple(float(value) for value in item.get("voice", ()))
    if not all(map(math.isfinite, voice)):
        raise ValueError("a voice is not finite")
    cue = CueSheet.from_json(item["cue"])
    return Clip(str(item["name"]), str(item["digest"]), frames, rate, start, cue, voice, extra)
