"""Face tracks: what pass 1 leaves behind, and how it is kept on disk."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError, MissingInput
from syncline.face.pose import Floats, Poses
from syncline.face.topology import POINTS
from syncline.media.arrays import entry_span, read_stored, stretches, write_array

TRACK_SCHEMA: Final = "syncline.facetrack/1"
TRACKS_SCHEMA: Final = "syncline.facetracks/1"


class Flag(IntFlag):
    """What is special about a face in one frame."""

    NO_FACE = 1  # the face was not found
    YAW = 2  # turned to the side beyond `TrackOptions.max_yaw_degrees`
    SMALL = 4  # IOD below `TrackOptions.min_iod_px`
    OCCLUDED = 8  # a hand, microphone or the like over the mouth
    CUT = 16  # first frame after a scene cut
    BRIDGED = 32  # landmarks interpolated over a short gap
    OFF_FRAME = 64  # lips or chin partly outside the picture


UNDRAWABLE: Final = Flag.NO_FACE | Flag.YAW | Flag.SMALL | Flag.OCCLUDED | Flag.OFF_FRAME


def reasons(flags: int) -> tuple[str, ...]:
    """The names of the flags that are set, in lower case: "no_face", "yaw", ..."""
    return tuple(flag.name.lower() for flag in Flag if flags & flag and flag.name)


@dataclass(frozen=True)
class FaceTrack:
    """One person's face through a plate of T frames.

    id : number of the face in its `Tracks`, from 0.
    landmarks : (T, 478, 3) float32, pixels of the upright picture (z in the same unit), NaN where there is no face.
        They may lie in a file: what reads all of them does so in `media.arrays.stretches`.
    flags : (T,) uint16, bits of `Flag`.
    pose : the skull's place in each frame.
    iod : (T,) float32 pixels, distance between the outer eye corners in three dimensions.
    """

    id: int
    landmarks: Floats
    flags: npt.NDArray[np.uint16]
    pose: Poses
    iod: Floats

    @property
    def drawable(self) -> npt.NDArray[np.bool_]:
        """(T,) bool: frames on which a mouth can be drawn well."""
        drawable: npt.NDArray[np.bool_] = (self.flags & np.uint16(UNDRAWABLE)) == 0
        return drawable

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """(T,) bool: frames with landmarks."""
        present: npt.NDArray[np.bool_] = (self.flags & np.uint16(Flag.NO_FACE)) == 0
        return present

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """(T,) bool: frames whose landmarks are all finite."""
        complete = np.empty(len(self.landmarks), np.bool_)
        for part in stretches(self.landmarks):
            # A sum is finite where all of its terms are.
            complete[part] = np.isfinite(self.landmarks[part].sum(axis=(1, 2)))
        return complete

    def save(self, path: str | Path) -> None:
        """Write the track as an uncompressed .npz without pickles."""
        _save(path, {"schema": np.array(TRACK_SCHEMA), **_arrays(self)})

    @staticmethod
    def load(path: str | Path) -> FaceTrack:
        """Open what `save` wrote; the file stays in place, for landmarks are read from it when they are asked for.

        Raises InputError where the file is something else.
        """
        with _Archive(path, TRACK_SCHEMA) as archive:
            return _track(archive, "")


@dataclass(frozen=True)
class Tracks:
    """All faces of a plate: in falling order of how much of it they fill, with the scene cuts."""

    faces: tuple[FaceTrack, ...]
    cuts: tuple[int, ...]  # frames that begin a new shot
    frames: int

    def save(self, path: str | Path) -> None:
        """Write all tracks as an uncompressed .npz without pickles."""
        arrays: dict[str, Any] = {"cuts": np.array(self.cuts, np.int64), "frames": np.int64(self.frames)}
        for face in self.faces:
            arrays |= {f"{face.id}/{name}": value for name, value in _arrays(face).items()}
        _save(path, {"schema": np.array(TRACKS_SCHEMA), "faces": np.int64(len(self.faces)), **arrays})

    @staticmethod
    def load(path: str | Path) -> Tracks:
        """Open what `save` wrote; the file stays in place, for landmarks are read from it when they are asked for.

        Raises InputError where the file is something else.
        """
        with _Archive(path, TRACKS_SCHEMA) as archive:
            count, frames = archive.number("faces"), archive.number("frames")
            cuts = tuple(int(cut) for cut in archive.array("cuts", "i", (None,)))
            faces = tuple(_track(archive, f"{number}/") for number in range(count))
        if any(len(face.flags) != frames for face in faces):
            raise InputError("The face tracks differ in length from the plate they name.", file=path, stage="track")
        return Tracks(faces, cuts, frames)


def _save(path: str | Path, arrays: dict[str, Any]) -> None:
    """Write a plain .npz in stretches: landmarks that lie in a file are not read into memory."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, value in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                write_array(file, np.asarray(value))


