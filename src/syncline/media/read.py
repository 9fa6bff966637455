"""Reading: pictures one by one in any order, and the whole sound.

Memory does not grow with the clip. A run forwards decodes each picture once; a jump seeks to the key frame before it.
A run backwards (bounce) is cut into chunks that fit `Limits.held_bytes` (64 MB: 20 pictures of 1080x1920, 160 of 512²);
each chunk is decoded from the key frame before it, so with key frames G apart and chunks of K pictures it costs about
G / (2 K) + 1 decodings a picture: 7 at 1080x1920 with a key frame every 250, near 1 at 512² with one a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import av

from syncline.errors import InputError
from syncline.events import Listener, Note, silent
from syncline.media.decode import Decoder
from syncline.media.info import MediaInfo, VideoStream
from syncline.media.picture import Picture
from syncline.media.planes import picture_of
from syncline.media.probe import need_picture
from syncline.media.sound import Sound, analysis_sound
from syncline.media.soundread import read_sound
from syncline.media.still import read_still
from syncline.media.tonemap import tone_mapped

__all__ = ["Sound", "analysis_sound", "read_pictures", "read_sound"]


@dataclass(frozen=True)
class _Run:
    """order[first:last], all going forwards (or standing) or all going backwards."""

    first: int
    last: int
    backwards: bool


def read_pictures(
    info: MediaInfo, order: Sequence[int] | None = None, *, threads: int = 0, on_event: Listener = silent
) -> Iterator[Picture]:
    """Yield pictures of a plate in an order.

    Parameters
    ----------
    info : what `probe` found; says also whether missing pictures are accepted (the last good one is repeated).
    order : frame numbers; may stand, skip, loop and go backwards. None: all, in order.
    threads : of the decoder; 0: as many as there are cores.
    on_event : told once how many pictures were missing or damaged.

    Raises InputError where a picture cannot be decoded, or has another size than the first.
    """
    stream = need_picture(info)
    if stream.still:
        yield from repeat(read_still(info), 1 if order is None else len(order))
        return
    wanted: Sequence[int] = range(stream.frames) if order is None else order
    for index in wanted if order is not None else ():
        if not 0 <= index < stream.frames:
            raise IndexError(f"frame {index} of {stream.frames}")
    with Decoder(info, stream, threads) as decoder:
        held: Picture | None = None
        for run in _runs(wanted):
            chunk = wanted[run.first : run.last]
            pictures = _backwards(decoder, stream, chunk) if run.backwards else _forwards(decoder, stream, chunk, held)
            for picture in pictures:
                held = picture
                yield picture
        if decoder.repaired:
            on_event(Note("decode", f"{decoder.repaired} damaged or missing pictures of the plate were made up for"))


def _runs(order: Sequence[int]) -> Iterator[_Run]:
    """Split an order into the longest runs of one direction."""
    first, count = 0, len(order)
    while first < count:
        last = first + 1
        backwards = last < count and order[last] < order[first]
        if backwards:
            while last < count and order[last] <= order[last - 1]:
                last += 1
            # One step back and on again is a loop's jump, not a run backwards.
            if last - first == 2:
                last, backwards = first + 1, False
        else:
            while last < count and order[last] >= order[last - 1]:
                last += 1
        yield _Run(first, last, backwards)
        first = last


def _forwards(decoder: Decoder, stream: VideoStream, order: Sequence[int], held: Picture | None) -> Iterator[Picture]:
    for index in order:
        if held is None or held.index != index:
            held = _picture(decoder.frame(index), index, stream)
        yield held


def _backwards(decoder: Decoder, stream: VideoStream, order: Sequence[int]) -> Iterator[Picture]:
    room = max(1, decoder.limits.held_bytes // stream.layout.frame_bytes(stream.height, stream.width))
    position = 0
    while position < len(order):
        top = order[position]
        low = max(order[-1], top - room + 1)
        end = position
        while end < len(order) and order[end] >= low:
            end += 1
        pictures = {i: _picture(decoder.frame(i), i, stream) for i in sorted(set(order[position:end]))}
        while position < end:
            index = order[position]
            position += 1
            picture = pictures[index]
            if position == end or order[position] != index:
                del pictures[index]
            yield picture


def _picture(frame: av.VideoFrame, index: int, stream: VideoStream) -> Picture:
    if (frame.width, frame.height) != (stream.coded_width, stream.coded_height):
        raise InputError(
            f"the picture changes its size from {stream.coded_width}x{stream.coded_height} to "
            f"{frame.width}x{frame.height}; cut the clip there and give the parts one by one",
            stage="decode",
            at=f"picture {index}",
        )
    if frame.format.name != stream.coded_format:
        raise InputError(
            f"the picture changes its pixel format from {stream.coded_format} to {frame.format.name}; "
            "convert the clip to one format first",
            stage="decode",
            at=f"picture {index}",
        )
    return tone_mapped(frame, index, stream) if stream.tone_mapped else picture_of(frame, index, stream)
