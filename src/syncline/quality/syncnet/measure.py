"""LSE-D, LSE-C and offset of a clip, streaming: a block of windows at a time, whatever the clip's length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.quality.syncnet.crop import RATE, FaceBoxes
from syncline.quality.syncnet.mfcc import cepstra
from syncline.quality.syncnet.network import CEPSTRA_A_PICTURE, CEPSTRA_A_WINDOW, FEATURES, WINDOW, SyncNet

SHIFT: Final = 15  # pictures either way
SAMPLES_A_PICTURE: Final = 640
BLOCK: Final = 16  # windows held at once: the first layer makes 4.6 MB of each
EPSILON: Final = 1e-6  # added to each difference, as torch's pairwise distance does

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SyncNetTrack:
    """One run of pictures with a face.

    start, end : s. lse_d : smallest mean distance. lse_c : median - smallest. offset : pictures at 25 a second, + = the
    sound is early. curve : mean distance at each shift of the sound from 15 pictures back to 15 on.
    """

    start: float
    end: float
    lse_d: float
    lse_c: float
    offset: int
    curve: tuple[float, ...]


@dataclass(frozen=True)
class SyncNetFigures:
    """SyncNet's measures of a clip: means over its tracks, the offset of the longest one; None where there is none.

    reason : why there are none, else "".
    """

    lse_d: float | None
    lse_c: float | None
    offset_frames: int | None
    tracks: tuple[SyncNetTrack, ...] = ()
    reason: str = ""

    @property
    def offset_ms(self) -> float | None:
        """The offset in ms, + = sound early."""
        return None if self.offset_frames is None else 1000.0 * self.offset_frames / RATE


def measure_syncnet(
    net: SyncNet, runs: Iterable[tuple[FaceBoxes, Iterator[Pixels]]], y16k: npt.NDArray[Any]
) -> SyncNetFigures:
    """Measure a clip.

    runs : each run of pictures with its crops, (224, 224, 3) uint8 BGR, one a picture of the run, in order.
    y16k : (n,) the sound, mono 16 kHz, on the clock of the pictures.

    Definition: features of 5 pictures and of 20 frames of cepstra (0.2 s); the distance of each window of pictures to
    the windows of sound from 15 pictures before to 15 after it, zeros beyond the ends; the mean over windows; its
    smallest value is LSE-D, median - smallest is LSE-C, and 15 - its place the offset (syncnet_python, 2020). Unlike
    there, pictures are not stored as JPEG in between, and the face's box is that of our landmarks.
    """
    tracks = []
    for boxes, crops in runs:
        sound = cepstra(np.asarray(y16k)[boxes.first * SAMPLES_A_PICTURE :])
        windows = min(len(boxes), (len(y16k) - boxes.first * SAMPLES_A_PICTURE) // SAMPLES_A_PICTURE) - WINDOW
        if windows > 0:
            tracks.append(_track(net, boxes.first, crops, sound, windows))
    if not tracks:
        return SyncNetFigures(None, None, None, reason="no face is seen for two seconds together while there is sound")
    longest = max(tracks, key=lambda each: each.end - each.start)
    return SyncNetFigures(
        lse_d=round(float(np.mean([each.lse_d for each in tracks])), 4),
        lse_c=round(float(np.mean([each.lse_c for each in tracks])), 4),
        offset_frames=longest.offset,
        tracks=tuple(tracks),
    )


def _track(net: SyncNet, first: int, crops: Iterator[Pixels], sound: Floats, windows: int) -> SyncNetTrack:
    total = np.zeros(2 * SHIFT + 1)
    for start, lips in _lip_features(net, crops, windows):
        heard = _sound_features(net, sound, start - SHIFT, start + len(lips) + SHIFT, windows)
        for shift in range(2 * SHIFT + 1):
            total[shift] += _distances(lips, heard[shift : shift + len(lips)]).sum()
    curve = total / windows
    best = int(curve.argmin())
    return SyncNetTrack(
        start=first / RATE,
        end=(first + windows + WINDOW) / RATE,
        lse_d=round(float(curve[best]), 4),
        lse_c=round(float(np.median(curve) - curve[best]), 4),
        offset=SHIFT - best,
        curve=tuple(round(float(value), 4) for value in curve),
    )


def _lip_features(net: SyncNet, crops: Iterator[Pixels], windows: int) -> Iterator[tuple[int, Floats]]:
    """Blocks of features of the pictures, each with the number of its first window."""
    held: list[Pixels] = []
    start = 0
    for crop in crops:
        held.append(crop)
        count = min(BLOCK, windows - start)
        if count > 0 and len(held) == count + WINDOW - 1:
            yield start, net.lips(np.stack(held))
            start += count
            held = held[-(WINDOW - 1) :]
        if start >= windows:
            return


def _sound_features(net: SyncNet, sound: Floats, first: int, last: int, windows: int) -> Floats:
    """(last - first, 1024) features of windows of sound; zeros before the first one and behind the last."""
    features = np.zeros((last - first, FEATURES), np.float32)
    low, high = max(first, 0), min(last, windows)
    if high > low:
        starts = np.arange(low, high) * CEPSTRA_A_PICTURE
        features[low - first : high - first] = net.sound(np.stack([sound[at : at + CEPSTRA_A_WINDOW] for at in starts]))
    return features


def _distances(a: Floats, b: Floats) -> Doubles:
    """Euclidean distance of each pair of rows."""
    difference = a.astype(np.float64) - b + EPSILON
    return np.asarray(np.sqrt((difference**2).sum(axis=1)), np.float64)
