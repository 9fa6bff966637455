"""A CTC model from a file, run by torch (extra `neural`): sound to log-probabilities of labels."""

from __future__ import annotations

import importlib
import importlib.util
import pickle
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import DependencyError, InputError, LimitError, MissingInput
from syncline.speech.aligners.base import STAGE
from syncline.speech.aligners.ctc_labels import Labels
from syncline.speech.aligners.wav2vec2 import Wav2Vec2
from syncline.speech.features import SAMPLE_RATE

MAX_BYTES: Final = 8 << 30  # the largest published wav2vec 2.0 has 4 GB
MAX_RATE: Final = 1000  # frames a second; models have 25 to 100
HINT: Final = "the aligner ctc needs torch: pip install 'syncline[neural]'"
_PIECE_S: Final = 20.0  # attention costs the square of the length
_OVERLAP_S: Final = 2.0  # heard on each side of a piece and not used: frames at an edge know less

Floats = npt.NDArray[np.float32]


class CtcModel:
    """A model and its labels. `hop`: samples from frame to frame.

    Two kinds of file are read: TorchScript (a module from a (1, n) sound to (1, T, C) scores, alone or first of
    several results, such as a scripted torchaudio bundle), and the weights of wav2vec 2.0 (a state dict). No pickled
    code is run: weights are loaded as weights only. TorchScript is a program all the same: use files you trust.

    Raises
    ------
    DependencyError : torch is not installed. MissingInput, InputError, LimitError : the file.
    """

    def __init__(self, file: Path, labels: Labels) -> None:
        self._file, self.labels = file, labels
        self._torch = torch_module()
        self._scores, wants_normal = self._loaded()
        self._normalise = wants_normal if labels.normalise is None else labels.normalise
        self.hop = self._measured_hop()

    def log_probs(self, y16k: Floats) -> Floats:
        """(n,) sound, 16 kHz, to (T, C) float32 natural logarithms; the last column after the labels is the star."""
        size = max(1, round(_PIECE_S * SAMPLE_RATE / self.hop))
        overlap = max(1, round(_OVERLAP_S * SAMPLE_RATE / self.hop))
        total = max(1, len(y16k) // self.hop)
        padded = np.pad(y16k, (0, self.hop * 2 + SAMPLE_RATE // 10))  # the last frames need sound to look at
        parts = []
        for first in range(0, total, size):
            last = min(first + size, total)
            begin = max(0, first - overlap)
            sound = padded[begin * self.hop : (last + overlap) * self.hop + SAMPLE_RATE // 20]
            heard = self._run(sound)[first - begin : last - begin]
            parts.append(np.pad(heard, ((0, last - first - len(heard)), (0, 0)), mode="edge"))
        return np.concatenate(parts)

    def _run(self, sound: Floats) -> Floats:
        if self._normalise:
            sound = (sound - sound.mean()) / np.float32(np.sqrt(sound.var() + 1e-5))
        try:
            with self._torch.inference_mode():
                scores = np.asarray(self._scores(sound.astype(np.float32)).float().numpy(), np.float32)
        except (RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError) as exc:
            raise InputError("torch cannot run this model on a sound", file=self._file, stage=STAGE) from exc
        names = len(self.labels.names)
        if scores.ndim != 2 or scores.shape[1] != names or not len(scores):
            shape = " x ".join(map(str, scores.shape))
            raise InputError(
                f"the model answers with {shape} scores and its labels are {names}: give the labels of this model",
                file=self._file,
                stage=STAGE,
            )
        if not np.isfinite(scores).any() or np.isnan(scores).any():
            raise InputError("the model answers with values that are not finite", file=self._file, stage=STAGE)
        return self._with_star(scores)

    def _with_star(self, scores: Floats) -> Floats:
        """Log-probabilities of the labels, and a last column for "anything": certain, as in torchaudio."""
        star = self.labels.star
        own = np.delete(scores, star, axis=1) if star is not None else scores
        peak = own.max(axis=1, keepdims=True)
        own = own - (peak + np.log(np.exp(own - peak).sum(axis=1, keepdims=True)))
        if star is not None:
            own = np.insert(own, star, 0.0, axis=1)
        anything = np.zeros((len(own), 1), np.float32)
        result: Floats = np.maximum(np.concatenate([own, anything], axis=1), np.float32(-1e4))
        return result

    def _measured_hop(self) -> int:
        frames = [len(self._run(np.zeros(seconds * SAMPLE_RATE, np.float32))) for seconds in (1, 3)]
        rate = (frames[1] - frames[0]) / 2
        if not 1 <= rate <= MAX_RATE:
            raise InputError(
                f"the model makes {rate:g} frames of a second: it is none for speech at 16 kHz",
                file=self._file,
                stage=STAGE,
            )
        return round(SAMPLE_RATE / rate)

    def _loaded(self) -> tuple[Callable[[Floats], Any], bool]:
        try:
            if self._file.stat().st_size > MAX_BYTES:
                raise LimitError(f"the model is larger than {MAX_BYTES >> 30} GiB", file=self._file, stage=STAGE)
            scripted = _is_torchscript(self._file)
        except FileNotFoundError as exc:
            raise MissingInput("there is no such model", file=self._file, stage=STAGE) from exc
        except (OSError, zipfile.BadZipFile) as exc:
            raise InputError("the model cannot be read", file=self._file, stage=STAGE) from exc
        try:
            return self._script() if scripted else self._weights()
        except (RuntimeError, ValueError, TypeError, AttributeError, EOFError, OSError, pickle.UnpicklingError) as exc:
            if isinstance(exc, InputError):
                raise
            raise InputError(
                "torch finds neither TorchScript nor the weights of wav2vec 2.0 for CTC in it",
                file=self._file,
                stage=STAGE,
            ) from exc

    def _script(self) -> tuple[Callable[[Floats], Any], bool]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of TorchScript as such: such files are still about
            module = self._torch.jit.load(str(self._file), map_location="cpu").eval()

        def scores(sound: Floats) -> Any:
            found = module(self._torch.from_numpy(sound)[None])
            found = found[0] if isinstance(found, (tuple, list)) else found
            return found[0] if found.ndim == 3 else found

        return scores, False

    def _weights(self) -> tuple[Callable[[Floats], Any], bool]:
        weights = self._torch.load(str(self._file), map_location="cpu", weights_only=True)
        for name in ("state_dict", "model"):
            if isinstance(weights, dict) and isinstance(weights.get(name), dict):
                weights = weights[name]
        if not isinstance(weights, dict):
            raise ValueError("no names and weights")
        names, star = len(self.labels.names), self.labels.star
        network = Wav2Vec2(self._torch, weights, names - (star is not None), self.labels.heads)
        if star == names - 1 == network.outputs:  # torchaudio adds the star behind what the network answers
            return lambda sound: self._torch.nn.functional.pad(network(sound), (0, 1)), network.large
        return network, network.large


def torch_module() -> Any:
    """torch, which takes seconds to load. Raises DependencyError."""
    try:
        return importlib.import_module("torch")
    except ImportError as exc:
        raise DependencyError(HINT, stage=STAGE) from exc


def torch_installed() -> bool:
    """Whether torch could be loaded; it is not."""
    return importlib.util.find_spec("torch") is not None


def _is_torchscript(file: Path) -> bool:
    """Whether a file is a TorchScript archive: one with code in it."""
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        return any(name.split("/")[1:2] == ["code"] for name in archive.namelist())
