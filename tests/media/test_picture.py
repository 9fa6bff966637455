"""Pictures: colours come out right, and what nobody changed stays bit for bit."""

from __future__ import annotations

import threading
from fractions import Fraction

import cv2
import numpy as np
import pytest

from syncline.media import picture as picture_module
from syncline.media.info import ColourTags
from syncline.media.picture import Picture
from syncline.media.pixels import LAYOUTS, LUMA_WEIGHTS, from_bgr_matrix, to_bgr_matrix, weights_of
from syncline.timebase import Moment

FORMATS = ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "gray", "gray10le", "gbrp"]
SIZES = [(64, 48), (33, 31), (1, 1), (2, 7)]


def noise(
    pixel_format: str, width: int, height: int, seed: int = 0, matrix: str = "bt709", full: bool = False
) -> Picture:
    """A picture of random legal samples."""
    layout = LAYOUTS[pixel_format]
    generator = np.random.default_rng(0)
    unit = 1 << (layout.depth - 8)
    planes = tuple(
        generator.integers(40 * unit, 210 * unit, layout.plane_shape(i, height, width)).astype(layout.dtype)
        for i in range(layout.plane_count)
    )
    return Picture(3, Moment(5, Fraction(1, 25)), width, height, planes, layout, ColourTags("bt709"))


def flat(
    bgr: tuple[int, int, int], pixel_format: str, matrix: str, full: bool, height: int = 8, width: int = 8
) -> Picture:
    """A picture of one colour, by the textbook's formula in double precision."""
    layout = LAYOUTS[pixel_format]
    kr, kb = LUMA_WEIGHTS[weights_of(matrix, height)]
    blue, green, red = (c / 255 for c in bgr)
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    cb, cr = (blue - luma) / (2 * (1 - kb)), (red - luma) / (2 * (1 - kr))
    unit, peak = 1 << (layout.depth - 8), (1 << layout.depth) - 1
    values = (
        [luma * peak, cb * peak + 128 * unit, cr * peak + 128 * unit]
        if full
        else [(16 + 219 * luma) * unit, (128 + 224 * cb) * unit, (128 + 224 * cr) * unit]
    )
    planes = tuple(
        np.full(layout.plane_shape(i, height, width), round(min(value, peak)), layout.dtype)
        for i, value in enumerate(values[: layout.plane_count])
    )
    return Picture(0, Moment(0, Fraction(1, 25)), width, height, planes, layout, ColourTags(matrix, full_range=full))


