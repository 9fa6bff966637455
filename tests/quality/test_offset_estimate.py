from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from syncline.media.probe import probe
from syncline.media.sound import analysis_sound
from syncline.media.soundread import read_sound
from syncline.motion.mouthtrack import MouthTrack
from syncline.motion.style import GENERIC_STYLE
from syncline.quality.offset import LAGS, correlation_curve, judged, measure_offset, picture_features, shipped_network
from syncline.speech.features import frames_at


@pytest.fixture(scope="module")
def speech(shared_data: Path) -> np.ndarray:
    """11 s of English, mono 16 kHz."""
    return analysis_sound(read_sound(probe(shared_data / "speech" / "jfk.flac")))


def mouth_of(y: np.ndarray, times: np.ndarray, noise: float = 1.0, seed: int = 1) -> np.ndarray:
    """A mouth that moves with a sound as far as a network can tell, and `noise` deviations of its own life."""
    heard = frames_at(shipped_network()(y), times)[:, :4]
    own = np.random.default_rng(seed).normal(size=heard.shape)
    own = np.apply_along_axis(lambda v: np.convolve(v, np.ones(5) / 5, "same") * 5**0.5, 0, own)
    return GENERIC_STYLE.shape_of(heard + noise * heard.std(axis=0) * own)


@pytest.mark.parametrize("ms", [-300, -120, -45, -20, 0, 13, 40, 100, 250])
@pytest.mark.parametrize("rate", [25.0, 29.97, 60.0])
def test_known_shifts_are_found(speech: np.ndarray, ms: float, rate: float) -> None:
    times = np.arange(0.5, 10.0, 1 / rate)
    shape = mouth_of(speech, times - ms / 1000)  # the picture shows late what was heard early
    found = measure_offset(shape, times, speech)
    assert found.known, found.reason
    assert found.ms == pytest.approx(ms, abs=12)


def test_early_sound_is_positive(speech: np.ndarray) -> None:
    times = np.arange(1.0, 10.0, 0.04)
    shape = mouth_of(speech, times)
    early = speech[1600:]  # 100 ms cut from the front: everything is heard 100 ms before it is seen
    assert measure_offset(shape, times, early).ms == pytest.approx(100, abs=12)


def test_variable_rate_and_gaps_do_not_matter(speech: np.ndarray) -> None:
    rng = np.random.default_rng(2)
    times = np.cumsum(rng.choice([0.033, 0.066], 200))
    shape = mouth_of(speech, times - 0.08, noise=0.5)
    shape[60:80] = np.nan
    found = measure_offset(shape, times, speech)
    assert found.ms == pytest.approx(80, abs=15)


def test_what_was_asked_sharpens_the_estimate(speech: np.ndarray) -> None:
    times = np.arange(0.5, 10.0, 0.04)
    asked = MouthTrack.from_stacked(times, mouth_of(speech, times, noise=0.3, seed=2), source="phones")
    seen = mouth_of(speech, times - 0.06, noise=2.0)
    alone, helped = (measure_offset(seen, times, speech, asked=given) for given in (None, asked))
    assert helped.known
    assert helped.ms == pytest.approx(60, abs=25)
    assert helped.margin > alone.margin


def test_too_short_is_unknown(speech: np.ndarray) -> None:
    times = np.arange(1.0, 3.0, 0.04)
    found = measure_offset(mouth_of(speech, times), times, speech)
    assert not found.known
    assert found.ms is None
    assert "too short" in found.reason


@pytest.mark.parametrize("y", [np.zeros(160_000, np.float32), np.zeros(0, np.float32)], ids=["silence", "nothing"])
def test_without_speech_it_is_unknown(speech: np.ndarray, y: np.ndarray) -> None:
    times = np.arange(0.5, 9.0, 0.04)
    found = measure_offset(mouth_of(speech, times), times, y)
    assert not found.known
    assert "no speech" in found.reason


def test_a_face_that_is_turned_away_is_unknown(speech: np.ndarray) -> None:
    times = np.arange(0.5, 9.0, 0.04)
    usable = np.arange(len(times)) % 5 == 0
    found = measure_offset(mouth_of(speech, times), times, speech, usable=usable)
    assert not found.known
    assert "seen well in only 20 %" in found.reason


def test_a_mouth_that_has_nothing_to_do_with_the_sound_is_unknown(speech: np.ndarray) -> None:
    times = np.arange(0.5, 9.0, 0.04)
    rng = np.random.default_rng(7)
    known = 0
    for _ in range(10):
        noise = np.apply_along_axis(lambda v: np.convolve(v, np.ones(5), "same"), 0, rng.normal(size=(len(times), 4)))
        known += measure_offset(GENERIC_STYLE.shape_of(noise), times, speech).known
    assert known <= 2


def test_a_frozen_mouth_is_unknown(speech: np.ndarray) -> None:
    times = np.arange(0.5, 9.0, 0.04)
    assert not measure_offset(np.tile(GENERIC_STYLE.mean, (len(times), 1)), times, speech).known


def test_a_curve_that_rises_to_its_edge_is_unknown() -> None:
    found = judged(np.linspace(0, 1, len(LAGS)), 20.0)
    assert not found.known
    assert "no shift" in found.reason


def test_the_top_of_a_curve_is_found_between_its_samples() -> None:
    curve = np.maximum(0, 1 - ((LAGS - 0.0374) / 0.1) ** 2)
    assert judged(curve, 20.0).ms == pytest.approx(37.4, abs=0.3)


def test_features_do_not_see_beyond_a_gap() -> None:
    times = np.arange(100) / 25
    shape = np.tile(GENERIC_STYLE.mean, (100, 1)) + np.sin(times)[:, None] * 0.01
    usable = np.ones(100, np.bool_)
    usable[40:50] = False
    features = picture_features(shape.astype(np.float32), times, usable)
    assert np.isnan(features[40:50]).all()
    assert np.isfinite(features[~np.isnan(features).any(axis=1)]).all()
    assert features[usable].mean() == pytest.approx(0, abs=1e-4)


def test_anticorrelation_explains_nothing() -> None:
    times = np.arange(200) / 25
    rng = np.random.default_rng(0)
    heard = np.repeat(rng.normal(size=(200, 6)), 4, axis=0).astype(np.float32)
    curve = correlation_curve(heard, -frames_at(heard, times), times, np.ones(6, np.float32))
    assert curve[len(LAGS) // 2] == 0


@pytest.mark.slow
def test_real_clips_show_the_shift_that_was_put_in(shared_data: Path) -> None:
    """Each clip against itself moved by 100 ms; its own offset, whatever it is, cancels."""
    from syncline.face.choose import choose_face
    from syncline.face.track import track_faces
    from syncline.quality.seen import seen_mouth

    for name in ("german_news_de", "vox_00015_en"):
        info = probe(shared_data / "clips" / f"{name}.mp4")
        assert info.video is not None
        face = choose_face(track_faces(info), "largest").track
        times = np.array([float(info.video.seconds(k)) for k in range(info.video.frames)])
        mouth = seen_mouth(face.landmarks, times)
        y = analysis_sound(read_sound(info))
        own = measure_offset(mouth.shape, times, y, usable=mouth.usable)
        moved = measure_offset(mouth.shape, times, y[1600:], usable=mouth.usable)
        assert own.known, own.reason
        assert own.ms is not None
        assert moved.ms == pytest.approx(own.ms + 100, abs=15)
