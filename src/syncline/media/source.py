"""Opening a file without trusting it: the one place where FFmpeg is given a path to read.

What stops an attack (each was tried): an absolute path, never a name that FFmpeg reads as a protocol
or a pattern; `protocol_whitelist=file` and `format_whitelist`, so that a playlist under a false name opens nothing;
an allow-list of decoders; `max_pixels` while probing and while decoding.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error

from syncline.errors import InputError, LimitError, MissingInput, StageError
from syncline.media.limits import Limits

if TYPE_CHECKING:
    from av.container import InputContainer

CONTAINERS = ("mov", "matroska", "webm", "mpegts", "mpeg", "avi", "wav", "mp3", "flac", "ogg", "aac", "aiff")
VIDEO_DECODERS = (
    *("h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "prores", "dnxhd", "ffv1", "mjpeg"),
    *("mpeg1video", "mpeg2video", "mpeg4"),
)
AUDIO_DECODERS = (
    *("aac", "mp3", "mp3float", "mp2", "mp2float", "opus", "libopus", "vorbis", "flac", "alac", "ac3", "eac3"),
    *("pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be"),
    *("pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_mulaw", "pcm_alaw"),
)

_PLAYLISTS = {
    b"#EXTM3U": "an HLS playlist",
    b"ffconcat": "a list of files (ffconcat)",
    b"<MPD": "a DASH manifest",
    b"v=0": "a session description (SDP)",
    b"<smil": "a SMIL playlist",
    b"[playlist]": "a playlist",
}
_STILLS = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"8BPS": "Photoshop",
}
UNREADABLE_STILL = "this is a picture in a format that is not supported ({}); save it as JPEG or PNG"
_UNREADABLE = {"HEIC", "HEIF", "AVIF", "Photoshop"}
_STILL_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIF", b"avif": "AVIF"}


def check_path(path: str | Path, limits: Limits) -> tuple[Path, int]:
    """Absolute path and size of a regular, readable, non-empty file within the size limit.

    Raises MissingInput, InputError (directory, device, empty, unreadable) or LimitError (too large).
    """
    if "\0" in str(path):
        raise InputError("the name holds a NUL character, so it names no file", file=path, stage="probe")
    absolute = Path(os.path.abspath(path))
    try:
        status = absolute.stat()
    except FileNotFoundError as error:
        raise MissingInput("there is no such file", file=path, stage="probe") from error
    except OSError as error:
        raise InputError(f"the file cannot be reached ({error.strerror})", file=path, stage="probe") from error
    if stat.S_ISDIR(status.st_mode):
        raise InputError("this is a directory; name a media file in it", file=path, stage="probe")
    if not stat.S_ISREG(status.st_mode):
        raise InputError("this is not a regular file; copy its content to one first", file=path, stage="probe")
    if status.st_size == 0:
        raise InputError("the file is empty", file=path, stage="probe")
    if status.st_size > limits.max_bytes:
        raise LimitError(
            f"the file has {status.st_size:,} bytes and the limit is {limits.max_bytes:,}", file=path, stage="probe"
        )
    if not os.access(absolute, os.R_OK):
        raise InputError("you may not read this file; change its permissions", file=path, stage="probe")
    return absolute, status.st_size


@contextmanager
def open_media(path: str | Path, limits: Limits, *, stage: str = "probe") -> Iterator[InputContainer]:
    """Open a file for reading under the rules above, and close it.

    FFmpeg's errors, in the block too, come out as ours (`InputError`, `StageError` when memory runs out).
    """
    absolute, _ = check_path(path, limits)
    with foreign_errors(absolute, stage), av.open(str(absolute), options=_open_options(limits)) as container:
        yield container


def _open_options(limits: Limits) -> dict[str, str]:
    return {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(CONTAINERS),
        "codec_whitelist": ",".join(VIDEO_DECODERS + AUDIO_DECODERS),
        "max_pixels": str(limits.max_pixels),
        "max_streams": str(max(limits.max_streams, 256)),  # the demuxer's own stop; ours counts and explains
        "probesize": str(limits.probe_bytes),
        "analyzeduration": str(limits.probe_microseconds),
    }


@contextmanager
def foreign_errors(path: Path, stage: str) -> Iterator[None]:
    """Map FFmpeg's errors on to ours, most specific first: the one seam."""
    try:
        yield
    except av.error.MemoryError as error:
        raise StageError("memory ran out while the file was decoded", file=path, stage=stage) from error
    except av.error.PermissionError as error:
        raise InputError("you may not read this file; change its permissions", file=path, stage=stage) from error
    except av.error.FFmpegError as error:
        raise InputError(_fault(path), file=path, stage=stage) from error


def _fault(path: Path) -> str:
    """One sentence on why a file could not be read, by its first bytes."""
    with path.open("rb") as file:
        head = file.read(4096)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, name in _PLAYLISTS.items():
        if text.startswith(mark) or (mark == b"<MPD" and b"<MPD" in head):
            return f"this is {name}, not media; give the media file itself"
    still = still_kind(head)
    if still is not None:
        return UNREADABLE_STILL.format(still)
    if head[4:8] == b"ftyp" and not _has_index(path):
        return "the MP4 is cut off before its index (moov), so nothing in it can be decoded; copy it again"
    return "this is not a media file that can be read (unknown, damaged or cut off)"


def is_still(path: Path) -> bool:
    """Whether a file is a photograph, by its first bytes.

    Raises InputError for a kind that cannot be read (HEIC and AVIF would open as a clip of one picture).
    """
    with path.open("rb") as file:
        still = still_kind(file.read(16))
    if still in _UNREADABLE:
        raise InputError(UNREADABLE_STILL.format(still), file=path, stage="probe")
    return still is not None


def still_kind(head: bytes) -> str | None:
    """Name of the still-image format that a file's first bytes show, or None."""
    if head[4:8] == b"ftyp":
        return _STILL_BRANDS.get(head[8:12])
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    return next((name for mark, name in _STILLS.items() if head.startswith(mark)), None)


def _has_index(path: Path) -> bool:
    """Whether a moov box stands among the top-level boxes of an MP4."""
    size = path.stat().st_size
    with path.open("rb") as file:
        position = 0
        for _ in range(1000):
            file.seek(position)
            box = file.read(16)
            if len(box) < 8:
                return False
            if box[4:8] == b"moov":
                return True
            length = int.from_bytes(box[:4], "big")
            if length == 1 and len(box) == 16:
                length = int.from_bytes(box[8:], "big")
            if length < 8 or position + length > size:
                return False
            position += length
    return False
