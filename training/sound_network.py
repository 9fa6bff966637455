"""Fit the small network of `syncline.motion.soundnet` with numpy alone.

Mean squared error, Adam with a cosine schedule, dropout and input noise; frequency-warped copies of each sound stand
for vocal tracts of other lengths (Jaitly and Hinton, Vocal tract length perturbation, 2013).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from training.mouth_features import picture_features

from syncline.motion.soundnet import INPUTS, OUTPUTS, SoundNetwork, context_of, standardised_mel
from syncline.speech.features import N_MELS, frames_at, log_mel

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TalkingClip:
    """One speaker's clip: `times` (T,) s on the sound's clock, `shape` (T, 4) IOD units, `sound` (n,) mono 16 kHz."""

    name: str
    speaker: str
    times: npt.NDArray[np.float64]
    shape: Floats
    sound: Floats
    offset_s: float = 0.0


@dataclass(frozen=True)
class FitOptions:
    """How to train: epochs over the examples, width of the hidden layer, and what keeps it from learning by heart.

    warps : stretches of the frequency axis, each a copy of every clip.
    minority_weight : how often an example counts of a speaker who has fewer clips than another.
    """

    hidden: int = 160
    epochs: int = 14
    batch: int = 256
    learning_rate: float = 2e-3
    dropout: float = 0.2
    input_noise: float = 0.5
    weight_decay: float = 1e-3
    warps: tuple[float, ...] = (0.9, 1.0, 1.12)
    minority_weight: float = 3.0
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs (n, 440), wanted outputs (n, 6) and the share of each example in training (n,)."""

    inputs: Floats
    wanted: Floats
    share: Floats

    @classmethod
    def of(cls, clip: TalkingClip, warps: Sequence[float], weight: float = 1.0) -> Examples:
        """All pictures of a clip in which a face was seen, once for each warp."""
        mel = log_mel(clip.sound)
        usable = np.isfinite(clip.shape).all(axis=1)
        wanted = picture_features(clip.shape, clip.times, usable)[usable]
        moments = clip.times[usable] - clip.offset_s
        bands = [standardised_mel(warped(mel, warp)) for warp in warps]
        inputs = np.concatenate([frames_at(context_of(band), moments) for band in bands])
        return cls(inputs, np.tile(wanted, (len(bands), 1)), np.full(len(inputs), weight / len(bands), np.float32))

    @classmethod
    def joined(cls, parts: Sequence[Examples]) -> Examples:
        """Several examples as one."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("inputs", "wanted", "share")))


def examples_of(clips: Sequence[TalkingClip], options: FitOptions) -> Examples:
    """Examples of many clips; where one speaker has many, another's count `minority_weight` times."""
    counts = Counter(clip.speaker for clip in clips)
    most = max(counts.values())
    weights = [1.0 if counts[clip.speaker] == most else options.minority_weight for clip in clips]
    return Examples.joined([Examples.of(c, options.warps, w) for c, w in zip(clips, weights, strict=True)])


def leave_one_speaker_out(clips: Sequence[TalkingClip], options: FitOptions) -> dict[str, SoundNetwork]:
    """For each speaker with the fewest clips a network that has never heard them."""
    counts = Counter(clip.speaker for clip in clips)
    if len(counts) < 2:
        return {}
    parts = {clip.name: examples_of([clip], options) for clip in clips}
    most = max(counts.values())
    networks = {}
    for speaker in sorted(name for name, count in counts.items() if count < most):
        kept = [
            replace(
                parts[c.name], share=parts[c.name].share * (1 if counts[c.speaker] == most else options.minority_weight)
            )
            for c in clips
            if c.speaker != speaker
        ]
        networks[speaker] = fit_network(Examples.joined(kept), options)
        print(f"left out {speaker}", file=sys.stderr, flush=True)
    return networks


def warped(mel: Floats, factor: float) -> Floats:
    """Mel bands (n, 80) with the frequency axis stretched by `factor`."""
    if factor == 1.0:
        return mel
    position = np.clip(np.arange(N_MELS) * factor, 0, N_MELS - 1)
    low = np.minimum(position.astype(int), N_MELS - 2)
    part = (position - low).astype(np.float32)
    return np.asarray(mel[:, low] * (1 - part) + mel[:, low + 1] * part, np.float32)


def fit_network(examples: Examples, options: FitOptions, reliability: npt.ArrayLike | None = None) -> SoundNetwork:
    """Train; `reliability` (6,) is stored with the weights (ones until it is measured)."""
    rng = np.random.default_rng(options.seed)
    weights = [
        rng.normal(0, INPUTS**-0.5, (INPUTS, options.hidden)).astype(np.float32),
        np.zeros(options.hidden, np.float32),
        rng.normal(0, options.hidden**-0.5, (options.hidden, len(OUTPUTS))).astype(np.float32),
        np.zeros(len(OUTPUTS), np.float32),
    ]
    first = [np.zeros_like(w) for w in weights]
    second = [np.zeros_like(w) for w in weights]
    steps = max(1, int(options.epochs * len(examples.inputs) / options.batch))
    chance = examples.share.astype(np.float64) / examples.share.sum(dtype=np.float64)
    order = rng.choice(len(chance), size=(steps, options.batch), p=chance)
    for step, index in enumerate(order, start=1):
        slopes = _slopes(weights, examples.inputs[index], examples.wanted[index], options, rng)
        rate = options.learning_rate * 0.5 * (1 + np.cos(np.pi * step / steps))
        for k, slope in enumerate(slopes):
            first[k] = 0.9 * first[k] + 0.1 * slope
            second[k] = 0.999 * second[k] + 0.001 * slope * slope
            move = (first[k] / (1 - 0.9**step)) / (np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8)
            decay = options.weight_decay if weights[k].ndim == 2 else 0.0
            weights[k] = (weights[k] - rate * (move + decay * weights[k])).astype(np.float32)
    trust = np.ones(len(OUTPUTS)) if reliability is None else np.asarray(reliability)
    return SoundNetwork(weights[0], weights[1], weights[2], weights[3], trust.astype(np.float32))


def _slopes(
    weights: Sequence[Floats], inputs: Floats, wanted: Floats, options: FitOptions, rng: np.random.Generator
) -> list[Floats]:
    """Gradients of half the mean squared error by back-propagation."""
    noisy = inputs + options.input_noise * rng.standard_normal(inputs.shape, dtype=np.float32)
    active = np.tanh(noisy @ weights[0] + weights[1])
    kept = (rng.random(active.shape) > options.dropout).astype(np.float32) / (1 - options.dropout)
    error = (active * kept @ weights[2] + weights[3] - wanted) / len(inputs)
    back = (error @ weights[2].T) * kept * (1 - active * active)
    return [noisy.T @ back, back.sum(axis=0), (active * kept).T @ error, error.sum(axis=0)]


def correlations(network: SoundNetwork, clip: TalkingClip) -> Floats:
    """Correlation of each output with what the picture shows, at the clip's own offset: (6,) float32."""
    usable = np.isfinite(clip.shape).all(axis=1)
    seen = picture_features(clip.shape, clip.times, usable)[usable]
    heard = frames_at(network(clip.sound), clip.times[usable] - clip.offset_s)
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(heard.T, seen.T, strict=True)], np.float32)
