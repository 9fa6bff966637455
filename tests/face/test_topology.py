"""Index sets against mediapipe's own tables."""

from __future__ import annotations

import pytest

from syncline.face import topology

RINGS = ("OUTER_LIPS", "INNER_LIPS", "OVAL", "LEFT_EYE", "RIGHT_EYE")


def edges(ring: tuple[int, ...]) -> set[frozenset[int]]:
    return {frozenset(pair) for pair in zip(ring, ring[1:] + ring[:1], strict=True)}


@pytest.mark.parametrize("name", [name for name in dir(topology) if name.isupper()])
def test_sets_hold_distinct_points_of_the_mesh(name: str) -> None:
    value = getattr(topology, name)
    if name == "INNER_PAIRS":
        value = tuple(point for pair in value for point in pair)
    if isinstance(value, tuple):
        assert len(set(value)) == len(value)
        assert all(0 <= point < topology.POINTS for point in value)


def test_rings_are_mediapipes_contours() -> None:
    tables = pytest.importorskip("mediapipe").solutions.face_mesh_connections
    lips = {frozenset(edge) for edge in tables.FACEMESH_LIPS}
    assert edges(topology.OUTER_LIPS) | edges(topology.INNER_LIPS) == lips
    assert edges(topology.OVAL) == {frozenset(edge) for edge in tables.FACEMESH_FACE_OVAL}
    # mediapipe's left is the person's left, which is the picture's right
    assert edges(topology.RIGHT_EYE) >= {frozenset(edge) for edge in tables.FACEMESH_LEFT_EYE}
    assert edges(topology.LEFT_EYE) >= {frozenset(edge) for edge in tables.FACEMESH_RIGHT_EYE}


def test_lines_share_their_corners_and_lie_in_the_lips() -> None:
    assert topology.UPPER_OUTER[0] == topology.LOWER_OUTER[0] == topology.MOUTH_CORNERS[0]
    assert topology.UPPER_INNER[-1] == topology.LOWER_INNER[-1] == topology.INNER_CORNERS[1]
    members = {*topology.OUTER_LIPS, *topology.INNER_LIPS, *topology.UPPER_MIDDLE, *topology.LOWER_MIDDLE}
    assert members <= set(topology.LIPS)
    assert set(topology.JAW) <= set(topology.OVAL)


def test_the_stable_points_leave_out_mouth_jaw_and_brows() -> None:
    moving = {*topology.LIPS, *topology.CHIN, *topology.JAW, *topology.LEFT_BROW, *topology.RIGHT_BROW}
    assert len(topology.STABLE) == 22
    assert not moving & set(topology.STABLE)
