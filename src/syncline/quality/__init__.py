"""Measured quality of a take."""

from syncline.quality.closures import Closures, measure_closures
from syncline.quality.gates import Gates
from syncline.quality.measure import measure
from syncline.quality.measured import Measured, OffsetCurve
from syncline.quality.notable import Notable, notable_frames
from syncline.quality.offset import Offset, measure_offset
from syncline.quality.opening import OpeningMatch, measure_opening
from syncline.quality.passed import PassedRange, passed_ranges
from syncline.quality.pictures import PictureFigures, PictureMeter
from syncline.quality.score import Figure, Grade, Score
from syncline.quality.seen import SeenMouth, seen_mouth
from syncline.quality.standards import SYNC_LIMITS, SyncLimit

__all__ = [
    "SYNC_LIMITS",
    "Closures",
    "Figure",
    "Gates",
    "Grade",
    "Measured",
    "Notable",
    "Offset",
    "OffsetCurve",
    "OpeningMatch",
    "PassedRange",
    "PictureFigures",
    "PictureMeter",
    "Score",
    "SeenMouth",
    "SyncLimit",
    "measure",
    "measure_closures",
    "measure_offset",
    "measure_opening",
    "notable_frames",
    "passed_ranges",
    "seen_mouth",
]
