"""Pixel layouts: how the planes of a picture are stored, and the matrices between Y'CbCr and R'G'B'.

Names are FFmpeg's. Only planar layouts are kept; anything else is converted once, losslessly, when it is decoded.
Planes: Y, Cb, Cr ("yuv"), Y ("grey"), or G, B, R ("rgb", FFmpeg's gbrp).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

# Kr, Kb of ITU-R BT.601-7, BT.709-6, BT.2020-2, SMPTE 240M and FCC 73.682.
LUMA_WEIGHTS = {
    "bt601": (0.299, 0.114),
    "bt709": (0.2126, 0.0722),
    "bt2020": (0.2627, 0.0593),
    "smpte240m": (0.212, 0.087),
    "fcc": (0.30, 0.11),
}
# FFmpeg's names of matrices -> the weights above.
MATRIX_WEIGHTS = {
    "bt709": "bt709",
    "smpte170m": "bt601",
    "bt470bg": "bt601",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
    "smpte240m": "smpte240m",
    "fcc": "fcc",
}
SD_LINES = 576  # untagged pictures up to this height are BT.601, above it BT.709: what every player assumes


@dataclass(frozen=True)
class PixelLayout:
    """How a picture's planes are laid out.

    `kind` is "yuv", "grey" or "rgb"; `shift_x`, `shift_y` are log2 of the chroma subsampling; `depth` is bits a sample.
    """

    kind: str
    shift_x: int
    shift_y: int
    depth: int

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the layout ("yuv420p10le")."""
        tail = "" if self.depth == 8 else f"{self.depth}le"
        if self.kind == "grey":
            return f"gray{tail}"
        if self.kind == "rgb":
            return f"gbrp{tail}"
        return {(0, 0): "yuv444p", (1, 0): "yuv422p", (1, 1): "yuv420p"}[self.shift_x, self.shift_y] + tail

    @property
    def dtype(self) -> type[np.uint8] | type[np.uint16]:
        """Sample type: uint8 up to 8 bits, else uint16."""
        return np.uint8 if self.depth == 8 else np.uint16

    @property
    def plane_count(self) -> int:
        return 1 if self.kind == "grey" else 3

    def plane_shape(self, plane: int, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of a plane of a (height, width) picture; chroma rounds up."""
        if self.kind != "yuv" or plane == 0:
            return height, width
        return -(-height >> self.shift_y), -(-width >> self.shift_x)

    def frame_bytes(self, height: int, width: int) -> int:
        """Bytes that one decoded picture holds."""
        shapes = (self.plane_shape(i, height, width) for i in range(self.plane_count))
        return sum(rows * columns for rows, columns in shapes) * (1 if self.depth == 8 else 2)


def _layouts() -> dict[str, PixelLayout]:
    known: dict[str, PixelLayout] = {}
    for depth in (8, 10, 12):
        shapes = [("yuv", 0, 0), ("yuv", 1, 0), ("yuv", 1, 1), ("grey", 0, 0), ("rgb", 0, 0)]
        for kind, shift_x, shift_y in shapes:
            layout = PixelLayout(kind, shift_x, shift_y, depth)
            known[layout.pixel_format] = layout
    return known


LAYOUTS = _layouts()
# Layouts that are stored another way, and the kept layout that holds all of their samples.
CONVERTED = {
    "yuvj420p": "yuv420p",
    "yuvj422p": "yuv422p",
    "yuvj444p": "yuv444p",
    "yuv440p": "yuv444p",
    "yuvj440p": "yuv444p",
    "yuv411p": "yuv444p",
    "yuvj411p": "yuv444p",
    "nv12": "yuv420p",
    "nv16": "yuv422p",
    "p010le": "yuv420p10le",
    "p210le": "yuv422p10le",
    "yuyv422": "yuv422p",
    "uyvy422": "yuv422p",
    "yuva420p": "yuv420p",
    "yuva422p": "yuv422p",
    "yuva444p": "yuv444p",
    "yuva422p10le": "yuv422p10le",
    "yuva444p10le": "yuv444p10le",
    "yuva444p12le": "yuv444p12le",
    "rgb24": "gbrp",
    "bgr24": "gbrp",
    "bgr0": "gbrp",
    "bgra": "gbrp",
    "rgba": "gbrp",
    "gbrap": "gbrp",
}
FULL_RANGE_FORMATS = frozenset({"yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p", "yuvj411p"})


def kept_layout(pixel_format: str) -> PixelLayout | None:
    """The layout in which a decoded pixel format is kept, or None where it is not supported."""
    return LAYOUTS.get(CONVERTED.get(pixel_format, pixel_format))


def weights_of(matrix: str, height: int) -> str:
    """Key of `LUMA_WEIGHTS` for an FFmpeg matrix name; unknown: BT.601 up to 576 lines, else BT.709."""
    known = MATRIX_WEIGHTS.get(matrix)
    return known if known is not None else ("bt601" if height <= SD_LINES else "bt709")


@lru_cache(maxsize=64)
def to_bgr_matrix(weights: str, depth: int, full_range: bool) -> Matrix:
    """(3, 4) float32: samples (Y, Cb, Cr, 1) of `depth` bits -> B, G, R on 0..255 (ITU-R BT.709-6 item 3, 4)."""
    kr, kb = LUMA_WEIGHTS[weights]
    kg = 1.0 - kr - kb
    peak, middle, luma_zero, luma_span, chroma_span = _ranges(depth, full_range)
    del peak
    y, c = 255.0 / luma_span, 255.0 / chroma_span
    rows = np.array(
        [
            [y, 2 * (1 - kb) * c, 0.0],
            [y, -2 * kb * (1 - kb) / kg * c, -2 * kr * (1 - kr) / kg * c],
            [y, 0.0, 2 * (1 - kr) * c],
        ]
    )
    offset = -rows @ np.array([luma_zero, middle, middle])
    return np.ascontiguousarray(np.column_stack([rows, offset]), dtype=np.float32)


@lru_cache(maxsize=64)
def from_bgr_matrix(weights: str, depth: int, full_range: bool) -> Matrix:
    """(3, 4) float32: B, G, R on 0..255 and 1 -> samples Y, Cb, Cr of `depth` bits."""
    kr, kb = LUMA_WEIGHTS[weights]
    kg = 1.0 - kr - kb
    _, middle, luma_zero, luma_span, chroma_span = _ranges(depth, full_range)
    luma = np.array([kb, kg, kr])
    blue = (np.array([1.0, 0.0, 0.0]) - luma) / (2 * (1 - kb))
    red = (np.array([0.0, 0.0, 1.0]) - luma) / (2 * (1 - kr))
    rows = np.stack([luma * luma_span, blue * chroma_span, red * chroma_span]) / 255.0
    return np.ascontiguousarray(np.column_stack([rows, [luma_zero, middle, middle]]), dtype=np.float32)


def _ranges(depth: int, full_range: bool) -> tuple[float, float, float, float, float]:
    """Peak code, chroma middle, luma zero, luma span, chroma span of a sample depth and range."""
    peak, middle = float((1 << depth) - 1), float(1 << (depth - 1))
    if full_range:
        return peak, middle, 0.0, peak, peak
    unit = float(1 << (depth - 8))
    return peak, middle, 16 * unit, 219 * unit, 224 * unit
