"""The still's face: its landmarks, its own mouth, and where its lips meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.errors import StageError
from syncline.face.mouth import mouth_features
from syncline.face.topology import LOWER_INNER, UPPER_INNER
from syncline.face.tracks import FaceTrack
from syncline.media.picture import Picture

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]

STAGE: Final = "portrait"
OPEN_FROM: Final = 0.035  # IOD: a tracked gap from which teeth or the mouth's inside are seen; below it lips touch
SEAM_REACH: Final = 0.035  # IOD: how far from the tracked line the line where lips meet is looked for
SEAM_STEPS: Final = 64  # columns in which it is looked for


@dataclass(frozen=True, eq=False)
class StillFace:
    """What is known of the face before anything is asked of it.

    landmarks : (478, 3) float32 px of the still.
    scale, rotation, translation : its pose; px = scale * rotation @ shape + translation.
    shape : (478, 3) float32, face frame, IOD units.
    mouth : (4,) float32, its own opening, width, protrusion and jaw, IOD units.
    open : whether the still shows the inside of the mouth.
    upper, lower : (11, 2) float32 px, the lips' inner edges from corner to corner; one line where the lips touch.
    """

    landmarks: Floats
    scale: float
    rotation: Floats
    translation: Floats
    shape: Floats
    mouth: Floats
    open: bool
    upper: Floats
    lower: Floats

    @classmethod
    def measured(cls, picture: Picture, track: FaceTrack) -> StillFace:
        """Measure the one frame of a still's track.

        Raises
        ------
        StageError : the track holds no face.
        """
        landmarks = track.landmarks[0]
        if not (np.isfinite(landmarks).all() and np.isfinite(track.pose.scale[0])):
            raise StageError("no face was tracked in the still", stage=STAGE)
        scale = float(track.pose.scale[0])
        shape = track.pose[0:1].to_face(landmarks[None])[0]
        mouth = mouth_features(shape[None]).stacked()[0]
        upper, lower = landmarks[list(UPPER_INNER), :2], landmarks[list(LOWER_INNER), :2]
        shows_inside = bool(mouth[0] > OPEN_FROM)
        if not shows_inside:
            upper = lower = meeting_line(picture, 0.5 * (upper + lower), scale)
        pose = track.pose
        return cls(
            landmarks,
            scale,
            pose.rotation[0],
            pose.translation[0],
            shape,
            mouth,
            shows_inside,
            upper.copy(),
            lower.copy(),
        )

    def to_pixels(self, moved: Floats) -> Floats:
        """(n, 3) movement in the face frame, IOD, to (n, 2) px."""
        return np.asarray((self.scale * moved @ self.rotation.T)[:, :2], np.float32)

    def point(self, x: float, y: float, z: float = 0.0) -> Floats:
        """(3,) px of a place in the face frame."""
        place = np.array([x, y, z], np.float32)
        return np.asarray(self.scale * self.rotation @ place + self.translation, np.float32)


def meeting_line(picture: Picture, line: Floats, iod: float) -> Floats:
    """The dark line between closed lips nearest to a tracked one: the path of least light from corner to corner.

    line : (11, 2) px. Returns (11, 2) float32 px with the same ends and places along the mouth.
    """
    across = line[-1] - line[0]
    width = float(np.linalg.norm(across))
    if width < 4.0:
        return line
    across = across / width
    down = np.array([-across[1], across[0]], np.float32)
    along = (line - line[0]) @ across
    below = (line - line[0]) @ down
    u = np.linspace(0.0, width, SEAM_STEPS, dtype=np.float32)
    rows = 2 * max(3, round(SEAM_REACH * iod * 2)) + 1  # half px apart or finer
    v = np.linspace(-SEAM_REACH * iod, SEAM_REACH * iod, rows, dtype=np.float32)
    order = np.argsort(along)
    middle = np.interp(u, along[order], below[order]).astype(np.float32)
    places = line[0] + u[None, :, None] * across + (middle[None] + v[:, None])[..., None] * down
    low = np.floor(places.reshape(-1, 2).min(axis=0)).astype(int) - 3
    high = np.ceil(places.reshape(-1, 2).max(axis=0)).astype(int) + 4
    box = picture.clipped((int(low[0]), int(low[1]), int(high[0]), int(high[1])))
    grey = cv2.GaussianBlur(cv2.cvtColor(picture.bgr(box), cv2.COLOR_BGR2GRAY), (0, 0), max(0.6, 0.004 * iod))
    local = (places - np.array(box[:2], np.float32)).astype(np.float32)
    light = cv2.remap(grey, local, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    # Away from the tracked line costs, near the corners most: there shadows beside the mouth mislead.
    s = u / width
    stay = 1.0 + 3.0 * (1.0 - 4.0 * s * (1.0 - s)) ** 2
    cost = light / max(float(light.std()), 4.0) + stay[None] * (v[:, None] / (SEAM_REACH * iod)) ** 2
    found = v[least_path(cost, reach=2)]
    found = cv2.GaussianBlur(found[None], (9, 1), 1.5)[0] * np.minimum(1.0, 12.0 * s * (1.0 - s))
    out = line.copy()
    out[1:-1] += np.interp(along[1:-1], u, found)[:, None].astype(np.float32) * down
    return out


def least_path(cost: Floats, reach: int) -> npt.NDArray[np.int64]:
    """Row of the cheapest path through the columns of (rows, columns); neighbours differ by `reach` rows at most."""
    rows, columns = cost.shape
    total = cost[:, 0].copy()
    came = np.zeros((columns, rows), np.int64)
    shifts = np.arange(-reach, reach + 1)
    index = np.arange(rows)
    for column in range(1, columns):
        options = np.stack([np.pad(total, reach, constant_values=np.inf)[reach + s : reach + s + rows] for s in shifts])
        options += 0.15 * np.abs(shifts)[:, None]
        best = options.argmin(axis=0)
        came[column] = np.clip(index + shifts[best], 0, rows - 1)
        total = options[best, index] + cost[:, column]
    path = np.zeros(columns, np.int64)
    path[-1] = int(total.argmin())
    for column in range(columns - 1, 0, -1):
        path[column - 1] = came[column, path[column]]
    return path
