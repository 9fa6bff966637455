"""What neighbours add to a person's phones."""

from __future__ import annotations

import numpy as np
import pytest

from cue_sheets import pictures, random_speech, sheet, stranger
from syncline.errors import InputError
from syncline.motion import SpokenFootage, VisemeTable, from_phones, learn_table
from syncline.motion.mouthtrack import OPENING, WIDTH
from syncline.motion.neighbours import Neighbours, neighbour_features
from syncline.speech.articulation import FEATURES

ROUNDED = FEATURES.index("rounded")
PHONES = ["s", "t", "u", "a", "i", "m", "k", "l"]


def beside(**values: float) -> Neighbours:
    """Neighbours whose rounding, before and after, changes the width."""
    before, after = np.zeros((2, len(FEATURES), 4), np.float32)
    before[ROUNDED, WIDTH] = values.get("before", 0.0)
    after[ROUNDED, WIDTH] = values.get("after", 0.0)
    return Neighbours(before, after, np.zeros(len(FEATURES), np.float32))


def footage(table: VisemeTable, lines: int) -> list[SpokenFootage]:
    rng = np.random.default_rng(5)
    made = []
    for _ in range(lines):
        cue = random_speech(rng, PHONES, 40)
        times = pictures(cue)
        made.append(SpokenFootage(cue, times, from_phones(cue, times, table=table).stacked()))
    return made


def test_features_are_those_of_both_sides() -> None:
    features = neighbour_features(["s", "u", "a"])
    assert features.shape == (3, 2 * len(FEATURES))
    assert features[0, len(FEATURES) + ROUNDED] > 0.5  # [u] stands behind [s]
    assert features[2, ROUNDED] > 0.5  # and before [a]
    assert features[1, ROUNDED] == features[1, len(FEATURES) + ROUNDED] == 0


def test_silence_is_not_changed_by_what_is_said() -> None:
    shifts = beside(before=-0.02, after=-0.04).shifts(["sil", "u", "sil", "s", "u"])
    assert not shifts[[0, 2]].any()
    assert shifts[3, WIDTH] == pytest.approx(-0.04, abs=0.01)


def test_a_habit_is_learned_from_footage() -> None:
    base = stranger()
    habit = VisemeTable(base.slope, {}, {}, base.style, True, beside(after=-0.03))
    learned = learn_table(footage(habit, 12))
    assert learned.neighbours is not None
    before_u, before_a = (learned.targets(pair)[0, WIDTH] for pair in (["s", "u"], ["s", "a"]))
    assert before_u < before_a - 0.012
    none = learn_table(footage(base, 12))
    unchanged = none.targets(["s", "u"])[0, WIDTH] - none.targets(["s", "a"])[0, WIDTH]
    assert abs(unchanged) < 0.4 * (before_a - before_u)


def test_lips_stay_shut_beside_any_phone() -> None:
    opening = np.zeros((2, len(FEATURES), 4), np.float32)
    opening[..., OPENING] = 0.1
    base = stranger()
    table = VisemeTable(base.slope, {}, {}, base.style, True, Neighbours(*opening, np.zeros(len(FEATURES), np.float32)))
    assert table.targets(["a", "m", "a"])[1, OPENING] <= table.style.rest[OPENING]
    cue = sheet(("sil", 0.4), ("a", 0.2), ("m", 0.1), ("a", 0.2), ("sil", 0.4))
    track = from_phones(cue, pictures(cue), table=table)
    assert track.opening[np.argmax(track.closure)] < 0.02


def test_it_is_kept_with_its_table_and_scaled_with_it() -> None:
    base = stranger()
    table = VisemeTable(base.slope, {}, {}, base.style, True, beside(before=0.01, after=0.02))
    again = VisemeTable.from_arrays(table.to_arrays())
    assert np.array_equal(again.targets(PHONES), table.targets(PHONES))
    assert VisemeTable.from_arrays(base.to_arrays()).neighbours is None
    doubled = type(base.style)(base.style.rest, base.style.mean, base.style.spread * 2, base.style.closed)
    scaled = table.for_style(doubled).neighbours
    assert scaled is not None
    np.testing.assert_allclose(scaled.shifts(PHONES), 2 * beside(before=0.01, after=0.02).shifts(PHONES), atol=1e-6)


@pytest.mark.parametrize("wrong", [np.zeros(3), np.full((len(FEATURES), 4), np.nan), np.array(["a"])])
def test_damaged_arrays_are_refused(wrong: np.ndarray) -> None:
    base = stranger()
    arrays = VisemeTable(base.slope, {}, {}, base.style, True, beside()).to_arrays()
    with pytest.raises(InputError, match="viseme table"):
        VisemeTable.from_arrays(arrays | {"before": wrong})
