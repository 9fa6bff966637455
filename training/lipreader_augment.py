"""How a clip of the lip-reader's training is varied, so that it learns words and not clips.

Nothing here imitates a dub: only what cameras, trackers, encoders and speakers vary.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from benchmarks.grid_crops import HEIGHT, WIDTH
from benchmarks.lipreading import VIEW_DOWN, VIEW_HEIGHT, VIEW_WIDTH
from torch import Tensor
from torch.nn import functional

Times = npt.NDArray[np.float64]


def moved(clip: Tensor, rng: np.random.Generator) -> Tensor:
    """The view (1, T, 56, 72) of a clip (1, T, 80, 112), turned, scaled, shifted and perhaps mirrored."""
    angle, scale = rng.normal(0, 0.03), 1 + rng.normal(0, 0.05)
    right, down = rng.normal(0, 2.0, 2)
    mirror = -1 if rng.random() < 0.5 else 1
    cosine, sine = math.cos(angle) * scale, math.sin(angle) * scale
    wide, high = VIEW_WIDTH / WIDTH, VIEW_HEIGHT / HEIGHT
    affine = torch.tensor(
        [
            [cosine * wide * mirror, -sine * VIEW_HEIGHT / WIDTH, right * 2 / WIDTH],
            [sine * VIEW_WIDTH / HEIGHT * mirror, cosine * high, (down + VIEW_DOWN) * 2 / HEIGHT],
        ],
        dtype=torch.float32,
    )
    grid = functional.affine_grid(affine[None], [1, 1, VIEW_HEIGHT, VIEW_WIDTH], align_corners=False)
    frames = clip.transpose(0, 1)
    grid = grid.expand(len(frames), -1, -1, -1)
    return functional.grid_sample(frames, grid, padding_mode="border", align_corners=False).transpose(0, 1)


def paced(clip: Tensor, times: Times, rng: np.random.Generator) -> tuple[Tensor, Times]:
    """The clip spoken up to an eighth slower or faster, its word times with it."""
    frames = clip.shape[1]
    longer = int(frames * rng.uniform(0.88, 1.14))
    place = torch.linspace(0, frames - 1, longer)
    low = place.floor().long().clamp(max=frames - 2)
    if rng.random() < 0.6:
        varied = clip[:, place.round().long()]
    else:
        weight = (place - low)[None, :, None, None]
        varied = clip[:, low] * (1 - weight) + clip[:, low + 1] * weight
    return varied, times * (longer - 1) / (frames - 1)


def lit(clip: Tensor, rng: np.random.Generator) -> Tensor:
    """Contrast, brightness, and perhaps a slope of light across the face."""
    clip = clip * math.exp(rng.normal(0, 0.12)) + rng.normal(0, 0.15)
    if rng.random() < 0.5:
        clip = clip + rng.normal(0, 0.2) * torch.linspace(-1, 1, VIEW_WIDTH)
        clip = clip + rng.normal(0, 0.2) * torch.linspace(-1, 1, VIEW_HEIGHT)[:, None]
    return clip


def blurred(clip: Tensor) -> Tensor:
    """A 3 x 3 binomial blur."""
    kernel = torch.tensor([0.25, 0.5, 0.25])
    frames = functional.conv2d(clip.transpose(0, 1), kernel.view(1, 1, 3, 1), padding=(1, 0))
    return functional.conv2d(frames, kernel.view(1, 1, 1, 3), padding=(0, 1)).transpose(0, 1)


def compressed(clip: Tensor, rng: np.random.Generator) -> Tensor:
    """Detail lost as by a coarse encoder: scaled down by up to 1.8 and up again."""
    factor = rng.uniform(1.2, 1.8)
    size = [round(VIEW_HEIGHT / factor), round(VIEW_WIDTH / factor)]
    small = functional.interpolate(clip.transpose(0, 1), size, mode="area")
    full = functional.interpolate(small, [VIEW_HEIGHT, VIEW_WIDTH], mode="bilinear", align_corners=False)
    return full.transpose(0, 1)


def hidden(clip: Tensor, rng: np.random.Generator) -> Tensor:
    """A rectangle of 6 to 20 px is grey throughout (cutout)."""
    high, wide = rng.integers(6, 20, 2)
    top, left = rng.integers(0, VIEW_HEIGHT - high), rng.integers(0, VIEW_WIDTH - wide)
    clip = clip.clone()
    clip[:, :, top : top + high, left : left + wide] = 0
    return clip


def varied(clip: Tensor, times: Times, rng: np.random.Generator) -> tuple[Tensor, Times]:
    """One random variation of a clip (1, T, 80, 112) and its word times (6, 2) in frames: the view, the times."""
    clip = moved(clip, rng)
    if rng.random() < 0.5:
        clip, times = paced(clip, times, rng)
    clip = lit(clip, rng)
    if rng.random() < 0.3:
        clip = blurred(clip)
    if rng.random() < 0.25:
        clip = compressed(clip, rng)
    if rng.random() < 0.4:
        clip = clip + torch.randn(clip.shape) * rng.uniform(0, 0.12)
    if rng.random() < 0.4:  # a frame repeated
        index = int(rng.integers(0, clip.shape[1] - 1))
        clip = clip.clone()
        clip[:, index] = clip[:, index + 1]
    if rng.random() < 0.4:
        clip = hidden(clip, rng)
    return clip, times + rng.normal(0, 0.35, times.shape)
