"""The network against one built of torch's own layers, with small random weights."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syncline.errors import InputError, LimitError, MissingInput
from syncline.speech.aligners import ctc_model
from syncline.speech.aligners.ctc_labels import labels_from, read_labels
from syncline.speech.aligners.ctc_model import CtcModel
from syncline.speech.aligners.wav2vec2 import Wav2Vec2, renamed

torch = pytest.importorskip("torch")

WIDTH, HEADS, HIDDEN, CHANNELS, GROUPS = 32, 4, 64, 16, 4
LAYERS = ((10, 5), (3, 2), (2, 2))  # kernel and stride; 20 samples a frame
LABELS = ["-", "|", "a", "b", "c"]


class Reference(torch.nn.Module):  # type: ignore[misc]
    """wav2vec 2.0 of torch's own transformer layers."""

    def __init__(self, large: bool, outputs: int) -> None:
        super().__init__()
        nn = torch.nn
        sizes = [1] + [CHANNELS] * len(LAYERS)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(sizes[n], CHANNELS, kernel, stride, bias=large) for n, (kernel, stride) in enumerate(LAYERS)
        )
        count = len(LAYERS) if large else 1
        self.norms = nn.ModuleList(
            nn.LayerNorm(CHANNELS) if large else nn.GroupNorm(CHANNELS, CHANNELS) for _ in range(count)
        )
        self.before, self.project = nn.LayerNorm(CHANNELS), nn.Linear(CHANNELS, WIDTH)
        self.place = torch.nn.utils.parametrizations.weight_norm(
            nn.Conv1d(WIDTH, WIDTH, 8, padding=4, groups=GROUPS), dim=2
        )
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, "gelu", batch_first=True, norm_first=large)
            for _ in range(2)
        )
        self.norm, self.out = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, outputs)
        self.large = large

    def forward(self, sound: Any) -> Any:
        x = sound[None, None]
        for number, convolution in enumerate(self.convolutions):
            x = convolution(x)
            if self.large:
                x = self.norms[number](x.transpose(1, 2)).transpose(1, 2)
            elif number == 0:
                x = self.norms[0](x)
            x = torch.nn.functional.gelu(x)
        x = self.project(self.before(x.transpose(1, 2)))
        x = x + torch.nn.functional.gelu(self.place(x.transpose(1, 2))[..., :-1]).transpose(1, 2)
        x = x if self.large else self.norm(x)
        for block in self.blocks:
            x = block(x)
        return self.out(self.norm(x) if self.large else x)[0]

    def named_as_torchaudio(self) -> dict[str, Any]:
        """The weights under the names of torchaudio's bundles."""
        found = {}
        for number, convolution in enumerate(self.convolutions):
            for name, value in convolution.state_dict().items():
                found[f"feature_extractor.conv_layers.{number}.conv.{name}"] = value
        for number, norm in enumerate(self.norms):
            for name, value in norm.state_dict().items():
                found[f"feature_extractor.conv_layers.{number}.layer_norm.{name}"] = value
        for at, part in (("encoder.feature_projection.layer_norm", self.before),
                         ("encoder.feature_projection.projection", self.project),
                         ("encoder.transformer.layer_norm", self.norm), ("aux", self.out)):  # fmt: skip
            found |= {f"{at}.{name}": value for name, value in part.state_dict().items()}
        place = self.place.state_dict()
        at = "encoder.transformer.pos_conv_embed.conv."
        found[at + "bias"] = place["bias"]
        found[at + "weight_g"] = place["parametrizations.weight.original0"]
        found[at + "weight_v"] = place["parametrizations.weight.original1"]
        for number, block in enumerate(self.blocks):
            found |= _block_weights(block, f"encoder.transformer.layers.{number}.")
        return found


def _block_weights(block: Any, at: str) -> dict[str, Any]:
    own = block.state_dict()
    names = {
        "attention.out_proj": "self_attn.out_proj",
        "layer_norm": "norm1",
        "final_layer_norm": "norm2",
        "feed_forward.intermediate_dense": "linear1",
        "feed_forward.output_dense": "linear2",
    }
    found = {f"{at}{new}.{kind}": own[f"{old}.{kind}"] for new, old in names.items() for kind in ("weight", "bias")}
    for kind in ("weight", "bias"):
        for letter, part in zip("qkv", own[f"self_attn.in_proj_{kind}"].chunk(3), strict=True):
            found[f"{at}attention.{letter}_proj.{kind}"] = part
    return found


def reference(large: bool, outputs: int = len(LABELS)) -> Reference:
    torch.manual_seed(1)
    made = Reference(large, outputs).eval()
    with torch.no_grad():
        for value in made.parameters():
            value += 0.05 * torch.randn_like(value)
    return made


def sound(seconds: float = 0.2) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(int(16_000 * seconds)).astype(np.float32) * 0.1


