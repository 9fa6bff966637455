"""How a decoded picture is meant to be seen: its colour tags and which way is up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.sidedata.sidedata import Type as SideDataType

from syncline.errors import InputError
from syncline.media.info import ColourTags
from syncline.media.pixels import LAYOUTS, PixelLayout

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

# ITU-T H.273 code points -> FFmpeg's names.
MATRICES = {
    0: "gbr",
    1: "bt709",
    2: "unknown",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "ycgco",
    9: "bt2020nc",
    10: "bt2020c",
    14: "ictcp",
}
PRIMARIES = {
    1: "bt709",
    2: "unknown",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "film",
    9: "bt2020",
    10: "smpte428",
    11: "smpte431",
    12: "smpte432",
    22: "ebu3213",
}
TRANSFERS = {
    1: "bt709",
    2: "unknown",
    4: "gamma22",
    5: "gamma28",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    9: "log100",
    10: "log316",
    11: "iec61966-2-4",
    12: "bt1361e",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    17: "smpte428",
    18: "arib-std-b67",
}
SUPPORTED_MATRICES = frozenset({"unknown", "bt709", "bt470bg", "smpte170m", "smpte240m", "fcc", "bt2020nc", "bt2020c"})
FULL_RANGE = 2  # AVCOL_RANGE_JPEG


def code_point(names: dict[int, str], name: str) -> int:
    """The H.273 number of a name; 2 (unspecified) where it has none."""
    return next((code for code, known in names.items() if known == name), 2)


def colour_tags(context: VideoCodecContext, frame: av.VideoFrame) -> ColourTags:
    """Tags of the picture itself, else of the stream's header."""

    def first(own: int, header: int) -> int:
        return header if own in (2, -1) else own

    return ColourTags(
        matrix=MATRICES.get(first(frame.colorspace, context.colorspace), "unknown"),
        primaries=PRIMARIES.get(first(frame.color_primaries, context.color_primaries), "unknown"),
        transfer=TRANSFERS.get(first(frame.color_trc, context.color_trc), "unknown"),
        full_range=FULL_RANGE in (frame.color_range, context.color_range),
    )


def refuse_unknown_colour(colour: ColourTags, layout: PixelLayout, path: Path) -> None:
    """Raise InputError for a matrix that would be shown in false colours."""
    if layout.kind == "yuv" and colour.matrix not in SUPPORTED_MATRICES:
        raise InputError(f"the colour matrix {colour.matrix} is not supported", file=path, stage="probe")


@dataclass(frozen=True)
class Orientation:
    """Turn clockwise by `rotation` degrees, then flip left and right if `mirrored`."""

    rotation: int = 0
    mirrored: bool = False

    def __str__(self) -> str:
        return f"turned {self.rotation}° clockwise" + (" and mirrored" if self.mirrored else "")

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Upright width and height of a stored picture."""
        return (height, width) if self.rotation in (90, 270) else (width, height)

    def kept(self, layout: PixelLayout, width: int, height: int) -> PixelLayout:
        """Layout after turning: 4:4:4 where the chroma cells of the stored picture would no longer be cells."""
        if layout.kind != "yuv" or (layout.shift_x, layout.shift_y) == (0, 0) or self == Orientation():
            return layout
        turned_unequal = self.rotation in (90, 270) and layout.shift_x != layout.shift_y
        # An odd side ends in half a cell; turned or flipped, that half would come first.
        odd = (layout.shift_x and width % 2) or (layout.shift_y and height % 2)
        if turned_unequal or odd:
            return LAYOUTS[PixelLayout("yuv", 0, 0, layout.depth).pixel_format]
        return layout


def orientation_of(frame: av.VideoFrame) -> Orientation:
    """Orientation from a picture's display matrix, to the nearest quarter turn."""
    data = frame.side_data.get(SideDataType.DISPLAYMATRIX)  # type: ignore[call-overload]
    if data is None:
        return Orientation()
    a, b, _, c, d, _, _, _, _ = np.frombuffer(bytes(data), dtype=np.int32).astype(float)
    mirrored = a * d - b * c < 0
    if mirrored:  # undo the flip of x, which comes last
        a = -a
    quarter = round(math.degrees(math.atan2(b, a)) / 90) % 4
    return Orientation(90 * quarter, mirrored)
