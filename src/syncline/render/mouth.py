"""Draws one frame of a person's own mouth on a picture of the same person.

The source keeps its mouth: lips, teeth, tongue, chin and lower cheeks come from one real frame as they are. The plate
keeps its pose, its light and everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from syncline.render import colour, grain, lips, lock, mask, matte, warp
from syncline.render.layout import CONTROL, INNER_LIPS, LEFT_EYE, OUTER_LIPS, RIGHT_EYE, SKIN, FaceLayout

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Pose:
    """Place of a face in a picture: px = scale * rotation @ shape + translation."""

    scale: float
    rotation: Floats
    translation: Floats

    def to_face(self, landmarks: Floats) -> Floats:
        """(n, 3) px to the face frame (IOD units)."""
        return np.asarray((landmarks - self.translation) @ self.rotation / self.scale, np.float32)

    def to_image(self, shape: Floats) -> Floats:
        """(n, 3) in the face frame to px."""
        return np.asarray(self.scale * shape @ self.rotation.T + self.translation, np.float32)


@dataclass(frozen=True, eq=False)
class Source:
    """One real frame of the person.

    Attributes
    ----------
    crop : (h, w, 3) uint8 BGR, the lower face at the resolution of its footage.
    origin : (x, y) px of the crop's upper left pixel in its own frame.
    landmarks : (478, 3) float32 px of its own frame.
    shape : (478, 3) float32, face frame, IOD units, already corrected to the plate's measure of this person.
    share : how much of the drawn mouth is this source's (all shares together: 1).
    """

    crop: Pixels
    origin: tuple[int, int]
    landmarks: Floats
    shape: Floats
    share: float = 1.0


@dataclass(frozen=True)
class Settings:
    """How a mouth is drawn; lengths in IOD.

    Attributes
    ----------
    inset : how far inside the jaw's contour the drawn area ends.
    feather : width of its soft edge.
    stiffness : of the slope that the colour offset may have across the face; None: one offset for all of it.
    cell : step of the coarse grid that carries the warps.
    ridge : smoothing of the warps.
    taper : over which length the movement of the plate ends at its outline.
    lip_colour : whether lips of another day's colour are brought to the plate's.
    grain : whether sharpness and grain are matched.
    matte : whether what is no skin stays out of the drawn area.
    lock : whether the nose's pixels correct the pose.
    move_plate : whether jaw and cheeks of the plate follow.
    """

    inset: float = 0.02
    feather: float = 0.10
    stiffness: float | None = 0.3
    cell: float = 0.08
    ridge: float = 0.02
    taper: float = 0.05
    lip_colour: bool = True
    grain: bool = True
    matte: bool = True
    lock: bool = True
    move_plate: bool = True


DEFAULTS = Settings()


@dataclass(frozen=True, eq=False)
class Plate:
    """The picture to draw on.

    Attributes
    ----------
    landmarks : (478, 3) float32 px of the whole picture.
    pose : its pose.
    layout : the person's weights.
    """

    landmarks: Floats
    pose: Pose
    layout: FaceLayout
    shape: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", self.pose.to_face(self.landmarks))


def working_box(plate: Plate, width: int, height: int) -> Box | None:
    """The box that `draw_mouth` needs of a picture of this size, or None where the face is outside it."""
    box = mask.bounds(mask.hull(plate.landmarks, plate.pose.scale), width, height)
    return box if box[2] - box[0] >= 8 and box[3] - box[1] >= 8 else None


def target_landmarks(plate: Plate, sources: Sequence[Source], weight: float) -> Floats:
    """Where the landmarks of the finished picture lie: the plate's above, the source's shape below.

    Returns
    -------
    (478, 3) float32 px
    """
    wanted = sum((source.share * source.shape for source in sources), np.zeros_like(plate.shape))
    moved = (wanted - plate.shape) * (plate.layout.follow * weight)[:, None]
    return np.asarray(plate.landmarks + plate.pose.scale * moved @ plate.pose.rotation.T, np.float32)


def source_places(plate: Plate, source: Source, target: Floats) -> Floats:
    """Where a source's landmarks come to lie: on the target, but the nose where the head's pose puts it.

    Returns
    -------
    (478, 3) float32 px
    """
    layout = plate.layout
    stay = (layout.carry - layout.follow)[:, None]
    return np.asarray(target + stay * (plate.pose.to_image(source.shape) - target), np.float32)


def draw_mouth(
    before: Pixels,
    box: Box,
    plate: Plate,
    sources: Sequence[Source],
    weight: float = 1.0,
    close: float = 0.0,
    seed: int = 0,
    settings: Settings = DEFAULTS,
) -> Pixels:
    """Draw the sources' mouth on a part of a picture.

    Parameters
    ----------
    before : (h, w, 3) uint8 BGR, the plate's pixels of `box` (see `working_box`).
    weight : 0 leaves the plate, 1 draws the whole mouth; between them the shape and the pixels go part of the way.
    close : share of the gap between the lips that is taken away (0: as in the source; 1: the lips shut).
    seed : number of the output frame, for grain.

    Returns
    -------
    (h, w, 3) uint8; equal to `before` outside `mask.hull`.
    """
    if weight <= 0.0 or not sources:
        return before
    iod = plate.pose.scale
    if settings.lock:
        plate = locked(before, box, plate, sources)
    target = target_landmarks(plate, sources, weight)
    after = move_plate(before, box, plate, target, settings) if settings.move_plate else before
    area = mask.drawn_area(target, iod, settings.inset)
    inner = mask.bounds(area, box[2], box[3])
    inner = (max(inner[0], box[0]), max(inner[1], box[1]), inner[2], inner[3])
    if inner[2] - inner[0] < 4 or inner[3] - inner[1] < 4:
        return after
    alpha = mask.feathered(area, inner, settings.feather * iod) * np.float32(weight)
    cut = np.s_[inner[1] - box[1] : inner[3] - box[1], inner[0] - box[0] : inner[2] - box[0]]
    ground = after[cut]
    drawn = np.zeros(ground.shape, np.float32)
    here = None if close <= 0.0 else lips.closing(target, inner, iod, close)
    for source in sources:
        drawn += np.float32(source.share) * matched(ground, inner, plate, source, target, here, settings)
    skin = cv2.resize(skin_weight(target, inner, iod, 2), (ground.shape[1], ground.shape[0])) > 0.5
    if settings.lip_colour:
        drawn = with_plate_lips(drawn, ground, inner, plate, target)
    if settings.grain:
        scale = iod / max(1.0, min(eye_distance(source.landmarks) for source in sources))
        drawn = grain.matched(drawn, ground, skin, scale, seed)
    if settings.matte:
        alpha = alpha * seen_skin(ground, drawn, skin, mask.feathered(area, inner, 0.25 * iod), iod)
    mixed = ground + alpha[..., None] * (drawn - ground)
    result = after.copy()
    result[cut] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return result


def locked(before: Pixels, box: Box, plate: Plate, sources: Sequence[Source]) -> Plate:
    """The plate with its pose moved so that the sources' noses lie on its own."""
    shift = np.zeros(3, np.float32)
    for source in sources:
        predicted = plate.pose.to_image(source.shape)
        found = lock.nose_shift(before, box, predicted, source.crop, source.origin, source.landmarks)
        shift[:2] += np.float32(source.share) * found
    pose = plate.pose
    return Plate(plate.landmarks, Pose(pose.scale, pose.rotation, pose.translation + shift), plate.layout)


