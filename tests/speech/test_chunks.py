"""Long sounds are cut at pauses, with the right text on each side."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from syncline.speech import chunks
from syncline.speech.activity import speech_activity
from syncline.speech.align import align
from syncline.speech.cuesheet import check
from syncline.speech.espeak import speak
from syncline.speech.text import tokenise

_LINES = [
    "The committee will publish its report on Monday morning.",
    "Nobody expected the boat to arrive before five in the evening.",
    "A small brown fox jumped over the fence and ran away.",
    "Please bring your own paper, pencils and a bottle of water.",
    "They moved from Paris to Berlin when the war was over.",
    "My brother plays the piano better than anybody I know.",
]


def long_speech(repeats: int) -> tuple[np.ndarray, list[str], list[float]]:
    quiet = np.random.default_rng(0).standard_normal(8_000).astype(np.float32) * 1e-4
    pieces, words, starts, position = [quiet], [], [], 0.5
    for _ in range(repeats):
        for spoken in speak(_LINES, "en-us", words_per_minute=[165]):
            starts.append(position)
            words.append(spoken.text)
            pieces.extend([spoken.sound, quiet])
            position += spoken.duration + 0.5
    return np.concatenate(pieces), words, starts


def test_chunks_cover_the_sound_and_split_the_text_at_sentences() -> None:
    y, lines, starts = long_speech(2)
    tokens, _ = tokenise(" ".join(lines), "en")
    pieces = chunks.cut(y, speech_activity(y), tokens, "en")
    assert len(pieces) > 1
    assert pieces[0].first == 0
    assert pieces[-1].last >= len(y) // 160
    assert pieces[-1].end == len(tokens)
    first_tokens = np.cumsum([0] + [len(tokenise(line, "en")[0]) for line in lines])
    for before, after in pairwise(pieces):
        assert before.last == after.first
        assert before.end == after.token
        line = int(np.flatnonzero(first_tokens == after.token)[0])  # an anchor stands between two sentences
        assert starts[line] - 0.9 < after.first / 100 < starts[line] + 0.3


def test_a_short_sound_is_one_chunk() -> None:
    y, lines, _ = long_speech(1)
    tokens, _ = tokenise(lines[0], "en")
    short = y[: 6 * 16_000]
    assert len(chunks.cut(short, speech_activity(short), tokens, "en")) == 1


@pytest.mark.parametrize("language", ["en", pytest.param("nl", marks=pytest.mark.slow)])
def test_a_minute_is_as_exact_as_a_line(language: str) -> None:
    y, lines, starts = long_speech(2)
    sheet = align(y, " ".join(lines), language)
    check(sheet)
    firsts = np.cumsum([0] + [len(line.split()) for line in lines])[:-1]
    errors = np.abs(np.array([sheet.words[k].start for k in firsts]) - starts)
    assert np.median(errors) < 0.08
    assert errors.max() < 0.6


def test_text_that_cannot_lie_in_the_sound_is_left_out() -> None:
    y, lines, _ = long_speech(1)
    sheet = align(y[: 4 * 16_000], " ".join(lines * 20), "en")
    check(sheet)
    assert any("left out" in note for note in sheet.notes)
    assert len(sheet.words) < 200
