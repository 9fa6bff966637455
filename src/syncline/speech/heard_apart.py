"""Voice activity in a process of its own: the detector holds Python's lock while it works."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from syncline.child import Channel, Child
from syncline.speech.activity import speech_activity
from syncline.speech.apart import APART_SECONDS
from syncline.speech.features import SAMPLE_RATE


def activity(y16k: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Where somebody is heard, (n,) bool at 100 Hz (`speech.activity`); long sounds are listened to apart.

    y16k : (n,) float32 mono, 16 kHz. Raises StageError where the process ends without an answer.
    """
    if len(y16k) < APART_SECONDS * SAMPLE_RATE:
        return speech_activity(y16k)
    with Child("syncline.speech.heard_apart", stage="speech") as child:
        child.send(y16k)
        active = child.receive()
    assert isinstance(active, np.ndarray)
    return active


def main(channel: Channel) -> None:
    """The process: one sound, answered with its activity."""
    y16k = channel.receive()
    channel.end_with_parent()
    channel.send(speech_activity(y16k))
