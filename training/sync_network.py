"""The other half of the offset estimator: two small convolutional networks that learn to tell the right shift.

A window of sound and one of mouth become 16 numbers each at 50 Hz; the mean of their correlations at ±0.6 s goes
through a softmax over the shifts, whose target is the true one. A second task, the mouth's own columns from the sound,
keeps the sound's network general; it is thrown away. Needs torch; what is trained runs in numpy.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.signal import lfilter
from torch import nn
from torch.nn import functional
from training.sound_network import warped
from training.sync_linear import motion_of
from training.sync_material import Floats, Material, SyncClip

from syncline.motion.soundnet import BANDS, standardised_mel
from syncline.quality.syncmodel import COLUMNS, COMMON, DILATION, VALUES
from syncline.speech.features import N_MELS, frames_at

Tensor = torch.Tensor
SHIFTS = 30  # rows of 20 ms each way


@dataclass(frozen=True)
class NetworkOptions:
    """How to train: width of the networks, steps and windows a step, rows (20 ms) a window, and how to regularise.

    plenty_share : share of windows of the speaker with many clips. second_task : its weight in the loss.
    blur : standard deviation of the target in rows. smear : chance of a copy of the sound in a room that echoes.
    """

    width: int = 32
    steps: int = 300
    batch: int = 32
    rows: int = 150
    learning_rate: float = 4e-3
    weight_decay: float = 1e-2
    dropout: float = 0.2
    plenty_share: float = 0.4
    second_task: float = 0.3
    blur: float = 0.8
    noise: float = 0.6
    smear: float = 0.4
    seed: int = 0


class Pair(nn.Module):
    """The networks of `quality.syncmodel`, as torch modules."""

    def __init__(self, options: NetworkOptions) -> None:
        super().__init__()
        width = options.width
        self.drop = options.dropout
        self.a1 = nn.Conv1d(2 * BANDS, width, 5, padding=2)
        self.a2 = nn.Conv1d(width, width, 5, padding=2 * DILATION, dilation=DILATION)
        self.a3 = nn.Conv1d(width, width, 5, padding=2 * DILATION, dilation=DILATION)
        self.ao = nn.Conv1d(width, COMMON, 1)
        self.v1 = nn.Conv1d(COLUMNS, width, 5, padding=2)
        self.vo = nn.Conv1d(width, COMMON, 3, padding=1)
        self.vl = nn.Conv1d(COLUMNS, COMMON, 1)
        self.second = nn.Conv1d(width, COLUMNS, 1)
        self.scale = nn.Parameter(torch.tensor(2.3))

    def sound(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 80, n) to common numbers (B, 16, n) and the mouth's columns (B, 36, n)."""
        h = self._dropped(torch.relu(self.a1(x)))
        h = self._dropped(h + torch.relu(self.a2(h)))
        h = self._dropped(h + torch.relu(self.a3(h)))
        return self.ao(h), self.second(h)

    def mouth(self, x: Tensor) -> Tensor:
        """(B, 36, n) to common numbers (B, 16, n)."""
        result: Tensor = self.vo(self._dropped(torch.relu(self.v1(x)))) + self.vl(x)
        return result

    def score(self, a: Tensor, a_mask: Tensor, v: Tensor, v_mask: Tensor) -> Tensor:
        """Scaled mean correlation at −30…+30 rows: (B, 61); as `quality.agreement.correlations`, in torch."""
        size = 2 * a.shape[2]
        lags = torch.arange(-SHIFTS, SHIFTS + 1)
        at = (-lags) % size
        a_mask, v_mask = a_mask[:, None], v_mask[:, None]
        sound = [torch.fft.rfft(x, size) for x in (a * a_mask, a * a * a_mask, a_mask)]
        mouth = [torch.conj(torch.fft.rfft(x, size)) for x in (v * v_mask, v * v * v_mask, v_mask)]

        def sums(p: int, q: int) -> Tensor:
            return torch.fft.irfft(sound[p] * mouth[q], size)[..., at]

        n = sums(2, 2).clamp(min=1)
        mean_a, mean_v = sums(0, 2) / n, sums(2, 0) / n
        together = sums(0, 0) / n - mean_a * mean_v
        var_a, var_v = sums(1, 2) / n - mean_a**2, sums(2, 1) / n - mean_v**2
        r = together / torch.sqrt(var_a.clamp(min=1e-3) * var_v.clamp(min=1e-3))
        return r.mean(dim=1) * torch.sqrt(n[:, 0] / a.shape[2]) * torch.exp(self.scale)

    def _dropped(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.drop, self.training)


