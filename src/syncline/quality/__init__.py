"""Measured quality of a take."""

from syncline.quality.closures import Closures, measure_closures
from syncline.quality.gates import Gates
from syncline.quality.measure import measure
from syncline.quality.offset import Offset, measure_offset
from syncline.quality.opening import OpeningMatch, measure_opening
from syncline.quality.passed import PassedRange, passed_ranges
from syncline.quality.pictures import PictureFigures, PictureMeter
from syncline.quality.score import Figure, Grade, Score
from syncline.quality.seen import SeenMouth, seen_mouth

__all__ = [
    "Closures",
    "Figure",
    "Gates",
    "Grade",
    "Offset",
    "OpeningMatch",
    "PassedRange",
    "PictureFigures",
    "PictureMeter",
    "Score",
    "SeenMouth",
    "measure",
    "measure_closures",
    "measure_offset",
    "measure_opening",
    "passed_ranges",
    "seen_mouth",
]
