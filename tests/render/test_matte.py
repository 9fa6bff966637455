"""What is no skin."""

from __future__ import annotations

import numpy as np

from syncline.render.matte import SkinModel


def picture() -> np.ndarray:
    rng = np.random.default_rng(8)
    out = np.array([110, 140, 195]) + rng.normal(0, 4, (60, 80, 3))
    out[:, 60:] = (150, 90, 30)  # blue backdrop
    out[50:, :60] = (245, 245, 245)  # collar
    return out.astype(np.uint8)


def test_backdrop_and_collar_are_foreign_and_shaded_skin_is_not() -> None:
    shown = picture()
    weight = np.zeros(shown.shape[:2], np.float32)
    weight[10:40, 10:50] = 1
    model = SkinModel.measured(shown, weight)
    assert model is not None
    foreign = model.foreign(shown)
    assert foreign[:, 62:].min() > 0.95
    assert foreign[52:, :58].min() > 0.95
    assert foreign[:48, :58].max() < 0.05
    shaded = (shown[:48, :58] * 0.75).astype(np.uint8)
    assert model.foreign(shaded).mean() < 0.1


def test_a_few_foreign_samples_do_not_widen_the_model() -> None:
    shown = picture()
    weight = np.zeros(shown.shape[:2], np.float32)
    weight[10:40, 10:64] = 1  # reaches on to the backdrop
    model = SkinModel.measured(shown, weight)
    assert model is not None
    assert model.foreign(shown)[:, 62:].min() > 0.9


def test_too_few_samples_make_no_model() -> None:
    assert SkinModel.measured(picture(), np.zeros((60, 80), np.float32)) is None
