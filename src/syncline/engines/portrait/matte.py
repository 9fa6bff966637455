"""What of a still is head and hair: a matte cut once, so that the background beside them stays still.

Source: C. Rother, V. Kolmogorov, A. Blake, GrabCut, SIGGRAPH 2004; started from the face's outline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.engines.portrait.face import Box, StillFace
from syncline.face.topology import OVAL
from syncline.media.picture import Picture

Floats = npt.NDArray[np.float32]

WORKING_IOD: Final = 36.0  # px at which the matte is cut: a smooth field needs no finer one
ROUNDS: Final = 4
SURROUND: Final = 0.05  # IOD around the matte that moves wholly with it: it is not cut to the hair
FADE: Final = 0.24  # IOD over which the background gives way
HAIR_SIDE: Final = 1.25  # IOD from between the eyes within which hair is looked for, and above them
HAIR_TOP: Final = 1.45
BELIEVABLE: Final = (0.9, 2.6)  # area of a head above the chin, in areas of the face's oval


@dataclass(frozen=True, eq=False)
class HeadMatte:
    """How far places follow the head, by what they show.

    weight : (h, w) float32 in 0..1. origin, scale : px of the picture of its first sample, and px a sample.
    """

    weight: Floats
    origin: tuple[float, float]
    scale: float

    def at(self, points: Floats) -> Floats:
        """(n,) float32 weights of places (n, 2) px."""
        local = (points - np.array(self.origin, np.float32)) / np.float32(self.scale)
        found = cv2.remap(self.weight, local[None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found[0], np.float32)


def head_matte(picture: Picture, face: StillFace, box: Box) -> HeadMatte | None:
    """Cut head and hair out of a box of a picture; None where nothing believable is found.

    Neck and shoulders are cut out as well; below the chin the field dies away by itself.
    """
    scale = face.scale / WORKING_IOD
    size = (round((box[2] - box[0]) / scale), round((box[3] - box[1]) / scale))
    if min(size) < 24:
        return None
    how = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(picture.bgr(box), size, interpolation=how), np.uint8)
    origin = (box[0] + 0.5 * (scale - 1), box[1] + 0.5 * (scale - 1))
    here = (face.landmarks[:, :2] - np.array(origin, np.float32)) / np.float32(scale)
    oval = np.round(here[list(OVAL)]).astype(np.int32)
    marks, below = _marks(small.shape[:2], here, oval)
    if not ((marks == cv2.GC_BGD).any() and (marks == cv2.GC_FGD).any()):
        return None
    cv2.setRNGSeed(0)  # of this thread: the same still gives the same matte
    try:
        cv2.grabCut(small, marks, None, np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # a picture of one colour has no two parts
        return None
    person = _with_face((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD), oval)
    solid = np.zeros(small.shape[:2], np.uint8)
    cv2.fillConvexPoly(solid, cv2.convexHull(oval), 1)
    share = float((person & ~below).sum()) / max(float((solid.astype(bool) & ~below).sum()), 1.0)
    if not BELIEVABLE[0] <= share <= BELIEVABLE[1]:
        return None
    distance = cv2.distanceTransform((~person).astype(np.uint8), cv2.DIST_L2, 5) / WORKING_IOD
    weight = 1.0 - np.clip((distance - SURROUND) / FADE, 0.0, 1.0)
    weight = weight * weight * (3.0 - 2.0 * weight)
    return HeadMatte(cv2.GaussianBlur(weight.astype(np.float32), (0, 0), 1.2), origin, scale)


def _marks(
    shape: tuple[int, ...], here: Floats, oval: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """What is sure and what is likely, (h, w) uint8 of cv2.GC_*, and (h, w) bool, all that lies below the chin."""
    rows, columns = np.indices(shape[:2])
    middle = 0.5 * (here[33] + here[263])
    down = here[152] - middle
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    x, y = columns - middle[0], rows - middle[1]
    u, v = (x * down[1] - y * down[0]) / WORKING_IOD, (x * down[0] + y * down[1]) / WORKING_IOD
    chin = float((here[152] - middle) @ down) / WORKING_IOD
    below = v > chin - 0.15
    outside = (u / HAIR_SIDE) ** 2 + (np.minimum(v, 0.0) / HAIR_TOP) ** 2 > 1.0
    marks = np.full(shape[:2], cv2.GC_PR_BGD, np.uint8)
    marks[(u / 0.95) ** 2 + ((v - 0.1) / 1.25) ** 2 < 1.0] = cv2.GC_PR_FGD
    marks[outside & ~below] = cv2.GC_BGD
    marks[below] = cv2.GC_PR_FGD
    marks[below & (np.abs(u) > 1.1)] = cv2.GC_PR_BGD
    sure = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(sure, cv2.convexHull(oval), 1)
    marks[cv2.erode(sure, np.ones((3, 3), np.uint8)) > 0] = cv2.GC_FGD
    return marks, below


def _with_face(head: npt.NDArray[np.bool_], oval: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """The part of a mask that hangs together with the face, without crumbs and holes."""
    mask = cv2.morphologyEx(head.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    cv2.fillConvexPoly(mask, cv2.convexHull(oval), 1)
    _, labels = cv2.connectedComponents(mask)
    x, y = np.clip(oval.mean(axis=0).astype(int), 0, np.array(mask.shape[::-1]) - 1)
    whole = (labels == labels[y, x]).astype(np.uint8)
    kept: npt.NDArray[np.bool_] = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)) > 0
    return kept
