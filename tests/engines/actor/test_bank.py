"""A bank built from painted footage: what is in it, and that its pictures are the footage's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from painted_face import paint
from spoken_footage import SIZE, painted_clip, still_track
from syncline.engines.actor import appearance
from syncline.engines.actor.bank import Bank
from syncline.engines.actor.build import BuildOptions, build_bank, usable_frames
from syncline.engines.actor.context_model import Training
from syncline.engines.actor.figures import contact_sheet, figures
from syncline.errors import InputError
from syncline.events import Fallback, Progress, Recorder
from syncline.face.lowerface import LowerFaces
from syncline.face.tracks import Flag
from syncline.media import crops
from syncline.media.crops import CropStore, CropWriter, jpeg_size
from syncline.media.read import read_pictures

QUICK = BuildOptions(training=Training(hidden=(32,), networks=1, epochs=2, min_steps=50))
PHONES = "_ m a b a m e b u m a _"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    folder = tmp_path_factory.mktemp("bank")
    footage = [painted_clip(folder, "one", PHONES), painted_clip(folder, "two", PHONES[::-1], tint=12)]
    return build_bank(footage, folder / "crops", options=QUICK)


def test_every_usable_frame_stands_in_order(bank: Bank) -> None:
    assert len(bank) == 96
    assert [clip.name for clip in bank.clips] == ["one", "two"]
    assert list(bank.frame[bank.clip == 1]) == list(range(48))
    assert bank.seconds == pytest.approx(96 / 25)
    assert np.allclose(bank.time[:3], [0, 0.04, 0.08])


def test_crops_are_the_footage_itself(bank: Bank) -> None:
    for i in (0, 10, 60):
        crop, (x, y) = bank.crop(i)
        truth = paint(bank.landmarks[i], SIZE, tint=12 if bank.clip[i] else 0)[
            y : y + crop.shape[0], x : x + crop.shape[1]
        ]
        assert np.abs(crop.astype(int) - truth).mean() < 1.5  # of 255: JPEG 95
        lips = bank.landmarks[i][[61, 291, 0, 17], :2] - (x, y)
        assert (lips > 0).all()
        assert (lips < crop.shape[1::-1]).all()


def test_crops_cut_while_tracking_make_the_same_bank(tmp_path: Path) -> None:
    footage = painted_clip(tmp_path, "one", PHONES)
    with LowerFaces(tmp_path / "cut") as cut:
        for frame, picture in enumerate(read_pictures(footage.info)):
            cut.add(picture, footage.track.landmarks[frame])
    cut.settle(0, 48, {frame: frame for frame in range(48)})
    decoded = build_bank([footage], tmp_path / "decoded", options=QUICK)
    known = build_bank([replace(footage, lower_faces=cut.of(0))], tmp_path / "unused", options=QUICK, threads=2)
    assert not (tmp_path / "unused").exists()
    assert np.array_equal(known.frame, decoded.frame)
    for i in (0, 20, 47):
        (ours, at), (theirs, there) = known.crop(i), decoded.crop(i)
        assert at == there
        assert np.array_equal(ours, theirs)
    assert np.abs(known.sharpness - decoded.sharpness).max() < 0.15  # mouths are looked at after compression

    with LowerFaces(tmp_path / "gap") as gap:
        for frame, picture in enumerate(read_pictures(footage.info)):
            gap.add(picture, footage.track.landmarks[frame])
    gap.settle(0, 48, {frame: frame for frame in range(40)})
    again = build_bank([replace(footage, lower_faces=gap.of(0))], tmp_path / "again", options=QUICK)
    assert (tmp_path / "again").exists()  # some frames were not cut: all are decoded
    assert len(again) == len(decoded)


def test_the_mouth_picture_shows_the_lips_in_the_middle(bank: Bank) -> None:
    wide = int(np.argmax(bank.mouth[:, 0]))
    crop, origin = bank.crop(wide)
    picture = appearance.mouth_picture(crop, origin, bank.to_pixels(wide))
    dark = np.argwhere(picture[..., 2] < 90)
    assert abs(dark[:, 1].mean() - appearance.WIDTH / 2) < 3
    assert abs(dark[:, 0].mean() - appearance.HEIGHT / 2) < 8


def test_components_tell_open_from_shut(bank: Bank) -> None:
    likeness = np.corrcoef(bank.components[:, 0], bank.mouth[:, 0])[0, 1]
    assert abs(likeness) > 0.95
    assert np.allclose(bank.components.std(axis=0)[:3], 1.0, atol=0.15)


def test_a_correction_by_components_gives_the_other_mouth(bank: Bank) -> None:
    shut, wide = int(np.argmin(bank.mouth[:48, 0])), int(np.argmax(bank.mouth[:48, 0]))
    change = np.tensordot(bank.components[wide] - bank.components[shut], bank.basis.visible(), axes=1)
    before, after = (
        appearance.mouth_picture(*bank.crop(i), bank.to_pixels(i)).astype(np.float32) for i in (shut, wide)
    )
    middle = (slice(18, 38), slice(16, 48))
    assert np.abs(before + change - after)[middle].mean() < 0.2 * np.abs(before - after)[middle].mean()


def test_turning_the_head_leaves_the_mouth_picture(bank: Bank) -> None:
    i = 12
    crop, (x, y) = bank.crop(i)
    straight = appearance.mouth_picture(crop, (x, y), bank.to_pixels(i)).astype(int)
    angle = 20.0
    turn = cv2.getRotationMatrix2D((120.0, 70.0), -angle, 1.0)
    whole = paint(bank.landmarks[i], SIZE)
    turned = cv2.warpAffine(whole, turn, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    pose = bank.pose[np.array([i])]
    pose.rotation[0] = np.float32([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    seen = appearance.mouth_picture(turned, (0, 0), appearance.to_pixels(pose, 0, bank.basis.centre)).astype(int)
    assert np.abs(seen - straight)[8:-8, 8:-8].mean() < 6


def test_frames_that_mislead_stay_out() -> None:
    openings = np.full(40, 0.05)
    openings[20] = 0.30  # landmarks lost for one frame
    track = still_track(openings)
    track.flags[5] = Flag.NO_FACE
    track.landmarks[5] = np.nan
    track.flags[8] = Flag.BRIDGED
    track.flags[9] = Flag.YAW
    out = sorted(set(range(40)) - set(usable_frames(track).tolist()))
    assert {5, 8, 9, 20} <= set(out)
    assert len(out) <= 8


def test_blurred_frames_stay_out(tmp_path: Path) -> None:
    footage = painted_clip(tmp_path, "clip", PHONES)
    bank = build_bank([footage], tmp_path / "crops", options=replace(QUICK, min_detail=0.0))
    fewer = build_bank([footage], tmp_path / "fewer", options=replace(QUICK, min_detail=1.0))
    assert list(fewer.frame) == [int(frame) for frame in bank.frame[bank.sharpness >= 1.0]]
    assert 0 < len(fewer) < len(bank)
    assert np.array_equal(fewer.crop(0)[0], bank.crop(int(np.flatnonzero(bank.frame == fewer.frame[0])[0]))[0])


def test_footage_without_a_face_is_refused(tmp_path: Path) -> None:
    footage = painted_clip(tmp_path, "clip", "m a")
    footage.track.flags[:] = Flag.NO_FACE
    with pytest.raises(InputError, match="no face"):
        build_bank([footage], tmp_path / "crops", options=QUICK)


def test_no_more_frames_than_asked_for_and_told(tmp_path: Path) -> None:
    told = Recorder()
    footage = painted_clip(tmp_path, "clip", PHONES)
    options = BuildOptions(max_frames=30, training=QUICK.training)
    assert len(build_bank([footage], tmp_path / "crops", options=options, on_event=told)) == 30
    assert told.of(Fallback)
    assert not told.of(Progress)


def test_figures_and_sheet(bank: Bank) -> None:
    found = figures(bank)
    assert found["minutes"] == pytest.approx(96 / 25 / 60, abs=0.01)
    assert set(found["phones_covered"]) == {"m", "a", "b", "e", "u"}
    assert "hissing (s z)" in found["kinds_missing"]
    assert "shut lips (p b m)" not in found["kinds_missing"]
    sheet = contact_sheet(bank, rows=2)
    assert sheet.shape == (2 * 84, 16 * 96, 3)
    assert sheet.std() > 10


def test_crops_are_read_by_many_threads(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crops, "HELD_BYTES", 300_000)  # a few crops: they are pushed out while others are read
    store = bank.crops.subset(np.arange(len(bank)))
    alone = [store.read(i)[0].copy() for i in range(len(bank))]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            for i, (crop, _origin) in enumerate(pool.map(store.read, range(len(bank)))):
                assert np.array_equal(crop, alone[i])


def test_a_lying_crop_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    with CropWriter(tmp_path / "crops") as writer:
        writer.add(np.zeros((20, 30, 3), np.uint8), (0, 0))
    store = writer.store()
    data = bytearray((tmp_path / "crops").read_bytes())
    assert jpeg_size(bytes(data)) == (30, 20)
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = b"\xff\x00\xff\x00"  # 65280 x 65280 px
    (tmp_path / "crops").write_bytes(bytes(data))
    with pytest.raises(InputError, match="damaged"):
        CropStore(tmp_path / "crops", 0, store.spans, store.boxes).read(0)
