"""SyncNet against slow references: the network, the cepstra, the distances, written out in loops."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syncline.errors import DependencyError, InputError, MissingInput
from syncline.face.topology import OVAL
from syncline.media.info import ColourTags
from syncline.media.picture import Picture
from syncline.media.pixels import LAYOUTS
from syncline.quality.gates import Gates
from syncline.quality.score import Grade
from syncline.quality.syncnet import grade_syncnet, load_syncnet, measure_syncnet
from syncline.quality.syncnet.crop import FaceBoxes, crop, face_boxes
from syncline.quality.syncnet.measure import SHIFT, SyncNetFigures
from syncline.quality.syncnet.mfcc import cepstra
from syncline.quality.syncnet.network import SyncNet, build, check_syncnet
from syncline.timebase import Moment

torch = pytest.importorskip("torch", reason="the extra neural is not installed")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights in the official layout: random, with normalisations that have seen something."""
    torch.manual_seed(5)
    state = build().state_dict()
    for name, value in state.items():
        if name.endswith("running_mean"):
            value.normal_(0, 0.2)
        elif name.endswith("running_var"):
            value.uniform_(0.5, 2)
    # The official file is older than the counters of batches.
    kept = {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}
    path = tmp_path_factory.mktemp("weights") / "syncnet_v2.model"
    torch.save(kept, path)
    return path


@pytest.fixture(scope="module")
def net(weights: Path) -> SyncNet:
    return load_syncnet(weights)


def tensors(path: Path) -> dict[str, np.ndarray]:
    return {name: value.numpy().astype(np.float64) for name, value in torch.load(path, weights_only=True).items()}


# --- the network, tap by tap ------------------------------------------------------------------------------------------


