"""The best path through a CTC model's probabilities, against a slow search of all."""

from __future__ import annotations

import tracemalloc
from itertools import product

import numpy as np
import pytest

from syncline.speech.aligners import ctc_path
from syncline.speech.aligners.ctc_path import best_path, frames_needed, label_spans


def random_case(rng: np.random.Generator, most_labels: int = 7, more_frames: int = 20) -> tuple[np.ndarray, np.ndarray]:
    text = rng.integers(1, 5, rng.integers(1, most_labels + 1))
    scores = rng.standard_normal((frames_needed(text) + rng.integers(0, more_frames), 5)) * 3
    return (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))).astype(np.float32), text


def score_of(path: np.ndarray, log_probs: np.ndarray, text: np.ndarray) -> float:
    columns = np.zeros(2 * len(text) + 1, int)
    columns[1::2] = text
    return float(log_probs[np.arange(len(path)), columns[path]].sum(dtype=np.float64))


def by_all_paths(log_probs: np.ndarray, text: np.ndarray) -> float:
    """The best score over every sequence of columns that collapses to the text."""
    best = -np.inf
    for columns in product(range(log_probs.shape[1]), repeat=len(log_probs)):
        collapsed = [c for n, c in enumerate(columns) if c and (n == 0 or columns[n - 1] != c)]
        if collapsed == text.tolist():
            best = max(best, float(log_probs[np.arange(len(columns)), columns].sum(dtype=np.float64)))
    return best


def by_full_table(log_probs: np.ndarray, text: np.ndarray) -> np.ndarray:
    """The best path by the whole table of states, one cell after the other."""
    columns = [0]
    for label in text:
        columns += [int(label), 0]
    frames, states = len(log_probs), len(columns)
    best = np.full((frames, states), -np.inf)
    steps = np.zeros((frames, states), int)
    best[0, :2] = log_probs[0, columns[:2]]
    for frame in range(1, frames):
        for state in range(states):
            ways = [best[frame - 1, state]]
            if state > 0:
                ways.append(best[frame - 1, state - 1])
            if state > 1 and state % 2 and columns[state] != columns[state - 2]:
                ways.append(best[frame - 1, state - 2])
            steps[frame, state] = int(np.argmax(ways))
            best[frame, state] = max(ways) + log_probs[frame, columns[state]]
    path = [states - 1 if best[-1, -1] > best[-1, -2] else states - 2]
    for frame in range(frames - 1, 0, -1):
        path.append(path[-1] - steps[frame, path[-1]])
    return np.array(path[::-1])


def test_it_is_the_best_of_all_paths() -> None:
    rng = np.random.default_rng(1)
    for _ in range(12):
        log_probs, text = random_case(rng, most_labels=3, more_frames=3)
        path = best_path(log_probs[:, :4], np.minimum(text, 3), 0, np.inf)
        if path is None:  # labels that were made equal need more blanks than there are frames
            assert frames_needed(np.minimum(text, 3)) > len(log_probs)
            continue
        assert score_of(path, log_probs, np.minimum(text, 3)) == pytest.approx(
            by_all_paths(log_probs[:, :4], np.minimum(text, 3)), abs=1e-5
        )


@pytest.mark.parametrize("block", [2, 8, 1024])
def test_it_is_that_of_the_whole_table_however_often_it_settles(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctc_path, "BLOCK", block)
    rng = np.random.default_rng(block)
    for _ in range(60):
        log_probs, text = random_case(rng)
        path = best_path(log_probs, text, 0, np.inf)
        assert path is not None
        assert path.tolist() == by_full_table(log_probs, text).tolist()


def peaked(rng: np.random.Generator, labels: int, frames: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a model answers: blanks with single frames of the text's labels."""
    text = rng.integers(1, 30, labels)
    at = np.sort(rng.choice(frames // 2, labels, replace=False)) * 2
    log_probs = np.full((frames, 30), -8.0, np.float32)
    log_probs[:, 0] = -0.1
    log_probs[at, 0] = -6.0
    log_probs[at, text] = -0.2
    log_probs += rng.standard_normal(log_probs.shape).astype(np.float32) * 0.3
    return log_probs - np.log(np.exp(log_probs).sum(axis=1, keepdims=True)), text, at


def test_narrow_beams_find_the_same_where_the_model_is_sure() -> None:
    log_probs, text, at = peaked(np.random.default_rng(2), 200, 1500)
    exact = best_path(log_probs, text, 0, np.inf)
    narrow = best_path(log_probs, text, 0, ctc_path.BEAMS[0])
    assert exact is not None
    assert narrow is not None
    assert exact.tolist() == narrow.tolist()
    spans = label_spans(log_probs, text)
    assert spans is not None
    assert spans.first.tolist() == at.tolist()
    assert spans.end.tolist() == (at + 1).tolist()
    assert (spans.score > 0.5).all()


def test_a_beam_that_loses_the_way_is_widened() -> None:
    log_probs, text, _ = peaked(np.random.default_rng(3), 50, 300)
    log_probs[:280, 1:] = -500.0  # everything must be said in the last moments
    assert best_path(log_probs, text, 0, 10.0) is None or frames_needed(text) <= 20
    spans = label_spans(log_probs, text)
    assert spans is not None
    assert (np.diff(spans.first) > 0).all()


def test_memory_grows_with_time_alone() -> None:
    peaks = []
    for frames in (4_000, 16_000):
        log_probs, text, _ = peaked(np.random.default_rng(4), frames // 5, frames)
        tracemalloc.start()
        spans = label_spans(log_probs, text)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert spans is not None
    assert peaks[1] < 6 * peaks[0]


@pytest.mark.parametrize(("text", "needed"), [([1], 1), ([1, 2, 3], 3), ([1, 1, 2, 2], 6)])
def test_equal_neighbours_need_a_blank_between(text: list[int], needed: int) -> None:
    assert frames_needed(text) == needed
    even = np.log(np.full((needed, 4), 0.25, np.float32))
    assert label_spans(even, text) is not None
    assert label_spans(even[:-1], text) is None


def test_no_text_has_no_spans() -> None:
    assert label_spans(np.zeros((3, 2), np.float32), []) is None