def move_plate(before: Pixels, box: Box, plate: Plate, target: Floats, settings: Settings) -> Pixels:
    """The plate with jaw and cheeks moved to the target's; equal to `before` outside the hull."""
    iod = plate.pose.scale
    moved = np.linalg.norm(target[:, :2] - plate.landmarks[:, :2], axis=1) / iod
    outline = mask.hull(plate.landmarks, iod, moved)
    grid = warp.Grid(box, max(3, round(settings.cell * iod)))
    control = list(CONTROL)
    points = np.concatenate([target[control, :2], outline])
    values = np.concatenate([plate.landmarks[control, :2] - target[control, :2], np.zeros_like(outline)])
    nodes = grid.nodes()
    field_ = warp.fit_displacement(points, values, nodes.reshape(-1, 2), iod, settings.ridge).reshape(nodes.shape)
    taper = mask.feathered(outline, box, settings.taper * iod)
    shift = grid.enlarge(field_) * taper[..., None]
    return warp.sample(before, box[:2], warp.pixel_places(box) + shift)


def matched(
    ground: Pixels,
    box: Box,
    plate: Plate,
    source: Source,
    target: Floats,
    here: Floats | None,
    settings: Settings,
) -> Floats:
    """A source warped to the target and brought to the plate's colour, over `box`.

    here : (h, w, 2) float32 px or None, where in the warped source each pixel is read (None: at its own place).
    """
    iod = plate.pose.scale
    grid = warp.Grid(box, max(3, round(settings.cell * iod)))
    nodes = grid.nodes()
    control = list(CONTROL)
    field_ = warp.fit_displacement(
        source_places(plate, source, target)[control, :2],
        source.landmarks[control, :2],
        nodes.reshape(-1, 2),
        iod,
        settings.ridge,
    )
    xy = grid.enlarge(field_.reshape(nodes.shape))
    if here is not None:
        xy = warp.resample(xy, box, here)
    drawn = warp.sample(source.crop, source.origin, xy)
    factor = max(1, round(iod / 60))
    small_ground, small_drawn = colour.shrink(ground, factor), colour.shrink(drawn, factor)
    skin = skin_weight(target, box, iod, factor)
    offset = colour.mean_offset(small_ground, small_drawn, skin)
    if settings.stiffness is None:
        return drawn.astype(np.float32) + offset
    constant, slope = colour.sloped_offset(small_ground, small_drawn, skin, offset, settings.stiffness)
    x = np.linspace(-1.0, 1.0, drawn.shape[1], dtype=np.float32)
    return np.asarray(drawn + (constant + x[None, :, None] * slope), np.float32)


