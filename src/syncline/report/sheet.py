"""The contact sheet: the face on the worst and the best frames, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.media.info import MediaInfo
from syncline.media.picture import Box, Picture
from syncline.media.probe import need_picture
from syncline.media.read import read_pictures
from syncline.report.embed import jpeg
from syncline.report.markup import Markup
from syncline.report.subject import Subject
from syncline.timeline import ContactFrame

AROUND: Final = 0.1  # of the face's size, shown around it
SIDE: Final = 360  # px at most: shown at half of it on sharp screens

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Look:
    """A frame to look at, with its pictures as `data:` URIs; before: None where the plate is not at hand."""

    entry: ContactFrame
    after: Markup
    before: Markup | None


def looks(subject: Subject) -> tuple[Look, ...]:
    """The frames of the contact sheet, decoded from the files themselves."""
    frames = sorted({entry.frame for entry in subject.contact})
    boxes = {entry.frame: entry.box for entry in subject.contact}
    after = _crops(subject.take, frames, boxes, dict(zip(frames, frames, strict=True)))
    before: dict[int, Markup] = {}
    if subject.plate is not None and _same_size(subject.plate, subject.take):
        still = need_picture(subject.plate).still
        before = _crops(subject.plate, frames, boxes, {t: 0 if still else subject.shown[t] for t in frames})
    return tuple(Look(entry, after[entry.frame], before.get(entry.frame)) for entry in subject.contact)


def _crops(
    info: MediaInfo, frames: list[int], boxes: dict[int, Box | None], source: dict[int, int]
) -> dict[int, Markup]:
    """The face of each output frame, on the frame of a file that it shows."""
    made: dict[int, Markup] = {}
    wanted = sorted(set(source.values()))
    for number, picture in zip(wanted, read_pictures(info, wanted), strict=True):
        made.update((t, jpeg(_face(picture, boxes[t]))) for t in frames if source[t] == number)
    return made


def _face(picture: Picture, box: Box | None) -> Bytes:
    """(h, w, 3) uint8 RGB: the box and some of what is around it, the longer side at most `SIDE`."""
    if box is not None:
        x0, y0, x1, y1 = box
        margin = round(AROUND * max(x1 - x0, y1 - y0, 1))
        box = picture.clipped((x0 - margin, y0 - margin, x1 + margin, y1 + margin))
    if box is None or min(box[2] - box[0], box[3] - box[1]) < 8:
        return picture.thumbnail(SIDE)[0]
    crop = picture.bgr(box)[..., ::-1]
    scale = SIDE / max(crop.shape[:2])
    if scale < 1:
        size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
        crop = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
    return crop


def _same_size(a: MediaInfo, b: MediaInfo) -> bool:
    """Whether a box of one is a box of the other (a padded row or column does not matter)."""
    first, second = need_picture(a), need_picture(b)
    return abs(first.width - second.width) <= 1 and abs(first.height - second.height) <= 1
