"""HDR (PQ, HLG) to 8-bit BT.709, by a simple curve.

1. Light of the display, in cd/m²: PQ by SMPTE ST 2084; HLG by ITU-R BT.2100 with a system gamma of 1.2 at 1000 cd/m².
2. Exposure: diffuse white, 203 cd/m² (ITU-R BT.2408), becomes 1.
3. BT.2020 primaries to BT.709 in linear light; what falls outside is clipped at 0.
4. Shoulder on the largest of R, G, B (so hues stay): straight up to 0.6, then 0.6 + 0.4·(1 − exp(−(x − 0.6) / 0.4)).
   Diffuse white comes out at 0.85, 1000 cd/m² at 1.00.
5. Display curve of ITU-R BT.1886 (power 1 / 2.4), then Y'CbCr BT.709, limited range, 4:2:0.
"""

from __future__ import annotations

from functools import lru_cache

import av
import cv2
import numpy as np
import numpy.typing as npt

from syncline.media.display import Orientation
from syncline.media.info import ColourTags, VideoStream
from syncline.media.picture import Picture, Plane
from syncline.media.pixels import LAYOUTS, from_bgr_matrix, kept_layout, to_bgr_matrix, weights_of
from syncline.media.planes import frame_planes, upright
from syncline.timebase import Moment

Floats = npt.NDArray[np.float32]

DIFFUSE_WHITE = 203.0  # cd/m², ITU-R BT.2408
HLG_PEAK = 1000.0  # cd/m²
KNEE = 0.6
# ITU-R BT.2087: linear BT.2020 -> BT.709, for B, G, R order.
_TO_709 = np.array(
    [[1.1187, -0.1006, -0.0182], [-0.0083, 1.1329, -0.1246], [-0.0728, -0.5876, 1.6605]], dtype=np.float32
)
_STEPS = 4096


def tone_mapped(frame: av.VideoFrame, index: int, stream: VideoStream) -> Picture:
    """An upright 8-bit BT.709 4:2:0 picture of an HDR frame."""
    bgr = _signal(frame, stream)
    linear = _curve(stream.tone_mapped)[(bgr * (_STEPS - 1) + 0.5).astype(np.int16)]
    if stream.tone_mapped == "arib-std-b67":
        luma = cv2.transform(linear, np.array([[0.0593, 0.6780, 0.2627]], np.float32))  # BT.2100 OOTF
        linear *= (HLG_PEAK / DIFFUSE_WHITE) * np.power(np.maximum(luma, 1e-6), np.float32(0.2))[..., None]
    light = np.maximum(cv2.transform(linear, _TO_709), 0)
    largest = np.maximum(light.max(axis=2), np.float32(1e-6))
    shown = np.where(largest <= KNEE, largest, KNEE + (1 - KNEE) * -np.expm1(-(largest - KNEE) / (1 - KNEE)))
    light *= (shown / largest).astype(np.float32)[..., None]
    display = np.power(np.clip(light, 0, 1), np.float32(1 / 2.4)) * np.float32(255)
    samples = cv2.transform(display, from_bgr_matrix("bt709", 8, False))
    return _picture(samples, index, stream)


def _signal(frame: av.VideoFrame, stream: VideoStream) -> Floats:
    """(h, w, 3) float32 non-linear B'G'R' on 0..1, stored orientation."""
    stored = kept_layout(frame.format.name)
    if stored is None:
        raise ValueError(f"pixel format {frame.format.name}")
    if frame.format.name != stored.pixel_format:
        frame = frame.reformat(format=stored.pixel_format)
    colour = ColourTags("bt2020nc", full_range=frame.color_range == 2)
    height, width = frame.height, frame.width
    planes = [p.astype(np.float32) for p in frame_planes(frame, stored)]
    full = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in planes]
    matrix = to_bgr_matrix(weights_of(colour.matrix, height), stored.depth, colour.full_range)
    signal: Floats = np.clip(cv2.transform(cv2.merge(full), matrix) / np.float32(255), 0, 1)
    return signal


@lru_cache(maxsize=2)
def _curve(transfer: str) -> Floats:
    """(4096,) float32: signal 0..1 -> linear light (PQ: diffuse white = 1; HLG: scene light 0..1)."""
    signal = np.linspace(0, 1, _STEPS)
    if transfer == "arib-std-b67":
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
        return np.asarray(scene, np.float32)
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = signal ** (1 / m2)
    nits = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return np.asarray(nits / DIFFUSE_WHITE, np.float32)


def _picture(samples: Floats, index: int, stream: VideoStream) -> Picture:
    turn = Orientation(stream.rotation, stream.mirrored)
    luma, *chroma = cv2.split(samples)
    layout = LAYOUTS["yuv420p"]
    planes: list[Plane] = [upright(cv2.add(luma, 0.0, dtype=cv2.CV_8U), turn)]
    rows, columns = layout.plane_shape(1, stream.height, stream.width)
    for plane in chroma:
        turned = upright(plane, turn)
        small = cv2.resize(turned, (columns, rows), interpolation=cv2.INTER_AREA)
        planes.append(cv2.add(small, 0.0, dtype=cv2.CV_8U))
    time = Moment(stream.times[index], stream.time_base)
    return Picture(index, time, stream.width, stream.height, tuple(planes), layout, stream.colour)
