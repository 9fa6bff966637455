"""Head pose: where the skull is, whatever the mouth does.

A similarity (scale, rotation, shift) is fitted between a canonical face and 22 points of the upper face
(`topology.STABLE`), none of which moves with the jaw or the lips. It defines the *face frame*: origin midway between
the outer eye corners, x to the right of the picture, y down, z away from the camera, unit 1 IOD (the distance between
the outer eye corners). Shapes of different frames, clips and sizes compare in the face frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.face.topology import STABLE
from syncline.media.arrays import stretches

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]  # any real dtype

# Weight of the stable points' depth, which the model guesses. On five clips an opening of 0.1 IOD tips the pitch by 1.1
# degrees at a weight of 1, 0.7 at 0.3 and 0.4 at 0 (part of it is real: heads tilt back when jaws open); but the lower
# the weight, the more a person's own depth of nose shows as yaw: by 1 degree in 10 at 0.3, by 3 at 0.
DEPTH_TRUST: Final = 0.3
REFINEMENTS: Final = 4

# Canonical face: mean of the mesh's own output over nine speakers who look into the camera, made symmetric, in IOD,
# with the fit's weight. Outer eye corners, ears and nose ridge count half: lids, profile and nose tip move them.
_CANONICAL: Final = np.array(
    [
        # x, y, z, weight; in the order of topology.STABLE
        (0.0000, -0.0531, -0.2399, 1.0),  # 168
        (0.0000, 0.0354, -0.2908, 1.0),  # 6
        (0.0000, 0.1156, -0.3483, 1.0),  # 197
        (0.0000, 0.1904, -0.4110, 0.5),  # 195
        (0.0000, -0.1428, -0.2414, 1.0),  # 8
        (0.0000, -0.4378, -0.2140, 0.5),  # 151
        (-0.1938, 0.0116, -0.0597, 1.0),  # 133
        (0.1938, 0.0116, -0.0597, 1.0),  # 362
        (-0.5000, 0.0000, 0.0000, 0.5),  # 33
        (0.5000, 0.0000, 0.0000, 0.5),  # 263
        (-0.6952, -0.2126, 0.1535, 1.0),  # 71
        (0.6952, -0.2126, 0.1535, 1.0),  # 301
        (-0.6191, -0.3228, 0.0361, 1.0),  # 68
        (0.6191, -0.3228, 0.0361, 1.0),  # 298
        (-0.5075, -0.3998, -0.0620, 1.0),  # 104
        (0.5075, -0.3998, -0.0620, 1.0),  # 333
        (-0.1070, 0.0982, -0.2253, 1.0),  # 188
        (0.1070, 0.0982, -0.2253, 1.0),  # 412
        (-0.7176, 0.2055, 0.1314, 1.0),  # 116
        (0.7176, 0.2055, 0.1314, 1.0),  # 345
        (-0.7777, 0.0685, 0.3223, 0.5),  # 34
        (0.7777, 0.0685, 0.3223, 0.5),  # 264
    ]
)
CANONICAL: Final[Floats] = _CANONICAL[:, :3].astype(np.float32)  # (22, 3), IOD units, order of topology.STABLE
BLOCK: Final = 256  # frames fitted or transformed at once: a long plate's landmarks are not held in float64
WEIGHTS: Final = _CANONICAL[:, 3] / _CANONICAL[:, 3].sum()


@dataclass(frozen=True)
class Poses:
    """Pose of one face in T frames: picture = scale * rotation @ face + translation; NaN where there is no face.

    scale : (T,) float32, pixels per IOD, > 0.
    rotation : (T, 3, 3) float32, from the face frame to the picture's axes (x right, y down, z away).
    translation : (T, 3) float32 pixels, the origin of the face frame (midway between the outer eye corners).
    """

    scale: Floats
    rotation: Floats
    translation: Floats

    def __len__(self) -> int:
        return len(self.scale)

    def to_face(self, landmarks: Numbers) -> Floats:
        """Pixels (T, N, 3) to the face frame (T, N, 3) float32, IOD units."""
        result = np.empty((len(self), *np.shape(landmarks)[1:]), np.float32)
        for part in stretches(self.scale, landmarks, size=BLOCK):
            centred = np.asarray(landmarks[part], np.float64) - self.translation[part, None, :]
            # (R^T v) for rows v is v @ R
            turned = np.einsum("tni,tij->tnj", centred, self.rotation[part].astype(np.float64))
            result[part] = turned / self.scale[part, None, None]
        return result

    def to_image(self, shape_face: Numbers) -> Floats:
        """The face frame (T, N, 3), IOD units, to pixels (T, N, 3) float32; (N, 3) is taken for every frame."""
        shape = np.asarray(shape_face, np.float64)
        if shape.ndim == 2:
            shape = np.broadcast_to(shape, (len(self), *shape.shape))
        turned = np.einsum("tij,tnj->tni", self.rotation.astype(np.float64), shape)
        return np.asarray(turned * self.scale[:, None, None] + self.translation[:, None, :], np.float32)

    @property
    def angles_degrees(self) -> Floats:
        """(T, 3) float32: yaw, pitch, roll. Zero is a face that looks into the camera.

        The rotation is roll · yaw · pitch, so that turning the picture changes the roll alone. Yaw > 0: the
        nose turns to the picture's right. Pitch > 0: the nose goes down. Roll > 0: clockwise on screen.
        """
        rotation = self.rotation.astype(np.float64)
        yaw = np.arcsin(np.clip(rotation[:, 2, 0], -1.0, 1.0))
        pitch = np.arctan2(rotation[:, 2, 1], rotation[:, 2, 2])
        roll = np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0])
        return np.asarray(np.degrees(np.stack([yaw, pitch, roll], axis=1)), np.float32)

    @property
    def yaw_degrees(self) -> Floats:
        """(T,) float32: turn to the side; > 0 when the nose points to the picture's right."""
        yaw: Floats = self.angles_degrees[:, 0]
        return yaw

    @property
    def pitch_degrees(self) -> Floats:
        """(T,) float32: > 0 when the nose points down."""
        pitch: Floats = self.angles_degrees[:, 1]
        return pitch

    @property
    def roll_degrees(self) -> Floats:
        """(T,) float32: > 0 when the head leans clockwise on screen."""
        roll: Floats = self.angles_degrees[:, 2]
        return roll

    def __getitem__(self, frames: slice | npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Poses:
        return Poses(self.scale[frames], self.rotation[frames], self.translation[frames])


def fit_poses(landmarks: Numbers) -> Poses:
    """Fit the pose of every frame: weighted orthogonal Procrustes with scale on `topology.STABLE`, then refined.

    landmarks : (T, 478, 3) pixels; a frame with any NaN among the stable points gets NaN.
    The refinement trusts depth less (`DEPTH_TRUST`): the model guesses it, and tips the face when the mouth opens.
    Source: S. Umeyama, Least-squares estimation of transformation parameters, PAMI 1991.
    """
    frames = len(landmarks)
    scale = np.full(frames, np.nan, np.float32)
    rotation = np.full((frames, 3, 3), np.nan, np.float32)
    translation = np.full((frames, 3), np.nan, np.float32)
    canonical = CANONICAL.astype(np.float64)
    for part in stretches(landmarks, size=BLOCK):
        first, points = part.start, np.asarray(landmarks[part, list(STABLE)], np.float64)
        seen = np.isfinite(points).all(axis=(1, 2))
        if seen.any():
            rows = first + np.flatnonzero(seen)
            start = _similarity(canonical, points[seen])
            scale[rows], rotation[rows], translation[rows] = _refined(canonical, points[seen], *start)
    return Poses(scale, rotation, translation)


def _similarity(canonical: Doubles, points: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Scale (T,), rotation (T, 3, 3) and shift (T, 3) that bring canonical (N, 3) nearest to points (T, N, 3)."""
    middle = WEIGHTS @ canonical
    middles = np.einsum("n,tni->ti", WEIGHTS, points)
    model = canonical - middle
    centred = points - middles[:, None, :]
    covariance = np.einsum("n,tni,nj->tij", WEIGHTS, centred, model)
    left, values, right = np.linalg.svd(covariance)
    sign = np.ones_like(values)
    sign[:, 2] = np.sign(np.linalg.det(left @ right))  # no reflections
    rotation = (left * sign[:, None, :]) @ right
    scale = (values * sign).sum(axis=1) / (WEIGHTS @ (model**2).sum(axis=1))
    shift = middles - scale[:, None] * np.einsum("tij,j->ti", rotation, middle)
    return scale, rotation, shift


def _refined(
    canonical: Doubles, points: Doubles, scale: Doubles, rotation: Doubles, shift: Doubles
) -> tuple[Doubles, Doubles, Doubles]:
    """Gauss-Newton steps from a similarity to the one that fits best with depth weighted by `DEPTH_TRUST`."""
    weights = WEIGHTS[:, None] * np.array([1.0, 1.0, DEPTH_TRUST])
    for _ in range(REFINEMENTS):
        turned = scale[:, None, None] * np.einsum("tij,nj->tni", rotation, canonical)
        rest = points - turned - shift[:, None]
        slope = np.zeros((*rest.shape, 7))  # three turns, relative scale, three shifts
        x, y, z = np.moveaxis(turned, -1, 0)
        slope[:, :, 1, 0], slope[:, :, 2, 0] = -z, y
        slope[:, :, 0, 1], slope[:, :, 2, 1] = z, -x
        slope[:, :, 0, 2], slope[:, :, 1, 2] = -y, x
        slope[..., 3] = turned
        slope[:, :, [0, 1, 2], [4, 5, 6]] = 1.0
        weighted = slope * weights[None, :, :, None]
        normal = np.einsum("tnik,tnil->tkl", weighted, slope)
        step = np.linalg.solve(normal, np.einsum("tnik,tni->tk", weighted, rest)[..., None])[..., 0]
        rotation = _turns(step[:, :3]) @ rotation
        scale = scale * (1.0 + step[:, 3])
        shift = shift + step[:, 4:]
    return scale, rotation, shift


def _turns(vectors: Doubles) -> Doubles:
    """Rotation matrices (T, 3, 3) of rotation vectors (T, 3) (Rodrigues)."""
    angle = np.linalg.norm(vectors, axis=1)[:, None, None]
    x, y, z = (vectors / np.maximum(angle[:, 0], 1e-12)).T
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross))


def fit_residual(landmarks: npt.NDArray[np.float32]) -> float:
    """How far the stable points of one face (478, 3) lie from the canonical face after the fit: rms, IOD units."""
    points = landmarks[None, list(STABLE)].astype(np.float64)
    canonical = CANONICAL.astype(np.float64)
    scale, rotation, shift = _similarity(canonical, points)
    fitted = scale[0] * canonical @ rotation[0].T + shift[0]
    error = ((points[0] - fitted) ** 2).sum(axis=1) @ WEIGHTS
    return float(np.sqrt(error) / scale[0])
