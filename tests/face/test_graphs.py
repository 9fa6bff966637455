"""The landmark model's answer is read the same by table and as a message."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from syncline.face import graphs
from syncline.face.graphs import MESH_SIDE, MeshGraph

Frames = list[np.ndarray]


def test_a_table_of_landmarks_and_a_message_say_the_same(other: Frames, monkeypatch: pytest.MonkeyPatch) -> None:
    crop = cv2.resize(other[0][30:330, 120:420, ::-1], (MESH_SIDE, MESH_SIDE), interpolation=cv2.INTER_AREA)
    with MeshGraph() as mesh:
        by_table = mesh(crop)
        monkeypatch.setitem(graphs._LANDMARK_TAGS, "tx", 0)  # no list looks like this: read as a message
        by_message = mesh(crop)
    assert by_table is not None
    assert by_message is not None
    assert by_table.shape == (478, 3)
    assert by_table.dtype == by_message.dtype == np.float32
    assert np.array_equal(by_table, by_message)
    assert by_table.std() > 5
