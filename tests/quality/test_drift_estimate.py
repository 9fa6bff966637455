from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from syncline.media.probe import probe
from syncline.media.sound import analysis_sound
from syncline.media.soundread import read_sound
from syncline.motion.soundnet import standardised_bands
from syncline.quality.drift import Drift, measure_drift
from syncline.quality.evidence import Guide, Streams, along, row_agreement, table
from syncline.quality.jump import best_jump
from syncline.quality.mismatch import measure_mismatch
from syncline.quality.rates import explaining
from syncline.quality.syncmodel import shipped_model
from syncline.speech.features import frames_at

SECONDS = 40.0


@pytest.fixture(scope="module")
def speech(shared_data: Path) -> np.ndarray:
    """Two minutes of many voices one after another, mono 16 kHz."""
    files = sorted((shared_data / "speech").glob("*.wav"))
    parts = [analysis_sound(read_sound(probe(file))) for file in files]
    return np.concatenate(parts)


def mouth_of(y: np.ndarray, moments: np.ndarray, noise: float = 1.0, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Shape and lips that move with a sound at `moments`, as far as the model can tell, and a life of their own."""
    heard = frames_at(shipped_model().mouth_heard(standardised_bands(y)), moments)[:, :12]
    own = np.random.default_rng(seed).normal(size=heard.shape)
    own = np.apply_along_axis(lambda v: np.convolve(v, np.ones(5) / 5, "same") * 5**0.5, 0, own)
    values = 0.02 * (heard + noise * heard.std(axis=0) * own) + 0.3
    return values[:, :4], values[:, 4:]


def drift_of(y: np.ndarray, offsets: np.ndarray, times: np.ndarray, seed: int = 1) -> Drift:
    """Drift of a clip whose sound is `offsets` (s, one a picture) early."""
    shape, lips = mouth_of(y, times - offsets, seed=seed)
    return measure_drift(shape, times, y, lips=lips)


TIMES = np.arange(0.5, SECONDS, 0.04)


def test_a_steady_offset_is_constant(speech: np.ndarray) -> None:
    found = drift_of(speech, np.full(len(TIMES), 0.08), TIMES)
    assert found.kind == "constant"
    assert found.percent is None
    assert [each.ms for each in found.windows if each.ms is not None] == pytest.approx(
        [80.0] * sum(each.ms is not None for each in found.windows), abs=25
    )
    assert sum(each.ms is not None for each in found.windows) >= len(found.windows) // 2


@pytest.mark.parametrize(("percent", "rates"), [(0.5, None), (-0.5, None), (100 / 24, "24 / 25"), (-4.0, "24 / 25")])
def test_a_wrong_rate_grows(speech: np.ndarray, percent: float, rates: str | None) -> None:
    slope = 1 - 1 / (1 + percent / 100)
    found = drift_of(speech, slope * TIMES, TIMES)
    assert found.kind == "growing", found.sentence
    assert found.percent == pytest.approx(percent, abs=0.04)
    assert found.ppm == pytest.approx(1e4 * percent, abs=400)
    assert found.rates == rates


def test_confused_sample_rates_are_named(speech: np.ndarray) -> None:
    found = drift_of(speech, (1 - 44_100 / 48_000) * TIMES, TIMES)
    assert found.rates is not None
    assert "44 100 / 48 000" in found.rates


@pytest.mark.parametrize("at", [12.0, 27.0])
def test_a_jump_is_found_where_it_is(speech: np.ndarray, at: float) -> None:
    found = drift_of(speech, np.where(at > TIMES, 0.0, 0.12), TIMES)
    assert found.kind == "jump", found.sentence
    assert found.jump_s == pytest.approx(at, abs=1.0)
    assert found.jump_ms == pytest.approx(120, abs=25)
    assert found.jump_from_s is not None
    assert found.jump_to_s is not None
    assert found.jump_from_s - 0.2 <= at <= found.jump_to_s + 0.2
    assert found.jump_to_s - found.jump_from_s < 4


def synthetic(breaks: int, quiet: slice = slice(0, 0), by: int = 6) -> Streams:
    """Streams of 20 s that agree, from row `breaks` on with the sound `by` rows early; nothing is heard in `quiet`."""
    rng = np.random.default_rng(6)
    heard = rng.normal(size=(1100, 16)).astype(np.float32)
    heard[quiet] = 0
    seen = np.concatenate([heard[:breaks], heard[breaks - by : 1000 - by]]) / 16
    return Streams(seen + rng.normal(0, 0.05, seen.shape).astype(np.float32), heard, np.ones(len(seen), bool), 0)


def test_in_unbroken_speech_a_jump_is_found_to_a_tenth_of_a_second() -> None:
    both = synthetic(600)
    found = best_jump(both, table(both, 0.6))
    assert found is not None
    assert found.by == pytest.approx(0.12, abs=0.005)
    # The mouth follows the later sound from row 600 on, which is the middle of a cut of 6 rows in the sound.
    assert found.when == pytest.approx(12.0 - 0.06, abs=0.1)
    assert found.last - found.first < 0.6


def test_in_a_pause_the_interval_holds_all_of_it() -> None:
    both = synthetic(600, slice(550, 650))
    found = best_jump(both, table(both, 0.6))
    assert found is not None
    assert found.first < 11.2
    assert found.last > 12.7
    assert found.first < found.when < found.last


def test_too_short_for_both_sides_is_no_jump() -> None:
    both = synthetic(600)
    short = Streams(both.seen[500:790], both.heard, both.mask[500:790], 500)
    assert best_jump(short, table(short, 0.6)) is None


def test_agreement_by_row_sums_to_the_table() -> None:
    both = synthetic(600)
    whole = table(both, 0.2)
    column = len(whole.shifts) // 2 + 8
    rows = row_agreement(both, float(whole.shifts[column]))
    assert rows.sum() == pytest.approx(whole.cells[:, column].sum(), rel=1e-3)


def test_what_is_short_or_has_no_speech_is_unknown(speech: np.ndarray) -> None:
    short = TIMES[:200]
    assert "too short" in drift_of(speech, np.zeros(200), short).sentence
    shape, lips = mouth_of(speech, TIMES)
    silent = measure_drift(shape, TIMES, np.zeros(len(speech), np.float32), lips=lips)
    assert silent.kind == "unknown"
    assert "no speech" in silent.sentence


def test_foreign_sound_is_neither_followed_nor_believed(speech: np.ndarray) -> None:
    shape, lips = mouth_of(speech, TIMES + 30.0)
    foreign = measure_mismatch(shape, TIMES, speech, lips=lips)
    assert foreign.foreign is not False
    own_shape, own_lips = mouth_of(speech, TIMES)
    own = measure_mismatch(own_shape, TIMES, speech, lips=own_lips)
    assert own.foreign is False
    assert own.probability is not None
    assert foreign.probability is not None
    assert own.probability < 0.1
    assert foreign.probability > 0.1


def test_no_picture_is_no_drift() -> None:
    found = measure_drift(np.full((500, 4), np.nan), np.arange(500) / 25, np.zeros(320_000, np.float32))
    assert found.kind == "unknown"
    assert measure_mismatch(np.full((500, 4), np.nan), np.arange(500) / 25, np.zeros(320_000)).foreign is None


def test_a_table_is_that_of_a_slow_reference() -> None:
    rng = np.random.default_rng(2)
    both = Streams(
        rng.normal(size=(100, 4)).astype(np.float32),
        rng.normal(size=(140, 4)).astype(np.float32),
        np.ones(100, bool),
        20,
    )
    found = table(both, 0.2, finer=1)
    for column in (0, 7, len(found.shifts) - 1):
        lag = round(float(found.shifts[column]) / 0.02)
        for block in range(4):
            rows = np.arange(25 * block, 25 * block + 25)
            slow = (both.seen[rows] * both.heard[rows + 20 - lag]).sum()
            assert found.cells[block, column] == pytest.approx(slow, abs=1e-3)
    assert along(found, np.array([0.0]))[0] == pytest.approx(found.cells.sum(axis=0))


def test_a_guide_is_followed_exactly() -> None:
    heard = np.random.default_rng(4).normal(size=(600, 3)).astype(np.float32)
    seen = heard[10:560]  # the picture shows at row i what is heard at row i + 10, so 10 rows are early in the sound
    both = Streams(seen, heard, np.ones(len(seen), bool), 0)
    found = table(both, 0.1, Guide(offset=-0.2), finer=1)
    assert found.shifts[found.cells.sum(axis=0).argmax()] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("percent", "rate", "name"),
    [
        (0.1, 24.0, "23.976 / 24"),
        (-0.1, 29.97, "29.97 / 30"),
        (4.16, 25.0, "24 / 25"),
        (-8.13, 25.0, "44 100 / 48 000 (or 22 050 / 24 000)"),
        (0.5, 25.0, None),
        (0.0, 25.0, None),
    ],
)
def test_rates_are_named(percent: float, rate: float, name: str | None) -> None:
    assert explaining(percent, 0.03, rate) == name


def test_where_nothing_tells_film_from_video_both_are_named() -> None:
    assert explaining(0.1, 0.03, 25.0) == "23.976 / 24 or 29.97 / 30"
