"""Measure how faces move with the mouth: `python -m training.mouth_shapes CLIP...`.

A linear map from the four mouth features (opening, width, protrusion, jaw) to the movement of all 478 landmarks in the
face frame, by ridge regression over several speakers, each centred on their own mean and all weighing the same, then
made symmetric. The engine for stills takes from it how cheeks, chin, folds and lips go with a mouth.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from syncline.face.mouth import mouth_features
from syncline.face.track import FaceTrack, track_faces
from syncline.media.probe import probe

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "src" / "syncline" / "engines" / "portrait" / "weights" / "mouth_shapes.npz"
SCHEMA = "syncline.mouthshapes/1"
RIDGE = 0.02  # of the features' mean variance: opening and jaw go together, and neither may explain the other away
MAX_YAW = 30.0  # degrees: beyond, the far side of the mesh is guessed
LEAST_FRAMES = 30

Doubles = npt.NDArray[np.float64]


def face_of(path: Path) -> FaceTrack:
    """The largest face of a clip, or a saved track (.npz)."""
    if path.suffix == ".npz":
        return FaceTrack.load(path)
    return max(track_faces(probe(path)).faces, key=lambda face: float(np.nansum(face.iod)))


def centred(track: FaceTrack) -> tuple[Doubles, Doubles, Doubles]:
    """Shapes (T, 478, 3) and features (T, 4) about their means, and the mean shape, all in the face frame."""
    usable = track.drawable & np.isfinite(track.landmarks).all(axis=(1, 2)) & (np.abs(track.pose.yaw_degrees) < MAX_YAW)
    if not usable.any():
        return np.zeros((0, 478, 3)), np.zeros((0, 4)), np.zeros((478, 3))
    shapes = track.pose[usable].to_face(track.landmarks[usable]).astype(np.float64)
    features = mouth_features(shapes).stacked().astype(np.float64)
    mean: Doubles = shapes.mean(axis=0)
    return shapes - mean, features - features.mean(axis=0), mean


def mirrored_indices(mean: Doubles) -> npt.NDArray[np.int64]:
    """(478,) for each landmark, the one on the other side of the face."""
    flipped = mean * np.array([-1.0, 1.0, 1.0])
    found: npt.NDArray[np.int64] = np.linalg.norm(mean[None] - flipped[:, None], axis=2).argmin(axis=1)
    return found


def fit(tracks: Sequence[FaceTrack]) -> Doubles:
    """(4, 478, 3) movement in IOD for one IOD of each feature."""
    squares, products, means = np.zeros((4, 4)), np.zeros((4, 478 * 3)), []
    for track in tracks:
        shapes, features, mean = centred(track)
        if len(shapes) < LEAST_FRAMES:
            raise SystemExit(f"a track has {len(shapes)} usable frames, fewer than {LEAST_FRAMES}: leave it out")
        squares += features.T @ features / len(features)
        products += features.T @ shapes.reshape(len(shapes), -1) / len(shapes)
        means.append(mean)
    squares += RIDGE * np.trace(squares) / 4 * np.diag(np.diag(squares) / np.trace(squares) * 4)
    slope = np.linalg.solve(squares, products).reshape(4, 478, 3)
    other = mirrored_indices(np.mean(means, axis=0))
    symmetric: Doubles = 0.5 * (slope + slope[:, other] * np.array([-1.0, 1.0, 1.0]))
    return symmetric


def main(argv: Sequence[str] | None = None) -> int:
    """Fit over the clips named and write the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("clips", nargs="+", type=Path, help="one clip or saved track a speaker")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(argv)
    tracks = [face_of(path) for path in options.clips]
    slope = fit(tracks).astype(np.float32)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(options.out, schema=np.array(SCHEMA), slope=slope, speakers=np.array(len(tracks)))
    print(options.out, slope.shape, "opening moves the chin by", slope[0, 152].round(3))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
