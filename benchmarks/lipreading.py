"""A lip-reader of the GRID speaker: which word was said, from the mouth's picture and the word's true times alone.

It judges dubs, so it is trained on real clips only (`training/lipreader.py`) and shares nothing with what draws them. A
3-D convolution sees five frames at a time, 2-D convolutions the mouth, a bidirectional GRU the sentence; a word is read
from the GRU's features within the word's own interval, by one classifier for each slot of the grammar. After Stafylakis
and Tzimiropoulos, "Combining residual networks with LSTMs for lipreading" (2017), at a tenth of its size.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from benchmarks.grid_crops import HEIGHT, WIDTH, Frames, Landmarks, crop_mouths
from benchmarks.grid_split import VOCABULARY

VIEW_HEIGHT, VIEW_WIDTH = 56, 72  # px of the crop that the network looks at
VIEW_DOWN = 2  # px by which the view lies below the crop's middle
MOMENTS = 6  # places within a word at which the features are looked at, beside their mean
SCHEMA = "syncline.lipreader/1"

Intervals = Sequence[tuple[float, float]]


def view(crops: Frames) -> Tensor:
    """The middle of the crops, grey and normalised over the clip, with its margin: (1, T, 80, 112) float32.

    Mean and deviation are taken over what the network looks at, so that a dub's brightness or contrast as a whole is
    no evidence.
    """
    grey = torch.from_numpy(np.ascontiguousarray(crops)).float().mean(dim=-1)[None]
    top, left = (HEIGHT - VIEW_HEIGHT) // 2 + VIEW_DOWN, (WIDTH - VIEW_WIDTH) // 2
    seen = grey[:, :, top : top + VIEW_HEIGHT, left : left + VIEW_WIDTH]
    return (grey - seen.mean()) / seen.std().clamp(min=1e-3)


def centre(clip: Tensor) -> Tensor:
    """(1, T, 80, 112) → the (1, T, 56, 72) that the network looks at."""
    top, left = (HEIGHT - VIEW_HEIGHT) // 2 + VIEW_DOWN, (WIDTH - VIEW_WIDTH) // 2
    return clip[:, :, top : top + VIEW_HEIGHT, left : left + VIEW_WIDTH]


class WordNet(nn.Module):
    """Mouth crops (B, 1, T, 56, 72) and word intervals in frames (B, 6, 2) → six tensors of logits (B, words)."""

    def __init__(self, width: int = 16, hidden: int = 128, dropout: float = 0.4) -> None:
        super().__init__()
        self.options = {"width": width, "hidden": hidden, "dropout": dropout}

        def block(inside: int, outside: int) -> list[nn.Module]:
            convolution = nn.Conv2d(inside, outside, 3, stride=2, padding=1, bias=False)
            return [convolution, nn.BatchNorm2d(outside), nn.ReLU(), nn.Dropout2d(0.1)]

        self.moving = nn.Sequential(
            nn.Conv3d(1, width, 5, stride=(1, 2, 2), padding=2, bias=False), nn.BatchNorm3d(width), nn.ReLU()
        )
        self.still = nn.Sequential(*block(width, 2 * width), *block(2 * width, 4 * width), *block(4 * width, 4 * width))
        cells = -(-VIEW_HEIGHT // 16) * -(-VIEW_WIDTH // 16)
        self.project = nn.Sequential(
            nn.Flatten(),
            nn.Linear(4 * width * cells, 192, bias=False),
            nn.BatchNorm1d(192),
            nn.ReLU(),
            nn.Dropout(dropout),
        )
        self.recurrent = nn.GRU(192, hidden, 2, batch_first=True, bidirectional=True, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.moments = nn.Linear(2 * hidden, 64)
        self.heads = nn.ModuleList([nn.Linear(2 * hidden + MOMENTS * 64, len(words)) for words in VOCABULARY])

    def features(self, clips: Tensor) -> Tensor:
        """What the GRU makes of each frame: (B, 1, T, 56, 72) → (B, T, 2 hidden)."""
        batch, _, frames = clips.shape[:3]
        seen = self.still(self.moving(clips).transpose(1, 2).flatten(0, 1))
        features: Tensor = self.dropout(self.recurrent(self.project(seen).view(batch, frames, -1))[0])
        return features

    def words(self, features: Tensor, intervals: Tensor) -> list[Tensor]:
        """Logits of the six words from the features within their intervals: mean, and six moments in order."""
        batch, frames = features.shape[:2]
        middles = torch.arange(frames)[None, None] + 0.5  # frame n lasts from n to n + 1
        inside = ((middles >= intervals[:, :, :1]) & (middles <= intervals[:, :, 1:])).float() + 1e-6
        mean = (inside / inside.sum(dim=-1, keepdim=True)) @ features
        steps = (torch.arange(MOMENTS) + 0.5) / MOMENTS
        places = intervals[:, :, :1] + (intervals[:, :, 1:] - intervals[:, :, :1]) * steps - 0.5
        places = places.clamp(0, frames - 1.001)
        low, rows = places.floor().long(), torch.arange(batch)[:, None, None]
        weight = (places - low)[..., None]
        small = self.moments(features).relu()
        moments = small[rows, low] * (1 - weight) + small[rows, low + 1] * weight
        words = torch.cat([mean, moments.flatten(2)], dim=-1)
        return [head(words[:, slot]) for slot, head in enumerate(self.heads)]

    def forward(self, clips: Tensor, intervals: Tensor) -> list[Tensor]:
        return self.words(self.features(clips), intervals)


class LipReader:
    """Networks trained from different seeds; they and the mirrored picture vote with their log-probabilities."""

    def __init__(self, nets: Sequence[WordNet]) -> None:
        if not nets:
            raise ValueError("a lip-reader needs at least one network")
        self.nets = [net.eval() for net in nets]

    @torch.inference_mode()
    def read(self, crops: Frames, intervals: Intervals) -> list[npt.NDArray[np.float32]]:
        """Class probabilities of each word.

        Parameters
        ----------
        crops : (T, 80, 112, 3) uint8 RGB from `crop_mouths`, 25 frames a second.
        intervals : start and end of the six words, in frames from the first crop.

        Returns
        -------
        Six arrays, one for each slot of the grammar, in the order of `VOCABULARY`; each sums to 1.
        """
        first = max(0, int(intervals[0][0]) - 4)
        last = min(len(crops), int(np.ceil(intervals[-1][1])) + 4)
        clip = centre(view(crops)[:, first:last])
        both = torch.stack([clip, clip.flip(-1)])
        times = torch.tensor([[(start - first, end - first) for start, end in intervals]]).float().expand(2, -1, -1)
        votes = [[slot.log_softmax(dim=1).mean(dim=0) for slot in net(both, times)] for net in self.nets]
        mean = [torch.stack(slot).mean(dim=0) for slot in zip(*votes, strict=True)]
        return [slot.softmax(dim=0).numpy() for slot in mean]

    def correct(self, crops: Frames, intervals: Intervals, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        """For each of the six `words` of the sentence, whether it is the one read: (6,) bool."""
        read = self.read(crops, intervals)
        right = [known[int(slot.argmax())] == word for slot, known, word in zip(read, VOCABULARY, words, strict=True)]
        return np.array(right)


def read_words(
    reader: LipReader, frames: Sequence[Frames], landmarks: Landmarks, intervals: Intervals
) -> list[npt.NDArray[np.float32]]:
    """`LipReader.read` on whole pictures (H, W, 3) RGB with their landmarks (T, 478, 3) in pixels."""
    return reader.read(crop_mouths(frames, landmarks), intervals)


def default_folder() -> Path:
    """Where weights are kept unless another folder is named: a cache folder, outside the checkout."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "syncline" / "lipreader"


