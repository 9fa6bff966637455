"""Edit lists of MP4 and MOV files: by how much a file hides the beginnings of its streams, read box by box.

FFmpeg applies edit lists and does not tell of them; some players ignore them, and then sound and picture shift.
ISO/IEC 14496-12, 8.6.6 (elst), 8.4.2 (mdhd), 8.4.3 (hdlr).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final

MAX_BOXES: Final = 4096  # looked at in one file
MAX_EDITS: Final = 4096  # of one track
MAX_DEPTH: Final = 4  # moov / trak / mdia or edts / leaf
_INSIDE: Final = frozenset({b"moov", b"trak", b"mdia", b"edts"})
_KINDS: Final = {b"vide": "picture", b"soun": "sound"}

Span = tuple[int, int]  # first byte and the one behind the last


@dataclass(frozen=True)
class EditList:
    """What a track's edit list does to its beginning.

    kind : "picture" or "sound". hidden : s of the stream that are not shown, from its first stamp on (an encoder's
    priming, delayed pictures). waited : s before it begins (an empty edit). edits : how many show something.
    """

    kind: str
    hidden: Fraction
    waited: Fraction
    edits: int

    @property
    def shift(self) -> Fraction:
        """By how many seconds the edit list brings the stream forward (negative: back)."""
        return self.hidden - self.waited


@dataclass
class _Track:
    kind: str = ""
    time_base: int = 0
    edits: list[tuple[int, int]] | None = None  # duration in the movie's ticks, media time in the track's; -1: empty


def edit_lists(path: Path) -> tuple[EditList, ...]:
    """The edit lists of a file's picture and sound tracks, in file order; empty for other containers and damaged files.

    Raises OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        file.seek(0, 2)
        walk = _Walk(file)
        try:
            walk.into((0, file.tell()), 0)
        except (struct.error, ValueError):  # cut off, or not what it says: nothing is known
            return ()
    found = []
    for track in walk.tracks:
        if track.kind and track.time_base and walk.movie_base and track.edits:
            found.append(_edit_list(track, walk.movie_base))
    return tuple(found)


def _edit_list(track: _Track, movie_base: int) -> EditList:
    edits = track.edits or []
    waited = Fraction(0)
    hidden = Fraction(0)
    for duration, media_time in edits:
        if media_time >= 0:
            hidden = Fraction(media_time, track.time_base)
            break
        waited += Fraction(duration, movie_base)
    return EditList(track.kind, hidden, waited, sum(media_time >= 0 for _, media_time in edits))


class _Walk:
    """Walks the boxes that lead to edit lists; everything else is skipped, not read."""

    def __init__(self, file: BinaryIO) -> None:
        self.tracks: list[_Track] = []
        self.movie_base = 0
        self._file = file
        self._seen = 0

    def into(self, span: Span, depth: int) -> None:
        for kind, inner in self._boxes(span):
            if kind == b"trak":
                self.tracks.append(_Track())
            if kind in _INSIDE:
                if depth < MAX_DEPTH:
                    self.into(inner, depth + 1)
            elif kind in (b"mvhd", b"mdhd", b"hdlr", b"elst"):
                self._leaf(kind, inner)

    def _boxes(self, span: Span) -> Iterator[tuple[bytes, Span]]:
        at, end = span
        while end - at >= 8 and self._seen < MAX_BOXES:
            self._seen += 1
            size, kind = struct.unpack(">I4s", self._read(at, 8))
            head = 8
            if size == 1:
                (size,) = struct.unpack(">Q", self._read(at + 8, 8))
                head = 16
            elif size == 0:
                size = end - at
            if size < head or at + size > end:
                return
            yield kind, (at + head, at + size)
            at += size

    def _leaf(self, kind: bytes, span: Span) -> None:
        version = self._read(span[0], 1)[0]
        long = version == 1
        if kind == b"mvhd":
            self.movie_base = self._number(span[0] + (20 if long else 12))
        elif not self.tracks:
            return
        elif kind == b"mdhd":
            self.tracks[-1].time_base = self._number(span[0] + (20 if long else 12))
        elif kind == b"hdlr":
            name = _KINDS.get(self._read(span[0] + 8, 4), "")
            self.tracks[-1].kind = self.tracks[-1].kind or name
        else:
            self.tracks[-1].edits = self._edits(span, long)

    def _edits(self, span: Span, long: bool) -> list[tuple[int, int]]:
        form = struct.Struct(">Qq4x" if long else ">Ii4x")
        count = min(self._number(span[0] + 4), MAX_EDITS, (span[1] - span[0] - 8) // form.size)
        block = self._read(span[0] + 8, count * form.size)
        return [(duration, media_time) for duration, media_time in form.iter_unpack(block)]

    def _number(self, at: int) -> int:
        value: int = struct.unpack(">I", self._read(at, 4))[0]
        return value

    def _read(self, at: int, count: int) -> bytes:
        self._file.seek(at)
        return self._file.read(count)
