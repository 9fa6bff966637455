"""The texts on which doubt is measured: repeatable, kept apart from those that settings were chosen on, truly wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import sounds, wrong_texts


def test_choosing_and_reporting_share_no_clip(shared_data: Path) -> None:
    choosing, reporting = (wrong_texts.grid_names(part) for part in (wrong_texts.CHOOSING, wrong_texts.REPORTING))
    assert (len(choosing), len(reporting)) == (130, 139)
    assert not set(choosing) & set(reporting)


def test_cases_say_how_many_words_are_wrong(shared_data: Path) -> None:
    cases = list(wrong_texts.grid_cases(wrong_texts.REPORTING, 6))
    right = {case.sound.tobytes(): case.transcript.split() for case in cases if case.kind == "right"}
    for case in cases:
        apart = sum(a != b for a, b in zip(right[case.sound.tobytes()], case.transcript.split(), strict=True))
        assert apart == case.changed
    assert {case.kind for case in cases} == {"right", "other clip", "replaced"}
    again = list(wrong_texts.grid_cases(wrong_texts.REPORTING, 6))
    assert [case.transcript for case in cases] == [case.transcript for case in again]
    np.testing.assert_array_equal(cases[-1].sound, again[-1].sound)


def test_other_recordings_are_apart_too(shared_data: Path) -> None:
    texts = {}
    for part in (wrong_texts.CHOOSING, wrong_texts.REPORTING):
        texts[part] = {case.transcript for case in wrong_texts.other_cases(part) if case.kind == "right"}
    assert len(texts[wrong_texts.CHOOSING]) == len(texts[wrong_texts.REPORTING]) == 5
    assert not texts[wrong_texts.CHOOSING] & texts[wrong_texts.REPORTING]


@pytest.mark.parametrize("style", sorted(sounds.STYLES))
def test_music_is_repeatable_and_of_variance_one(style: str) -> None:
    y = sounds.music(style, 2.0, np.random.default_rng(1))
    np.testing.assert_array_equal(y, sounds.music(style, 2.0, np.random.default_rng(1)))
    assert y.shape == (32_000,)
    assert np.isfinite(y).all()
    assert y.std() == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("kind", sounds.NOISES)
def test_noise_lies_as_far_under_speech_as_asked(kind: str) -> None:
    rng = np.random.default_rng(1)
    noise = sounds.noise(kind, 2.0, rng)
    speech = rng.standard_normal(32_000).astype(np.float32) * 0.05
    mixture = sounds.mixed(speech, noise, 10.0)
    assert sounds.level(mixture - speech) == pytest.approx(sounds.level(speech) * 10**-0.5, rel=1e-3)
