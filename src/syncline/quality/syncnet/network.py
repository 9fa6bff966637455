"""The network itself, in the layout of the official `syncnet_v2.model`."""

from __future__ import annotations

import importlib.util
import pickle
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import DependencyError, InputError, LimitError, MissingInput

STAGE: Final = "syncnet"
WINDOW: Final = 5  # pictures that one feature looks at
CEPSTRA_A_WINDOW: Final = 20  # frames of cepstra that go with them
CEPSTRA_A_PICTURE: Final = 4
FEATURES: Final = 1024
MAX_BYTES: Final = 1 << 29  # the official file has 54 MB
_COUNTERS: Final = "num_batches_tracked"  # older files lack them; they play no part in measuring

Floats = npt.NDArray[np.float32]


class SyncNet:
    """Two networks that bring five pictures and 0.2 s of sound to features that are near where they belong together.

    module : the torch module; evaluation mode, on the CPU.
    """

    def __init__(self, module: Any) -> None:
        self._module = module

    def lips(self, crops: npt.NDArray[np.uint8]) -> Floats:
        """Features of every window of 5 pictures: (n - 4, 1024) float32 of (n, 224, 224, 3) uint8 BGR, n >= 5."""
        import torch

        with torch.inference_mode():
            stack = torch.from_numpy(np.ascontiguousarray(crops.transpose(3, 0, 1, 2)))[None].float()
            # Only the first layer looks along time: a run of pictures at once gives what window by window would.
            found = self._module["netcnnlip"](stack)[0, :, :, 0, 0].T
            return np.asarray(self._module["netfclip"](found).numpy(), np.float32)

    def sound(self, cepstra: Floats) -> Floats:
        """Features of windows of sound: (n, 1024) float32 of (n, 20, 13) float32."""
        import torch

        with torch.inference_mode():
            windows = torch.from_numpy(np.ascontiguousarray(cepstra.transpose(0, 2, 1)))[:, None].float()
            found = self._module["netcnnaud"](windows).flatten(1)
            return np.asarray(self._module["netfcaud"](found).numpy(), np.float32)


def check_syncnet(path: str | Path) -> Path:
    """Raise what `load_syncnet` would raise before it reads: no torch, no file, or one that is too large."""
    file = Path(path)
    if importlib.util.find_spec("torch") is None:
        raise DependencyError('SyncNet needs torch, which is not installed: pip install "syncline[neural]"')
    try:
        if not file.is_file():
            raise MissingInput("there is no such file of SyncNet weights", file=file, stage=STAGE)
        if file.stat().st_size > MAX_BYTES:
            raise LimitError(f"the weights are larger than {MAX_BYTES >> 20} MB", file=file, stage=STAGE)
    except (OSError, ValueError) as exc:
        if isinstance(exc, InputError | LimitError):
            raise
        raise InputError("the weights cannot be reached", file=file, stage=STAGE) from exc
    return file


def load_syncnet(path: str | Path) -> SyncNet:
    """Read weights in the layout of `syncnet_v2.model`; nothing in the file is run (`weights_only`).

    Raises DependencyError without torch, MissingInput, LimitError, or InputError where the file is something else.
    """
    file = check_syncnet(path)
    import torch

    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError, OSError, AttributeError) as exc:
        raise InputError("these are no SyncNet weights: not a torch state dict", file=file, stage=STAGE) from exc
    module = build()
    wanted = module.state_dict()
    fault = _fault(state, wanted)
    if fault:
        raise InputError(f"these are no SyncNet weights: {fault}", file=file, stage=STAGE)
    module.load_state_dict({**wanted, **state})
    return SyncNet(module.eval())


def build() -> Any:
    """The torch module with random weights; its state dict has the official keys."""
    from torch import nn

    sound = [
        *_block(nn.Conv2d(1, 64, 3, padding=1), nn.BatchNorm2d(64)), nn.MaxPool2d(1, 1),
        *_block(nn.Conv2d(64, 192, 3, padding=1), nn.BatchNorm2d(192)), nn.MaxPool2d(3, (1, 2)),
        *_block(nn.Conv2d(192, 384, 3, padding=1), nn.BatchNorm2d(384)),
        *_block(nn.Conv2d(384, 256, 3, padding=1), nn.BatchNorm2d(256)),
        *_block(nn.Conv2d(256, 256, 3, padding=1), nn.BatchNorm2d(256)), nn.MaxPool2d(3, 2),
        *_block(nn.Conv2d(256, 512, (5, 4)), nn.BatchNorm2d(512)),
    ]  # fmt: skip
    side, half = (0, 1, 1), (1, 2, 2)
    lips = [
        *_block(nn.Conv3d(3, 96, (5, 7, 7), half), nn.BatchNorm3d(96)), nn.MaxPool3d((1, 3, 3), half),
        *_block(nn.Conv3d(96, 256, (1, 5, 5), half, side), nn.BatchNorm3d(256)), nn.MaxPool3d((1, 3, 3), half, side),
        *_block(nn.Conv3d(256, 256, (1, 3, 3), padding=side), nn.BatchNorm3d(256)),
        *_block(nn.Conv3d(256, 256, (1, 3, 3), padding=side), nn.BatchNorm3d(256)),
        *_block(nn.Conv3d(256, 256, (1, 3, 3), padding=side), nn.BatchNorm3d(256)), nn.MaxPool3d((1, 3, 3), half),
        *_block(nn.Conv3d(256, 512, (1, 6, 6)), nn.BatchNorm3d(512)),
    ]  # fmt: skip
    heads = {
        name: nn.Sequential(*_block(nn.Linear(512, 512), nn.BatchNorm1d(512)), nn.Linear(512, FEATURES))
        for name in ("netfcaud", "netfclip")
    }
    return nn.ModuleDict({"netcnnaud": nn.Sequential(*sound), "netcnnlip": nn.Sequential(*lips), **heads})


def _block(layer: Any, norm: Any) -> tuple[Any, Any, Any]:
    from torch import nn

    return layer, norm, nn.ReLU()


def _fault(state: Any, wanted: Any) -> str | None:
    """What is wrong with a state dict, in words."""
    import torch

    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        return "the file does not hold named tensors"
    lacking = [name for name in wanted if name not in state and not name.endswith(_COUNTERS)]
    if lacking:
        return f"{lacking[0]} is missing"
    for name, value in state.items():
        if name not in wanted:
            return f"{str(name)[:60]!r} is no part of SyncNet"
        if value.shape != wanted[name].shape:
            return f"{name} has the shape {tuple(value.shape)}, not {tuple(wanted[name].shape)}"
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            return f"{name} holds numbers that are not finite"
    return None
