"""Actor files: nothing is lost in one, and nothing harmful gets out of one."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spoken_footage import painted_clip
from syncline.engines.actor.actorfile import load_actor, save_actor
from syncline.engines.actor.bank import Bank
from syncline.engines.actor.build import BuildOptions, build_bank
from syncline.engines.actor.context_model import Training
from syncline.errors import InputError, LimitError, MissingInput

QUICK = BuildOptions(training=Training(hidden=(16,), networks=1, epochs=2, min_steps=20))


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    folder = tmp_path_factory.mktemp("footage")
    footage = [painted_clip(folder, name, "_ m a b a m e b u m a b a m e u _ m a b e _") for name in ("one", "two")]
    return build_bank(footage, folder / "crops", options=QUICK)


@pytest.fixture(scope="module")
def actor(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("actor") / "person.actor"
    save_actor(bank, path)
    return path


def test_nothing_is_lost(bank: Bank, actor: Path) -> None:
    again = load_actor(actor)
    assert again.clips == bank.clips
    for name in ("clip", "frame", "time", "landmarks", "mouth", "sharpness", "components"):
        assert np.array_equal(getattr(again, name), getattr(bank, name)), name
    assert np.allclose(again.sound, bank.sound, atol=2e-2)  # kept in half precision
    assert np.array_equal(again.pose.rotation, bank.pose.rotation)
    assert again.closed == pytest.approx(bank.closed)
    for i in (0, 40, len(bank) - 1):
        assert np.array_equal(again.crop(i)[0], bank.crop(i)[0])
        assert again.crop(i)[1] == bank.crop(i)[1]
        assert np.allclose(again.shape(i), bank.shape(i))
    assert bank.model is not None
    assert again.model is not None
    given = np.random.default_rng(0).random((5, bank.model.heard)).astype(np.float32)
    assert np.array_equal(again.model.predict(given), bank.model.predict(given))


def test_the_same_bank_gives_the_same_bytes(bank: Bank, actor: Path, tmp_path: Path) -> None:
    save_actor(bank, tmp_path / "again.actor")
    assert (tmp_path / "again.actor").read_bytes() == actor.read_bytes()


def test_a_bank_of_some_frames_is_kept_as_these(tmp_path: Path) -> None:
    footage = [painted_clip(tmp_path, "one", "_ m a b a m e b u m a _")]
    part = build_bank(footage, tmp_path / "crops", options=replace(QUICK, min_detail=1.0))
    assert 3 < len(part) < 48
    save_actor(part, tmp_path / "part.actor")
    again = load_actor(tmp_path / "part.actor")
    assert len(again) == len(part)
    assert np.array_equal(again.crop(3)[0], part.crop(3)[0])


def test_big_arrays_stay_in_the_file(actor: Path) -> None:
    assert isinstance(load_actor(actor).landmarks, np.memmap)


def rewritten(actor: Path, out: Path, change: Callable[[dict[str, bytes]], None], packed: bool = False) -> Path:
    """A copy of an actor file with other contents."""
    with zipfile.ZipFile(actor) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out


def document_with(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        document = json.loads(entries["actor.json"]) | changes
        entries["actor.json"] = json.dumps(document).encode()

    return change


def array_with(name: str, alter: Callable[[np.ndarray], np.ndarray]) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        value = alter(np.load(io.BytesIO(entries[f"arrays/{name}.npy"])).copy())
        buffer = io.BytesIO()
        np.save(buffer, value, allow_pickle=True)
        entries[f"arrays/{name}.npy"] = buffer.getvalue()

    return change


def at(index: object, value: float) -> Callable[[np.ndarray], np.ndarray]:
    def alter(array: np.ndarray) -> np.ndarray:
        array[index] = value
        return array

    return alter


HOSTILE: dict[str, Callable[[dict[str, bytes]], None]] = {
    "no description": lambda entries: entries.pop("actor.json") and None,
    "not JSON": lambda entries: entries.update({"actor.json": b"{"}),
    "nested without end": lambda entries: entries.update({"actor.json": b"[" * 100_000}),
    "another schema": document_with(schema="syncline.actor/99"),
    "other phones": document_with(features=["tone"]),
    "no clips": document_with(clips=[]),
    "clips of nonsense": document_with(clips=[{"name": 3}]),
    "an array of objects": array_with("clip", lambda value: value.astype(object)),
    "frames of unknown clips": array_with("clip", at(0, 7)),
    "negative clips": array_with("clip", at(0, -1)),
    "missing rows": array_with("time", lambda value: value[:-3]),
    "not finite": array_with("mouth", at((0, 0), np.nan)),
    "crops beyond the end": array_with("spans", at((0, 1), 1 << 40)),
    "crops before the start": array_with("spans", at((0, 0), -5)),
    "no components' pictures": array_with("basis_pictures", lambda value: value[:0]),
    "a model that does not fit": array_with("model_weight_0_0", lambda value: value[:, :-1]),
    "no crops": lambda entries: entries.pop("crops.bin") and None,
    "a header of nonsense": lambda entries: entries.update({"arrays/clip.npy": b"\x93NUMPY\x01\x00\xff\xff{{{{"}),
    "an array cut off": lambda entries: entries.update({"arrays/frame.npy": entries["arrays/frame.npy"][:-9]}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_damaged_files_are_refused_in_one_sentence(case: str, actor: Path, tmp_path: Path) -> None:
    path = rewritten(actor, tmp_path / "hostile.actor", HOSTILE[case])
    with pytest.raises((InputError, LimitError)) as caught:
        load_actor(path)
    assert "\n" not in str(caught.value)


def test_packed_entries_are_refused(actor: Path, tmp_path: Path) -> None:
    """A packed entry of a kilobyte can hold a gigabyte."""
    with pytest.raises(InputError, match="packed"):
        load_actor(rewritten(actor, tmp_path / "packed.actor", lambda entries: None, packed=True))


def test_huge_crops_are_refused(actor: Path, tmp_path: Path) -> None:
    path = rewritten(actor, tmp_path / "huge.actor", array_with("boxes", at((0, 2), 60_000)))
    with pytest.raises(LimitError):
        load_actor(path)


def test_names_are_never_paths(actor: Path, tmp_path: Path) -> None:
    def add(entries: dict[str, bytes]) -> None:
        entries["../../outside.txt"] = b"x"

    load_actor(rewritten(actor, tmp_path / "named.actor", add))
    assert [path.name for path in tmp_path.rglob("*")] == ["named.actor"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00" * 4096, b"not an actor"])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.actor"
    path.write_bytes(content)
    with pytest.raises(InputError):
        load_actor(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingInput):
        load_actor(tmp_path / "nobody.actor")


def test_a_file_cut_off_anywhere(actor: Path, tmp_path: Path) -> None:
    data = actor.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        path = tmp_path / "cut.actor"
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(InputError):
            load_actor(path)
