"""Mouth tracks from a cue sheet: what is said, when, by this person's mouth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from syncline.motion import closure as closures
from syncline.motion import coarticulation
from syncline.motion.coarticulation import Coarticulation
from syncline.motion.loudness import jaw_gain
from syncline.motion.mouthtrack import JAW, OPENING, MouthTrack
from syncline.motion.rest import rest_mask, settled
from syncline.motion.visemes import VisemeTable, generic_table
from syncline.speech.cuesheet import CueSheet


def from_phones(
    cue: CueSheet,
    times: npt.ArrayLike,
    loudness: npt.ArrayLike | None = None,
    table: VisemeTable | None = None,
    *,
    blending: Coarticulation | None = None,
    notch: closures.Notch = closures.DEFAULT,
) -> MouthTrack:
    """The mouth asked for by the phones of a line.

    Parameters
    ----------
    cue : phones with times.
    times : (T,) seconds in the line, in order.
    loudness : (T,) dB relative to the speaker's usual level (`motion.loudness.relative_loudness`); None: all alike.
    table : the shapes; the person's own (`motion.learn.learn_table`) or, by default, the generic one.
    blending : how phones blend; None: as in the sheet's language.

    Example
    -------
    >>> from syncline.speech.cuesheet import CueSheet, Phone
    >>> cue = CueSheet("en", (), (Phone("m", 0, .1), Phone("ɑ", .1, .4), Phone("sil", .4, 1.0)), 1.0, "by hand")
    >>> track = from_phones(cue, np.arange(25) / 25)
    >>> bool(track.opening[1] < 0.02 < track.opening[6]), bool(track.rest[20])
    (True, True)
    """
    moments = np.asarray(times, np.float64)
    shapes = generic_table() if table is None else table
    targets = shapes.targets([phone.ipa for phone in cue.phones], cue.language)
    weights = coarticulation.blend_weights(cue, moments, blending or coarticulation.for_language(cue.language))
    shape = coarticulation.blended(weights, targets)
    at_rest = shapes.style.rest
    if loudness is not None:
        gain = jaw_gain(loudness)
        for channel in (OPENING, JAW):
            shape[:, channel] = at_rest[channel] + (shape[:, channel] - at_rest[channel]) * gain
    rest = rest_mask(cue, moments)
    shape = settled(shape, rest, at_rest)
    shut = closures.closure_curve(cue, moments, notch)
    teeth = closures.labiodental_curve(cue, moments, notch)
    shape[:, OPENING] = closures.notched(np.maximum(shape[:, OPENING], 0.0), shut, teeth, notch)
    return MouthTrack.from_stacked(moments, shape, closure=shut, rest=rest, source="phones")
