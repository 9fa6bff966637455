"""Still pictures as plates: one upright RGB picture of a photograph's file, whatever its colours are stored as."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from syncline.errors import InputError, LimitError
from syncline.media.info import ColourTags, MediaInfo, VideoStream
from syncline.media.limits import Limits
from syncline.media.picture import Picture, Plane
from syncline.media.pixels import LAYOUTS
from syncline.timebase import Moment

FORMATS: Final = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
PROFILED: Final = ("RGB", "CMYK", "L")  # modes whose colour profile is followed
STILL_RATE: Final = Fraction(25)  # frames a second of what is made of a still
LAYOUT: Final = LAYOUTS["gbrp"]
_SRGB: Final = ColourTags("gbr", "bt709", "iec61966-2-1", full_range=True)

Bytes = npt.NDArray[np.uint8]


def still_info(path: Path, size_bytes: int, limits: Limits) -> MediaInfo:
    """What `probe` says of a still: a plate of one picture. Nothing but the header is decoded.

    Raises InputError for what is no picture, LimitError for a picture beyond the limits.
    """
    with _opened(path, limits) as image:
        width, height = image.size
        orientation = _orientation(image)
        if orientation in (5, 6, 7, 8):
            width, height = height, width
        notes = tuple(_notes(image, orientation))
        kind = str(image.format).lower()
    stream = VideoStream(
        index=0,
        codec=kind,
        pixel_format=LAYOUT.pixel_format,
        width=width,
        height=height,
        coded_width=width,
        coded_height=height,
        rotation=0,
        declared_rate=None,
        measured_rate=STILL_RATE,
        variable=False,
        time_base=1 / STILL_RATE,
        start=Fraction(0),
        duration=1 / STILL_RATE,
        frames=1,
        bit_depth=8,
        colour=_SRGB,
        pixel_aspect=Fraction(1),
        times=(0,),
        coded_format=image.mode,
        still=True,
    )
    return MediaInfo(
        path=path,
        container=kind,
        size_bytes=size_bytes,
        video=stream,
        audio=None,
        ignored=(),
        notes=notes,
        limits=limits,
    )


def read_still(info: MediaInfo) -> Picture:
    """Decode a still. Raises InputError where it is damaged or cut off."""
    with _opened(info.path, info.limits) as image:
        rgb = _upright_rgb(image, info.path)
    planes = tuple(cast(Plane, np.ascontiguousarray(rgb[..., channel])) for channel in (1, 2, 0))
    for plane in planes:
        plane.flags.writeable = False
    time = Moment(0, 1 / STILL_RATE)
    return Picture(0, time, rgb.shape[1], rgb.shape[0], planes, LAYOUT, _SRGB)


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[Image.Image]:
    """A picture whose header was read and found acceptable."""
    try:
        with warnings.catch_warnings():
            # A file's faults are told by us, and its size is held against our own limits below.
            warnings.simplefilter("ignore")
            image = Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise LimitError("the picture is far too large; scale it down first", file=path, stage="probe") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InputError(
            "this is no picture that can be read (damaged, or a kind that is not supported); "
            f"save it as {' or '.join(FORMATS[:2])}",
            file=path,
            stage="probe",
        ) from error
    with image:
        width, height = image.size
        if width > limits.max_width or height > limits.max_height or width * height > limits.max_pixels:
            raise LimitError(
                f"the picture is {width}x{height} and the limit is {limits.max_width}x{limits.max_height}; "
                "scale it down first",
                file=path,
                stage="probe",
            )
        yield image


def _upright_rgb(image: Image.Image, path: Path) -> Bytes:
    """(h, w, 3) uint8 sRGB of the first frame, turned as its EXIF says, over white where it is transparent."""
    try:
        image.load()
        upright = ImageOps.exif_transpose(image) or image
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise InputError(
            "the picture is damaged or cut off; copy it again or save it anew", file=path, stage="decode"
        ) from error
    if upright.mode.startswith(("I", "F")):
        return _deep_grey(upright)
    if "A" in upright.mode or "transparency" in upright.info:
        shown = upright.convert("RGBA")
        ground = Image.new("RGBA", shown.size, (255, 255, 255, 255))
        return np.asarray(Image.alpha_composite(ground, shown).convert("RGB"), np.uint8)
    return np.asarray(_in_srgb(upright), np.uint8)


def _deep_grey(image: Image.Image) -> Bytes:
    """16-bit (or wider) grey as 8 bits; what lies beyond 16 bits is clipped."""
    grey = np.asarray(image).astype(np.float64)
    scale = 1.0 if image.mode == "F" and grey.max(initial=0.0) <= 255 else 255.0 / 65535.0
    bytes_ = np.clip(np.rint(grey * scale), 0, 255).astype(np.uint8)
    return np.repeat(bytes_[..., None], 3, axis=2)


def _in_srgb(image: Image.Image) -> Image.Image:
    """A picture by its own colour profile, where it has one that can be followed; else by its plain numbers."""
    transform = _transform(image)
    converted = None if transform is None else ImageCms.applyTransform(image, transform)
    return image.convert("RGB") if converted is None else converted


def _transform(image: Image.Image) -> ImageCms.ImageCmsTransform | None:
    """From a picture's own colours to sRGB; None where it has no profile that can be followed."""
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or image.mode not in PROFILED:
        return None
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), image.mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _orientation(image: Image.Image) -> int:
    """How EXIF says the picture is turned (1: not; 5 to 8: by a quarter); 1 where it cannot be read."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except (OSError, ValueError, SyntaxError, TypeError):
        return 1


def _notes(image: Image.Image, orientation: int) -> Iterator[str]:
    """What the user should know of how the picture is stored."""
    if orientation not in (0, 1):
        yield "the picture is stored turned; it is shown upright, as its EXIF says"
    if image.mode in PROFILED and "icc_profile" in image.info and _transform(image) is None:
        yield "the picture's colour profile cannot be followed; its colours are taken for sRGB"
    if getattr(image, "is_animated", False):
        yield f"the picture is animated; its first of {getattr(image, 'n_frames', 1)} frames is used"
    if "A" in image.mode or "transparency" in image.info:
        yield "the picture's transparent parts are shown over white"
    if image.mode == "CMYK":
        yield "the picture is in CMYK; its colours are brought to RGB"
    if image.mode.startswith(("I", "F")):
        yield "the picture has more than 8 bits; it is shown with 8"