def convolved(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: Any, padding: Any) -> np.ndarray:
    """x (c, t, h, w), weight (o, c, a, b, d)."""
    x = np.pad(x, [(0, 0), *((p, p) for p in padding)])
    sizes = [(n - k) // s + 1 for n, k, s in zip(x.shape[1:], weight.shape[2:], stride, strict=True)]
    out = np.zeros((len(weight), *sizes)) + bias[:, None, None, None]
    for a in range(weight.shape[2]):
        for b in range(weight.shape[3]):
            for d in range(weight.shape[4]):
                spans = [slice(k, k + s * (n - 1) + 1, s) for k, s, n in zip((a, b, d), stride, sizes, strict=True)]
                out += np.tensordot(weight[:, :, a, b, d], x[(slice(None), *spans)], axes=(1, 0))
    return out


def pooled(x: np.ndarray, kernel: Any, stride: Any, padding: Any) -> np.ndarray:
    x = np.pad(x, [(0, 0), *((p, p) for p in padding)], constant_values=-np.inf)
    sizes = [(n - k) // s + 1 for n, k, s in zip(x.shape[1:], kernel, stride, strict=True)]
    out = np.full((len(x), *sizes), -np.inf)
    for a in range(kernel[0]):
        for b in range(kernel[1]):
            for d in range(kernel[2]):
                spans = [slice(k, k + s * (n - 1) + 1, s) for k, s, n in zip((a, b, d), stride, sizes, strict=True)]
                out = np.maximum(out, x[(slice(None), *spans)])
    return out


def normalised(x: np.ndarray, state: dict[str, np.ndarray], name: str) -> np.ndarray:
    shape = (-1,) + (1,) * (x.ndim - 1)
    mean, var, scale, bias = (
        state[f"{name}.{key}"].reshape(shape) for key in ("running_mean", "running_var", "weight", "bias")
    )
    return np.maximum((x - mean) / np.sqrt(var + 1e-5) * scale + bias, 0)


def slow(x: np.ndarray, state: dict[str, np.ndarray], part: str, plan: list[Any]) -> np.ndarray:
    """A network (c, t, h, w) -> (1024,): plan of (index, stride, padding) and ("pool", kernel, stride, padding)."""
    for step in plan:
        if step[0] == "pool":
            x = pooled(x, *step[1:])
            continue
        index, stride, padding = step
        weight = state[f"netcnn{part}.{index}.weight"]
        if weight.ndim == 4:
            weight = weight[:, :, None]
        x = convolved(x, weight, state[f"netcnn{part}.{index}.bias"], stride, padding)
        x = normalised(x, state, f"netcnn{part}.{index + 1}")
    flat = x.reshape(-1)
    head = f"netfc{part}"
    hidden = normalised(state[f"{head}.0.weight"] @ flat + state[f"{head}.0.bias"], state, f"{head}.1")
    return state[f"{head}.3.weight"] @ hidden + state[f"{head}.3.bias"]


SIDE, HALF, ONE = (0, 1, 1), (1, 2, 2), (1, 1, 1)
LIPS = [
    (0, HALF, (0, 0, 0)), ("pool", (1, 3, 3), HALF, (0, 0, 0)),
    (4, HALF, SIDE), ("pool", (1, 3, 3), HALF, SIDE),
    (8, ONE, SIDE), (11, ONE, SIDE), (14, ONE, SIDE), ("pool", (1, 3, 3), HALF, (0, 0, 0)),
    (18, ONE, (0, 0, 0)),
]  # fmt: skip
SOUND = [
    (0, ONE, SIDE), ("pool", (1, 1, 1), ONE, (0, 0, 0)),
    (4, ONE, SIDE), ("pool", (1, 3, 3), (1, 1, 2), (0, 0, 0)),
    (8, ONE, SIDE), (11, ONE, SIDE), (14, ONE, SIDE), ("pool", (1, 3, 3), HALF, (0, 0, 0)),
    (18, ONE, (0, 0, 0)),
]  # fmt: skip


def test_the_layout_is_the_official_one() -> None:
    names = {name for name in build().state_dict() if not name.endswith("num_batches_tracked")}
    expected = set()
    for part in ("netcnnaud", "netcnnlip"):
        expected |= {f"{part}.{n}.{key}" for n in (0, 4, 8, 11, 14, 18) for key in ("weight", "bias")}
        expected |= {
            f"{part}.{n}.{key}"
            for n in (1, 5, 9, 12, 15, 19)
            for key in ("weight", "bias", "running_mean", "running_var")
        }
    for part in ("netfcaud", "netfclip"):
        expected |= {f"{part}.{n}.{key}" for n in (0, 3) for key in ("weight", "bias")}
        expected |= {f"{part}.1.{key}" for key in ("weight", "bias", "running_mean", "running_var")}
    assert names == expected


def test_the_networks_are_what_the_loops_say(net: SyncNet, weights: Path) -> None:
    rng, state = np.random.default_rng(2), tensors(weights)
    crops = rng.integers(0, 256, (6, 224, 224, 3), np.uint8)
    lips = net.lips(crops)
    assert lips.shape == (2, 1024)
    wanted = slow(crops[1:6].transpose(3, 0, 1, 2).astype(np.float64), state, "lip", LIPS)
    np.testing.assert_allclose(lips[1], wanted, rtol=2e-3, atol=2e-3 * np.abs(wanted).max())
    windows = rng.normal(0, 5, (3, 20, 13)).astype(np.float32)
    sound = net.sound(windows)
    wanted = slow(windows[2].T[None, None].astype(np.float64), state, "aud", SOUND)
    np.testing.assert_allclose(sound[2], wanted, rtol=2e-3, atol=2e-3 * np.abs(wanted).max())


# --- cepstra ----------------------------------------------------------------------------------------------------------


def slow_cepstra(signal: np.ndarray) -> np.ndarray:
    """python_speech_features.mfcc with its defaults, in loops."""
    count = 1 + math.ceil((len(signal) - 400) / 160)
    emphasised = [signal[0]] + [signal[n] - 0.97 * signal[n - 1] for n in range(1, len(signal))]
    emphasised += [0.0] * ((count - 1) * 160 + 400 - len(signal))
    mel = [k * 2595 * math.log10(1 + 8000 / 700) / 27 for k in range(28)]
    edges = [math.floor(513 * 700 * (10 ** (m / 2595) - 1) / 16000) for m in mel]
    rows = []
    for frame in range(count):
        part = np.array(emphasised[frame * 160 : frame * 160 + 400])
        power = np.abs(np.fft.rfft(part, 512)) ** 2 / 512
        logs = []
        for j in range(26):
            band = 0.0
            for i in range(edges[j], edges[j + 1]):
                band += power[i] * (i - edges[j]) / (edges[j + 1] - edges[j])
            for i in range(edges[j + 1], edges[j + 2]):
                band += power[i] * (edges[j + 2] - i) / (edges[j + 2] - edges[j + 1])
            logs.append(math.log(band if band else np.finfo(float).eps))
        row = []
        for k in range(13):
            total = sum(logs[n] * math.cos(math.pi * k * (2 * n + 1) / 52) for n in range(26))
            total *= math.sqrt(1 / 26 if k == 0 else 2 / 26)
            row.append(total * (1 + 11 * math.sin(math.pi * k / 22)))
        row[0] = math.log(power.sum() or np.finfo(float).eps)
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize("samples", [400, 401, 1600, 4000])
def test_cepstra_are_those_of_the_loops(samples: int) -> None:
    y = np.random.default_rng(samples).normal(0, 0.1, samples).astype(np.float32)
    wanted = slow_cepstra(np.rint(y.astype(np.float64) * 32768))
    np.testing.assert_allclose(cepstra(y), wanted, rtol=1e-4, atol=1e-3)


def test_silence_has_finite_cepstra() -> None:
    assert np.isfinite(cepstra(np.zeros(3200, np.float32))).all()


# --- distances and sign -----------------------------------------------------------------------------------------------


def boxes(count: int, first: int = 0) -> FaceBoxes:
    flat = np.zeros(count)
    return FaceBoxes(first, np.arange(count), flat, flat, flat)


def slow_figures(lips: np.ndarray, sound: np.ndarray) -> tuple[float, float, int]:
    """The published definition in loops."""
    padded = [np.zeros(sound.shape[1])] * 15 + list(sound) + [np.zeros(sound.shape[1])] * 15
    curve = []
    for shift in range(31):
        far = [math.sqrt(sum((lips[i] - padded[i + shift] + 1e-6) ** 2)) for i in range(len(lips))]
        curve.append(sum(far) / len(far))
    low = min(curve)
    return low, sorted(curve)[15] - low, 15 - curve.index(low)


@pytest.mark.parametrize("early", [-6, 0, 4])
def test_the_definition_and_its_sign(early: int) -> None:
    """Features that match at a shift: the published loops and the streaming measure agree, + = sound early."""
    rng = np.random.default_rng(9)
    count = 70
    walk = rng.normal(0, 1, (count + 40, 1024)).astype(np.float32)
    lips, sound = walk[20 : 20 + count], walk[20 + early : 20 + early + count]

    class Given(SyncNet):
        def lips(self, crops: np.ndarray) -> np.ndarray:
            return lips[crops[: len(crops) - 4, 0, 0, 0].astype(int)]

        def sound(self, windows: np.ndarray) -> np.ndarray:
            return sound[np.rint(windows[:, 0, 5]).astype(int)]

    crops = (np.full((224, 224, 3), k, np.uint8) for k in range(count + 5))
    y = np.zeros((count + 5) * 640, np.float32)
    with pytest.MonkeyPatch.context() as patch:
        numbers = np.zeros((4 * (count + 5), 13), np.float32)
        numbers[:, 5] = np.arange(len(numbers)) / 4
        patch.setattr("syncline.quality.syncnet.measure.cepstra", lambda y: numbers)
        found = measure_syncnet(Given(None), [(boxes(count + 5), crops)], y)
    lse_d, lse_c, offset = slow_figures(lips.astype(np.float64), sound.astype(np.float64))
    assert found.offset_frames == offset == early
    assert found.offset_ms == 40 * early
    assert found.lse_d == pytest.approx(lse_d, abs=1e-3)
    assert found.lse_c == pytest.approx(lse_c, abs=1e-3)
    assert len(found.tracks[0].curve) == 2 * SHIFT + 1


def test_blocks_make_no_difference(net: SyncNet) -> None:
    """Real network, a run longer than a block: what streams is what is computed at once."""
    rng = np.random.default_rng(1)
    crops = rng.integers(0, 256, (28, 224, 224, 3), np.uint8)
    y = rng.normal(0, 0.1, 28 * 640).astype(np.float32)
    found = measure_syncnet(net, [(boxes(28), iter(crops))], y)
    mels, windows = cepstra(y), 28 - 5
    lips = net.lips(crops)[:windows]
    sound = net.sound(np.stack([mels[4 * i : 4 * i + 20] for i in range(windows)]))
    lse_d, lse_c, offset = slow_figures(lips.astype(np.float64), sound.astype(np.float64))
    assert (found.lse_d, found.lse_c, found.offset_frames) == (
        pytest.approx(lse_d, rel=1e-4), pytest.approx(lse_c, abs=1e-3), offset,
    )  # fmt: skip


def test_too_little_is_no_figure(net: SyncNet) -> None:
    def none() -> Iterator[np.ndarray]:
        yield from ()

    found = measure_syncnet(net, [(boxes(5), none())], np.zeros(16_000, np.float32))
    assert found.lse_d is None
    assert grade_syncnet(found, Gates())["lse_c"].grade is Grade.WARN


# --- crops ------------------------------------------------------------------------------------------------------------


def landmarks(count: int, x: float = 100, y: float = 80, half: float = 30) -> np.ndarray:
    """Faces whose oval fills the box of `half` around (x, y)."""
    made = np.full((count, 478, 3), [x, y, 0], np.float32)
    made[:, OVAL[0], :2] = x - half, y - half
    made[:, OVAL[1], :2] = x + half, y + half
    return made


def test_boxes_are_smoothed_bridged_and_split() -> None:
    faces = landmarks(200)
    faces[20, :, 0] += 50  # a jump of one picture goes with the median
    faces[60:70] = np.nan  # a short gap is bridged
    runs = face_boxes(faces, np.arange(200) / 25, cuts=(120,))
    assert [(run.first, len(run)) for run in runs] == [(0, 120), (120, 80)]
    for run in runs:
        inner = slice(6, -6)
        np.testing.assert_allclose(run.x[inner], 100)
        np.testing.assert_allclose(run.half[inner], 30)


def test_other_rates_are_brought_to_25() -> None:
    (run,) = face_boxes(landmarks(300), np.arange(300) / 50)
    assert len(run) == pytest.approx(150, abs=1)
    assert list(run.pictures[:5]) == [0, 2, 4, 6, 8]
    late = np.arange(100) / 25 + 2.0
    (run,) = face_boxes(landmarks(100), late)
    assert (run.first, run.pictures[0]) == (50, 0)


def test_short_runs_and_no_faces_are_left_out() -> None:
    assert face_boxes(landmarks(49), np.arange(49) / 25) == ()
    assert face_boxes(np.full((100, 478, 3), np.nan, np.float32), np.arange(100) / 25) == ()
    assert face_boxes(np.zeros((0, 478, 3), np.float32), np.zeros(0)) == ()


def picture(width: int, height: int) -> Picture:
    blue = np.broadcast_to(np.arange(width, dtype=np.uint8), (height, width))
    green = np.broadcast_to(np.arange(height, dtype=np.uint8)[:, None], (height, width))
    planes = (green, blue, np.zeros((height, width), np.uint8))
    return Picture(0, Moment(0, Fraction(1)), width, height, planes, LAYOUTS["gbrp"], ColourTags())


def test_a_crop_is_the_box_with_its_margins() -> None:
    shown = crop(picture(240, 200), 110, 90, 40)  # rows 50..162, columns 54..166: 112 px, enlarged twice
    assert shown.shape == (224, 224, 3)
    assert abs(int(shown[112, 112, 0]) - 110) <= 1
    assert abs(int(shown[112, 112, 1]) - 106) <= 1
    beyond = crop(picture(240, 200), 10, 10, 40)
    assert (beyond[0, 0] == 110).all()


# --- weights ----------------------------------------------------------------------------------------------------------


def test_what_is_no_weights_file(tmp_path: Path, weights: Path) -> None:
    with pytest.raises(MissingInput):
        load_syncnet(tmp_path / "none.model")
    noise = tmp_path / "noise.model"
    noise.write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(InputError, match="not a torch state dict"):
        load_syncnet(noise)
    whole = torch.load(weights, weights_only=True)

    def refused(state: Any, words: str) -> None:
        torch.save(state, tmp_path / "other.model")
        with pytest.raises(InputError, match=words):
            load_syncnet(tmp_path / "other.model")

    refused([1, 2], "named tensors")
    refused({key: value for key, value in whole.items() if key != "netfclip.3.bias"}, "netfclip.3.bias is missing")
    refused({**whole, "extra.weight": torch.zeros(1)}, "no part of SyncNet")
    refused({**whole, "netfclip.3.bias": torch.zeros(3)}, "shape")
    refused({**whole, "netfclip.3.bias": torch.full((1024,), math.nan)}, "finite")


def test_nothing_in_a_weights_file_is_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    torch.save({"netfclip.3.bias": Trap()}, tmp_path / "trap.model")
    with pytest.raises(InputError):
        load_syncnet(tmp_path / "trap.model")
    assert not (tmp_path / "sprung").exists()


def test_without_torch_it_says_what_to_install(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DependencyError, match=r"syncline\[neural\]") as caught:
        check_syncnet(weights)
    assert caught.value.exit_code == 4


def test_grades_warn_and_never_fail() -> None:
    good = grade_syncnet(SyncNetFigures(7.0, 8.0, 0), Gates())
    assert {figure.grade for figure in good.values()} == {Grade.PASS}
    bad = grade_syncnet(SyncNetFigures(14.0, 0.3, 9), Gates())
    assert {name: figure.grade for name, figure in bad.items()} == {
        "lse_d": Grade.PASS, "lse_c": Grade.WARN, "syncnet_offset": Grade.WARN,
    }  # fmt: skip
    assert bad["syncnet_offset"].value == 360
