"""Joining the tracklets of one person into one track."""

from __future__ import annotations

from syncline.face.follow import Tracklet


def link(tracklets: list[Tracklet], cuts: tuple[int, ...]) -> list[list[Tracklet]]:
    """Group tracklets by person."""
    return [[one] for one in sorted(tracklets, key=lambda one: one.frames[0])]
