from __future__ import annotations

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.motion.style import GENERIC_STYLE, Style
from syncline.motion.visemes import VisemeTable, generic_table

OPENING, WIDTH, PROTRUSION, JAW = range(4)


@pytest.mark.parametrize("ipa", ["p", "b", "m", "pʰ", "bʲ", "mː"])
def test_bilabials_shut_the_lips(ipa: str) -> None:
    assert generic_table().target(ipa)[OPENING] <= GENERIC_STYLE.rest[OPENING]


@pytest.mark.parametrize(
    ("more", "less", "channel"),
    [
        ("ɑ", "i", OPENING),
        ("a", "u", OPENING),
        ("a", "s", JAW),
        ("i", "u", WIDTH),
        ("s", "ʃ", WIDTH),
        ("e", "ø", WIDTH),
        ("u", "i", PROTRUSION),
        ("t", "f", OPENING),
    ],
)
def test_shapes_are_ordered_as_mouths_are(more: str, less: str, channel: int) -> None:
    table = generic_table()
    assert table.target(more)[channel] > table.target(less)[channel]


@pytest.mark.parametrize("ipa", ["y", "œ̃", "ɲ", "ʁ", "tɕ", "ɻ", "ʈʂ", "ɸ", "x", "ɯ", "ç", "aɪ", "sil"])
def test_every_language_has_shapes(ipa: str) -> None:
    target = generic_table().target(ipa)
    assert target.shape == (4,)
    assert np.isfinite(target).all()
    assert 0.3 < target[WIDTH] < 0.8


def test_silence_is_rest() -> None:
    np.testing.assert_array_equal(generic_table().target("sil"), GENERIC_STYLE.rest)


def test_a_wide_speaker_opens_wider() -> None:
    wide = Style(GENERIC_STYLE.rest, GENERIC_STYLE.mean, GENERIC_STYLE.spread * 1.5, GENERIC_STYLE.closed)
    np.testing.assert_allclose(generic_table(wide).offset("a"), 1.5 * generic_table().offset("a"), rtol=1e-5)


def test_arrays_round_trip_keeps_a_persons_own() -> None:
    own = {"a": np.array([0.01, 0.02, 0.03, 0.04], np.float32)}
    table = VisemeTable(generic_table().slope, own, {"a": 3.5}, learned=True)
    again = VisemeTable.from_arrays(table.to_arrays())
    for ipa in ("a", "b", "ʃ"):
        np.testing.assert_array_equal(again.target(ipa), table.target(ipa))
    assert again.learned
    assert again.seconds == {"a": 3.5}


def test_features_are_matched_by_name() -> None:
    arrays = generic_table().to_arrays()
    order = np.arange(len(arrays["features"]))[::-1]
    arrays |= {"features": arrays["features"][order], "slope": arrays["slope"][order]}
    np.testing.assert_array_equal(VisemeTable.from_arrays(arrays).target("ɛ"), generic_table().target("ɛ"))


@pytest.mark.parametrize("name", ["slope", "own", "phones", "style_rest", "style_closed"])
def test_damaged_tables_are_refused(name: str) -> None:
    arrays = generic_table().to_arrays()
    del arrays[name]
    with pytest.raises(InputError):
        VisemeTable.from_arrays(arrays)


def test_a_table_of_not_a_number_is_refused() -> None:
    arrays = generic_table().to_arrays()
    arrays["slope"] = np.full_like(arrays["slope"], np.nan)
    with pytest.raises(InputError, match="finite"):
        VisemeTable.from_arrays(arrays)
