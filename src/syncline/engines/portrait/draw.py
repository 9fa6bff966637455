"""Draws one output frame of a still: one composed remap of head and face, then the mouth's inside and the lids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.engines.portrait.eyes import Lid
from syncline.engines.portrait.face import Box, StillFace
from syncline.engines.portrait.field import SKIN, FaceField
from syncline.engines.portrait.geometry import MouthGeometry
from syncline.engines.portrait.head import TERMS, HeadField
from syncline.engines.portrait.interior import Interior
from syncline.engines.portrait.matte import head_matte
from syncline.engines.portrait.patch import Patch
from syncline.face.topology import LOWER_INNER, LOWER_OUTER, OVAL, UPPER_INNER, UPPER_OUTER
from syncline.media.picture import Picture
from syncline.render import mask
from syncline.render.warp import Grid, fit_displacement

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

CELL: Final = 0.05  # IOD, step of the coarse grid
TEETH_FOLLOW: Final = 0.6  # of the lower lip's way: what stands on the jaw goes less far than the lip
OWN_WITHIN: Final = 0.015  # IOD of movement from which the inside of an open mouth is wholly drawn anew
STILL_HEAD: Final = np.zeros(TERMS, np.float32)


@dataclass(frozen=True, eq=False)
class Look:
    """What one output frame shows.

    mouth : (4,) opening, width, protrusion, jaw, IOD units.
    tongue : 0..1, its tip raised.
    head : (6,) `head` terms.
    blink : 0..1, lids shut.
    brow : IOD, brows raised.
    """

    mouth: Floats
    tongue: float = 0.0
    head: Floats = field(default_factory=lambda: STILL_HEAD)
    blink: float = 0.0
    brow: float = 0.0


class Painter:
    """Everything about one still that does not depend on the frame, and the drawing; safe from many threads."""

    def __init__(self, picture: Picture, face: StillFace, *, alive: bool) -> None:
        self._face = face
        self._size = (picture.width, picture.height)
        self._head = HeadField(face, self._size)
        self._box = self._region(alive)
        if alive:
            self._head = HeadField(face, self._size, head_matte(picture, face, self._box))
        self._pixels = picture.bgr(self._box)
        self._geometry = MouthGeometry(face)
        self._field = FaceField(face, self._box, max(3, round(CELL * face.scale)))
        self._interior = Interior(picture, face)
        self._skin = np.array(SKIN)
        depth = self._depth()
        nodes = self._field.nodes
        rows, columns = nodes.shape[:2]
        self._head_nodes = self._head.at(nodes.reshape(-1, 2), depth).reshape(TERMS, rows, columns, 2)
        self._head_points = self._head.at(face.landmarks[:, :2], face.landmarks[:, 2])
        self._brows = self._field.brows() if alive else None
        lids = [Lid(face, which) for which in (0, 1)] if alive else []
        self._lids = [lid for lid in lids if lid.usable]

    @property
    def shows_teeth(self) -> bool:
        """Whether the still shows teeth, so that wide mouths can be drawn."""
        return self._interior.shows_teeth

    @property
    def blinks(self) -> bool:
        """Whether the still shows eyes that can blink."""
        return bool(self._lids)

    def _region(self, alive: bool) -> Box:
        landmarks, iod = self._face.landmarks, self._face.scale
        lower = mask.bounds(mask.hull(landmarks, iod), *self._size)
        # A turned face's mouth may come near the outline: its patch must fit in whole.
        mouth = mask.bounds(landmarks[list(UPPER_OUTER + LOWER_OUTER), :2], *self._size, margin=round(0.6 * iod))
        boxes = np.array([lower, mouth, self._head.box()] if alive else [lower, mouth])
        x0, y0 = (int(k) for k in boxes[:, :2].min(axis=0))
        x1, y1 = (int(k) for k in boxes[:, 2:].max(axis=0))
        return x0, y0, x1, y1

    def _depth(self) -> Floats:
        """(nodes,) px: the landmarks' depth on the face, an ellipsoid's around it."""
        face, flat = self._face, self._field.nodes.reshape(-1, 2)
        points = face.landmarks[::3]
        known = fit_displacement(points[:, :2].copy(), points[:, 2:].copy(), flat, face.scale, 0.05)[:, 0]
        ring = cv2.convexHull(face.landmarks[list(OVAL), :2])
        inside = np.array([cv2.pointPolygonTest(ring, (float(x), float(y)), True) for x, y in flat], np.float32)
        share = np.clip(inside / (0.25 * face.scale), 0.0, 1.0)
        around = self._head.ellipsoid(flat)
        return np.asarray(around + share * (known - around), np.float32)

    def draw(self, picture: Picture, look: Look) -> Picture:
        """The still as `look` says; the same picture where nothing is changed."""
        face, geometry = self._face, self._geometry
        moved = face.to_pixels(geometry.moved(look.mouth))
        turned = np.tensordot(look.head, self._head_points, axes=1)
        edges, read = geometry.inner_edges(look.mouth, moved)
        carried = np.stack([turned[list(UPPER_INNER)], turned[list(LOWER_INNER)]])
        edges = edges + carried
        head = np.tensordot(look.head, self._head_nodes, axes=1)
        fields = self._fields(moved, turned, edges, read - edges + carried) - head
        if look.brow != 0.0 and self._brows is not None:
            fields = fields + look.brow * self._brows
        patch = Patch.around(edges, face.scale, self._size)
        below = _below(self._field.nodes, edges, face.scale)[..., None]
        xy = self._places(fields[0] + below * (fields[1] - fields[0]), self._box)
        after = cv2.remap(self._pixels, xy, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        if patch is not None:
            drop = TEETH_FOLLOW * (edges[1, 5] - read[1, 5] - carried[1, 5])
            self._draw_mouth(after, patch, fields, head, drop, look)
        if look.blink > 0.0:
            self._draw_lids(after, xy, turned, look.blink)
        return picture.with_change(self._box, self._pixels, after)

    def _fields(self, moved: Floats, turned: Floats, edges: Floats, inner: Floats) -> Floats:
        """(2, rows, columns, 2) px without the head's part.

        inner : (2, 11, 2) px, displacement at the lips' inner edges.
        """
        places = self._face.landmarks[:, :2] + moved + turned
        skin = self._skin
        lips = []
        for which, outer in enumerate((UPPER_OUTER, LOWER_OUTER)):
            points = np.concatenate([places[list(outer)], edges[which]])
            lips.append((points, np.concatenate([-moved[list(outer)], inner[which]])))
        return self._field.fitted((places[skin], -moved[skin]), lips[0], lips[1])

    def _places(self, field_: Floats, box: Box) -> Floats:
        """(h, w, 2) float32: where in the working crop each pixel of a box is read, from a field on the nodes."""
        grid = self._field.grid
        x0, y0 = grid.box[:2]
        out = np.empty((box[3] - box[1], box[2] - box[0], 2), np.float32)
        rows, columns = slice(box[1] - y0, box[3] - y0), slice(box[0] - x0, box[2] - x0)
        for k in (0, 1):
            out[..., k] = grid.enlarge(np.ascontiguousarray(field_[..., k]))[rows, columns]
        out[..., 0] += np.arange(box[0] - x0, box[2] - x0, dtype=np.float32)
        out[..., 1] += np.arange(box[1] - y0, box[3] - y0, dtype=np.float32)[:, None]
        return out

    def _draw_mouth(self, after: Pixels, patch: Patch, fields: Floats, head: Floats, drop: Floats, look: Look) -> None:
        """Put both lips and what lies between them into the working crop."""
        box = mask.within(patch.box, self._box)
        if box != patch.box:
            return
        size = (box[2] - box[0], box[3] - box[1])
        upper, lower = (
            cv2.remap(self._pixels, self._places(each, box), None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
            for each in fields
        )
        below, inside = (_resized(each, size)[..., None] for each in (patch.below, patch.inside))
        lips = upper.astype(np.float32)
        lips += below * (lower.astype(np.float32) - lips)
        if self._face.open:
            # At its own mouth the still's own pixels are left as they are.
            inside = inside * float(np.clip(np.abs(self._geometry.change(look.mouth)).max() / OWN_WITHIN, 0.0, 1.0))
        if inside.any():
            filling = _resized(self._inside(patch, head, drop, look), size)
            lips += inside * (filling - lips)
        cut = mask.part(box, self._box)
        after[cut] = np.clip(np.rint(lips), 0, 255).astype(np.uint8)

    def _inside(self, patch: Patch, head: Floats, drop: Floats, look: Look) -> Floats:
        """(h, w, 3) float32 BGR of the mouth's inside over a patch.

        drop : (2,) px by which what stands on the jaw has left its own place.
        """
        face = self._face
        shift = _sampled(self._field.grid, head, patch.places)
        skull = patch.places - shift
        jaw = skull - drop
        line = 0.5 * (face.upper + face.lower)
        middle = line[len(line) // 2] + shift.reshape(-1, 2).mean(axis=0)
        here = patch.places.reshape(-1, 2)
        k = int(np.argmin(np.abs(here - middle).sum(axis=1)))
        rest_line = np.full(patch.u.shape, patch.v.reshape(-1)[k], np.float32)
        return self._interior.drawn(patch, rest_line, look.tongue, skull, jaw)

    def _draw_lids(self, after: Pixels, xy: Floats, turned: Floats, blink: float) -> None:
        x0, y0 = self._box[:2]
        for lid in self._lids:
            box = mask.within(lid.box(turned[168], self._size), self._box)
            if box[2] - box[0] < 4 or box[3] - box[1] < 4:
                continue
            cut = mask.part(box, self._box)
            after[cut] = lid.drawn(after[cut], self._pixels, (x0, y0), xy[cut] + np.array([x0, y0], np.float32), blink)


def _resized(values: Floats, size: tuple[int, int]) -> Floats:
    shrinks = size[0] < values.shape[1]
    return np.asarray(
        cv2.resize(values, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.float32
    )


def _sampled(grid: Grid, field_: Floats, places: Floats) -> Floats:
    """A field on the nodes (rows, columns, 2) at places (h, w, 2) px."""
    first = grid.nodes()[0, 0]
    at = (places - first) / np.float32(grid.step)
    return np.asarray(cv2.remap(field_, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _below(nodes: Floats, edges: Floats, iod: float) -> Floats:
    """(rows, columns) float32 in 0..1: 0 above the mouth's line, 1 below it, softly beyond its corners."""
    left, right = edges[:, 0].mean(axis=0), edges[:, -1].mean(axis=0)
    width = max(float(np.linalg.norm(right - left)), 1.0)
    across = (right - left) / width
    down = np.array([-across[1], across[0]], np.float32)
    line = edges.mean(axis=0) - left
    u, v = (nodes - left) @ across, (nodes - left) @ down
    order = np.argsort(line @ across)
    middle = np.interp(u.ravel(), (line @ across)[order], (line @ down)[order]).reshape(u.shape)
    past = np.maximum(np.maximum(-u, u - width), 0.0)
    return np.asarray(np.clip((v - middle) / np.maximum(0.02 * iod, 1.2 * past) + 0.5, 0.0, 1.0), np.float32)
