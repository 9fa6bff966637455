"""From FFmpeg's frames to upright planes and back."""

from __future__ import annotations

from typing import cast

import av
import cv2
import numpy as np

from syncline.media.display import FULL_RANGE, MATRICES, PRIMARIES, TRANSFERS, Orientation, code_point
from syncline.media.info import ColourTags, VideoStream
from syncline.media.picture import Picture, Plane
from syncline.media.pixels import PixelLayout, kept_layout
from syncline.timebase import Moment


def frame_planes(frame: av.VideoFrame, layout: PixelLayout) -> list[Plane]:
    """Read-only views on the planes of a frame in a kept layout; no copy (the views keep the frame alive)."""
    planes: list[Plane] = []
    for number, plane in enumerate(frame.planes[: layout.plane_count]):
        rows, columns = layout.plane_shape(number, frame.height, frame.width)
        samples = np.frombuffer(cast(bytes, plane), dtype=layout.dtype)
        stride = plane.line_size // samples.itemsize
        # The last line may be stored without its padding.
        view = np.lib.stride_tricks.as_strided(
            samples, (rows, columns), (stride * samples.itemsize, samples.itemsize), writeable=False
        )
        planes.append(cast(Plane, view))
    return planes


def picture_of(frame: av.VideoFrame, index: int, stream: VideoStream) -> Picture:
    """An upright Picture of a decoded frame (no tone mapping here)."""
    stored = kept_layout(frame.format.name)
    if stored is None:
        raise ValueError(f"pixel format {frame.format.name}")
    if frame.format.name != stored.pixel_format and not frame.format.name.startswith("yuvj"):
        frame = frame.reformat(format=stored.pixel_format, src_color_range=frame.color_range)
    planes = frame_planes(frame, stored)
    turn = Orientation(stream.rotation, stream.mirrored)
    layout = turn.kept(stored, frame.width, frame.height)
    if turn != Orientation():
        planes = [upright(plane, turn) for plane in _full_chroma(planes, stored, layout, frame.height, frame.width)]
    width, height = turn.size(frame.width, frame.height)
    time = Moment(stream.times[index], stream.time_base)
    return Picture(index, time, width, height, tuple(planes), layout, stream.colour)


def upright(plane: Plane, turn: Orientation) -> Plane:
    """A plane turned clockwise, then flipped."""
    codes = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    turned = cv2.rotate(plane, codes[turn.rotation]) if turn.rotation else plane
    if turn.mirrored:
        turned = cv2.flip(turned, 1)
    result = cast(Plane, turned)
    result.flags.writeable = False
    return result


def _full_chroma(planes: list[Plane], stored: PixelLayout, kept: PixelLayout, rows: int, columns: int) -> list[Plane]:
    """Repeat chroma samples where the upright layout is 4:4:4 and the stored one is not: no sample is lost."""
    if stored == kept:
        return planes
    fine = [np.repeat(np.repeat(p, 1 << stored.shift_y, 0), 1 << stored.shift_x, 1) for p in planes[1:]]
    return [planes[0], *(cast(Plane, p[:rows, :columns]) for p in fine)]


def frame_of(planes: tuple[Plane, ...], layout: PixelLayout, width: int, height: int) -> av.VideoFrame:
    """A new frame that holds a copy of the planes; planes smaller than it are extended by their last row and column."""
    frame = av.VideoFrame(width, height, layout.pixel_format)
    for number, source in enumerate(planes):
        plane = frame.planes[number]
        rows, columns = layout.plane_shape(number, height, width)
        samples = np.frombuffer(cast(bytes, plane), dtype=layout.dtype)
        stride = plane.line_size // samples.itemsize
        target = np.lib.stride_tricks.as_strided(
            samples, (rows, columns), (stride * samples.itemsize, samples.itemsize)
        )
        h, w = source.shape
        target[:h, :w] = source
        if w < columns:
            target[:h, w:] = source[:, -1:]
        if h < rows:
            target[h:] = target[h - 1]
    return frame


def tag(frame: av.VideoFrame, colour: ColourTags) -> None:
    """Write colour tags on a frame."""
    frame.colorspace = code_point(MATRICES, colour.matrix)
    frame.color_primaries = code_point(PRIMARIES, colour.primaries)
    frame.color_trc = code_point(TRANSFERS, colour.transfer)
    frame.color_range = FULL_RANGE if colour.full_range else 1
