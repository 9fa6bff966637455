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

from syncline.render import colour, finish, grain, lips, lock, mask, warp
from syncline.render.layout import CONTROL, FaceLayout

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
    inner = mask.within(mask.bounds(area, box[2], box[3]), box)
    if inner[2] - inner[0] < 4 or inner[3] - inner[1] < 4:
        return after
    alpha = mask.feathered(area, inner, settings.feather * iod) * np.float32(weight)
    cut = mask.part(inner, box)
    ground = after[cut]
    drawn = np.zeros(ground.shape, np.float32)
    here, seam = (None, None) if close <= 0.0 else lips.closing(target, inner, iod, close)
    for source in sources:
        pixels, covered = matched(ground, inner, plate, source, target, here, settings)
        drawn = np.asarray(cv2.scaleAdd(pixels, source.share, drawn), np.float32)
        alpha = alpha if covered is None else alpha * covered
    if seam is not None:
        drawn = lips.joined(drawn, seam)
    skin = cv2.resize(finish.skin_weight(target, inner, iod, 2), (ground.shape[1], ground.shape[0])) > 0.5
    if settings.lip_colour:
        drawn = finish.with_plate_lips(drawn, ground, inner, plate.landmarks, target, iod)
    if settings.grain:
        scale = iod / max(1.0, min(finish.eye_distance(source.landmarks) for source in sources))
        drawn = grain.matched(drawn, ground, skin, scale, seed)
    if settings.matte:
        alpha = alpha * finish.seen_skin(ground, drawn, skin, mask.feathered(area, inner, 0.25 * iod), iod)
    result = after.copy()
    result[cut] = finish.mixed(ground, drawn, alpha)
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
    whole, box = box, mask.within(mask.bounds(outline, box[2], box[3]), box)
    if box[2] - box[0] < 2 or box[3] - box[1] < 2:
        return before
    grid = warp.Grid(box, max(3, round(settings.cell * iod)))
    control = list(CONTROL)
    points = np.concatenate([target[control, :2], outline])
    values = np.concatenate([plate.landmarks[control, :2] - target[control, :2], np.zeros_like(outline)])
    nodes = grid.nodes()
    field_ = warp.fit_displacement(points, values, nodes.reshape(-1, 2), iod, settings.ridge).reshape(nodes.shape)
    taper = mask.feathered(outline, box, settings.taper * iod)
    # One plane at a time: twice as fast as pairs.
    x = grid.enlarge(np.ascontiguousarray(field_[..., 0])) * taper
    y = grid.enlarge(np.ascontiguousarray(field_[..., 1])) * taper
    x += np.arange(box[0] - whole[0], box[2] - whole[0], dtype=np.float32)
    y += np.arange(box[1] - whole[1], box[3] - whole[1], dtype=np.float32)[:, None]
    after = before.copy()
    after[mask.part(box, whole)] = cv2.remap(before, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return after


def matched(
    ground: Pixels,
    box: Box,
    plate: Plate,
    source: Source,
    target: Floats,
    here: Floats | None,
    settings: Settings,
) -> tuple[Floats, Floats | None]:
    """A source warped to the target and brought to the plate's colour, over `box`.

    here : (h, w, 2) float32 px or None, where in the warped source each pixel is read (None: at its own place).

    Returns
    -------
    drawn : (h, w, 3) float32 BGR.
    covered : (h, w) float32 in 0..1, 0 where the source's crop does not reach; None where it reaches everywhere.
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
    # On the coarse grid from px of the source's frame to px of its crop: a thousandth of the work on all pixels.
    xy = grid.enlarge(field_.reshape(nodes.shape) - np.array(source.origin, np.float32))
    if here is not None:
        xy = warp.resample(xy, box, here)
    covered = warp.reach(xy, source.crop.shape, 0.04 * finish.eye_distance(source.landmarks))
    drawn = warp.sample_area(source.crop, xy, finish.eye_distance(source.landmarks) / iod)
    factor = max(1, round(iod / 60))
    small_ground, small_drawn = colour.shrink(ground, factor), colour.shrink(drawn, factor)
    skin = finish.skin_weight(target, box, iod, factor)
    offset = colour.mean_offset(small_ground, small_drawn, skin)
    return np.asarray(cv2.add(drawn, (*offset.tolist(), 0.0), dtype=cv2.CV_32F), np.float32), covered


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
    return np.asarray(cv2.add(crop, laid, dtype=cv2.CV_8U), np.uint8)
