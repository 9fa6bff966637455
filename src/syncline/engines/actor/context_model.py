"""A small network from what is said around an instant to what this person's mouth looks like there.

It learns the person's own coarticulation from the bank: its input is a window of the articulatory context (±0.16 s)
and, where there is one, of the sound; its output the appearance components. Half of it is a ridge regression, which
carries over to words that the footage never holds (explained variance 0.16 against 0.08 to 0.13 for networks alone,
five held-out words), half networks, which know the words that it does hold (0.38 against 0.31). A window that slides
over time makes them a temporal convolution with one wide first layer.

It is used as a measure: two contexts for which it predicts the same mouth may stand for each other, although their
phones differ, so that words the footage never holds find frames too.

Plain numpy, for training as well: seconds for ten minutes of footage, and nothing but arrays to keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import linalg

from syncline.errors import InputError
from syncline.threads import ordered

Floats = npt.NDArray[np.float32]
Layers = tuple[tuple[Floats, Floats], ...]

MAX_NETWORKS: Final = 8
MAX_LAYERS: Final = 6
MAX_WIDTH: Final = 4096
MIN_FRAMES: Final = 150  # fewer do not teach more than the mean mouth
BLOCK: Final = 4096  # rows at a time, so that memory does not follow the length of a line


@dataclass(frozen=True)
class Training:
    """How the networks are trained.

    ridge : penalty of the linear part.
    sound_scale : factor on the sound's columns there; the smaller, the less they count.
    linear : share of the linear part in what is predicted; the networks have the rest.
    hidden : width of each layer of a network between input and output.
    networks : trained from different seeds, their outputs averaged.
    epochs : rounds over the frames; at least `min_steps` steps are made.
    dropout : share of the hidden numbers left out in each step. High: the words of the footage are few, and what is
        asked for later are others.
    deaf : share of frames whose sound is left out, so that the model also serves lines spoken by another voice.
    rate, decay, batch : step size of Adam, weight decay (decoupled), frames a step.
    """

    ridge: float = 100.0
    sound_scale: float = 0.25
    linear: float = 0.5
    hidden: tuple[int, ...] = (256,)
    networks: int = 2
    epochs: int = 15
    min_steps: int = 400
    dropout: float = 0.5
    deaf: float = 0.35
    rate: float = 2e-3
    decay: float = 0.02
    batch: int = 128
    directions: int = 24


DEFAULT: Final = Training()


@dataclass(frozen=True, eq=False)
class ContextModel:
    """Networks and the measure learned with them.

    mean, spread : (I,) float32, that the input is standardised with.
    heard : number of the input's first sound column (columns before it are articulatory); 0..I.
    deaf, hearing : (inputs, K) weights and (K,) bias of the linear part, without and with the sound's columns.
    linear : share of the linear part.
    networks : layers of weights (inputs, outputs) and biases, on the standardised input.
    directions : (K, D) float32, from components to the directions that speech predicts, best first, scaled so that what
        speech leaves open has variance 1 in each.
    gain : (D,) float32, variance that speech explains in each direction, against 1 that it leaves open.
    """

    mean: Floats
    spread: Floats
    heard: int
    deaf: tuple[Floats, Floats]
    hearing: tuple[Floats, Floats]
    linear: float
    networks: tuple[Layers, ...]
    directions: Floats
    gain: Floats

    @property
    def outputs(self) -> int:
        """Number of components predicted."""
        return len(self.directions)

    def predict(self, context: Floats, sound: Floats | None = None) -> Floats:
        """(T, K) float32 components from articulatory context (T, A) and sound (T, M); None: without hearing it."""
        out = np.empty((len(context), self.outputs), np.float32)
        hears = sound is not None and sound.shape[1] == len(self.mean) - self.heard > 0
        for first in range(0, len(context), BLOCK):
            said = context[first : first + BLOCK]
            given = np.zeros((len(said), len(self.mean)), np.float32)
            given[:, : self.heard] = (said - self.mean[: self.heard]) / self.spread[: self.heard]
            weight, bias = self.deaf
            raw = said
            if hears and sound is not None:
                part = sound[first : first + BLOCK]
                given[:, self.heard :] = (part - self.mean[self.heard :]) / self.spread[self.heard :]
                weight, bias = self.hearing
                raw = np.concatenate([said, part], axis=1)
            bent = np.mean([_forward(net, given) for net in self.networks], axis=0)
            out[first : first + BLOCK] = self.linear * (raw @ weight + bias) + (1.0 - self.linear) * bent
        return out

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Plain arrays, for an archive without pickle."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "mean": self.mean,
            "spread": self.spread,
            "heard": np.array(self.heard),
            "deaf": np.concatenate([self.deaf[0], self.deaf[1][None]]),
            "hearing": np.concatenate([self.hearing[0], self.hearing[1][None]]),
            "linear": np.array(self.linear, np.float32),
            "shape": np.array([len(self.networks), len(self.networks[0])]),
            "directions": self.directions,
            "gain": self.gain,
        }
        for n, net in enumerate(self.networks):
            for k, (weight, bias) in enumerate(net):
                arrays |= {f"weight_{n}_{k}": weight, f"bias_{n}_{k}": bias}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> ContextModel:
        """The inverse of `to_arrays`.

        Raises
        ------
        InputError : an array is missing, of another shape, or not finite.
        """
        try:
            mean = np.asarray(arrays["mean"], np.float32).reshape(-1)
            spread = np.asarray(arrays["spread"], np.float32).reshape(len(mean))
            heard = int(arrays["heard"])
            count, depth = (int(number) for number in np.asarray(arrays["shape"]).reshape(2))
            if not (1 <= count <= MAX_NETWORKS and 1 <= depth <= MAX_LAYERS and 0 <= heard <= len(mean) <= MAX_WIDTH):
                raise ValueError("numbers out of range")
            directions = np.asarray(arrays["directions"], np.float32)
            gain = np.asarray(arrays["gain"], np.float32).reshape(directions.shape[1])
            networks = tuple(_layers(arrays, n, depth, len(mean), len(directions)) for n in range(count))
            deaf = np.asarray(arrays["deaf"], np.float32).reshape(heard + 1, len(directions))
            hearing = np.asarray(arrays["hearing"], np.float32).reshape(len(mean) + 1, len(directions))
            linear = float(arrays["linear"])
        except (KeyError, TypeError, ValueError, IndexError) as exc:
            raise InputError(f"the context model is damaged: {exc}", stage="bank") from exc
        parts = [
            mean,
            spread,
            directions,
            gain,
            deaf,
            hearing,
            *(part for net in networks for layer in net for part in layer),
        ]
        if not all(np.isfinite(part).all() for part in parts) or not ((spread > 0).all() and 0 <= linear <= 1):
            raise InputError("the context model holds values that are not finite or not positive", stage="bank")
        lines = ((deaf[:-1], deaf[-1]), (hearing[:-1], hearing[-1]))
        return cls(mean, spread, heard, *lines, linear, networks, directions, gain)


def train(
    context: Floats,
    sound: Floats,
    components: Floats,
    options: Training = DEFAULT,
    seed: int = 0,
    *,
    threads: int = 1,
) -> ContextModel | None:
    """Fit a model to a bank; None where there are fewer than `MIN_FRAMES` frames or no components.

    context : (N, A) float32 articulatory context (`target.model_context`).
    sound : (N, M) float32, M may be 0.
    components : (N, K) float32 in standard deviations.

    The same input gives the same model, whatever the number of threads.
    """
    if len(context) < MIN_FRAMES or components.shape[1] == 0:
        return None
    given = np.concatenate([context, sound], axis=1).astype(np.float32, copy=False)
    wanted = np.ascontiguousarray(components, np.float32)
    scale = np.concatenate([np.ones(context.shape[1]), np.full(sound.shape[1], options.sound_scale)]).astype(np.float32)
    deaf = _ridge(context, wanted, scale[: context.shape[1]], options.ridge)
    hearing = _ridge(given, wanted, scale, options.ridge)
    mean = given.mean(axis=0)
    spread = given.std(axis=0) + np.float32(0.05)  # a feature that hardly ever differs must not shout
    given -= mean
    given /= spread
    networks = _networks(given, wanted, context.shape[1], options, seed, threads)
    del given
    none = np.zeros((wanted.shape[1], 0), np.float32)
    model = ContextModel(
        mean, spread, context.shape[1], deaf, hearing, options.linear, networks, none, np.zeros(0, np.float32)
    )
    predicted = model.predict(context, sound)
    directions, gain = _measure(predicted, wanted - predicted, options.directions)
    return replace(model, directions=directions, gain=gain)


def _networks(
    given: Floats, wanted: Floats, heard: int, options: Training, seed: int, threads: int
) -> tuple[Layers, ...]:
    """Networks that differ in their start, trained side by side."""

    def fitted(n: int) -> Layers:
        return _fit(given, wanted, heard, options, np.random.default_rng([seed, n]))

    with ordered(range(options.networks), fitted, threads=threads) as networks:
        return tuple(networks)


def _ridge(given: Floats, wanted: Floats, scale: Floats, penalty: float) -> tuple[Floats, Floats]:
    """Weights and bias of a ridge regression, the inputs scaled before they are penalised."""
    mean, middle = given.mean(axis=0, dtype=np.float64), wanted.mean(axis=0, dtype=np.float64)
    centred = given - mean.astype(np.float32)
    centred *= scale
    gram = (centred.T @ centred).astype(np.float64) + penalty * np.eye(len(scale))
    weight = np.linalg.solve(gram, (centred.T @ (wanted - middle.astype(np.float32))).astype(np.float64))
    weight *= scale[:, None]
    return weight.astype(np.float32), (middle - mean @ weight).astype(np.float32)


def _measure(predicted: Floats, residual: Floats, count: int) -> tuple[Floats, Floats]:
    """Directions in which speech explains most: eigenvectors of explained against unexplained variance."""
    explained = np.cov(predicted.T).reshape(predicted.shape[1], -1)
    left = np.cov(residual.T).reshape(predicted.shape[1], -1)
    left += 0.1 * np.eye(len(left)) * np.trace(left) / len(left)
    values, vectors = linalg.eigh(explained, left)
    order = np.argsort(values)[::-1][:count]
    return vectors[:, order].astype(np.float32), np.maximum(values[order], 0.0).astype(np.float32)


def _fit(given: Floats, wanted: Floats, heard: int, options: Training, rng: np.random.Generator) -> Layers:
    """Train one network by Adam with decoupled decay and a cosine rate (Loshchilov and Hutter 2019)."""
    widths = [given.shape[1], *options.hidden, wanted.shape[1]]
    parts: list[Floats] = []
    for inside, outside in pairwise(widths):
        parts.append((rng.standard_normal((inside, outside)) * np.sqrt(2.0 / inside)).astype(np.float32))
        parts.append(np.zeros(outside, np.float32))
    parts[-2] *= np.float32(0.3)
    first = [np.zeros_like(part) for part in parts]
    second = [np.zeros_like(part) for part in parts]
    batch = min(options.batch, len(given))
    a_round = max(1, len(given) // batch)
    steps = max(options.min_steps, options.epochs * a_round)
    order = rng.permutation(len(given))
    for step in range(steps):
        place = step % a_round
        if place == 0:
            order = rng.permutation(len(given))
        rows = order[place * batch : (place + 1) * batch]
        inputs = given[rows]
        inputs[rng.random(len(rows)) < options.deaf, heard:] = 0.0
        gradients = _gradients(parts, inputs, wanted[rows], np.float32(options.dropout), rng)
        rate = options.rate * 0.5 * (1 + np.cos(np.pi * step / steps))
        for k, gradient in enumerate(gradients):
            first[k] += np.float32(0.1) * (gradient - first[k])
            second[k] += np.float32(0.01) * (gradient * gradient - second[k])
            move = first[k] / (1 - 0.9 ** (step + 1)) / (np.sqrt(second[k] / (1 - 0.99 ** (step + 1))) + 1e-8)
            if k % 2 == 0:
                move += options.decay * parts[k]
            parts[k] -= (rate * move).astype(np.float32)
    return tuple((parts[k], parts[k + 1]) for k in range(0, len(parts), 2))


def _gradients(
    parts: list[Floats], inputs: Floats, wanted: Floats, dropout: np.float32, rng: np.random.Generator
) -> list[Floats]:
    """Gradients of the mean squared error, dropout in the hidden layers."""
    layers = len(parts) // 2
    states, kept = [inputs], []
    for k in range(layers):
        state = states[-1] @ parts[2 * k] + parts[2 * k + 1]
        if k < layers - 1:
            keep = (rng.random(state.shape, dtype=np.float32) > dropout) / (1 - dropout)
            keep = (keep * (state > 0)).astype(np.float32)
            kept.append(keep)
            state = state * keep
        states.append(state)
    gradient = 2.0 * (states[-1] - wanted) / np.float32(len(inputs))
    out: list[Floats] = [np.empty(0, np.float32)] * len(parts)
    for k in range(layers - 1, -1, -1):
        out[2 * k] = states[k].T @ gradient
        out[2 * k + 1] = gradient.sum(axis=0)
        if k:
            gradient = (gradient @ parts[2 * k].T) * kept[k - 1]
    return out


def _forward(net: Layers, state: Floats) -> Floats:
    for k, (weight, bias) in enumerate(net):
        state = state @ weight + bias
        if k < len(net) - 1:
            state = np.maximum(state, 0.0)
    return state


def _layers(arrays: Mapping[str, npt.NDArray[Any]], n: int, depth: int, inputs: int, outputs: int) -> Layers:
    net, width = [], inputs
    for k in range(depth):
        weight = np.asarray(arrays[f"weight_{n}_{k}"], np.float32)
        bias = np.asarray(arrays[f"bias_{n}_{k}"], np.float32)
        if weight.ndim != 2 or weight.shape[0] != width or bias.shape != (weight.shape[1],):
            raise ValueError("its layers do not fit")
        width = weight.shape[1]
        if width > MAX_WIDTH:
            raise ValueError("a layer is too wide")
        net.append((weight, bias))
    if width != outputs:
        raise ValueError("its layers do not fit its directions")
    return tuple(net)
