"""A Piper voice small enough to write by hand: one tone for each phoneme, as ONNX protocol buffers.

It takes the inputs of a Piper model and gives its outputs: `input` (1, n) phoneme numbers, `input_lengths`, `scales`
(noise, length, noise width) and, for several speakers, `sid`; sound (1, 1, 1, m) and, if asked, durations in frames.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

RATE = 22_050
HOP = 256
SAMPLES_EACH = 5 * HOP  # of a phoneme number at length 1
_FLOAT, _INT64 = 1, 7
SIGNS = " !',.:;?abcdefhijklmnopqrstuvwxyzæçðøħŋœɐɑɒɔəɚɛɜɡɪɫɹɾʃʊʌʒʔˈˌːθβɣ\u0303\u0329"
IDS = {"_": [0], "^": [1], "$": [2], **{sign: [3 + number] for number, sign in enumerate(SIGNS)}}


def write_voice(folder: Path, *, durations: bool = True, speakers: int = 1, **config: object) -> Path:
    """Write `tiny.onnx` and its description; returns the model's path."""
    path = folder / "tiny.onnx"
    path.write_bytes(model(durations=durations, speakers=speakers))
    document = {
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": "en-us"},
        "language": {"code": "en_US"},
        "inference": {"noise_scale": 0.5, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": IDS,
        "num_symbols": 256,
        "num_speakers": speakers,
        "speaker_id_map": {"high": 1} if speakers > 1 else {},
        **config,
    }
    path.with_name("tiny.onnx.json").write_text(json.dumps(document), encoding="utf-8")
    return path


def model(*, durations: bool = True, speakers: int = 1) -> bytes:
    """The model's bytes."""
    constants = [
        _float("samples_each", SAMPLES_EACH),
        _float("nought", 0.0),
        _float("unit", 1.0),
        _float("radians", 2 * 3.14159265 * 15 / RATE),
        _float("loudness", 0.3),
        _float("hop", HOP),
        _integers("first", [], 0),
        _integers("second", [], 1),
        _integers("shape", [4], 1, 1, 1, -1),
    ]
    nodes = [
        _node("Gather", ["scales", "first"], "noise_scale"),
        _node("Gather", ["scales", "second"], "length_scale"),
        _node("Mul", ["length_scale", "samples_each"], "exact_step"),
        _node("Floor", ["exact_step"], "step"),
        _node("Gather", ["input_lengths", "first"], "count"),
        _node("Cast", ["count"], "count_float", to=_FLOAT),
        _node("Mul", ["count_float", "step"], "total"),
        _node("Range", ["nought", "total", "unit"], "time"),
        _node("Div", ["time", "step"], "place"),
        _node("Floor", ["place"], "place_floor"),
        _node("Cast", ["place_floor"], "place_int", to=_INT64),
        _node("Gather", ["input", "first"], "row"),
        _node("Gather", ["row", "place_int"], "number"),
        _node("Cast", ["number"], "number_float", to=_FLOAT),
        _node("Mul", ["time", "number_float"], "cycles"),
        _node("Mul", ["cycles", "radians"], "phase_one"),
        _node("Sin", ["phase" if speakers > 1 else "phase_one"], "wave"),
        _node("Mul", ["wave", "loudness"], "tone"),
        _node("RandomNormalLike", ["tone"], "noise", scale=0.01),
        _node("Mul", ["noise", "noise_scale"], "breath"),
        _node("Add", ["tone", "breath"], "sound"),
        _node("Reshape", ["sound", "shape"], "output"),
        _node("Cast", ["row"], "row_float", to=_FLOAT),
        _node("Mul", ["row_float", "nought"], "zeros"),
        _node("Div", ["step", "hop"], "frames_each"),
        _node("Add", ["zeros", "frames_each"], "durations"),
    ]
    inputs = [
        _value("input", _INT64, "batch", "phonemes"),
        _value("input_lengths", _INT64, "batch"),
        _value("scales", _FLOAT, 3),
    ]
    if speakers > 1:
        inputs.append(_value("sid", _INT64, 1))
        extra = [
            _node("Gather", ["sid", "first"], "speaker"),
            _node("Cast", ["speaker"], "speaker_float", to=_FLOAT),
            _node("Add", ["speaker_float", "unit"], "height"),
            _node("Mul", ["phase_one", "height"], "phase"),
        ]
        nodes[16:16] = extra
    outputs = [_value("output", _FLOAT, 1, 1, 1, "samples")]
    if durations:
        outputs.append(_value("durations", _FLOAT, "phonemes"))
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"tiny")
    graph += b"".join(_field(5, constant) for constant in constants)
    graph += b"".join(_field(11, item) for item in inputs) + b"".join(_field(12, item) for item in outputs)
    return _number(1, 8) + _field(7, graph) + _field(8, _number(2, 15))


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _float(name: str, value: float) -> bytes:
    return _number(2, _FLOAT) + _field(8, name.encode()) + _field(9, struct.pack("<f", value))


def _integers(name: str, dims: list[int], *values: int) -> bytes:
    shape = b"".join(_number(1, size) for size in dims)
    return shape + _number(2, _INT64) + _field(8, name.encode()) + _field(9, struct.pack(f"<{len(values)}q", *values))


def _node(kind: str, inputs: list[str], output: str, *, to: int | None = None, scale: float | None = None) -> bytes:
    content = b"".join(_field(1, name.encode()) for name in inputs) + _field(2, output.encode())
    content += _field(4, kind.encode())
    if to is not None:
        content += _field(5, _field(1, b"to") + _number(3, to) + _number(20, 2))
    if scale is not None:
        content += _field(5, _field(1, b"scale") + _varint(2 << 3 | 5) + struct.pack("<f", scale) + _number(20, 1))
    return content


def _value(name: str, kind: int, *dims: int | str) -> bytes:
    sizes = b"".join(_field(1, _number(1, d) if isinstance(d, int) else _field(2, d.encode())) for d in dims)
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, kind) + _field(2, sizes)))
