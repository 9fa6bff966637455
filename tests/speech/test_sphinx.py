"""The English model: pronunciations and what to do without a path."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from syncline.speech.espeak import Spoken
from syncline.speech.ipa import ARPABET
from syncline.speech.sphinx import align_words, arpabet, dictionary


def test_dictionary() -> None:
    assert dictionary("Hello")[0] == ("HH", "AH", "L", "OW")
    assert len(dictionary("the")) >= 2
    assert dictionary("naïve") == dictionary("naive") != []
    assert dictionary("don’t") == dictionary("don't") != []
    for odd in ("zyzzyxq", "", "42", "a b", "<s>", "the(2)", "приве"):
        assert dictionary(odd) == []


def test_every_phone_has_an_english_neighbour() -> None:
    assert arpabet(["k", "æ", "t"]) == ("K", "AE", "T")
    assert arpabet(["əl", "ʁ", "yː", "ç"])[:2] == ("AH", "L")
    assert all(name in ARPABET for name in arpabet(["ʁ", "yː", "ç", "ɓ", "ʕ", "œ̃"]))
    assert arpabet(["ɓ"]) == ("B",)


def test_word_and_phone_times(spoken_english: Spoken) -> None:
    words = align_words(spoken_english.sound, ["please", "buy", "the", "big", "map", "before", "five", "my", "brother"])
    assert [word.token for word in words] == list(range(9))
    for word in words:
        assert word.phones[0].start == word.start
        assert word.phones[-1].end == word.end
        assert all(a.end == b.start for a, b in pairwise(word.phones))


def test_a_sound_too_short_for_its_text_has_no_path() -> None:
    y = np.random.default_rng(0).standard_normal(3200).astype(np.float32) * 0.1
    assert align_words(y, ["responsibilities"] * 20) == []


def test_tokens_without_sound_are_left_out(spoken_english: Spoken) -> None:
    words = align_words(
        spoken_english.sound, ["please", "buy", "...", "the", "big", "map", "before", "five", "my", "brother"]
    )
    assert [word.token for word in words] == [0, 1, 3, 4, 5, 6, 7, 8, 9]