@dataclass(frozen=True, eq=False)
class Windows:
    """Makes training windows of clips, each time another: pace, vocal tract, noise, room, shift, kind of face."""

    clips: Sequence[SyncClip]
    plenty: Sequence[SyncClip]
    offsets: Mapping[str, float]
    options: NetworkOptions

    def batch(
        self, rng: np.random.Generator, motions: dict[str, tuple[Floats, npt.NDArray[np.bool_], int]]
    ) -> list[Tensor]:
        """Sound (B, 80, n), its mask (B, n), mouth (B, 36, n), its mask (B, n), true shift in rows (B,)."""
        made = []
        lengths = np.sqrt([len(clip.times) for clip in self.clips])
        while len(made) < self.options.batch:
            if self.plenty and (not len(self.clips) or rng.random() < self.options.plenty_share):
                clip = self.plenty[rng.integers(len(self.plenty))]
            else:
                clip = self.clips[rng.choice(len(self.clips), p=lengths / lengths.sum())]
            if clip.name not in motions:
                motion = motion_of(clip)
                motions[clip.name] = (motion.columns, motion.seen, motion.first)
            example = self._window(clip, *motions[clip.name], rng)
            if example is not None:
                made.append(example)
        return [torch.tensor(np.stack([each[k] for each in made])) for k in range(5)]

    def _window(
        self, clip: SyncClip, columns: Floats, seen: npt.NDArray[np.bool_], first: int, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.float32], ...] | None:
        rows, pace = self.options.rows, float(np.exp(rng.uniform(-0.15, 0.15)))
        shift = rng.uniform(-0.45, 0.45)  # s: the sound is cut that much later in the clip, so it is early
        start = rng.uniform(0, max(len(columns) - 2 * rows * pace, 0))
        place = start + np.arange(rows) * 2 * pace
        inside = place <= len(columns) - 1
        low = np.clip(place, 0, len(columns) - 1).astype(int)
        high, part = np.minimum(low + 1, len(columns) - 1), (np.clip(place, 0, len(columns) - 1) - low)[:, None]
        good = inside & seen[low]
        heard = first + start + 100 * shift * pace + np.arange(2 * rows) * pace  # feature frames of the clip
        known = (heard >= 0) & (heard <= len(clip.mel) - 1)
        if good.sum() < 60 or known.sum() < 100:
            return None
        mouth = columns[low] * (1 - part) + columns[high] * part
        mouth[:, VALUES : 2 * VALUES] *= pace
        mouth[:, 2 * VALUES :] *= pace**2
        mouth = (mouth - mouth[good].mean(axis=0)) / (mouth[good].std(axis=0) + 0.05)
        mouth = mouth @ (np.eye(COLUMNS) + rng.normal(0, 0.1, (COLUMNS, COLUMNS))) + 0.15 * rng.standard_normal(
            mouth.shape
        )
        mouth[~good] = 0
        bands = np.zeros((2 * rows, BANDS), np.float32)
        bands[known] = standardised_mel(self._other_room(frames_at(clip.mel, heard[known] / 100), rng))
        sound = bands.reshape(rows, 2 * BANDS)
        sure = known.reshape(rows, 2).all(axis=1)
        true = (100 * (self.offsets.get(clip.name, 0.0) / pace + shift) + 0.5) / 2  # a row of sound ends 5 ms late
        arrays = (sound.T, sure, mouth.T, good, np.float32(true))
        return tuple(np.asarray(each, np.float32, order="C") for each in arrays)

    def _other_room(self, mel: Floats, rng: np.random.Generator) -> Floats:
        """The same speech by another vocal tract, through another microphone, in another room, with noise."""
        mel = warped(mel, float(np.exp(rng.uniform(-0.2, 0.2))))
        if rng.random() < self.options.smear:
            decay = float(np.exp(-1 / rng.uniform(3, 20)))  # a frame of 10 ms: echoes of 0.2 to 1.4 s
            power = np.exp(mel)
            echo = lfilter([0.0, 1 - decay], [1.0, -decay], power, axis=0)
            mel = np.log(power + rng.uniform(0.05, 0.6) * echo + 1e-10).astype(np.float32)
        if rng.random() < self.options.noise:
            level = np.percentile(mel, 95) - 0.23 * rng.uniform(0, 25)  # 0..25 dB under the loud parts
            tilt = np.linspace(0, rng.uniform(-4, 2), N_MELS)
            grain = 0.5 * rng.standard_normal(mel.shape, dtype=np.float32)
            mel = np.logaddexp(mel, (level + tilt).astype(np.float32) + grain)
        slope = np.linspace(0, rng.uniform(-2, 2), N_MELS)
        ripple = np.convolve(rng.normal(0, 1, N_MELS + 10), np.ones(11) / 11, "valid")
        return np.asarray(mel + slope + ripple, np.float32)


