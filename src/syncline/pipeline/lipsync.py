"""SyncNet shown a clip: its crops are cut while the pictures are decoded once more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from syncline.events import Listener, Progress, timed
from syncline.face.tracks import FaceTrack
from syncline.media.info import MediaInfo
from syncline.media.read import read_pictures
from syncline.quality.syncnet import SyncNetFigures, load_syncnet, measure_syncnet
from syncline.quality.syncnet.crop import FaceBoxes, Pixels, crop, face_boxes

STAGE = "syncnet"
PROGRESS_EVERY = 25  # pictures


def syncnet_figures(
    weights: str | Path,
    info: MediaInfo,
    face: FaceTrack,
    times: npt.NDArray[np.float64],
    cuts: tuple[int, ...],
    y16k: npt.NDArray[np.float32],
    on_event: Listener,
) -> SyncNetFigures:
    """LSE-D, LSE-C and offset of one face of a clip.

    weights : in the official layout. times : (T,) s of its pictures on the sound's clock.

    Raises what `load_syncnet` raises.
    """
    net = load_syncnet(weights)
    runs = face_boxes(face.landmarks, times, cuts)
    total = sum(len(run) for run in runs)
    done = 0

    def crops(run: FaceBoxes) -> Iterator[Pixels]:
        nonlocal done
        order = [int(number) for number in run.pictures]
        for place, picture in enumerate(read_pictures(info, order)):
            yield crop(picture, float(run.x[place]), float(run.y[place]), float(run.half[place]))
            done += 1
            if done % PROGRESS_EVERY == 0:
                on_event(Progress(STAGE, done, total))

    with timed(STAGE, on_event):
        return measure_syncnet(net, ((run, crops(run)) for run in runs), y16k)