def as_hugging_face(weights: dict[str, Any]) -> dict[str, Any]:
    """The same weights under the names of `Wav2Vec2ForCTC`."""
    found = {}
    for name, value in weights.items():
        new = name.replace("encoder.feature_projection.", "feature_projection.").replace(
            "encoder.transformer.", "encoder."
        )
        new = new.replace("conv.weight_g", "conv.parametrizations.weight.original0")
        new = new.replace("conv.weight_v", "conv.parametrizations.weight.original1")
        found[new.replace("aux.", "lm_head.") if new.startswith("aux.") else f"wav2vec2.{new}"] = value
    return found


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("hugging_face", [False, True])
def test_it_computes_what_torchs_layers_do(large: bool, hugging_face: bool) -> None:
    known = reference(large)
    weights = known.named_as_torchaudio()
    network = Wav2Vec2(torch, as_hugging_face(weights) if hugging_face else weights, len(LABELS), HEADS)
    with torch.no_grad():
        wanted, found = known(torch.from_numpy(sound())).numpy(), network(sound()).numpy()
    assert network.large == large
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, atol=2e-5)


def test_rows_that_fairseq_never_trained_are_left_out() -> None:
    known = reference(False, len(LABELS) + 3)
    network = Wav2Vec2(torch, known.named_as_torchaudio(), len(LABELS), HEADS)
    with torch.no_grad():
        wanted, found = known(torch.from_numpy(sound())).numpy(), network(sound()).numpy()
    np.testing.assert_allclose(found, wanted[:, [0, 4, 5, 6, 7]], atol=2e-5)


def test_names_of_older_files() -> None:
    assert renamed("model.encoder.readout.weight") == "aux.weight"
    assert renamed("encoder.transformer.layers.3.layer_norm.bias") == "encoder.transformer.layers.3.layer_norm.bias"


def written(folder: Path, weights: Any, labels: Any = None, **details: Any) -> Path:
    path = folder / "model.pt"
    torch.save(weights, path)
    document = {"labels": LABELS if labels is None else labels, "heads": HEADS, **details}
    (folder / "model.json").write_text(json.dumps(document))
    return path


@pytest.mark.parametrize("large", [False, True])
def test_a_file_of_weights_gives_log_probabilities(large: bool, tmp_path: Path) -> None:
    path = written(tmp_path, {"state_dict": reference(large).named_as_torchaudio()})
    model = CtcModel(path, read_labels(path))
    assert model.hop == 20
    heard = model.log_probs(sound(0.5))
    assert heard.shape == (400, len(LABELS) + 1)
    np.testing.assert_allclose(np.exp(heard[:, :-1]).sum(axis=1), 1, atol=1e-5)
    assert (heard[:, -1] == 0).all()


def test_the_star_stands_behind_what_the_network_answers(tmp_path: Path) -> None:
    path = written(tmp_path, reference(True).named_as_torchaudio(), [*LABELS, "*"])
    heard = CtcModel(path, read_labels(path)).log_probs(sound())
    assert heard.shape[1] == len(LABELS) + 2
    assert (heard[:, len(LABELS) :] == 0).all()
    np.testing.assert_allclose(np.exp(heard[:, : len(LABELS)]).sum(axis=1), 1, atol=1e-5)


class Local(torch.nn.Module):  # type: ignore[misc]
    """Scores of each 20 ms by its own samples, so that a sound heard in pieces must give what the whole gives."""

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        frames = sound[0].unfold(0, 320, 320)
        return torch.stack([frames.mean(1) * k for k in range(5)], dim=1)[None]


def script(folder: Path, module: Any) -> Path:
    path = folder / "script.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(module.eval()), str(path))
    path.with_suffix(".json").write_text(json.dumps(LABELS))
    return path


def test_long_sounds_are_heard_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = script(tmp_path, Local())
    whole = CtcModel(path, read_labels(path)).log_probs(sound(7.3))
    monkeypatch.setattr(ctc_model, "_PIECE_S", 1.1)
    monkeypatch.setattr(ctc_model, "_OVERLAP_S", 0.3)
    pieces = CtcModel(path, read_labels(path)).log_probs(sound(7.3))
    assert whole.shape == (365, 6)
    np.testing.assert_allclose(pieces, whole, atol=1e-6)


class Evil:
    """Would run a program when unpickled."""

    def __reduce__(self) -> Any:
        return (print, ("unpickled",))


@pytest.mark.parametrize("wrong", ["weights of another network", "pickled code", "no model", "another script"])
def test_what_is_no_model_is_refused_and_never_run(
    wrong: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, {"layer.weight": torch.zeros(3)})
    if wrong == "pickled code":
        torch.save({"a": Evil()}, path)
    elif wrong == "no model":
        path.write_bytes(b"PK\x03\x04 not a model")
    elif wrong == "another script":
        path = script(tmp_path, torch.nn.Linear(3, 3))
    with pytest.raises(InputError, match=r"torch (finds neither|cannot run)"):
        CtcModel(path, labels_from(LABELS))
    assert "unpickled" not in capfd.readouterr().out


def test_labels_of_another_model_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, reference(False).named_as_torchaudio(), LABELS[:-1])
    with pytest.raises(InputError, match=r"x 5 scores and its labels are 4"):
        CtcModel(path, read_labels(path))


def test_a_file_that_is_missing_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingInput, match="no such model"):
        CtcModel(tmp_path / "none.pt", labels_from(LABELS))
    path = written(tmp_path, reference(False).named_as_torchaudio())
    monkeypatch.setattr(ctc_model, "MAX_BYTES", 100)
    with pytest.raises(LimitError, match="larger"):
        CtcModel(path, labels_from(LABELS))
