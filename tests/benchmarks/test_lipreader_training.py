"""The lip-reader's training: phone times, variations, and that a network learns at all."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the lip-reader needs the extra `neural`")

from benchmarks.grid_crops import HEIGHT, WIDTH  # noqa: E402
from benchmarks.grid_split import VOCABULARY, Sentence  # noqa: E402
from benchmarks.lipreading import VIEW_HEIGHT, VIEW_WIDTH, LipReader, centre, view  # noqa: E402
from training.lipreader import Clip, collate, example, train_net  # noqa: E402
from training.lipreader_augment import moved, paced, varied  # noqa: E402
from training.lipreader_phones import NO_PHONE, PHONES, SPOKEN, frame_phones, phone_times  # noqa: E402

TIMES = tuple((6.0 + 4 * index, 10.0 + 4 * index) for index in range(6))


class Still(np.random.Generator):
    """A generator that varies nothing: every normal draw is its mean, every chance fails."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def normal(self, loc=0.0, scale=1.0, size=None):  # type: ignore[no-untyped-def]
        return loc if size is None else np.full(size, loc)

    def random(self, *_args, **_kwargs):  # type: ignore[no-untyped-def]
        return 1.0


def clip(sentence: Sentence, rng: np.random.Generator) -> Clip:
    """A clip in which each word is a bar whose place says which word it is."""
    crops = rng.integers(90, 110, (36, HEIGHT, WIDTH, 3), dtype=np.uint8)
    for (start, end), index in zip(sentence.intervals, sentence.classes, strict=True):
        top = 16 + 2 * index
        crops[int(start) : int(end), top : top + 4, 30:80] = 220
    return Clip(sentence, crops, encoded=crops // 2 + 50)


def test_every_word_has_phones() -> None:
    assert set(SPOKEN) == {word for words in VOCABULARY for word in words}


def test_a_words_phones_fill_its_interval() -> None:
    times = phone_times("blue", 10.0, 17.0)
    assert [PHONES[phone] for _, _, phone in times] == ["b", "l", "uw"]
    np.testing.assert_allclose([edge for start, end, _ in times for edge in (start, end)], [10, 12, 12, 14, 14, 17])


def test_frames_outside_the_words_have_no_phone() -> None:
    labels = frame_phones(np.zeros((1, 6), np.int64), np.array([TIMES], np.float32), 40)[0]
    assert (labels[:6] == NO_PHONE).all()
    assert (labels[30:] == NO_PHONE).all()
    assert (labels[6:30] != NO_PHONE).all()
    assert PHONES[labels[6]] == "b"


def test_an_unmoved_view_is_the_middle_of_the_crop() -> None:
    grey = torch.randn(1, 3, HEIGHT, WIDTH)
    torch.testing.assert_close(moved(grey, Still()), centre(grey), atol=1e-4, rtol=1e-4)


def test_a_slower_clip_keeps_each_word_on_its_frames() -> None:
    rng = np.random.default_rng(3)
    ramp = torch.arange(60.0).view(1, 60, 1, 1).expand(1, 60, VIEW_HEIGHT, VIEW_WIDTH)
    for _ in range(5):
        seen, times = paced(ramp, np.array([[10.0, 40.0]]), rng)
        assert float(seen[0, round(float(times[0, 1])), 0, 0]) == pytest.approx(40, abs=1.2)


def test_variations_differ_but_keep_their_shape() -> None:
    grey = view(np.random.default_rng(0).integers(0, 255, (30, HEIGHT, WIDTH, 3), dtype=np.uint8))
    rng = np.random.default_rng(0)
    seen = [varied(grey, np.array(TIMES), rng)[0] for _ in range(20)]
    assert all(each.shape[2:] == (VIEW_HEIGHT, VIEW_WIDTH) for each in seen)
    assert all(torch.isfinite(each).all() for each in seen)
    assert len({float(each.sum()) for each in seen}) == 20


def test_shorter_examples_hold_their_last_frame() -> None:
    rng = np.random.default_rng(0)
    sentence = Sentence("x", tuple(words[0] for words in VOCABULARY), TIMES)
    grey = view(clip(sentence, rng).crops)
    first, second = example(clip(sentence, rng), grey, rng), example(clip(sentence, rng), grey[:, :25], rng)
    views, times, classes = collate([first, second])
    short = second[0].shape[1]
    assert views.shape[2] >= short
    assert torch.equal(views[1, :, short:], second[0][:, -1:].expand(-1, views.shape[2] - short, -1, -1))
    assert times.shape == (2, 6, 2)
    assert classes.tolist() == [[0] * 6] * 2


@pytest.mark.slow
def test_a_network_learns_words_that_can_be_seen() -> None:
    rng = np.random.default_rng(0)
    choices = [[words[index] for words in VOCABULARY] for index in (0, 1, 2, 3)]
    clips = [clip(Sentence(str(n), tuple(choices[n % 4]), TIMES), rng) for n in range(20)]
    reader = LipReader([train_net(clips, seed=0, epochs=60)])
    right = [reader.correct(each.crops, each.sentence.intervals, each.sentence.words) for each in clips]
    assert np.mean(right) > 0.9
