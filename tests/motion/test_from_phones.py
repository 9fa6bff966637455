from __future__ import annotations

import time

import numpy as np
import pytest

from cue_sheets import pictures, random_speech, sheet
from syncline.errors import InputError
from syncline.motion.closure import closure_curve
from syncline.motion.coarticulation import BLOCK, blend_weights
from syncline.motion.phones import from_phones
from syncline.motion.style import GENERIC_STYLE
from syncline.speech.articulation import flags
from syncline.speech.cuesheet import CueSheet

PHONES = ["p", "b", "m", "a", "i", "u", "s", "t", "k", "l", "f", "ʃ", "w", "ɛ", "oʊ", "ŋ"]


@pytest.mark.parametrize("rate", [23.976, 25.0, 29.97, 50.0, 60.0])
def test_every_bilabial_shuts_on_some_picture(rate: float) -> None:
    cue = random_speech(np.random.default_rng(int(rate)), PHONES, 120)
    times = pictures(cue, rate)
    track = from_phones(cue, times)
    for phone in cue.phones:
        if flags(phone.ipa).closure:
            near = (times >= phone.start - 0.04) & (times <= phone.end + 0.04)
            assert track.opening[near].min() < 0.002, phone


def test_bilabials_shut_on_pictures_of_varying_length() -> None:
    rng = np.random.default_rng(4)
    cue = random_speech(rng, PHONES, 120)
    times = np.cumsum(rng.choice([0.033, 0.066], 400))
    times = times[times < cue.duration]
    track = from_phones(cue, times)
    for phone in cue.phones:
        if flags(phone.ipa).closure:
            near = (times >= phone.start - 0.06) & (times <= phone.end + 0.06)
            assert track.opening[near].min() < 0.002, phone


def test_lips_shut_before_the_sound_does_and_open_after() -> None:
    cue = sheet(("a", 0.3), ("m", 0.1), ("a", 0.3))
    times = np.arange(0, 0.7, 0.001)
    shut = times[closure_curve(cue, times) > 0.999]
    assert shut.min() == pytest.approx(0.28, abs=0.002)  # 20 ms early
    assert shut.max() == pytest.approx(0.40, abs=0.002)
    track = from_phones(cue, times)
    assert track.opening[150] > 0.08
    assert track.opening[550] > 0.08


def test_a_stop_opens_at_its_burst() -> None:
    cue = sheet(("a", 0.3), ("p", 0.1), ("a", 0.3))
    times = np.arange(0, 0.7, 0.001)
    shut = times[closure_curve(cue, times) > 0.999]
    assert shut.max() == pytest.approx(0.37, abs=0.002)


def test_the_mouth_rests_in_silence_and_does_not_chatter() -> None:
    cue = sheet(("sil", 1.0), ("a", 0.2), ("sil", 1.0), ("a", 0.2), ("sil", 0.2), ("a", 0.2), ("sil", 1.0))
    times = pictures(cue)
    track = from_phones(cue, times)
    assert track.rest[times < 0.7].all()
    assert track.rest[(times > 1.4) & (times < 1.9)].all()
    assert not track.rest[(times > 2.2) & (times < 2.8)].any()  # a pause of 200 ms is held
    still = track.stacked()[track.rest]
    inner = track.rest & np.roll(track.rest, 3) & np.roll(track.rest, -3)
    np.testing.assert_allclose(track.opening[inner], GENERIC_STYLE.rest[0], atol=1e-6)
    assert np.abs(still[:, 0] - GENERIC_STYLE.rest[0]).max() < 0.05
    long_after = (times > 1.2 + 0.15 + 0.12) & (times < 1.9)
    assert np.ptp(track.opening[long_after]) < 1e-6


