"""Photographs as plates: whatever their colours are stored as, one upright picture comes out."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from syncline.errors import InputError, LimitError
from syncline.media.probe import need_footage, need_picture, probe
from syncline.media.read import read_pictures
from syncline.media.sync import SyncMode, plan_output
from syncline.media.write import Writer


def photograph(width: int = 60, height: int = 40) -> np.ndarray:
    """(h, w, 3) uint8 RGB: smooth, and different in every corner."""
    y, x = np.mgrid[0:height, 0:width]
    red, green = 40 + 180 * x / width, 40 + 180 * y / height
    return np.stack([red, green, 200 - 120 * x / width], axis=2).astype(np.uint8)


def rgb_of(path: Path) -> np.ndarray:
    (picture,) = read_pictures(probe(path))
    return picture.bgr()[..., ::-1]


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "webp", "jpg"])
def test_every_kind_is_read(tmp_path: Path, suffix: str) -> None:
    options = {"lossless": True} if suffix == "webp" else {"quality": 98, "subsampling": 0} if suffix == "jpg" else {}
    path = saved(tmp_path / f"a.{suffix}", Image.fromarray(photograph()), **options)
    video = need_picture(probe(path))
    assert (video.width, video.height, video.frames, video.still) == (60, 40, 1, True)
    assert np.abs(rgb_of(path).astype(int) - photograph()).max() <= (6 if suffix == "jpg" else 0)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_exif_turns_it_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turns = {
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, 1),
    }
    path = saved(tmp_path / "a.png", Image.fromarray(photograph()), exif=exif)
    shown = turns[orientation](photograph())
    info = probe(path)
    assert (need_picture(info).height, need_picture(info).width) == shown.shape[:2]
    assert np.array_equal(rgb_of(path), shown)
    assert "stored turned" in info.notes[0]


def test_colours_of_every_storage(tmp_path: Path) -> None:
    image = Image.fromarray(photograph())
    grey = np.asarray(image.convert("L"))
    assert np.array_equal(rgb_of(saved(tmp_path / "l.png", image.convert("L"))), np.repeat(grey[..., None], 3, 2))
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    assert np.array_equal(rgb_of(saved(tmp_path / "deep.png", deep))[..., 1], grey)
    few = image.quantize(200)
    assert np.array_equal(rgb_of(saved(tmp_path / "p.png", few)), np.asarray(few.convert("RGB")))
    ink = saved(tmp_path / "cmyk.jpg", image.convert("CMYK"), quality=98)
    assert np.abs(rgb_of(ink).astype(int) - photograph()).mean() < 3
    assert "CMYK" in probe(ink).notes[0]


def test_transparent_parts_lie_over_white(tmp_path: Path) -> None:
    rgba = np.dstack([photograph(), np.full((40, 60), 255, np.uint8)])
    rgba[:10, :, 3] = 0
    path = saved(tmp_path / "a.png", Image.fromarray(rgba))
    assert (rgb_of(path)[:10] == 255).all()
    assert np.array_equal(rgb_of(path)[10:], photograph()[10:])
    assert "over white" in probe(path).notes[0]


def test_a_colour_profile_is_honoured_and_a_broken_one_told(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.fromarray(photograph())
    assert np.abs(rgb_of(saved(tmp_path / "a.png", image, icc_profile=profile)).astype(int) - photograph()).max() <= 1
    broken = saved(tmp_path / "b.png", image, icc_profile=b"no profile")
    assert np.array_equal(rgb_of(broken), photograph())
    assert any("colour profile cannot be followed" in note for note in probe(broken).notes)
    grey = saved(tmp_path / "c.png", image.convert("L"), icc_profile=profile)  # of colours, on a picture without
    assert any("colour profile cannot be followed" in note for note in probe(grey).notes)


def test_of_an_animation_the_first_frame_is_used(tmp_path: Path) -> None:
    frames = [Image.fromarray(photograph() // n).quantize(256) for n in (1, 2, 3)]
    path = saved(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    assert np.abs(rgb_of(path).astype(int) - np.asarray(frames[0].convert("RGB"))).max() <= 1
    assert "first of 3 frames" in " ".join(probe(path).notes)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises far more pixels than its bytes hold."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000), (5000, 100)])
def test_a_bomb_is_refused_by_its_header(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(*size))
    with pytest.raises(LimitError, match=r"bomb\.png.*(far too large|the limit is 4096x4096)"):
        probe(path)


def test_what_is_cut_off_or_no_picture(tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8)).save(whole, "JPEG")
    half = tmp_path / "half.jpg"
    half.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    with pytest.raises(InputError, match=r"half\.jpg.*damaged or cut off"):
        rgb_of(half)
    junk = tmp_path / "junk.png"
    junk.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(InputError, match=r"junk\.png.*no picture that can be read"):
        probe(junk)


def test_a_still_is_shown_as_long_as_there_is_sound(tmp_path: Path) -> None:
    video = need_picture(probe(saved(tmp_path / "a.png", Image.fromarray(photograph()))))
    for mode in SyncMode:
        frames, seconds = plan_output(video, Fraction(13, 10), mode)
        assert seconds == Fraction(13, 10)
        assert [frame.plate_index for frame in frames] == [0] * 33


def test_a_still_is_no_footage(tmp_path: Path) -> None:
    info = probe(saved(tmp_path / "a.png", Image.fromarray(photograph())))
    with pytest.raises(InputError, match="still picture"):
        need_footage(info)


def test_a_still_becomes_a_clip(tmp_path: Path) -> None:
    info = probe(saved(tmp_path / "a.png", Image.fromarray(photograph(61, 41))))
    with Writer(tmp_path / "out.mp4", need_picture(info)) as writer:
        for number, picture in enumerate(read_pictures(info, [0, 0, 0])):
            writer.write(picture, Fraction(number, 25))
    written = probe(tmp_path / "out.mp4")
    video = need_picture(written)
    assert (video.width, video.height, video.frames, video.measured_rate) == (62, 42, 3, 25)
    assert (video.colour.matrix, video.colour.full_range) == ("bt709", False)
    for picture in read_pictures(written):
        assert np.abs(picture.bgr()[:41, :61, ::-1].astype(int) - photograph(61, 41)).mean() < 2.5
