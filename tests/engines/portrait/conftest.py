"""A photograph with a face that comes with the package, and one with closed lips from the real recordings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from syncline.engines.base import TakeRequest
from syncline.face.track import FaceTrack, track_pictures
from syncline.media.info import ColourTags
from syncline.media.picture import Picture
from syncline.media.pixels import LAYOUTS
from syncline.media.probe import probe
from syncline.media.read import read_pictures
from syncline.motion.mouthtrack import MouthTrack
from syncline.speech.cuesheet import CueSheet, Phone
from syncline.timebase import Moment


@dataclass(frozen=True, eq=False)
class Still:
    """A still and the one frame of its track."""

    picture: Picture
    track: FaceTrack


def picture_of(bgr: np.ndarray, number: int = 0) -> Picture:
    blue, green, red = (np.ascontiguousarray(bgr[..., k]) for k in range(3))
    time = Moment(number, Fraction(1, 25))
    height, width = bgr.shape[:2]
    return Picture(number, time, width, height, (green, blue, red), LAYOUTS["gbrp"], ColourTags(matrix="gbr"))


def still_of(bgr: np.ndarray) -> Still:
    picture = picture_of(bgr)
    return Still(picture, track_pictures([picture], np.zeros(1)).faces[0])


@pytest.fixture(scope="session")
def smiling() -> Still:
    """The astronaut of the demo: 512x512, an open smile with teeth."""
    encoded = (resources.files("syncline.demonstration") / "astronaut.jpg").read_bytes()
    return still_of(cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR))


@pytest.fixture(scope="session")
def closed(shared_data: Path) -> Still:
    """A news reader with closed lips, 512x512."""
    info = probe(shared_data / "clips" / "german_news_de.mp4")
    return still_of(next(iter(read_pictures(info, [132]))).bgr())


@pytest.fixture(scope="session")
def request_of() -> Callable[..., TakeRequest]:
    """What an engine is asked: a mouth track, and by default silence."""

    def make(still: Still, mouth: MouthTrack, phones: tuple[Phone, ...] = (), **changes: Any) -> TakeRequest:
        seconds = float(mouth.times[-1]) + 0.04
        cue = CueSheet("en", (), phones or (Phone("sil", 0.0, seconds),), seconds, "by hand")
        values: dict[str, Any] = {
            "times": mouth.times,
            "plate_index": np.zeros(len(mouth), np.int64),
            "track": still.track,
            "plate": None,
            "cue": cue,
            "sound": np.zeros(int(16_000 * seconds), np.float32),
            "mouth": mouth,
            "language": "en",
        }
        return TakeRequest(**(values | changes))

    return make
