"""The engine: plan, drawing, what must not change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from conftest import Still, picture_of
from syncline.engines.base import Engine, Reason, Source, TakeRequest
from syncline.engines.portrait.engine import PortraitEngine, PortraitSettings, settled, tongue_heights
from syncline.errors import StageError
from syncline.events import Recorder, silent
from syncline.face.mouth import mouth_in_pose
from syncline.face.track import track_pictures
from syncline.media.picture import Picture
from syncline.motion.mouthtrack import OPENING, MouthTrack
from syncline.motion.phones import from_phones
from syncline.quality.tears import TearMeter
from syncline.render.mask import fill, hull
from syncline.speech.cuesheet import CueSheet, Phone

Asking = Callable[..., TakeRequest]
ONLY_MOUTH = PortraitSettings(still=True)


def opening_track(engine: PortraitEngine, openings: np.ndarray) -> MouthTrack:
    """A mouth that opens by `openings` IOD, the jaw with it."""
    shape = np.tile(engine.table.style.rest, (len(openings), 1))
    shape[:, OPENING] = openings
    shape[:, 3] += 0.4 * openings
    return MouthTrack.from_stacked(np.arange(len(openings)) / 25, shape, source="features")


def drawn(engine: PortraitEngine, still: Still, count: int) -> list[Picture]:
    return [picture_of(engine.draw(still.picture, t).bgr(), t) for t in range(count)]


def test_it_is_an_engine(smiling: Still) -> None:
    assert isinstance(PortraitEngine(smiling.picture, smiling.track), Engine)


def test_nothing_is_drawn_before_a_plan(smiling: Still) -> None:
    with pytest.raises(StageError):
        PortraitEngine(smiling.picture, smiling.track).draw(smiling.picture, 0)


def test_the_plan_warps_every_frame_and_says_why(smiling: Still, request_of: Asking) -> None:
    phones = (Phone("m", 0.0, 0.12), Phone("f", 0.12, 0.24), Phone("ɑ", 0.24, 0.6), Phone("sil", 0.6, 1.4))
    engine = PortraitEngine(smiling.picture, smiling.track)
    times = np.arange(35) / 25
    mouth = from_phones(CueSheet("en", (), phones, 1.4, "by hand"), times, None, engine.table)
    plan = engine.plan(request_of(smiling, mouth, phones), silent)
    assert (plan.source == Source.WARP).all()
    assert (plan.frame == -1).all()
    assert (plan.weight == 1.0).all()
    assert plan.reason[1] & Reason.CLOSURE
    assert plan.reason[4] & Reason.LABIODENTAL
    assert plan.reason[-1] & Reason.REST
    assert plan.to_json()["stretches"][0]["source"] == "warp"


@pytest.mark.parametrize("name", ["smiling", "closed"])
def test_the_mouth_seen_opens_as_asked_without_a_tear(
    name: str, request: pytest.FixtureRequest, request_of: Asking
) -> None:
    still: Still = request.getfixturevalue(name)
    engine = PortraitEngine(still.picture, still.track, ONLY_MOUTH)
    mouth = opening_track(engine, 0.11 * (1.0 - np.cos(np.arange(40) / 3.0)).astype(np.float32))
    engine.plan(request_of(still, mouth), silent)
    pictures = drawn(engine, still, len(mouth))
    again = track_pictures(pictures, mouth.times).faces[0]
    seen = mouth_in_pose(again.landmarks, again.pose).opening
    assert np.corrcoef(seen, mouth.opening)[0, 1] > 0.97
    meter, before = TearMeter(), still.picture.bgr()
    for t, picture in enumerate(pictures):
        meter.add(before, picture.bgr(), again.landmarks[t])
    assert meter.result().mean < 3.0


def test_an_open_smile_closes(smiling: Still, request_of: Asking) -> None:
    engine = PortraitEngine(smiling.picture, smiling.track, ONLY_MOUTH)
    mouth = opening_track(engine, np.zeros(3, np.float32))
    engine.plan(request_of(smiling, mouth), silent)
    again = track_pictures(drawn(engine, smiling, 3), mouth.times).faces[0]
    assert mouth_in_pose(again.landmarks, again.pose).opening.max() < 0.02
    middle = np.round(smiling.track.landmarks[0, [13, 14], :2].mean(axis=0)).astype(int)
    patch = (slice(middle[1] - 3, middle[1] + 4), slice(middle[0] - 8, middle[0] + 9))
    teeth = smiling.picture.bgr()[patch].min(axis=2)
    lips = engine.draw(smiling.picture, 1).bgr()[patch].min(axis=2)
    assert np.median(lips) < np.median(teeth) - 20  # blue is what lips lack


@pytest.mark.parametrize("opening", [0.0, 0.2])
def test_only_the_lower_face_changes_when_asked(smiling: Still, request_of: Asking, opening: float) -> None:
    engine = PortraitEngine(smiling.picture, smiling.track, ONLY_MOUTH)
    engine.plan(request_of(smiling, opening_track(engine, np.full(2, opening, np.float32))), silent)
    after = engine.draw(smiling.picture, 0)
    inside = fill(hull(smiling.track.landmarks[0], float(smiling.track.pose.scale[0])), (0, 0, 512, 512)) > 0
    for before, plane in zip(smiling.picture.planes, after.planes, strict=True):
        np.testing.assert_array_equal(before[~inside], plane[~inside])
        assert (before[inside] != plane[inside]).any()


def test_at_rest_the_still_is_left_alone(smiling: Still, request_of: Asking) -> None:
    engine = PortraitEngine(smiling.picture, smiling.track, ONLY_MOUTH)
    track = opening_track(engine, np.zeros(10, np.float32))
    resting = MouthTrack.from_stacked(track.times, track.stacked(), rest=np.ones(10, bool), source="phones")
    engine.plan(request_of(smiling, resting), silent)
    for before, after in zip(smiling.picture.planes, engine.draw(smiling.picture, 5).planes, strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_background_stays_when_the_head_moves(smiling: Still, request_of: Asking) -> None:
    engine = PortraitEngine(smiling.picture, smiling.track)
    engine.plan(request_of(smiling, opening_track(engine, np.zeros(60, np.float32))), silent)
    before, after = smiling.picture.bgr(), engine.draw(smiling.picture, 50).bgr()
    np.testing.assert_array_equal(before[:, :120], after[:, :120])
    np.testing.assert_array_equal(before[-100:], after[-100:])
    assert (before[60:200, 170:280] != after[60:200, 170:280]).mean() > 0.5


def test_seeds_repeat_and_threads_agree(smiling: Still, request_of: Asking) -> None:
    def take(seed: int) -> list[np.ndarray]:
        engine = PortraitEngine(smiling.picture, smiling.track, PortraitSettings(seed=seed))
        engine.plan(request_of(smiling, opening_track(engine, np.linspace(0, 0.2, 30, dtype=np.float32))), silent)
        with ThreadPoolExecutor(4) as pool:
            return [p.bgr() for p in pool.map(lambda t: engine.draw(smiling.picture, t), range(20, 30))]

    first, again, other = take(1), take(1), take(2)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_a_still_without_teeth_opens_less_far_and_says_so(closed: Still, smiling: Still, request_of: Asking) -> None:
    told = Recorder()
    without, with_teeth = (PortraitEngine(each.picture, each.track) for each in (closed, smiling))
    without.plan(request_of(closed, opening_track(without, np.zeros(2, np.float32))), told)
    assert any("no teeth" in event.text for event in told.events)
    assert without.table.offset("ɑ")[OPENING] < 0.9 * with_teeth.table.offset("ɑ")[OPENING]


@pytest.mark.parametrize("cut", [(0, 60, 260, 430), (150, 0, 512, 300), (140, 60, 330, 215)])
def test_faces_at_the_picture_s_border_are_drawn(
    smiling: Still, request_of: Asking, cut: tuple[int, int, int, int]
) -> None:
    x0, y0, x1, y1 = cut
    picture = picture_of(smiling.picture.bgr()[y0:y1, x0:x1])
    track = track_pictures([picture], np.zeros(1)).faces[0]
    engine = PortraitEngine(picture, track)
    engine.plan(request_of(Still(picture, track), opening_track(engine, np.full(30, 0.15, np.float32))), silent)
    after = engine.draw(picture, 29)
    assert (after.width, after.height) == (picture.width, picture.height)


def test_the_tongue_rises_for_th_and_l_and_not_for_vowels_or_s() -> None:
    phones = (Phone("θ", 0.0, 0.2), Phone("ɑ", 0.2, 0.4), Phone("s", 0.4, 0.6), Phone("l", 0.6, 0.8))
    heights = tongue_heights(CueSheet("en", (), phones, 0.8, "by hand"), np.array([0.1, 0.3, 0.5, 0.7]))
    assert heights[0] > 0.9
    assert heights[3] > 0.5
    assert heights[1] == heights[2] == 0.0


def test_rests_are_entered_and_left_smoothly() -> None:
    times = np.arange(50) / 25
    rest = (times > 0.5) & (times < 1.5)
    share = settled(times, rest)
    assert share[25] == 1.0
    assert not share[~rest].any()
    assert np.abs(np.diff(share)).max() < 0.55
    np.testing.assert_array_equal(settled(times, np.ones(50, bool)), 1.0)
