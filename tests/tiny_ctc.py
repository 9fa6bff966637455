"""A CTC model small enough to fit in a test: letters of a few spoken sentences by ridge regression, as TorchScript."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import torch

from syncline.speech.espeak import Spoken, speak

LABELS = ["-", "|", *"abcdefghijklmnopqrstuvwxyz", "'"]
HOP = 320
_WINDOW = 640
_BANDS = 40
_CONTEXT = 7  # frames on each side
_SHARP = 12.0


class Letters(torch.nn.Module):
    """(1, n) sound to ((1, T, C) scores, lengths), as a torchaudio bundle answers."""

    def __init__(self, bands: torch.Tensor, weight: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("bands", bands)
        self.register_buffer("weight", weight)
        self.register_buffer("window", torch.hann_window(_WINDOW))

    def features(self, sound: torch.Tensor) -> torch.Tensor:
        """(n,) to (T, _BANDS * (2 * _CONTEXT + 1) + 1)."""
        frames = sound.unfold(0, 640, 320) * self.window
        power = torch.fft.rfft(frames).abs() @ self.bands
        mel = torch.log(power + 1e-3)
        padded = torch.nn.functional.pad(mel.t().unsqueeze(0), (7, 7), mode="replicate")[0]
        context = padded.unfold(1, 15, 1).permute(1, 0, 2).reshape(mel.size(0), -1)
        return torch.cat([context, torch.ones(mel.size(0), 1)], dim=1)

    def forward(self, sound: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        scores = self.features(sound[0]) @ self.weight
        return scores.unsqueeze(0), torch.tensor([scores.size(0)])


def _bands() -> torch.Tensor:
    edges = np.geomspace(100, 7600, _BANDS + 2)
    hertz = np.fft.rfftfreq(_WINDOW, 1 / 16_000)
    rising = (hertz[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz[:, None]) / (edges[2:] - edges[1:-1])
    return torch.from_numpy(np.maximum(0, np.minimum(rising, falling)).astype(np.float32))


def _wanted(spoken: Spoken, frames: int) -> np.ndarray:
    """(T, C) letters of each word in equal shares of its time, blank elsewhere."""
    wanted = np.zeros((frames, len(LABELS)), np.float32)
    times = (np.arange(frames) * HOP + _WINDOW / 2) / 16_000
    ends = [word.start for word in spoken.words[1:]] + [spoken.duration - 0.1]
    for word, end in zip(spoken.words, ends, strict=True):
        letters = [s for s in spoken.text[word.position : word.position + word.length].lower() if s in LABELS]
        edges = np.linspace(word.start, end, len(letters) + 1)
        for letter, start, stop in zip(letters, edges[:-1], edges[1:], strict=True):
            wanted[(times >= start) & (times < stop), LABELS.index(letter)] = 1
    wanted[wanted.sum(axis=1) == 0, 0] = 1
    return wanted


def write_model(folder: Path, sentences: list[str], **details: object) -> Path:
    """Write `letters.pt` with its labels beside it; returns its path."""
    model = Letters(_bands(), torch.zeros(_BANDS * (2 * _CONTEXT + 1) + 1, len(LABELS)))
    inputs, outputs = [], []
    quiet = np.random.default_rng(7).standard_normal(16_000).astype(np.float32) * 1e-4
    for spoken in speak(sentences, "en-US"):
        features = model.features(torch.from_numpy(spoken.sound)).numpy()
        inputs.append(features)
        outputs.append(_wanted(spoken, len(features)))
    silence = model.features(torch.from_numpy(quiet)).numpy()
    inputs.append(silence)
    outputs.append(np.eye(len(LABELS), dtype=np.float32)[np.zeros(len(silence), int)])
    x, y = np.concatenate(inputs).astype(np.float64), np.concatenate(outputs).astype(np.float64)
    weight = np.linalg.solve(x.T @ x + 1.0 * np.eye(x.shape[1]), x.T @ y) * _SHARP
    model.weight = torch.from_numpy(weight.astype(np.float32))
    path = folder / "letters.pt"
    save_script(model, path)
    document = {"labels": LABELS, "languages": ["en"], **details}
    path.with_name("letters.pt.json").write_text(json.dumps(document), encoding="utf-8")
    return path


def save_script(model: torch.nn.Module, path: Path) -> None:
    """Save a module as TorchScript."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(model.eval()), str(path))
