"""The stills of `python -m benchmarks portrait`: the demo's astronaut and twelve faces made from frames of clips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.material import DATA, clip
from syncline.face.track import FaceTrack, TrackOptions, track_pictures
from syncline.media.info import ColourTags
from syncline.media.picture import Picture
from syncline.media.pixels import LAYOUTS
from syncline.media.probe import probe
from syncline.media.read import read_pictures
from syncline.timebase import Moment

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Recipe:
    """How a still is made: the frame of a clip, what is done to it, and which face of it (the n-th by size)."""

    clip: str
    frame: int
    made: str = ""
    face: int = 0


STILLS = {
    "closed 512": Recipe("german_news_de.mp4", 132),
    "lower teeth 512": Recipe("german_news_de.mp4", 358),
    "1080p, closed": Recipe("ls1.mp4", 204),
    "1080p, toothy": Recipe("ls1.mp4", 174),
    "glasses, beard": Recipe("opendub.mp4", 79),
    "moustache, tilted": Recipe("astorfi_en.mp4", 105),
    "three-quarter 224": Recipe("vox_00015_en.mp4", 107),
    "224 px": Recipe("vox_681100216_en.mp4", 168),
    "turned 700": Recipe("vrt1.mp4", 4),
    "two faces, microphone": Recipe("debate_2spk_en.mp4", 153),
    "painted": Recipe("german_news_de.mp4", 472, "painted"),
    "greyscale": Recipe("german_news_de.mp4", 132, "grey"),
}


def picture_of(bgr: Image, number: int = 0) -> Picture:
    """Pixels (h, w, 3) BGR as a picture of G, B, R planes."""
    blue, green, red = (np.ascontiguousarray(bgr[..., channel]) for channel in range(3))
    size = (bgr.shape[1], bgr.shape[0])
    return Picture(
        number, Moment(number, Fraction(1, 25)), *size, (green, blue, red), LAYOUTS["gbrp"], ColourTags(matrix="gbr")
    )


def pixels_of(recipe: Recipe) -> Image:
    """The still (h, w, 3) BGR of a recipe."""
    image = next(iter(read_pictures(probe(clip(recipe.clip)), [recipe.frame]))).bgr()
    if recipe.made == "painted":
        return np.asarray(cv2.stylization(image, sigma_s=30, sigma_r=0.08), np.uint8)
    if recipe.made == "grey":
        return np.repeat(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2)
    return image


def face_of(picture: Picture, number: int = 0) -> FaceTrack:
    """The n-th largest face of one picture."""
    return track_pictures([picture], np.zeros(1), options=TrackOptions(max_yaw_degrees=60.0)).faces[number]


def stills(names: tuple[str, ...] = ()) -> Iterator[tuple[str, Picture, FaceTrack]]:
    """Name, picture and face of the stills named, or of all; the astronaut first."""
    if not names or "astronaut" in names:
        source = resources.files("syncline.demonstration") / "astronaut.jpg"
        encoded = np.frombuffer(source.read_bytes(), np.uint8)
        picture = picture_of(np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8))
        yield "astronaut", picture, face_of(picture)
    for name, recipe in STILLS.items():
        if (not names or name in names) and DATA.is_dir():
            picture = picture_of(pixels_of(recipe))
            yield name, picture, face_of(picture, recipe.face)