def train(
    material: Material, offsets: Mapping[str, float], left_out: Sequence[str], options: NetworkOptions
) -> dict[str, Floats]:
    """Train on all speakers but some; the weights by the names of `quality.syncmodel`."""
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    few = [clip for clip in material.few if clip.speaker not in left_out]
    plenty = [clip for clip in material.plenty if clip.speaker not in left_out]
    windows = Windows(few, plenty, offsets, options)
    motions: dict[str, tuple[Floats, npt.NDArray[np.bool_], int]] = {}
    pair = Pair(options)
    optimiser = torch.optim.AdamW(pair.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.learning_rate, total_steps=options.steps)
    for _ in range(options.steps):
        sound, sure, mouth, good, true = windows.batch(rng, motions)
        common, second = pair.sound(sound)
        scores = pair.score(common, sure, pair.mouth(mouth), good)
        lags = torch.arange(-SHIFTS, SHIFTS + 1)
        target = torch.exp(-0.5 * ((lags[None] - true[:, None]) / options.blur) ** 2) + 1e-6
        target = target / target.sum(dim=1, keepdim=True)
        loss = -(target * torch.log_softmax(scores, dim=1)).sum(dim=1).mean()
        loss = loss + options.second_task * _second_loss(second, sure, mouth, good, true)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    print(f"trained without {', '.join(left_out) or 'leaving anyone out'}", file=sys.stderr, flush=True)
    return _exported(pair)


def _second_loss(second: Tensor, sure: Tensor, mouth: Tensor, good: Tensor, true: Tensor) -> Tensor:
    """Mean squared error of the mouth's columns at the true shift."""
    rows = mouth.shape[2]
    index = torch.arange(rows)[None] - true.round().long()[:, None]
    inside = ((index >= 0) & (index < rows)).float()
    index = index.clamp(0, rows - 1)
    wanted = torch.gather(second, 2, index[:, None].expand(-1, COLUMNS, -1))
    mask = (torch.gather(sure, 1, index) * good * inside)[:, None]
    return (((wanted - mouth) ** 2) * mask).sum() / (mask.sum() * COLUMNS).clamp(min=1)


def _exported(pair: Pair) -> dict[str, Floats]:
    """Kernels as (taps, in, out) and biases."""
    result = {}
    for name in ("a1", "a2", "a3", "ao", "v1", "vo", "vl"):
        layer = getattr(pair, name)
        result[name] = np.ascontiguousarray(layer.weight.detach().numpy().transpose(2, 1, 0))
        result[f"{name}_bias"] = layer.bias.detach().numpy().copy()
    return result
