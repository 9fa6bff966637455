"""The context model: learns what can be learned, repeats itself, survives keeping, refuses damage."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.engines.actor.context_model import ContextModel, Training, train
from syncline.errors import InputError

QUICK = Training(hidden=(32,), networks=2, epochs=20, dropout=0.1)


def made_up(frames: int = 1500, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Context (N, 10), sound (N, 4) and components (N, 6): two follow the context, one the sound, three nothing."""
    random = np.random.default_rng(seed)
    context = random.random((frames, 10)).astype(np.float32)
    sound = random.normal(size=(frames, 4)).astype(np.float32)
    free = random.normal(size=(frames, 3))
    follow = np.stack([np.sin(4 * context[:, 0]), context[:, 1] * context[:, 2], np.tanh(sound[:, 0])], axis=1)
    components = np.concatenate([(follow - follow.mean(0)) / follow.std(0), free], axis=1)
    return context, sound, components.astype(np.float32)


def explained(truth: np.ndarray, guess: np.ndarray) -> np.ndarray:
    return 1 - ((truth - guess) ** 2).mean(axis=0) / truth.var(axis=0)


def test_predicts_what_speech_determines_and_nothing_else() -> None:
    model = train(*made_up(), QUICK)
    assert model is not None
    context, sound, components = made_up(seed=1)
    heard = explained(components, model.predict(context, sound))
    deaf = explained(components, model.predict(context))
    assert heard[:2].min() > 0.4
    assert heard[2] > 0.3 > deaf[2]
    assert deaf[:2].min() > 0.3
    assert heard[3:].max() < 0.05


def test_best_directions_are_those_that_speech_explains() -> None:
    model = train(*made_up(), QUICK)
    assert model is not None
    assert (np.diff(model.gain) <= 1e-6).all()
    strength = np.abs(model.directions[:, 0])
    assert strength[:3].max() > 3 * strength[3:].max()


def test_the_same_input_gives_the_same_model() -> None:
    first, second = train(*made_up(400), QUICK), train(*made_up(400), QUICK)
    assert first is not None
    assert second is not None
    for name, value in first.to_arrays().items():
        assert np.array_equal(value, second.to_arrays()[name]), name


def test_keeping_changes_nothing() -> None:
    model = train(*made_up(400), QUICK)
    assert model is not None
    again = ContextModel.from_arrays(model.to_arrays())
    context, sound, _ = made_up(50, seed=2)
    assert np.array_equal(model.predict(context, sound), again.predict(context, sound))


@pytest.mark.parametrize("damage", ["missing", "nan", "shape", "count"])
def test_damaged_arrays_are_refused(damage: str) -> None:
    model = train(*made_up(400), QUICK)
    assert model is not None
    arrays = dict(model.to_arrays())
    if damage == "missing":
        del arrays["weight_1_0"]
    elif damage == "nan":
        arrays["bias_0_0"] = np.full_like(arrays["bias_0_0"], np.nan)
    elif damage == "shape":
        arrays["weight_0_1"] = arrays["weight_0_1"][:-1]
    else:
        arrays["shape"] = np.array([10**9, 2])
    with pytest.raises(InputError):
        ContextModel.from_arrays(arrays)


def test_too_little_footage_gives_no_model() -> None:
    assert train(*made_up(100), QUICK) is None
    context, _sound, components = made_up(400)
    assert train(context, np.zeros((400, 0), np.float32), components[:, :0], QUICK) is None


def test_footage_without_sound() -> None:
    context, _sound, components = made_up()
    model = train(context, np.zeros((len(context), 0), np.float32), components, QUICK)
    assert model is not None
    assert explained(components, model.predict(context))[:2].min() > 0.4
