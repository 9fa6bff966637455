from __future__ import annotations

import json

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.motion.mouthtrack import CHANNELS, MouthTrack, frame_period


def some_track(count: int = 7) -> MouthTrack:
    rng = np.random.default_rng(0)
    return MouthTrack.from_stacked(
        np.arange(count) * 0.04,
        rng.uniform(0, 1, (count, 4)),
        closure=rng.uniform(0, 1, count),
        rest=rng.random(count) > 0.5,
        source="phones",
    )


def test_arrays_round_trip() -> None:
    track = some_track()
    again = MouthTrack.from_arrays(track.to_arrays())
    np.testing.assert_array_equal(again.stacked(), track.stacked())
    np.testing.assert_array_equal(again.rest, track.rest)
    assert again.source == "phones"


def test_json_round_trip_is_exact_to_its_rounding() -> None:
    track = some_track()
    again = MouthTrack.from_json(json.loads(json.dumps(track.to_json())))
    np.testing.assert_allclose(again.stacked(), track.stacked(), atol=6e-5)
    np.testing.assert_array_equal(again.rest, track.rest)
    np.testing.assert_allclose(again.closure, track.closure, atol=6e-4)


def test_opening_is_never_negative() -> None:
    track = MouthTrack.from_stacked([0.0], [[-0.1, 0.5, 0.1, 1.2]], source="phones")
    assert track.opening[0] == 0


@pytest.mark.parametrize("name", [*CHANNELS, "times", "closure", "source"])
def test_json_without_a_field_is_refused(name: str) -> None:
    document = some_track().to_json()
    del document[name]
    with pytest.raises(InputError):
        MouthTrack.from_json(document)


def test_other_documents_are_refused() -> None:
    with pytest.raises(InputError, match="not a mouth track"):
        MouthTrack.from_json({"schema": "syncline.score/1"})


def test_values_that_are_not_finite_are_refused() -> None:
    arrays = some_track().to_arrays()
    arrays["shape"] = arrays["shape"].copy()
    arrays["shape"][3, 1] = np.nan
    with pytest.raises(InputError, match="finite"):
        MouthTrack.from_arrays(arrays)


def test_lengths_must_agree() -> None:
    track = some_track()
    with pytest.raises(InputError, match="one value a picture"):
        MouthTrack(track.times[:-1], *track.stacked().T, track.closure, track.rest)


def test_frame_period_of_steady_variable_and_single_pictures() -> None:
    assert frame_period(np.arange(10) / 50) == pytest.approx(0.02)
    assert frame_period([0.0, 0.033, 0.066, 0.2]) == pytest.approx(0.033)
    assert frame_period([1.0]) == 0.04