def test_the_mouth_comes_to_rest_in_a_sixth_of_a_second() -> None:
    cue = sheet(("sil", 0.5), ("a", 0.3), ("sil", 1.0))
    times = np.arange(0, 1.8, 0.01)
    track = from_phones(cue, times)
    wide = track.opening[(times > 0.6) & (times < 0.75)].max()
    assert track.opening[np.searchsorted(times, 0.8 + 0.17)] < 0.2 * wide


def test_rounding_starts_early() -> None:
    rounded = sheet(("i", 0.4), ("u", 0.2), ("i", 0.4))
    spread = sheet(("i", 0.4), ("ɪ", 0.2), ("i", 0.4))
    times = np.arange(0, 1.0, 0.005)
    narrow = from_phones(spread, times).width - from_phones(rounded, times).width
    begin = times[np.argmax(narrow > 0.1 * narrow.max())]
    assert 0.06 < 0.4 - begin < 0.25


@pytest.mark.parametrize("ipa", ["t", "d", "n", "l", "k", "ɡ"])
def test_tongue_consonants_take_their_neighbours_lips(ipa: str) -> None:
    between_rounded = sheet(("u", 0.15), (ipa, 0.08), ("u", 0.15))
    between_spread = sheet(("i", 0.15), (ipa, 0.08), ("i", 0.15))
    middle = [0.19]
    rounded, spread = from_phones(between_rounded, middle), from_phones(between_spread, middle)
    whole = from_phones(sheet(("i", 0.4)), middle).width[0] - from_phones(sheet(("u", 0.4)), middle).width[0]
    assert spread.width[0] - rounded.width[0] > 0.4 * whole


def test_loud_speech_opens_wider() -> None:
    cue = sheet(("a", 0.4))
    times = np.array([0.2])
    quiet, usual, loud = (from_phones(cue, times, np.array([db])).opening[0] for db in (-10.0, 0.0, 10.0))
    assert quiet < usual < loud
    assert from_phones(cue, times).opening[0] == pytest.approx(usual)


def test_shares_of_phones_sum_to_one_everywhere() -> None:
    cue = sheet(("sil", 5.0), ("a", 0.1), ("b", 0.1), ("sil", 5.0))
    times = np.arange(-2.0, 12.0, 0.04)  # beyond both ends too
    for share in blend_weights(cue, times):
        assert share.shape == (len(times), len(cue.phones))
        np.testing.assert_allclose(np.asarray(share.sum(axis=1)).ravel(), 1.0, atol=1e-5)
        assert share.min() >= 0


def test_blocks_do_not_show() -> None:
    cue = random_speech(np.random.default_rng(1), PHONES, 400)
    times = pictures(cue)
    assert len(times) > 3 * BLOCK
    whole = from_phones(cue, times).stacked()
    middle = slice(200, 320)
    np.testing.assert_allclose(from_phones(cue, times[middle]).stacked(), whole[middle], atol=1e-5)


def test_ten_minutes_take_a_second_or_two() -> None:
    cue = random_speech(np.random.default_rng(2), PHONES, 5400)
    start = time.process_time()
    track = from_phones(cue, pictures(cue))
    assert len(track) > 14_000
    assert time.process_time() - start < 5.0


def test_no_pictures_are_no_pictures() -> None:
    assert len(from_phones(sheet(("a", 0.4)), np.zeros(0))) == 0


def test_one_picture_is_enough() -> None:
    assert from_phones(sheet(("a", 0.2), ("m", 0.2)), [0.3]).opening[0] == 0


def test_a_sheet_without_phones_is_refused() -> None:
    with pytest.raises(InputError, match="no phones"):
        from_phones(CueSheet("en", (), (), 0.0, "energy"), [0.0])


def test_whispers_of_phones_do_not_make_a_mouth_that_is_not_finite() -> None:
    cue = sheet(("sil", 0.001), ("a", 0.001), ("m", 0.0005), ("sil", 0.001))
    track = from_phones(cue, np.arange(10) * 0.04)
    assert np.isfinite(track.stacked()).all()
