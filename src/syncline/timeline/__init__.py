"""The document that says which sound, frames and takes lie where, and why."""

from __future__ import annotations

from syncline.timeline.document import (
    SCHEMA,
    ContactFrame,
    FaceChoice,
    FlagStretch,
    Input,
    Picture,
    Timeline,
    flag_stretches,
    plate_stretches,
    read_timeline,
    timeline_path,
)

__all__ = [
    "SCHEMA",
    "ContactFrame",
    "FaceChoice",
    "FlagStretch",
    "Input",
    "Picture",
    "Timeline",
    "flag_stretches",
    "plate_stretches",
    "read_timeline",
    "timeline_path",
]
