"""How much the sound says beside the phones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cue_sheets import pictures, sheet
from syncline.motion.combine import HEARD_SHARE, SOUND_SHARE, combined, share_of
from syncline.motion.mouthtrack import MouthTrack
from syncline.motion.phones import from_phones


@pytest.mark.parametrize("source", ["pocketsphinx+espeak", "espeak-dtw", "given:textgrid", "ctc", "mfa"])
def test_phones_of_a_text_count_as_much_as_the_sound(source: str) -> None:
    assert share_of(source) == SOUND_SHARE


def test_recognised_phones_count_less_and_still_shut_the_lips() -> None:
    assert share_of("recognised") == HEARD_SHARE
    assert min(HEARD_SHARE) > max(SOUND_SHARE)
    cue = replace(sheet(("a", 0.4), ("m", 0.12), ("a", 0.3), ("sil", 0.8)), source="recognised")
    times = pictures(cue)
    phones = from_phones(cue, times)
    sound = MouthTrack.from_stacked(times, phones.stacked() + 0.05, source="sound")
    both = combined(phones, sound, share_of(cue.source))
    assert both.opening[5] == pytest.approx(phones.opening[5] + 0.04, abs=1e-5)
    assert both.opening[np.argmax(phones.closure)] == 0
