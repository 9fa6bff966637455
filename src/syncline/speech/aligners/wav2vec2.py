"""wav2vec 2.0 from its weights alone: sound to scores of labels.

Architecture: A. Baevski et al., wav2vec 2.0, 2020, "base" (one group norm in the encoder of sound, norms behind each
block) and "large" (norms before). Which of them, and all sizes, follow from the weights; names are those of
torchaudio's bundles (WAV2VEC2_ASR_BASE_960H, MMS_FA) or of Hugging Face's `Wav2Vec2ForCTC`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

HEAD: Final = 64  # numbers of an attention head in all published models
_STRIDES: Final = {10: 5, 3: 2, 2: 2}  # of the encoder of sound, by kernel, in all published models
_FAIRSEQ_SPECIAL: Final = (1, 2, 3)  # rows of fairseq's dictionary that no sound was ever labelled with
_RENAMED: Final = (  # Hugging Face's names and older torchaudio's
    (re.compile(r"^(?:model\.)?(?:wav2vec2\.)?"), ""),
    (re.compile(r"^lm_head\.|^encoder\.readout\."), "aux."),
    (re.compile(r"^feature_projection\."), "encoder.feature_projection."),
    (re.compile(r"^encoder\.(pos_conv_embed|layer_norm|layers)\."), r"encoder.transformer.\1."),
    (re.compile(r"\.conv\.parametrizations\.weight\.original0$"), ".conv.weight_g"),
    (re.compile(r"\.conv\.parametrizations\.weight\.original1$"), ".conv.weight_v"),
)


class Wav2Vec2:
    """The network. Raises ValueError, with words, where the weights are not of this architecture.

    torch : the module. weights : names to tensors. labels : how many are wanted. heads : of the attention; None: by 64.
    """

    def __init__(self, torch: Any, weights: Mapping[str, Any], labels: int, heads: int | None = None) -> None:
        self._torch, self._nn = torch, torch.nn.functional
        self._weights = {renamed(name): value.float() for name, value in weights.items() if hasattr(value, "float")}
        try:
            self._convolutions = self._count("feature_extractor.conv_layers.")
            self._layers = self._count("encoder.transformer.layers.")
            self._norm_first = "feature_extractor.conv_layers.1.layer_norm.weight" in self._weights
            width = int(self._weights["encoder.feature_projection.projection.weight"].shape[0])
            out = int(self._weights["aux.weight"].shape[0])
            self._positions = self._position_weight()
        except KeyError as exc:
            raise ValueError(f"the weights are not those of wav2vec 2.0 for CTC: {exc} is missing") from exc
        self._heads = width // HEAD if heads is None else heads
        if self._heads < 1 or width % self._heads:
            raise ValueError(f"{self._heads} attention heads do not divide its width of {width}")
        if out == labels + len(_FAIRSEQ_SPECIAL):
            kept = [row for row in range(out) if row not in _FAIRSEQ_SPECIAL]
            self._weights |= {name: self._weights[name][kept] for name in ("aux.weight", "aux.bias")}
        self.outputs = int(self._weights["aux.weight"].shape[0])

    @property
    def large(self) -> bool:
        """Whether its norms stand before each block; such models want sound of mean 0 and variance 1."""
        return self._norm_first

    def __call__(self, y16k: npt.NDArray[np.float32]) -> Any:
        """(n,) sound to a (T, C) tensor of scores, before any softmax."""
        x = self._torch.from_numpy(np.ascontiguousarray(y16k))[None, None]
        for number in range(self._convolutions):
            x = self._convolved(x, f"feature_extractor.conv_layers.{number}.", number)
        x = self._norm(x.transpose(1, 2), "encoder.feature_projection.layer_norm.")
        x = self._linear(x, "encoder.feature_projection.projection.")
        x = x + self._place(x)
        if not self._norm_first:
            x = self._norm(x, "encoder.transformer.layer_norm.")
        for number in range(self._layers):
            x = self._block(x, f"encoder.transformer.layers.{number}.")
        if self._norm_first:
            x = self._norm(x, "encoder.transformer.layer_norm.")
        return self._linear(x, "aux.")[0]

    def _convolved(self, x: Any, at: str, number: int) -> Any:
        weight = self._weights[at + "conv.weight"]
        x = self._nn.conv1d(x, weight, self._weights.get(at + "conv.bias"), stride=_STRIDES[int(weight.shape[2])])
        if self._norm_first:
            x = self._norm(x.transpose(1, 2), at + "layer_norm.").transpose(1, 2)
        elif number == 0:
            names = (at + "layer_norm.weight", at + "layer_norm.bias")
            x = self._nn.group_norm(x, int(weight.shape[0]), *(self._weights[name] for name in names))
        return self._nn.gelu(x)

    def _place(self, x: Any) -> Any:
        """What tells frames where they are: a wide convolution."""
        weight, bias = self._positions, self._weights["encoder.transformer.pos_conv_embed.conv.bias"]
        kernel = int(weight.shape[2])
        groups = int(weight.shape[0]) // int(weight.shape[1])
        moved = self._nn.conv1d(x.transpose(1, 2), weight, bias, padding=kernel // 2, groups=groups)
        if kernel % 2 == 0:
            moved = moved[..., :-1]
        return self._nn.gelu(moved).transpose(1, 2)

    def _block(self, x: Any, at: str) -> Any:
        if self._norm_first:
            x = x + self._attention(self._norm(x, at + "layer_norm."), at + "attention.")
            return x + self._forward(self._norm(x, at + "final_layer_norm."), at + "feed_forward.")
        x = self._norm(x + self._attention(x, at + "attention."), at + "layer_norm.")
        return self._norm(x + self._forward(x, at + "feed_forward."), at + "final_layer_norm.")

    def _attention(self, x: Any, at: str) -> Any:
        one, frames, width = x.shape
        parts = (self._linear(x, f"{at}{name}_proj.") for name in "qkv")
        q, k, v = (part.view(one, frames, self._heads, width // self._heads).transpose(1, 2) for part in parts)
        mixed = self._nn.scaled_dot_product_attention(q, k, v)
        return self._linear(mixed.transpose(1, 2).reshape(one, frames, width), at + "out_proj.")

    def _forward(self, x: Any, at: str) -> Any:
        return self._linear(self._nn.gelu(self._linear(x, at + "intermediate_dense.")), at + "output_dense.")

    def _linear(self, x: Any, at: str) -> Any:
        return self._nn.linear(x, self._weights[at + "weight"], self._weights[at + "bias"])

    def _norm(self, x: Any, at: str) -> Any:
        weight = self._weights[at + "weight"]
        return self._nn.layer_norm(x, tuple(weight.shape), weight, self._weights[at + "bias"])

    def _position_weight(self) -> Any:
        """The position convolution's weight: kept as direction and length along its last axis."""
        at = "encoder.transformer.pos_conv_embed.conv."
        if at + "weight" in self._weights:
            return self._weights[at + "weight"]
        direction, length = self._weights[at + "weight_v"], self._weights[at + "weight_g"]
        return direction * (length / direction.norm(dim=(0, 1), keepdim=True))

    def _count(self, at: str) -> int:
        numbers = {int(name[len(at) :].split(".")[0]) for name in self._weights if name.startswith(at)}
        if not numbers:
            raise KeyError(at)
        return max(numbers) + 1


def renamed(name: str) -> str:
    """A weight's name as torchaudio writes it."""
    for pattern, new in _RENAMED:
        name = pattern.sub(new, name)
    return name
