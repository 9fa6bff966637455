from __future__ import annotations

import numpy as np
import pytest
from training.sound_network import (
    Examples,
    FitOptions,
    TalkingClip,
    correlations,
    examples_of,
    fit_network,
    leave_one_speaker_out,
    warped,
)

from syncline.motion.soundnet import INPUTS, OUTPUTS
from syncline.motion.style import GENERIC_STYLE
from syncline.speech.features import N_MELS

FAST = FitOptions(hidden=24, epochs=12, warps=(1.0,), input_noise=0.05, dropout=0.0)


def examples(count: int, seed: int) -> Examples:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(count, INPUTS)).astype(np.float32)
    wanted = np.tanh(inputs[:, : len(OUTPUTS)] + inputs[:, 10 : 10 + len(OUTPUTS)])
    return Examples(inputs, wanted, np.ones(count, np.float32))


def clip(name: str, speaker: str, seed: int) -> TalkingClip:
    """Noise whose level rises and falls, and a mouth that opens with it."""
    rng = np.random.default_rng(seed)
    level = np.interp(np.arange(64_000) / 16_000, np.arange(30) * 0.15, rng.uniform(0, 1, 30))
    times = np.arange(99) / 25
    opening = np.interp(times, np.arange(64_000) / 16_000, level)
    shape = np.tile(GENERIC_STYLE.mean, (99, 1)).astype(np.float32)
    shape += 0.1 * opening[:, None].astype(np.float32) + rng.normal(0, 0.001, shape.shape).astype(np.float32)
    return TalkingClip(name, speaker, times, shape, (level * rng.normal(0, 0.1, 64_000)).astype(np.float32))


def test_a_known_relation_is_learned() -> None:
    network = fit_network(examples(6000, 0), FitOptions(hidden=64, epochs=20, input_noise=0.0, dropout=0.0))
    new = examples(500, 1)
    answer = network.of_context(new.inputs)
    fits = [np.corrcoef(a, b)[0, 1] for a, b in zip(answer.T, new.wanted.T, strict=True)]
    assert min(fits) > 0.9


def test_training_is_repeatable() -> None:
    a, b = (fit_network(examples(500, 0), FAST) for _ in range(2))
    np.testing.assert_array_equal(a.hidden, b.hidden)


def test_a_stranger_is_judged_by_a_network_that_never_heard_them() -> None:
    clips = [clip(f"many{k}", "many", k) for k in range(4)] + [clip("one", "one", 9), clip("two", "two", 10)]
    networks = leave_one_speaker_out(clips, FAST)
    assert set(networks) == {"one", "two"}
    assert not np.array_equal(networks["one"].hidden, networks["two"].hidden)
    assert correlations(networks["one"], clips[4])[0] > 0.5


def test_few_clips_of_a_speaker_weigh_more() -> None:
    clips = [clip("a", "many", 0), clip("b", "many", 1), clip("c", "one", 2)]
    share = examples_of(clips, FAST).share
    assert share[-1] == pytest.approx(FAST.minority_weight)
    assert share[0] == pytest.approx(1.0)


def test_a_clip_that_was_never_seen_to_speak_gives_no_examples_where_the_face_is_missing() -> None:
    whole = clip("a", "one", 0)
    whole.shape[:40] = np.nan
    assert len(Examples.of(whole, (1.0, 1.1)).inputs) == 2 * 59


def test_warping_moves_formants() -> None:
    mel = np.zeros((1, N_MELS), np.float32)
    mel[0, 40] = 1.0
    assert warped(mel, 1.0) is mel
    assert int(warped(mel, 1.25)[0].argmax()) == 32
    assert int(warped(mel, 0.8)[0].argmax()) == 50
