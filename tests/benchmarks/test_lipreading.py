"""The lip-reader as a machine; how well it reads is the training script's report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the lip-reader needs the extra `neural`")

from benchmarks.grid_crops import HEIGHT, WIDTH  # noqa: E402
from benchmarks.grid_split import SLOTS, VOCABULARY  # noqa: E402
from benchmarks.lipreading import LipReader, WordNet, load_net, load_reader, save_net  # noqa: E402

INTERVALS = [(10.0 + 4 * index, 14.0 + 4 * index) for index in range(6)]


@pytest.fixture(scope="module")
def crops() -> np.ndarray:
    return np.random.default_rng(0).integers(60, 200, (50, HEIGHT, WIDTH, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def reader() -> LipReader:
    torch.manual_seed(0)
    return LipReader([WordNet(width=4, hidden=16), WordNet(width=4, hidden=16)])


def test_each_slot_has_probabilities_for_its_words(reader: LipReader, crops: np.ndarray) -> None:
    read = reader.read(crops, INTERVALS)
    assert [len(slot) for slot in read] == [len(words) for words in VOCABULARY]
    assert all(slot.sum() == pytest.approx(1, abs=1e-5) for slot in read)


def test_words_are_right_where_they_are_the_likeliest(reader: LipReader, crops: np.ndarray) -> None:
    read = reader.read(crops, INTERVALS)
    best = [words[int(slot.argmax())] for words, slot in zip(VOCABULARY, read, strict=True)]
    worst = [words[int(slot.argmin())] for words, slot in zip(VOCABULARY, read, strict=True)]
    assert reader.correct(crops, INTERVALS, best).all()
    assert not reader.correct(crops, INTERVALS, worst).any()
    assert len(best) == len(SLOTS)


def test_brightness_and_contrast_of_the_whole_clip_say_nothing(reader: LipReader, crops: np.ndarray) -> None:
    dim = crops // 2 + 20
    for a, b in zip(reader.read(crops, INTERVALS), reader.read(dim.astype(np.uint8), INTERVALS), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-3)


def test_a_mirrored_clip_reads_the_same(reader: LipReader, crops: np.ndarray) -> None:
    mirrored = np.ascontiguousarray(crops[:, :, ::-1])
    for a, b in zip(reader.read(crops, INTERVALS), reader.read(mirrored, INTERVALS), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_what_lies_far_from_the_words_is_not_looked_at(reader: LipReader, crops: np.ndarray) -> None:
    later = crops.copy()
    later[45:] = later[45:][:, ::-1]
    seen = reader.read(crops, [(5.0, 8.0)] * 6)
    np.testing.assert_allclose(seen[0], reader.read(later, [(5.0, 8.0)] * 6)[0], atol=0.02)


def test_weights_come_back_as_they_were(tmp_path: Path, reader: LipReader, crops: np.ndarray) -> None:
    for index, net in enumerate(reader.nets):
        save_net(tmp_path / f"lipreader-{index}.npz", net)
    again = load_reader(tmp_path)
    for a, b in zip(reader.read(crops, INTERVALS), again.read(crops, INTERVALS), strict=True):
        np.testing.assert_array_equal(a, b)


def test_another_file_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", schema=np.array("other/1"))
    with pytest.raises(ValueError, match=r"holds no syncline\.lipreader/1"):
        load_net(tmp_path / "other.npz")


def test_without_weights_the_message_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m training\.lipreader"):
        load_reader(tmp_path)
