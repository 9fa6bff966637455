"""Drawing a mouth: what shows, where, and what stays untouched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from painted_face import SKIN, dark_pixels, face_shape, one_pose, paint
from syncline.render import mask, mouth
from syncline.render.layout import INNER_LIPS, FaceLayout

SIZE = (300, 320)
LAYOUT = FaceLayout.from_neutral(face_shape())


def single(poses) -> mouth.Pose:
    return mouth.Pose(float(poses.scale[0]), poses.rotation[0], poses.translation[0])


def scene(opening: float, scale: float = 90.0, roll: float = 0.0, at=(150.0, 100.0), **how):
    poses = one_pose(scale, roll, at)
    points = poses.to_image(face_shape(opening))[0]
    return points, poses, paint(points, SIZE, **how)


def source(opening: float, share: float = 1.0, **how) -> mouth.Source:
    points, poses, picture = scene(opening, **how)
    return mouth.Source(picture, (0, 0), points, poses.to_face(points[None])[0], share)


def draw(opening_below: float, sources: list[mouth.Source], roll: float = 0.0, **how):
    points, poses, picture = scene(opening_below, roll=roll)
    plate = mouth.Plate(points, single(poses), LAYOUT)
    box = mouth.working_box(plate, *SIZE)
    assert box is not None
    after = picture.copy()
    after[box[1] : box[3], box[0] : box[2]] = mouth.draw_mouth(
        picture[box[1] : box[3], box[0] : box[2]].copy(), box, plate, sources, **how
    )
    return picture, after, points, poses


def test_nothing_changes_outside_the_hull() -> None:
    before, after, points, _ = draw(0.0, [source(0.2, scale=70.0, roll=9.0)])
    outside = np.ones(before.shape[:2], np.uint8)
    cv2.fillPoly(outside, [np.round(mask.hull(points, 90.0)).astype(np.int32)], 0)
    assert np.array_equal(before[outside > 0], after[outside > 0])
    assert (before != after).any()


@pytest.mark.parametrize(
    ("scale", "roll", "at"), [(90.0, 0.0, (150.0, 100.0)), (60.0, 12.0, (140.0, 90.0)), (115.0, -8.0, (150.0, 95.0))]
)
def test_the_source_s_mouth_comes_to_its_place_on_the_plate(scale: float, roll: float, at: tuple[float, float]) -> None:
    _, after, _, poses = draw(0.0, [source(0.16, scale=scale, roll=roll, at=at)], roll=4.0)
    wanted = poses.to_image(face_shape(0.16))[0]
    want = np.zeros(after.shape[:2], np.uint8)
    cv2.fillPoly(want, [np.round(wanted[list(INNER_LIPS), :2]).astype(np.int32)], 1)
    got = dark_pixels(after)
    overlap = (got & (want > 0)).sum() / max(1, (got | (want > 0)).sum())
    assert overlap > 0.75
    assert np.abs(np.argwhere(got).mean(0) - np.argwhere(want).mean(0)).max() < 1.0


def test_an_open_plate_is_closed_by_a_closed_source() -> None:
    before, after, _, _ = draw(0.2, [source(0.0)])
    assert dark_pixels(before).sum() > 300
    assert dark_pixels(after).sum() < 0.12 * dark_pixels(before).sum()


def test_a_frame_drawn_on_itself_stays_as_it_is() -> None:
    before, after, _, _ = draw(0.1, [source(0.1)])
    assert np.abs(before.astype(int) - after).mean() < 0.5
    assert np.percentile(np.abs(before.astype(int) - after), 99.5) <= 12


def test_a_tinted_source_takes_the_plate_s_colour() -> None:
    _, after, points, _ = draw(0.0, [source(0.1, tint=30)])
    x, y = points[199, :2].astype(int)
    patch = after[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3).mean(0)
    assert np.abs(patch - SKIN).max() < 3.0


def test_weight_goes_from_the_plate_to_the_source() -> None:
    dark = [int(dark_pixels(draw(0.0, [source(0.2)], weight=w)[1]).sum()) for w in (0.0, 0.5, 1.0)]
    assert dark[0] < 0.1 * dark[2]
    before, after, _, _ = draw(0.0, [source(0.2)], weight=0.0)
    assert np.array_equal(before, after)


def test_closing_shuts_the_lips_of_an_open_source() -> None:
    areas = [int(dark_pixels(draw(0.0, [source(0.16)], close=c)[1]).sum()) for c in (0.0, 0.5, 1.0)]
    assert areas[0] > 300
    assert 0.3 * areas[0] < areas[1] < 0.7 * areas[0]
    assert areas[2] < 0.03 * areas[0]


def test_two_halves_of_one_source_are_that_source() -> None:
    _, whole, _, _ = draw(0.0, [source(0.2)])
    _, halves, _, _ = draw(0.0, [source(0.2, 0.5), source(0.2, 0.5)])
    assert np.abs(whole.astype(int) - halves).max() <= 1


def test_drawing_is_pure() -> None:
    first = draw(0.0, [source(0.2)])[1]
    assert np.array_equal(first, draw(0.0, [source(0.2)])[1])


def test_a_face_outside_the_picture_has_no_box() -> None:
    poses = one_pose(90.0, at=(900.0, 100.0))
    plate = mouth.Plate(poses.to_image(face_shape())[0], single(poses), LAYOUT)
    assert mouth.working_box(plate, *SIZE) is None


@pytest.mark.parametrize("at", [(40.0, 100.0), (290.0, 100.0), (150.0, 220.0), (150.0, 5.0)])
def test_a_face_cut_by_the_frame_is_drawn_inside_it(at: tuple[float, float]) -> None:
    points, poses, picture = scene(0.0, at=at)
    plate = mouth.Plate(points, single(poses), LAYOUT)
    box = mouth.working_box(plate, *SIZE)
    if box is None:
        return
    before = picture[box[1] : box[3], box[0] : box[2]]
    assert mouth.draw_mouth(before, box, plate, [source(0.2)]).shape == before.shape


def test_where_a_crop_ends_the_plate_shows() -> None:
    points, poses, picture = scene(0.0, tint=-60)
    shape = poses.to_face(points[None])[0]
    low = int(points[18, 1])  # the crop ends under the lip
    short = mouth.Source(picture[:low], (0, 0), points, shape)
    _, after, own, _ = draw(0.0, [short])
    x, y = own[175, :2].astype(int)
    assert np.abs(after[y - 3 : y + 3, x - 3 : x + 3].reshape(-1, 3).mean(0) - SKIN).max() < 3.0


def test_a_much_larger_source_is_averaged_not_skipped_through() -> None:
    rng = np.random.default_rng(6)
    poses = one_pose(360.0, at=(600.0, 400.0))
    points = poses.to_image(face_shape(0.1))[0]
    big = paint(points, (1200, 1280))
    speckled = np.clip(big + rng.normal(0, 40, big.shape), 0, 255).astype(np.uint8)
    shape = poses.to_face(points[None])[0]
    still = mouth.Settings(grain=False, lock=False)
    clean = draw(0.0, [mouth.Source(big, (0, 0), points, shape)], settings=still)[1].astype(int)
    rough = draw(0.0, [mouth.Source(speckled, (0, 0), points, shape)], settings=still)[1].astype(int)
    x, y = one_pose(90.0).to_image(face_shape())[0][199, :2].astype(int)
    assert (rough - clean)[y - 8 : y + 8, x - 8 : x + 8].std() < 15.0  # 40 / 4, were all 16 pixels averaged


def test_added_pictures_land_where_the_map_says() -> None:
    crop = np.full((40, 50, 3), 100, np.uint8)
    added = np.zeros((8, 8, 3), np.float32)
    added[3:5, 3:5] = 50
    out = mouth.add_picture(crop, (200, 300), added, np.float32([[2, 0, 210], [0, 2, 312]]))
    changed = np.argwhere(out[..., 0] > 120)
    assert np.abs(changed.mean(0) - [12 + 7, 10 + 7]).max() < 1.0


def test_a_collar_over_the_jaw_stays() -> None:
    points, poses, picture = scene(0.0)
    plate = mouth.Plate(points, single(poses), LAYOUT)
    x, y = points[172, :2].astype(int)  # angle of the jaw
    cv2.rectangle(picture, (x - 30, y - 6), (x + 8, y + 60), (250, 250, 250), -1)
    box = mouth.working_box(plate, *SIZE)
    assert box is not None
    before = picture[box[1] : box[3], box[0] : box[2]].copy()
    changed = []
    for settings in (mouth.Settings(), mouth.Settings(matte=False)):
        after = mouth.draw_mouth(before, box, plate, [source(0.0)], settings=settings)
        white = before.min(axis=2) > 240
        changed.append(np.abs(after.astype(int) - before)[white].mean())
    assert changed[0] < 0.25 * changed[1]
    assert changed[0] < 2.0
