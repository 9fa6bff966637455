"""Occlusion."""

from __future__ import annotations

from syncline.face.follow import Tracklet


def occluded(tracklet: Tracklet) -> list[int]:
    """Frames of a tracklet in which something covers the mouth."""
    return []