def smooth_pixels(width: int, height: int) -> np.ndarray:
    """(h, w, 3) float32 BGR, soft colours."""
    noisy = np.random.default_rng(3).integers(60, 200, (height, width, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noisy, (0, 0), 6)
    return np.clip(128 + 6 * (soft - soft.mean()), 30, 220)


def grey(pixel_format: str, width: int, height: int, full: bool = False) -> Picture:
    """A picture that is grey all over, in any layout."""
    if pixel_format != "gbrp":
        return flat((120, 120, 120), pixel_format, "bt709", full, height, width)
    planes = tuple(np.full((height, width), 120, np.uint8) for _ in range(3))
    return Picture(0, Moment(0, Fraction(1, 25)), width, height, planes, LAYOUTS["gbrp"], ColourTags(full_range=True))


COLOURS = [(255, 255, 255), (0, 0, 0), (0, 0, 255), (0, 255, 0), (255, 0, 0), (40, 90, 200), (128, 128, 128)]


@pytest.mark.parametrize("colour", COLOURS, ids=str)
@pytest.mark.parametrize("matrix", ["bt709", "smpte170m", "bt470bg", "bt2020nc", "smpte240m"])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p", "yuv422p10le", "yuv444p12le"])
def test_colours_by_the_textbook(colour: tuple[int, int, int], matrix: str, full: bool, pixel_format: str) -> None:
    made = flat(colour, pixel_format, matrix, full).bgr()
    assert np.abs(made.astype(int) - colour).max() <= 2


def test_untagged_pictures_are_what_players_assume() -> None:
    assert weights_of("unknown", 576) == "bt601"
    assert weights_of("unknown", 577) == "bt709"
    assert weights_of("smpte170m", 1080) == "bt601"


@pytest.mark.parametrize("weights", list(LUMA_WEIGHTS))
@pytest.mark.parametrize("depth", [8, 10, 12])
@pytest.mark.parametrize("full", [False, True])
def test_the_two_matrices_are_inverse(weights: str, depth: int, full: bool) -> None:
    there, back = from_bgr_matrix(weights, depth, full), to_bgr_matrix(weights, depth, full)
    bgr = np.array([12.0, 200.0, 99.0, 1.0])
    samples = np.append(there @ bgr, 1.0)
    assert back @ samples == pytest.approx(bgr[:3], abs=1e-3)


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_box_is_cut_from_the_whole(pixel_format: str, size: tuple[int, int]) -> None:
    picture = noise(pixel_format, *size)
    whole = picture.bgr()
    assert whole.shape == (size[1], size[0], 3)
    generator = np.random.default_rng(1)
    for _ in range(20):
        x0, x1 = sorted(generator.integers(-3, size[0] + 4, 2))
        y0, y1 = sorted(generator.integers(-3, size[1] + 4, 2))
        inside = whole[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
        box = picture.bgr((int(x0), int(y0), int(x1), int(y1)))
        assert box.shape == inside.shape
        if box.size:  # the interpolation's rounding may differ by one where it starts at another place
            assert np.abs(box.astype(int) - inside).max() <= 1


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_where_nothing_changes_every_sample_stays(pixel_format: str, kind: type) -> None:
    picture = noise(pixel_format, 33, 31)
    box = (3, 5, 30, 28)
    before = picture.bgr(box).astype(kind)
    after = before.copy()
    after[8:15, 7:18] = np.clip(after[8:15, 7:18].astype(float) + 25, 0, 255).astype(kind)
    changed = picture.with_change(box, before, after)
    touched = np.zeros((31, 33), bool)
    touched[5:28, 3:30] = np.any(before != after, axis=-1)
    assert touched.any()
    for number, (old, new) in enumerate(zip(picture.planes, changed.planes, strict=True)):
        layout = picture.layout
        sx, sy = (layout.shift_x, layout.shift_y) if number and layout.kind == "yuv" else (0, 0)
        ys, xs = np.nonzero(touched)
        cells = np.zeros(old.shape, bool)
        cells[ys >> sy, xs >> sx] = True
        assert np.array_equal(old[~cells], new[~cells])
    assert not np.array_equal(picture.planes[0], changed.planes[0])
    assert not changed.planes[0].flags.writeable


@pytest.mark.parametrize("pixel_format", FORMATS)
def test_no_change_is_the_same_picture(pixel_format: str) -> None:
    picture = noise(pixel_format, 33, 31)
    pixels = picture.bgr()
    same = picture.with_change((0, 0, 33, 31), pixels, pixels)
    assert all(np.array_equal(a, b) for a, b in zip(picture.planes, same.planes, strict=True))


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10le", "yuv444p", "yuv420p10le", "gbrp"])
@pytest.mark.parametrize("full", [False, True])
def test_a_change_arrives(pixel_format: str, full: bool) -> None:
    """Soft new colours written over part of a picture are read back, away from the edge of the part."""
    start = grey(pixel_format, 64, 48, full)
    box = (10, 10, 50, 40)
    after = smooth_pixels(64, 48)[10:40, 10:50]
    done = start.with_change(box, start.bgr(box).astype(np.float32), after).bgr(box)
    wrong = np.abs(done[4:-4, 4:-4].astype(float) - after[4:-4, 4:-4])
    assert wrong.max() <= 4.0
    assert wrong.mean() <= 1.0


def test_a_grey_picture_takes_the_luma_of_a_change() -> None:
    picture = flat((100, 100, 100), "gray", "bt709", False)
    done = picture.with_change((0, 0, 8, 8), picture.bgr(), np.full((8, 8, 3), 140, np.uint8))
    assert np.abs(done.bgr().astype(int) - 140).max() <= 1


@pytest.mark.parametrize(
    ("box", "shape"), [((0, 0, 9, 8), (8, 9, 3)), ((-1, 0, 4, 4), (4, 5, 3)), ((0, 0, 4, 4), (4, 5, 3))]
)
def test_a_box_that_does_not_fit_is_refused(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> None:
    picture = flat((1, 2, 3), "yuv420p", "bt709", False)
    with pytest.raises(ValueError, match="box"):
        picture.with_change(box, np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))


@pytest.mark.parametrize("pixel_format", FORMATS)
def test_a_thumbnail_is_the_picture_made_small(pixel_format: str) -> None:
    base = flat((40, 90, 200), "yuv444p", "bt709", False)
    start = grey(pixel_format, 120, 80)
    picture = start.with_change((0, 0, 120, 80), start.bgr().astype(np.float32), smooth_pixels(120, 80))
    small, scale = picture.thumbnail(40)
    assert small.shape == (27, 40, 3)
    assert scale == pytest.approx(1 / 3)
    reference = cv2.resize(picture.bgr(), (40, 27), interpolation=cv2.INTER_AREA)[..., ::-1]
    assert np.abs(small.astype(int) - reference).max() <= 3
    rgb, one = base.thumbnail(100)
    assert one == 1.0
    assert np.abs(rgb.astype(int) - (200, 90, 40)).max() <= 2


def test_several_threads_agree() -> None:
    picture = noise("yuv420p", 320, 240)
    wanted = picture.bgr((10, 10, 300, 200))
    wrong: list[int] = []

    def work(seed: int) -> None:
        for _ in range(20):
            if not np.array_equal(picture.bgr((10, 10, 300, 200)), wanted):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("pixel_format", FORMATS)
def test_strips_leave_no_trace(pixel_format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change over a tall box, made in many strips, is the change made at once."""
    picture = noise(pixel_format, 31, 301)
    box = (3, 17, 30, 300)
    before = picture.bgr(box)
    after = np.random.default_rng(9).integers(0, 256, before.shape, np.uint8)
    in_strips, seen_in_strips = picture.with_change(box, before, after), picture.bgr()
    monkeypatch.setattr(picture_module, "STRIP_ROWS", 10_000)
    at_once = picture.with_change(box, before, after)
    assert all(np.array_equal(a, b) for a, b in zip(in_strips.planes, at_once.planes, strict=True))
    assert np.array_equal(seen_in_strips, picture.bgr())
