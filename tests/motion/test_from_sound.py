from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from syncline.errors import DependencyError, InputError
from syncline.media.probe import probe
from syncline.media.sound import analysis_sound
from syncline.media.soundread import read_sound
from syncline.motion import soundnet
from syncline.motion.combine import combined
from syncline.motion.mouthtrack import MouthTrack
from syncline.motion.phones import from_phones
from syncline.motion.sound import from_sound
from syncline.motion.soundnet import SoundNetwork, context_of, load_network, shipped_network, standardised_bands
from syncline.motion.style import GENERIC_STYLE
from syncline.speech.cuesheet import CueSheet, Phone

WEIGHTS = [
    Path(soundnet.__file__).parent / "weights" / "mouth_regressor.npz",
]


@pytest.fixture(scope="module")
def speech(shared_data: Path) -> np.ndarray:
    """11 s of English, mono 16 kHz."""
    return analysis_sound(read_sound(probe(shared_data / "speech" / "jfk.flac")))


@pytest.mark.parametrize("path", WEIGHTS, ids=lambda path: path.stem)
def test_shipped_weights_are_small_plain_arrays(path: Path) -> None:
    assert path.stat().st_size < 5_000_000
    network = load_network(path)  # allow_pickle=False
    assert ((network.reliability > 0) & (network.reliability < 1)).all()


def test_missing_weights_say_so(tmp_path: Path) -> None:
    with pytest.raises(DependencyError, match="install"):
        load_network(tmp_path / "none.npz")


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "noise.npz").write_bytes(b"PK\x03\x04 this is no archive")
    with pytest.raises(InputError):
        load_network(tmp_path / "noise.npz")
    arrays = shipped_network().to_arrays()
    np.savez(tmp_path / "short.npz", **(arrays | {"hidden": arrays["hidden"][:-1]}))
    with pytest.raises(InputError, match="damaged"):
        load_network(tmp_path / "short.npz")
    np.savez(tmp_path / "nan.npz", **(arrays | {"output": np.full_like(arrays["output"], np.nan)}))
    with pytest.raises(InputError, match="finite"):
        load_network(tmp_path / "nan.npz")
    np.savez(tmp_path / "pickle.npz", schema=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError):
        load_network(tmp_path / "pickle.npz")


def test_networks_survive_a_round_trip() -> None:
    network = shipped_network()
    again = SoundNetwork.from_arrays(network.to_arrays())
    context = np.random.default_rng(0).normal(size=(5, soundnet.INPUTS)).astype(np.float32)
    np.testing.assert_array_equal(again.of_context(context), network.of_context(context))


def test_context_repeats_the_edges() -> None:
    bands = np.arange(30, dtype=np.float32)[:, None] * np.ones(soundnet.BANDS, np.float32)
    context = context_of(bands)
    assert context.shape == (30, soundnet.INPUTS)
    first = context[0].reshape(-1, soundnet.BANDS)[:, 0]
    assert first[0] == 0
    assert first[5] == 0
    assert first[10] == 20
    np.testing.assert_array_equal(context_of(bands, 7, 12), context[7:12])


def test_loudness_and_gain_of_the_recording_do_not_matter(speech: np.ndarray) -> None:
    np.testing.assert_allclose(standardised_bands(0.2 * speech), standardised_bands(speech), atol=2e-2)


def test_blocks_do_not_show(speech: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = shipped_network()(speech)
    monkeypatch.setattr(soundnet, "BLOCK", 300)
    np.testing.assert_allclose(shipped_network()(speech), whole, atol=1e-4)


def test_the_mouth_moves_with_speech_and_rests_without(speech: np.ndarray) -> None:
    quiet = np.zeros(32_000, np.float32)
    y = np.concatenate([quiet, speech, quiet])
    times = np.arange(0, len(y) / 16_000, 0.04)
    track = from_sound(y, times)
    before, after = times < 1.9, times > 2 + len(speech) / 16_000 + 0.5
    assert track.rest[before].all()
    assert track.rest[after].all()
    assert np.ptp(track.opening[before]) < 1e-6
    talking = ~track.rest
    assert talking.mean() > 0.3
    assert 0.02 < track.opening[talking].std() < 0.12
    assert np.isfinite(track.stacked()).all()


def test_silence_rests_all_the_time() -> None:
    times = np.arange(50) / 25
    track = from_sound(np.zeros(32_000, np.float32), times)
    assert track.rest.all()
    np.testing.assert_allclose(track.stacked(), np.tile(GENERIC_STYLE.rest, (50, 1)))
    assert from_sound(np.zeros(0, np.float32), times).rest.all()


def test_a_known_rest_is_taken(speech: np.ndarray) -> None:
    times = np.arange(0, 10, 0.04)
    rest = times < 4
    track = from_sound(speech, times, rest=rest)
    np.testing.assert_array_equal(track.rest, rest)
    assert np.ptp(track.opening[times < 3.8]) < 1e-6
    assert np.ptp(track.opening[~rest]) > 0.05


def test_the_style_sets_the_scale(speech: np.ndarray) -> None:
    times = np.arange(1, 9, 0.04)
    wide = replace(GENERIC_STYLE, spread=GENERIC_STYLE.spread * 2)
    assert from_sound(speech, times, style=wide).width.std() == pytest.approx(
        2 * from_sound(speech, times).width.std(), rel=0.05
    )


def test_two_opinions_make_one() -> None:
    cue = CueSheet("en", (), (Phone("a", 0, 0.4), Phone("m", 0.4, 0.5), Phone("sil", 0.5, 2.0)), 2.0, "by hand")
    times = np.arange(50) / 25
    phones = from_phones(cue, times)
    heard = MouthTrack.from_stacked(times, phones.stacked() + 0.04, source="sound")
    both = combined(phones, heard)
    assert both.source == "phones+sound"
    assert both.opening[5] == pytest.approx(phones.opening[5] + 0.02, abs=1e-5)
    assert both.opening[11] == 0  # m stays shut whatever is heard
    np.testing.assert_array_equal(both.stacked()[both.rest], phones.stacked()[phones.rest])


def test_opinions_on_other_pictures_are_refused() -> None:
    track = MouthTrack.from_stacked([0.0, 0.04], np.zeros((2, 4)), source="phones")
    with pytest.raises(InputError, match="different pictures"):
        combined(track, replace(track, times=track.times + 0.02))
