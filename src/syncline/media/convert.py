"""From pictures to the frames that an encoder takes: depth, chroma, even sides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from syncline.media.info import ColourTags, VideoStream
from syncline.media.picture import Picture, Plane
from syncline.media.pixels import LAYOUTS, PixelLayout, weights_of
from syncline.media.planes import frame_of, tag

# 8x8 ordered dither (Bayer 1973), thresholds 0..63.
_BAYER = np.array(
    [
        [0, 32, 8, 40, 2, 34, 10, 42],
        [48, 16, 56, 24, 50, 18, 58, 26],
        [12, 44, 4, 36, 14, 46, 6, 38],
        [60, 28, 52, 20, 62, 30, 54, 22],
        [3, 35, 11, 43, 1, 33, 9, 41],
        [51, 19, 59, 27, 49, 17, 57, 25],
        [15, 47, 7, 39, 13, 45, 5, 37],
        [63, 31, 55, 23, 61, 29, 53, 21],
    ],
    dtype=np.uint16,
)


@dataclass(frozen=True)
class Target:
    """What the encoder is given: its pixel format, size and tags; `notes` say what that changes."""

    encoder: str
    pixel_format: str
    width: int
    height: int
    colour: ColourTags
    notes: tuple[str, ...] = ()


def choose_target(codec: str, like: VideoStream, ten_bit: bool) -> Target:
    """What a codec can take of pictures like these, and what players can play."""
    if codec == "ffv1":
        return _lossless(like)
    layout, notes = like.layout, []
    colour = like.colour
    if layout.kind == "rgb":
        colour = ColourTags("bt709", "bt709", "bt709", False)
        notes.append("RGB is written as Y'CbCr BT.709, which every player shows right")
    if codec == "prores":
        if layout.pixel_format != "yuv422p10le":
            notes.append(f"{layout.pixel_format} is written as 10-bit 4:2:2, which is ProRes 422 HQ")
        width = like.width + like.width % 2
        return Target("prores_ks", "yuv422p10le", width, like.height, colour, _padding(notes, like, width, like.height))
    deep = ten_bit and layout.depth > 8
    if layout.depth > 8 and not deep:
        notes.append(f"{layout.depth}-bit pictures are dithered to 8 bits, which every H.264 player takes")
    elif layout.depth > 10:
        notes.append(f"{layout.depth}-bit pictures are dithered to 10 bits")
    if layout.kind == "yuv" and (layout.shift_x, layout.shift_y) != (1, 1):
        notes.append("chroma is written at 4:2:0, which every H.264 player takes")
    width, height = like.width + like.width % 2, like.height + like.height % 2
    pixels = "yuv420p10le" if deep else "yuv420p"
    return Target("libx264", pixels, width, height, colour, _padding(notes, like, width, height))


def _lossless(like: VideoStream) -> Target:
    layout = like.layout
    pixels = "bgr0" if layout.pixel_format == "gbrp" else layout.pixel_format
    notes: tuple[str, ...] = ()
    if like.pixel_aspect != 1:  # PyAV gives no way to set what the container would say
        notes = (f"the pixel aspect {like.pixel_aspect} cannot be written with FFV1: players show square pixels",)
    return Target("ffv1", pixels, like.width, like.height, like.colour, notes)


def _padding(notes: list[str], like: VideoStream, width: int, height: int) -> tuple[str, ...]:
    if (width, height) != (like.width, like.height):
        notes.append(
            f"{like.width}x{like.height} has an odd side, which the codec cannot hold: "
            f"it is written as {width}x{height}, the last column or row repeated"
        )
    return tuple(notes)


class Converter:
    """Makes encoder frames of pictures; one a writer (it keeps a scaler, so it is not for several threads)."""

    def __init__(self, target: Target, like: VideoStream) -> None:
        self._target, self._like = target, like
        self._scaler = VideoReformatter()

    def frame(self, picture: Picture) -> av.VideoFrame:
        """A new frame in the target's pixel format, tagged; samples are copied, not converted, where they can be."""
        target = self._target
        planes, layout = picture.planes, picture.layout
        depth = LAYOUTS[target.pixel_format].depth if target.pixel_format in LAYOUTS else 8
        if layout.depth > depth:
            planes = tuple(dithered(plane, layout.depth, depth) for plane in planes)
            layout = LAYOUTS[replace(layout, depth=depth).pixel_format]
        if layout.kind == "grey" and target.encoder != "ffv1":
            # By hand: FFmpeg's scaler takes every grey picture for full range.
            planes, layout = _neutral_chroma(planes[0], layout.depth)
        frame = frame_of(planes, layout, target.width, target.height)
        if layout.pixel_format == target.pixel_format:
            tag(frame, target.colour)
            return frame
        return self._reformatted(frame, layout, picture)

    def _reformatted(self, frame: av.VideoFrame, layout: PixelLayout, picture: Picture) -> av.VideoFrame:
        target = self._target
        tag(frame, picture.colour)
        source_range = 2 if picture.colour.full_range or layout.kind == "rgb" else 1
        target_range = 2 if target.colour.full_range or target.pixel_format == "bgr0" else 1
        matrix = {"bt601": 5, "bt709": 1, "bt2020": 9, "smpte240m": 7, "fcc": 4}
        made = self._scaler.reformat(
            frame,
            format=target.pixel_format,
            src_colorspace=matrix[weights_of(picture.colour.matrix, picture.height)],
            dst_colorspace=matrix[weights_of(target.colour.matrix, picture.height)],
            src_color_range=source_range,
            dst_color_range=target_range,
            interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP,
        )
        tag(made, target.colour)
        return made


def _neutral_chroma(luma: Plane, depth: int) -> tuple[tuple[Plane, ...], PixelLayout]:
    """Grey as 4:2:0, both chroma planes at their middle."""
    layout = PixelLayout("yuv", 1, 1, depth)
    chroma = cast(Plane, np.full(layout.plane_shape(1, *luma.shape), 1 << (depth - 1), layout.dtype))
    return (luma, chroma, chroma), layout


def dithered(plane: Plane, depth: int, target_depth: int) -> Plane:
    """Samples of `depth` bits as `target_depth` bits, by ordered dither: flat areas keep their mean, gradients show no
    bands. Deterministic, and still from picture to picture."""
    drop = depth - target_depth
    rows, columns = plane.shape
    threshold = (_BAYER >> (6 - drop)).astype(np.uint16)
    tiled = np.tile(threshold, (-(-rows // 8), -(-columns // 8)))[:rows, :columns]
    total = (plane + tiled) >> drop
    np.minimum(total, (1 << target_depth) - 1, out=total)
    return cast(Plane, total.astype(np.uint8 if target_depth == 8 else np.uint16))