def with_plate_lips(drawn: Floats, ground: Pixels, box: Box, plate: Plate, target: Floats) -> Floats:
    """The drawn picture with lips of the plate's colour."""
    iod = plate.pose.scale
    factor = max(1, round(iod / 60))
    small = colour.shrink(ground, factor)
    other = colour.shrink(np.clip(drawn, 0, 255).astype(np.uint8), factor)
    size = (small.shape[1], small.shape[0])
    tint = colour.lip_tint(
        small, lip_ring(plate.landmarks, box, factor, size) > 0, other, lip_ring(target, box, factor, size) > 0
    )
    if not tint.any():
        return drawn
    ring = lip_ring(target, box, 1, (drawn.shape[1], drawn.shape[0])).astype(np.float32)
    soft = cv2.GaussianBlur(ring, (0, 0), max(0.5, 0.015 * iod))
    return np.asarray(drawn + soft[..., None] * tint, np.float32)


def lip_ring(landmarks: Floats, box: Box, shrink: int, size: tuple[int, int]) -> Pixels:
    """(h, w) uint8, 1 on the red of the lips, at 1/shrink of a box."""
    out = np.zeros((size[1], size[0]), np.uint8)
    corner = np.array(box[:2], np.float32)
    for ring, value in ((OUTER_LIPS, 1), (INNER_LIPS, 0)):
        places = np.round((landmarks[list(ring), :2] - corner) / shrink * 16).astype(np.int32)
        cv2.fillPoly(out, [places], value, shift=4)
    return out


def eye_distance(landmarks: Floats) -> float:
    """Distance between the outer eye corners, px."""
    return float(np.linalg.norm(landmarks[RIGHT_EYE] - landmarks[LEFT_EYE]))


def seen_skin(ground: Pixels, drawn: Floats, skin: npt.NDArray[np.bool_], deep: Floats, iod: float) -> Floats:
    """(h, w) float32 in 0..1: 0 where plate or source show what is no skin, in the outer part of the drawn area.

    deep : (h, w) float32, 0 at the area's edge, 1 where anything may be seen (lips, teeth, beard).
    """
    factor = max(1, round(iod / 90))
    size = (ground.shape[1], ground.shape[0])
    small = colour.shrink(ground, factor)
    there = cv2.resize(skin.astype(np.float32), (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA) > 0.5
    model = matte.SkinModel.measured(small, there.astype(np.float32))
    if model is None:
        return np.ones(ground.shape[:2], np.float32)
    other = colour.shrink(np.clip(drawn, 0, 255).astype(np.uint8), factor)
    foreign = cv2.GaussianBlur(np.maximum(model.foreign(small), model.foreign(other)), (0, 0), 1.0)
    return np.asarray(1.0 - cv2.resize(foreign, size) * (1.0 - deep), np.float32)


def skin_weight(target: Floats, box: Box, iod: float, shrink: int) -> Floats:
    """Where the skin's colour is measured: discs on cheeks and chin, none on the lips."""
    x0, y0, x1, y1 = box
    out = np.zeros((max(1, (y1 - y0) // shrink), max(1, (x1 - x0) // shrink)), np.uint8)
    for x, y in (target[list(SKIN), :2] - np.array([x0, y0], np.float32)) / shrink:
        cv2.circle(out, (round(float(x)), round(float(y))), max(1, round(0.06 * iod / shrink)), 1, -1)
    ring = np.round((target[list(OUTER_LIPS), :2] - np.array([x0, y0], np.float32)) / shrink).astype(np.int32)
    cv2.fillPoly(out, [ring], 0)
    return out.astype(np.float32)


def add_picture(crop: Pixels, origin: tuple[int, int], added: Floats, to_pixels: Floats) -> Pixels:
    """Add a small picture of differences to a crop.

    Parameters
    ----------
    crop, origin : (h, w, 3) uint8 and the px of its upper left pixel in its frame.
    added : (a, b, 3) float32 levels; it should fall to 0 at its edge.
    to_pixels : (2, 3) affine map from px of `added` to px of the crop's frame.
    """
    local = np.asarray(to_pixels, np.float64).copy()
    local[:, 2] -= np.asarray(origin, np.float64)
    laid = cv2.warpAffine(added, local, (crop.shape[1], crop.shape[0]), flags=cv2.INTER_CUBIC)
    return np.asarray(np.clip(np.rint(crop.astype(np.float32) + laid), 0, 255), np.uint8)
