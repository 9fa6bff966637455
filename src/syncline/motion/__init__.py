"""Mouth tracks: what the lips should do, before any pixel is drawn."""

from syncline.motion.combine import combined
from syncline.motion.learn import SpokenFootage, learn_table
from syncline.motion.mouthtrack import CHANNELS, MouthTrack
from syncline.motion.phones import from_phones
from syncline.motion.sound import from_sound
from syncline.motion.style import GENERIC_STYLE, Style, style_of
from syncline.motion.visemes import VisemeTable, generic_table

__all__ = [
    "CHANNELS",
    "GENERIC_STYLE",
    "MouthTrack",
    "SpokenFootage",
    "Style",
    "VisemeTable",
    "combined",
    "from_phones",
    "from_sound",
    "generic_table",
    "learn_table",
    "style_of",
]
