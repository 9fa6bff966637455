"""Moving and still pictures as `data:` URIs: a file as it is where every browser plays it, else a preview of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np
import numpy.typing as npt

from syncline.events import Listener, Note, Progress
from syncline.media.info import ColourTags, MediaInfo, VideoStream
from syncline.media.options import OutputOptions
from syncline.media.picture import Picture, Plane
from syncline.media.pixels import LAYOUTS
from syncline.media.probe import need_picture
from syncline.media.read import read_pictures, read_sound
from syncline.media.sound import Sound
from syncline.media.write import Writer
from syncline.report.markup import Markup, data_uri
from syncline.report.subject import STAGE, Subject

WHOLE_BYTES: Final = 25 << 20  # a file up to this goes in as it is
HEIGHTS: Final = (720, 540, 360, 240)  # of a preview: the first whose file will be small enough
BITS_A_PIXEL: Final = 0.08  # of a preview, for a guess at its size: talking heads at crf 23 take 0.02 to 0.08
STILL_SIDE: Final = 1440  # px
JPEG_QUALITY: Final = 86
PREVIEW: Final = OutputOptions(video_codec="h264", audio_codec="aac", crf=23, preset="superfast", audio_bitrate=128_000)
SRGB: Final = ColourTags("gbr", "bt709", "iec61966-2-1", full_range=True)
SAME_TIME_S: Final = 0.001
SPARE: Final = 1.25  # a plate up to this many times as long as what the take shows goes in whole

Bytes = npt.NDArray[np.uint8]


def after_video(subject: Subject, on_event: Listener) -> Markup:
    """The take as a `data:` URI."""
    if plays_everywhere(subject.take):
        return _whole(subject.take)
    on_event(Note(STAGE, f"{subject.title} is shown as a preview in H.264: not every browser plays the file itself"))
    sound = None
    if subject.take.audio is not None:
        sound = read_sound(subject.take).from_zero().fitted(subject.video.duration)
    return _preview(subject.take, range(subject.video.frames), subject.video, sound, on_event)


def before_video(subject: Subject, on_event: Listener) -> Markup | None:
    """The plate as the take shows it, frame for frame; None for a still, or where it is not at hand."""
    plate = subject.plate
    if plate is None or need_picture(plate).still:
        return None
    if plays_everywhere(plate) and _goes_along(subject, plate):
        return _whole(plate)
    return _preview(plate, subject.shown, subject.video, _plate_sound(subject, plate), on_event)


def before_still(subject: Subject) -> Markup | None:
    """The portrait that the take was made from, as a `data:` URI; None for footage."""
    if subject.plate is None or not need_picture(subject.plate).still:
        return None
    picture = next(iter(read_pictures(subject.plate)))
    return jpeg(picture.thumbnail(STILL_SIDE)[0])


def has_sound(subject: Subject) -> bool:
    """Whether the plate can be heard as the take shows it: its pictures run on from its first one."""
    plate = subject.plate
    return plate is not None and plate.audio is not None and _in_order(subject.shown)


def jpeg(rgb: Bytes) -> Markup:
    """(h, w, 3) uint8 RGB as a `data:` URI."""
    done, coded = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:  # only where memory is at its end
        raise MemoryError("a picture could not be encoded")
    return data_uri("image/jpeg", coded.tobytes())


def plays_everywhere(info: MediaInfo) -> bool:
    """Whether browsers play the file itself, and it is small enough to be carried along."""
    video, audio = need_picture(info), info.audio
    return (
        info.size_bytes <= WHOLE_BYTES
        and "mp4" in info.container.split(",")
        and info.path.suffix.lower() in (".mp4", ".m4v")
        and video.codec == "h264"
        and video.coded_format in ("yuv420p", "yuvj420p")
        and not video.tone_mapped
        and video.rotation == 0
        and not video.mirrored
        and (audio is None or audio.codec in ("aac", "mp3"))
    )


def _goes_along(subject: Subject, plate: MediaInfo) -> bool:
    """Whether the plate's own file shows, at each time, the picture under the take's."""
    video = need_picture(plate)
    if not _in_order(subject.shown) or video.frames > SPARE * len(subject.shown):
        return False
    first = video.start - plate.start
    times = (float(first + video.seconds(frame)) for frame in subject.shown)
    return all(abs(a - b) < SAME_TIME_S for a, b in zip(times, subject.times, strict=True))


def _in_order(shown: Sequence[int]) -> bool:
    return all(plate == frame for frame, plate in enumerate(shown))


def _whole(info: MediaInfo) -> Markup:
    return data_uri("video/mp4", info.path.read_bytes())


def _plate_sound(subject: Subject, plate: MediaInfo) -> Sound | None:
    """The plate's own sound from its first picture on, as long as the take."""
    if not has_sound(subject):
        return None
    sound = read_sound(plate).from_zero()
    ahead = round((need_picture(plate).start - plate.start) * sound.sample_rate)
    return replace(sound, samples=sound.samples[ahead:]).fitted(subject.video.duration)


def _preview(
    info: MediaInfo, order: Sequence[int], clock: VideoStream, sound: Sound | None, on_event: Listener
) -> Markup:
    """Pictures of a file in an order, at the times of another, small enough to be carried along."""
    video = need_picture(info)
    height = _preview_height(video, len(order))
    side = ceil(height * max(video.width, video.height) / video.height) if video.height > height else 1 << 16
    with tempfile.TemporaryDirectory(prefix="syncline-report-") as folder:
        path = Path(folder) / "preview.mp4"
        pictures = (_shrunk(picture, side) for picture in read_pictures(info, order))
        first = next(pictures)
        like = replace(
            clock,
            width=first.width,
            height=first.height,
            pixel_format="gbrp",
            colour=SRGB,
            pixel_aspect=video.pixel_aspect,
        )
        with Writer(path, like, sound, PREVIEW, total=clock.duration) as writer:
            writer.write(first, Fraction(0))
            for frame, picture in enumerate(pictures, start=1):
                writer.write(picture, clock.seconds(frame))
                on_event(Progress(STAGE, frame + 1, len(order)))
        return data_uri("video/mp4", path.read_bytes())


def _preview_height(video: VideoStream, frames: int) -> int:
    """The largest height at which a preview keeps to the size of files that go in whole."""
    for height in HEIGHTS:
        shrunk = min(1.0, height / video.height)
        if frames * video.width * video.height * shrunk**2 * BITS_A_PIXEL / 8 <= WHOLE_BYTES:
            return height
    return HEIGHTS[-1]


def _shrunk(picture: Picture, side: int) -> Picture:
    """An RGB picture of even size, the longer side at most `side`."""
    rgb, _ = picture.thumbnail(side)
    height, width = rgb.shape[0] - rgb.shape[0] % 2, rgb.shape[1] - rgb.shape[1] % 2
    planes = tuple(cast(Plane, np.ascontiguousarray(rgb[:height, :width, channel])) for channel in (1, 2, 0))
    return Picture(picture.index, picture.time, width, height, planes, LAYOUTS["gbrp"], SRGB)
