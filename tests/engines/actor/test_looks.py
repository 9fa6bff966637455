"""Damaged pictures, tinted clips and clips beside the face are found; honest mouths are not."""

from __future__ import annotations

import numpy as np
import pytest

from syncline.engines.actor.appearance import HEIGHT, WIDTH
from syncline.engines.actor.looks import Looks, look_over, relative_detail

CLIPS, FRAMES = 6, 40
FLASHED = 60  # frame with another light, in clip 1


def mouths(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(240, HEIGHT, WIDTH, 3) uint8 skin with a dark mouth that opens and shuts, and the clip of each."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    out = np.empty((CLIPS * FRAMES, HEIGHT, WIDTH, 3), np.uint8)
    shade = 12 * np.sin(x / 9) + 10 * np.cos(y / 7)
    for i in range(len(out)):
        opening = 6 + 5 * np.sin(i / 3)
        inside = ((x - WIDTH / 2) / 16) ** 2 + ((y - HEIGHT / 2) / opening) ** 2 < 1
        picture = np.full((HEIGHT, WIDTH, 3), (110.0, 140.0, 190.0)) + shade[..., None]
        picture[inside] = (30, 20, 60)
        out[i] = np.clip(picture + random.normal(0, 2, picture.shape), 0, 255)
    return out, np.repeat(np.arange(CLIPS), FRAMES)


def looked(pictures: np.ndarray, owner: np.ndarray) -> Looks:
    return look_over(pictures, owner, np.zeros(3, np.float32), count=40, samples=400)


def test_honest_mouths_stay() -> None:
    found = looked(*mouths())
    assert found.keep.all()
    assert found.tinted == found.strange == ()
    assert np.allclose(found.components.std(axis=0)[:2], 1.0, atol=0.2)


def test_a_tinted_clip_goes() -> None:
    pictures, owner = mouths()
    tinted = pictures[owner == 4].astype(float) * (0.4, 0.9, 1.2)
    pictures[owner == 4] = np.clip(tinted, 0, 255)
    found = looked(pictures, owner)
    assert found.tinted == (4,)
    assert not found.keep[owner == 4].any()
    assert found.keep[owner != 4].all()


def test_footage_of_two_places_stays() -> None:
    pictures, owner = mouths()
    blue = np.isin(owner, (3, 4, 5))
    pictures[blue] = np.clip(pictures[blue].astype(float) * (1.3, 0.9, 0.7), 0, 255)
    assert looked(pictures, owner).keep.all()


def test_a_clip_beside_the_face_goes() -> None:
    pictures, owner = mouths()
    noise = np.random.default_rng(1).integers(90, 190, (FRAMES, HEIGHT, WIDTH, 3))
    pictures[owner == 2] = noise.mean(axis=0, keepdims=True) + np.linspace(-40, 40, WIDTH)[None, None, :, None]
    found = looked(pictures, owner)
    assert found.strange == (2,)
    assert not found.keep[owner == 2].any()


def test_a_flash_goes_and_its_neighbours_stay() -> None:
    pictures, owner = mouths()
    pictures[FLASHED] = np.clip(pictures[FLASHED].astype(int) + 45, 0, 255)
    found = looked(pictures, owner)
    assert np.flatnonzero(~found.keep).tolist() == [FLASHED]


def test_two_clips_cannot_outvote_each_other() -> None:
    pictures, owner = mouths()
    two = owner < 2
    pictures[owner == 1] = np.clip(pictures[owner == 1].astype(float) * (0.4, 0.9, 1.2), 0, 255)
    assert looked(pictures[two], owner[two]).keep.all()


def test_one_frame_is_a_bank_too() -> None:
    pictures, owner = mouths()
    found = looked(pictures[:1], owner[:1])
    assert found.keep.all()
    assert found.components.shape == (1, 0)


@pytest.mark.parametrize("blurred", [3, 200])
def test_detail_is_relative_to_the_opening(blurred: int) -> None:
    opening = np.linspace(0, 0.2, 240).astype(np.float32)
    detail = 4 + 20 * opening
    detail[blurred] *= 0.2
    found = relative_detail(detail.astype(np.float32), opening)
    assert found[blurred] < 0.3
    assert np.abs(np.delete(found, blurred) - 1).max() < 0.2
