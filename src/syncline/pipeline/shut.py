"""A second look at the few pictures on which lips should be shut and are tracked as a little open."""

from __future__ import annotations

import numpy as np

from syncline.face.tracks import FaceTrack
from syncline.media.info import MediaInfo
from syncline.media.read import read_pictures
from syncline.quality.parted import PARTED, doubtful, parted, shut_at
from syncline.quality.seen import SeenMouth
from syncline.speech.cuesheet import CueSheet

MOST: int = 200  # pictures decoded once more; a clip with more doubts than these has open lips


def look_again(info: MediaInfo, face: FaceTrack, mouth: SeenMouth, cue: CueSheet, closed: float) -> SeenMouth:
    """The mouth with the lips shut where the picture shows them shut, whatever the tracker made of a shine.

    face : its track on the pictures of `info`, which the mouth was measured on. closed : as for closures, IOD units.
    """
    wanted = doubtful(mouth, cue, closed)
    if not wanted or len(wanted) > MOST:
        return mouth
    shut = []
    for picture in read_pictures(info, wanted):
        points = np.asarray(face.landmarks[picture.index])
        low, high = points[:, :2].min(axis=0) - 4, points[:, :2].max(axis=0) + 5
        box = picture.clipped((int(low[0]), int(low[1]), int(high[0]), int(high[1])))
        share = parted(picture.bgr(box), points[:, :2] - np.array(box[:2], np.float32))
        if share is not None and share < PARTED:
            shut.append(picture.index)
    return shut_at(mouth, tuple(shut))
