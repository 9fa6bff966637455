from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.media.probe import probe
from syncline.media.sound import analysis_sound
from syncline.media.soundread import read_sound
from syncline.motion.mouthtrack import MouthTrack
from syncline.motion.soundnet import standardised_bands
from syncline.motion.style import GENERIC_STYLE
from syncline.quality.agreement import correlations, mouth_motion
from syncline.quality.offset import LAG_FRAMES, LAGS, judged, measure_offset, top_of
from syncline.quality.syncmodel import SyncModel, load_model, shipped_model
from syncline.speech.features import frames_at


@pytest.fixture(scope="module")
def speech(shared_data: Path) -> np.ndarray:
    """11 s of English, mono 16 kHz."""
    return analysis_sound(read_sound(probe(shared_data / "speech" / "jfk.flac")))


def mouth_of(y: np.ndarray, times: np.ndarray, noise: float = 1.0, seed: int = 1) -> np.ndarray:
    """A mouth that moves with a sound as far as a network can tell, and `noise` deviations of its own life."""
    heard = frames_at(shipped_model().mouth_heard(standardised_bands(y)), times)[:, :4]
    own = np.random.default_rng(seed).normal(size=heard.shape)
    width = max(2, round(0.2 / float(np.median(np.diff(times)))))  # mouths do not move faster before faster cameras
    own = np.apply_along_axis(lambda v: np.convolve(v, np.ones(width) / width, "same") * width**0.5, 0, own)
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
    assert helped.confidence > alone.confidence
    assert abs(helped.best_ms - 60) < abs(alone.best_ms - 60)


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


def test_motion_does_not_see_beyond_a_gap() -> None:
    times = np.arange(100) / 25
    shape = np.tile(GENERIC_STYLE.mean, (100, 1)) + np.sin(times)[:, None] * 0.01
    usable = np.ones(100, np.bool_)
    usable[40:50] = False
    motion = mouth_motion(shape, times, usable)
    inside = np.arange(motion.first, motion.first + len(motion.seen)) / 100
    assert not motion.seen[(inside > 1.64) & (inside < 1.92)].any()
    assert motion.seen[(inside < 1.5) | ((inside > 2.1) & (inside < 3.9))].all()
    assert (motion.columns[~motion.seen] == 0).all()
    assert motion.columns[motion.seen].mean() == pytest.approx(0, abs=1e-4)


def test_correlations_are_those_of_a_slow_reference() -> None:
    rng = np.random.default_rng(3)
    seen, heard = rng.normal(size=(220, 3)).astype(np.float32), rng.normal(size=(260, 3)).astype(np.float32)
    mask = rng.random(220) > 0.2
    fast, rows = correlations(seen, mask, heard, 30, LAG_FRAMES)
    for lag in (-60, -7, 0, 25, 60):
        place = 30 + np.arange(220) - lag
        both = mask & (place >= 0) & (place < 260)
        slow = [np.corrcoef(seen[both, k], heard[place[both], k])[0, 1] for k in range(3)]
        assert rows[lag + 60] == both.sum()
        assert fast[lag + 60] == pytest.approx(np.array(slow), abs=1e-6)


def test_a_column_that_stands_still_says_nothing() -> None:
    heard = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    seen = np.zeros((300, 2), np.float32)
    r, _ = correlations(seen, np.ones(300, np.bool_), heard, 0, LAG_FRAMES)
    assert np.abs(r).max() == 0


def test_lips_and_shape_have_one_row_a_picture(speech: np.ndarray) -> None:
    times = np.arange(0.5, 9.0, 0.04)
    with pytest.raises(InputError):
        measure_offset(mouth_of(speech, times), times[:-1], speech)


def test_confidence_grows_with_the_margin() -> None:
    narrow = 0.02 + 0.3 * np.exp(-((LAGS / 0.05) ** 2))
    low, high = judged(narrow / 4, 5.0), judged(narrow, 5.0)
    assert low.confidence < high.confidence
    assert high.known
    assert top_of(narrow) == pytest.approx(0, abs=1e-6)


def test_weights_survive_a_round_trip_and_damage_is_told(tmp_path: Path) -> None:
    arrays = shipped_model().to_arrays()
    path = tmp_path / "model.npz"
    np.savez(path, **arrays)
    bands = np.random.default_rng(1).normal(size=(50, 40)).astype(np.float32)
    assert (load_model(path).sound_common(bands) == shipped_model().sound_common(bands)).all()
    for spoiled in ({**arrays, "shares": arrays["shares"][:5]}, {**arrays, "linear": arrays["linear"] * np.nan}):
        with pytest.raises(InputError):
            SyncModel.from_arrays(spoiled)


def test_the_weights_are_small() -> None:
    assert sum(value.nbytes for value in shipped_model().to_arrays().values()) < 5_000_000


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