def save_net(path: Path, net: WordNet) -> None:
    """Write a network's weights and options as plain arrays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: value.numpy() for name, value in net.state_dict().items()}
    np.savez(path, schema=np.array(SCHEMA), options=np.array(json.dumps(net.options)), **arrays)


def load_net(path: Path) -> WordNet:
    """Read what `save_net` wrote.

    Raises
    ------
    ValueError : the file is no lip-reader of this version.
    """
    with np.load(path, allow_pickle=False) as kept:
        if "schema" not in kept or str(kept["schema"]) != SCHEMA:
            raise ValueError(f"{path.name} holds no {SCHEMA}")
        net = WordNet(**json.loads(str(kept["options"])))
        net.load_state_dict(
            {name: torch.from_numpy(kept[name]) for name in kept.files if name not in ("schema", "options")}
        )
    return net.eval()


def load_reader(folder: Path | None = None) -> LipReader:
    """The lip-reader of all networks `lipreader-*.npz` of a folder.

    Raises
    ------
    FileNotFoundError : there is none; the message says how to train them.
    """
    folder = default_folder() if folder is None else folder
    paths = sorted(folder.glob("lipreader-*.npz"))
    if not paths:
        raise FileNotFoundError(f"no lip-reader in {folder}; train one with: python -m training.lipreader GRID_FOLDER")
    return LipReader([load_net(path) for path in paths])
