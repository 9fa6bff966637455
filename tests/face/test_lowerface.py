"""What is cut out of a plate while it is tracked shows the faces that the tracks tell of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from face_pictures import even_times, pictures_of

from syncline.errors import StageError
from syncline.face import lowerface
from syncline.face.lowerface import LowerFaces, lower_face_box
from syncline.face.track import track_pictures

Frames = list[np.ndarray]


def test_each_frame_of_a_face_has_its_crop(talker: Frames, tmp_path: Path) -> None:
    with LowerFaces(tmp_path / "cut") as cut:
        tracks = track_pictures(pictures_of(talker), even_times(len(talker)), lower_faces=cut)
    found = cut.of(0)
    assert found is not None
    store, rows = found
    assert rows.shape == (60,)
    assert (rows >= 0).all()
    height, width = talker[0].shape[:2]
    for frame in (0, 31, 59):
        crop, (x, y) = store.read(int(rows[frame]))
        here = talker[frame][y : y + crop.shape[0], x : x + crop.shape[1]]
        assert np.abs(crop.astype(int) - here).mean() < 2.5  # of 255: JPEG 95 of a picture that went through 4:2:0
        box = lower_face_box(tracks.faces[0].landmarks[frame], width, height)
        assert np.abs(np.array(box) - (x, y, x + crop.shape[1], y + crop.shape[0])).max() <= 2  # smoothing moves it
    assert cut.of(1) is None


def test_two_faces_are_told_apart(talker: Frames, tmp_path: Path) -> None:
    pair = [np.concatenate([frame, frame[:, ::-1]], axis=1) for frame in talker[:12]]
    with LowerFaces(tmp_path / "cut") as cut:
        tracks = track_pictures(pictures_of(pair), even_times(12), lower_faces=cut)
    assert len(tracks.faces) == 2
    for face in tracks.faces:
        found = cut.of(face.id)
        assert found is not None
        store, rows = found
        seen = np.flatnonzero(face.present)
        assert (rows[seen] >= 0).all()
        _, (x, _) = store.read(int(rows[seen[0]]))
        assert x <= face.landmarks[seen[0], :, 0].min() + 1
        assert x > face.landmarks[seen[0], :, 0].min() - face.iod[seen[0]]


def test_a_face_that_cannot_be_cut_has_no_crop(talker: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowerface, "MAX_SIDE", 50)
    with LowerFaces(tmp_path / "cut") as cut:
        track_pictures(pictures_of(talker[:10]), even_times(10), lower_faces=cut)
    found = cut.of(0)
    assert found is not None
    assert (found[1] == -1).all()
    assert len(found[0]) == 0


def test_what_cannot_be_compressed_is_told(talker: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bytes:
        raise StageError("a crop of the footage could not be compressed", stage="crops")

    monkeypatch.setattr(lowerface, "compressed", refuse)
    with pytest.raises(StageError, match="compressed"), LowerFaces(tmp_path / "cut") as cut:
        track_pictures(pictures_of(talker[:10]), even_times(10), lower_faces=cut)