def _arrays(track: FaceTrack) -> dict[str, Any]:
    return {
        "id": np.int64(track.id),
        "landmarks": track.landmarks,
        "flags": track.flags,
        "scale": track.pose.scale,
        "rotation": track.pose.rotation,
        "translation": track.pose.translation,
        "iod": track.iod,
    }


def _track(archive: _Archive, prefix: str) -> FaceTrack:
    landmarks = archive.array(prefix + "landmarks", "f", (None, POINTS, 3), mapped=True)
    frames = len(landmarks)
    pose = Poses(
        archive.array(prefix + "scale", "f", (frames,)),
        archive.array(prefix + "rotation", "f", (frames, 3, 3)),
        archive.array(prefix + "translation", "f", (frames, 3)),
    )
    return FaceTrack(
        archive.number(prefix + "id"),
        landmarks,
        archive.array(prefix + "flags", "u", (frames,)),
        pose,
        archive.array(prefix + "iod", "f", (frames,)),
    )


class _Archive:
    """An .npz opened without pickles, whose schema is known and whose arrays have the shape they should."""

    def __init__(self, path: str | Path, schema: str) -> None:
        self._path = Path(path)
        try:
            self._file = open(path, "rb")  # noqa: SIM115  (closed on exit)
        except FileNotFoundError as exc:
            raise MissingInput("There is no such file.", file=path, stage="track") from exc
        except OSError as exc:
            raise InputError("This file cannot be read.", file=path, stage="track") from exc
        try:
            self._zip = zipfile.ZipFile(self._file)
            found = str(self._stored("schema")[()])
        except (KeyError, OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile) as exc:
            self._file.close()
            raise InputError("This is not a face track file.", file=path, stage="track") from exc
        if found != schema:
            self._file.close()
            raise InputError(f"Expected the schema {schema}, found {found[:60]!r}.", file=path, stage="track")

    def _stored(self, name: str, *, mapped: bool = False) -> npt.NDArray[Any]:
        span = entry_span(self._file, self._zip.getinfo(f"{name}.npy"))
        return read_stored(self._path, self._file, span, mapped=mapped)

    def array(self, name: str, kind: str, shape: tuple[int | None, ...], *, mapped: bool = False) -> npt.NDArray[Any]:
        """An array of a numpy kind ("f", "i", "u") and shape (None: any length), as float32, int64 or uint16.

        mapped : read from the file when asked for.
        """
        try:
            value = self._stored(name, mapped=mapped)
        except (KeyError, ValueError, OSError, EOFError) as exc:
            raise InputError(f"The face track file lacks a readable {name!r}.", file=self._path, stage="track") from exc
        fits = value.ndim == len(shape) and all(
            want is None or want == got for want, got in zip(shape, value.shape, strict=True)
        )
        if value.dtype.kind != kind or not fits:
            raise InputError(f"The face track file's {name!r} has the wrong shape.", file=self._path, stage="track")
        return value.astype({"f": np.float32, "i": np.int64, "u": np.uint16}[kind], copy=False)

    def number(self, name: str) -> int:
        """A count of 0 or more."""
        value = int(self.array(name, "i", ()))
        if value < 0:
            raise InputError(f"The face track file's {name!r} is negative.", file=self._path, stage="track")
        return value

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
